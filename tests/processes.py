"""Real processes on one data folder, started and killed one by one: one on SQLite, several on PostgreSQL."""

import multiprocessing
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from rimedio.model import Model
from tests.e2e import quick_program
from tests.ports import answers, free_port
from tests.telegram import Double, User

PATIENCE = 60.0


# Importing the program takes longer than starting it: one process has done so, and is forked from then on.
# The program itself imports most of it only when it needs it, and a fork would do so each time.
_IMPORTED = (
    "tests.e2e.quick_program",
    "bot.service",
    "rimedio.clock",
    "dbos._sys_db_sqlite",
    "aiosqlite",
    "psycopg",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
    "anyio._backends._asyncio",
    "httpcore",
    "holidays.countries",
    # What `python -m pytest` begins with: a fork runs it too.
    "pytest",
    "tests.e2e.warm",
)
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(list(_IMPORTED))


class Running:
    """One process, and what it has written on standard error."""

    def __init__(self, duty: str, model: type[Model], environment: dict[str, str], log: Path) -> None:
        self.duty = duty
        self.log = log
        log.touch()
        self._process = _FORKS.Process(target=quick_program.become, args=(duty, model, environment, str(log)))
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def signal(self, how: signal.Signals) -> None:
        if self._process.is_alive():
            os.kill(self.pid, how)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._join(30)

    def stop(self) -> None:
        self.signal(signal.SIGTERM)
        self._join(30)

    def _join(self, patience: float) -> None:
        self._process.join(patience)
        assert not self._process.is_alive(), f"{self.duty} did not end within {patience:.0f} s"


class Command:
    """The command itself, as a terminal starts it; what it writes goes to `log`."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rimedio", *words], env=environment, stdout=file, stderr=file
            )

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        self._process.wait(timeout=30)


@dataclass(frozen=True, kw_only=True)
class Done:
    """How a command ended, and what it wrote."""

    status: int
    stdout: str
    stderr: str


def run_command(words: Sequence[str], environment: dict[str, str], said: str = "") -> Done:
    """Runs a command of the program in a fork; `said` is what it reads on standard input."""
    with TemporaryDirectory() as folder:
        told, out, err = (Path(folder) / name for name in ("in", "out", "err"))
        told.write_text(said, encoding="utf-8")
        process = _FORKS.Process(
            target=quick_program.obey, args=(words, environment, str(told), str(out), str(err))
        )
        process.start()
        process.join(60)
        assert process.exitcode is not None, f"{words} did not end within 60 s"
        return Done(status=process.exitcode, stdout=out.read_text(), stderr=err.read_text())


class Cluster:
    """Processes that share a data folder and a database: the one at `url`, or the folder's SQLite file."""

    def __init__(
        self,
        folder: Path,
        telegram: Double,
        url: str | None = None,
        *,
        model: type[Model] = quick_program.TableModel,
        **settings: str,
    ) -> None:
        self.url = url
        self._model = model
        self.database = folder / "home" / "rimedio.sqlite"
        self.telegram = telegram
        self._folder = folder
        self.running: list[Running] = []
        self._started = 0
        shared = {"RIMEDIO_DATABASE_URL": url, "RIMEDIO_SECRET": "a secret they share"} if url else {}
        self._environment = os.environ | {
            "RIMEDIO_HOME": str(folder / "home"),
            "RIMEDIO_PORT": str(free_port()),
            "RIMEDIO_TELEGRAM_TOKEN": telegram.token,
            "RIMEDIO_TELEGRAM_API": telegram.url,
            "RIMEDIO_DEBOUNCE": "0",
            "RIMEDIO_UNDO": "0",
            **shared,
            **settings,
        }

    def start(self, duty: str, **settings: str) -> Running:
        log = self._folder / f"{self._started}-{duty}.log"
        running = Running(duty, self._model, self._environment | settings, log)
        self._started += 1
        self.running.append(running)
        return running

    def kill(self, running: Running) -> None:
        """Ends a process for good, without a chance to tidy up."""
        running.kill()
        self.running.remove(running)

    def start_web(self, *, port: int | None = None) -> str:
        """A web process; returns its address once it answers."""
        port = port or free_port()
        running = self.start("web", RIMEDIO_PORT=str(port))
        address = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            assert running.exit_code is None, running.log.read_text()[-3000:]
            return answers(f"{address}/readyz")

        until(ready, "the web answers")
        return address

    def end(self) -> None:
        for running in self.running:
            running.signal(signal.SIGCONT)
            running.kill()
        self.running.clear()

    def command(self, *words: str) -> str:
        done = run_command(words, self._environment)
        assert done.status == 0, done.stderr
        return done.stdout

    def hire(self, name: str) -> User:
        code = re.search(r"start[= ](\S+)", self.command("agents", "add", name))
        assert code is not None
        agent = self.telegram.user(name, language="it")
        agent.start(code[1])
        until(lambda: agent.find(f"Ciao {name}") is not None, f"{name} is linked")
        return agent

    def ask(self, query: str) -> list[tuple[object, ...]]:
        if self.url is None:
            with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as file:
                return file.execute(query).fetchall()
        with psycopg.connect(self.url, autocommit=True) as connection:
            return list(connection.execute(query))

    def number(self, query: str) -> int:
        (count,) = self.ask(query)[0]
        assert isinstance(count, int)
        return count

    def settled(self, *, cards: bool = True, patience: float = PATIENCE) -> None:
        """Waits until nothing is left to be worked off, read or sent; without `cards`, sent to customers."""
        until(lambda: self.telegram.all_acknowledged, "everything is acknowledged", patience=patience)
        left = (
            "SELECT (SELECT count(*) FROM updates WHERE processed_at IS NULL)"
            " + (SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL)"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')"
            f" AND ({'TRUE' if cards else 'FALSE'} OR purpose <> 'card'))"
        )
        until(lambda: self.number(left) == 0, "everything is worked off", patience=patience)


def until(condition: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.1)
