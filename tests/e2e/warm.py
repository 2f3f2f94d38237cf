"""Imported by the process that programs are forked from: runs one once, for all that is done only once.

A fresh program spends most of a second on its first message: tables are mapped, statements compiled, rules
parsed, word lists made into patterns. A fork has inherited that, as a program that has run for a while.
"""

import asyncio
import io
import logging
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory

from models import database as databases
from models.database import Database, sqlite_url
from models.decision import Role
from responses.people.agents import add_agent, link_telegram
from tests.databases import engine_that_remembers
from tests.e2e import quick_program
from tests.ports import answers, free_port
from tests.telegram import Double, User

_PATIENCE = 120.0
_APPROVE = "Approva e invia"


def warm_up() -> None:
    """A message comes in, an agent approves the answer, pages are looked at; then the program is stopped.

    Raises:
        RuntimeError: it did not get that far, or left a thread behind, which no fork would have.
    """
    databases.create_async_engine = engine_that_remembers
    before, handler = dict(os.environ), signal.getsignal(signal.SIGTERM)
    with TemporaryDirectory() as folder, Double(checked=False) as telegram:
        home, port = Path(folder) / "home", free_port()
        os.environ |= {
            "RIMEDIO_HOME": str(home),
            "RIMEDIO_PORT": str(port),
            "RIMEDIO_POLICY": str(Path(__file__).parent / "policy"),
            "RIMEDIO_TELEGRAM_TOKEN": telegram.token,
            "RIMEDIO_TELEGRAM_API": telegram.url,
            "RIMEDIO_DEBOUNCE": "0",
            "RIMEDIO_UNDO": "0",
        }
        said = io.StringIO()
        try:
            with ThreadPoolExecutor(1) as users, redirect_stderr(said):
                used = users.submit(_use, telegram, home, f"http://127.0.0.1:{port}")
                used.add_done_callback(lambda _: os.kill(os.getpid(), signal.SIGTERM))
                quick_program.main("run")
            used.result()
        except Exception as error:
            raise RuntimeError(f"the program could not be used:\n{said.getvalue()}") from error
        finally:
            os.environ.clear()
            os.environ.update(before)
            signal.signal(signal.SIGTERM, handler)
            logging.getLogger().handlers.clear()
            logging.getLogger().setLevel(logging.WARNING)
    others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    for thread in others:
        # A worker that was told to end may still be about to.
        thread.join(_PATIENCE)
    left = [thread.name for thread in others if thread.is_alive()]
    if left:
        raise RuntimeError(f"still running: {left}")


def _use(telegram: Double, home: Path, address: str) -> None:
    def wait(condition: Callable[[], object], what: str) -> None:
        telegram.wait(condition, timeout=_PATIENCE, what=what)

    wait(lambda: answers(f"{address}/readyz"), "the program is ready")
    giulia, marta = telegram.user("Giulia", started=True), telegram.user("Marta", started=True)
    asyncio.run(_hire(home / "rimedio.sqlite", giulia))
    marta.send("Il pacco RS-1 non è mai arrivato.")
    wait(lambda: _APPROVE in _labels(giulia), "the card")
    before = len(marta.messages())
    giulia.press(next(seen for seen in giulia.messages() if _APPROVE in seen.labels), _APPROVE)
    wait(lambda: len(marta.messages()) > before, "the answer")
    for page in ("/login", "/chat"):
        wait(lambda page=page: answers(address + page), page)


def _labels(user: User) -> set[str]:
    return {label for seen in user.messages() for label in seen.labels}


async def _hire(path: Path, user: User) -> None:
    database = Database(sqlite_url(path))
    async with database.writing() as session:
        await link_telegram(session, await add_agent(session, user.person.first_name, Role.AGENT), user.id)
    await database.close()


warm_up()
