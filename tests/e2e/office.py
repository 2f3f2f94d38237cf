"""The running program with a bot, the people who work there, and the people who write to it."""

import os
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from tests.e2e.quick_program import TableModel
from tests.ports import answers, free_port
from tests.processes import Command, Done, Running, run_command
from tests.telegram import Double, Seen, User

T = TypeVar("T")

PATIENCE = 60.0
START_PATIENCE = 120.0
APPROVE = "Approva e invia"
WITHHOLD = "Non lo diamo"


@dataclass(frozen=True, kw_only=True)
class CardSeen:
    """A case's card on an agent's screen: its head, and the last post, which has the buttons."""

    head: Seen
    last: Seen

    @property
    def number(self) -> int:
        found = re.search(r"n\. (\d+)", self.head.text)
        assert found is not None, self.head.text
        return int(found[1])

    def data(self, label: str = APPROVE) -> str:
        data = self.last.button(label).data
        assert data is not None
        return data


class Office:
    """One program in one data folder. What it writes on standard error is in `log`.

    It is `rimedio run` itself, or with `quick` the same program with labels from a table: for what is killed
    often, and needs no model to be told apart.
    """

    def __init__(
        self,
        home: Path,
        telegram: Double,
        api: str,
        *,
        quick: bool = False,
        webhook: bool = False,
    ) -> None:
        self.telegram = telegram
        self.log = home.parent / f"{home.name}.log"
        self.database = home / "rimedio.sqlite"
        self._quick = quick
        self._port = free_port()
        self._environment = os.environ | {
            "RIMEDIO_HOME": str(home),
            "RIMEDIO_PORT": str(self._port),
            "RIMEDIO_POLICY": str(Path(__file__).parent / "policy"),
            "RIMEDIO_TELEGRAM_TOKEN": telegram.token,
            "RIMEDIO_TELEGRAM_API": api,
            "RIMEDIO_DEBOUNCE": "0",
            "RIMEDIO_UNDO": "0",
        }
        self.address = f"http://127.0.0.1:{self._port}"
        if webhook:
            self._environment |= {
                "RIMEDIO_PUBLIC_URL": self.address,
                "RIMEDIO_TELEGRAM_WEBHOOK": "true",
            }
        self._running: Running | Command | None = None

    # Life

    def poll_from_now_on(self) -> None:
        """The next start receives by polling."""
        del self._environment["RIMEDIO_TELEGRAM_WEBHOOK"]

    def set(self, **settings: str) -> None:
        """The next start has these settings."""
        self._environment |= settings

    def start(self) -> None:
        if self._quick:
            self._running = Running("run", TableModel, self._environment, self.log)
        else:
            self._running = Command(("run", "--no-samples"), self._environment, self.log)

    def wait_until_ready(self) -> None:
        address = f"{self.address}/readyz"

        def ready() -> bool:
            running = self._running
            assert running is not None
            assert running.exit_code is None, f"the program has ended:\n{self.log.read_text()[-3000:]}"
            return answers(address)

        until(ready, "the program is ready", patience=START_PATIENCE)

    def kill(self) -> None:
        if self._running is not None:
            self._running.kill()
            self._running = None

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    def run(self, *words: str, said: str = "", status: int = 0) -> str:
        """Runs a command of the program on the same data; what it writes on standard error."""
        return self.command(*words, said=said, status=status).stderr

    def command(self, *words: str, said: str = "", status: int = 0) -> Done:
        """The same, with all that it gives."""
        done = run_command(words, self._environment, said)
        assert done.status == status, done.stderr
        return done

    # People

    def hire(self, name: str, role: str = "agent", *, language: str = "it") -> User:
        """Adds an agent and links their Telegram account by the printed one-time link."""
        printed = self.command("agents", "add", name, "--role", role).stdout
        code = re.search(r"start[= ](\S+)", printed)
        assert code is not None, printed
        user = self.telegram.user(name, language=language)
        user.start(code[1])
        self.wait(lambda: user.find(f"Ciao {name}"), f"{name} is linked")
        return user

    def desk(self, name: str) -> httpx.Client:
        """A browser of sorts, signed in to the desk as an agent by a one-time link."""
        printed = self.command("login", name).stdout
        door = f"/login/{printed.strip().rpartition('/')[2]}"
        address = f"http://127.0.0.1:{self._port}"
        desk = httpx.Client(base_url=address, follow_redirects=True, timeout=30)
        token = re.search(r'name="csrf" value="([^"]+)"', desk.get(door).text)
        assert token is not None
        desk.post(door, data={"csrf": token[1]}).raise_for_status()
        return desk

    # Looking

    def wait(self, condition: Callable[[], T | None], what: str, *, timeout: float = PATIENCE) -> T:
        return self.telegram.wait(condition, timeout=timeout, what=what)

    def card(self, agent: User, words: str, *, after: Seen | None = None) -> CardSeen:
        """Waits for the card whose head shows these words, and for the buttons under its draft."""

        def found() -> CardSeen | None:
            heads = [
                message
                for message in agent.messages()
                if "Richiesta n." in message.text
                and words in message.text
                and (after is None or message.message_id > after.message_id)
            ]
            if not heads:
                return None
            last = next(
                (
                    message
                    for message in agent.messages()
                    if message.message_id > heads[-1].message_id and APPROVE in message.labels
                ),
                None,
            )
            return CardSeen(head=heads[-1], last=last) if last is not None else None

        return self.wait(found, f"{agent.person.first_name} has the card of {words!r}")

    def send_instead(self, agent: User, shown: Seen) -> None:
        """Approves a text of one's own; the favour that it leaves out is not given."""
        agent.press(shown, APPROVE)
        self.wait(lambda: self._is_asked(agent, shown), "what is left out is asked about")
        agent.press(shown, WITHHOLD)

    def _is_asked(self, agent: User, shown: Seen) -> bool:
        now = next(one for one in agent.messages() if one.message_id == shown.message_id)
        return any(WITHHOLD in label for label in now.labels)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Looks into the program's database."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def number(self, query: str, *values: Any) -> int:
        """The one number that a query gives."""
        (count,) = self.ask(query, *values)[0]
        assert isinstance(count, int)
        return count

    def cases_of(self, user: User) -> int:
        """How many cases a person has."""
        return self.number(
            "SELECT count(*) FROM cases c JOIN identities i ON i.id = c.identity_id WHERE i.external_id = ?",
            str(user.id),
        )

    def approvals_of(self, card: CardSeen) -> int:
        """How often an answer to the card's case was approved."""
        return self.number(
            "SELECT count(*) FROM approvals a JOIN cases c ON c.id = a.case_id "
            "WHERE c.number = ? AND a.verdict = 'send'",
            card.number,
        )

    def settled(self) -> None:
        """Waits until nothing is left to be worked off, read or sent."""
        left = (
            "SELECT (SELECT count(*) FROM updates WHERE processed_at IS NULL)"
            " + (SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL)"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))"
        )
        self.wait(lambda: self.telegram.all_acknowledged or None, "everything is acknowledged")
        until(lambda: self.number(left) == 0, "everything is worked off")

    def answers_to(self, user: User, words: str) -> list[Seen]:
        """The bot's messages to a person with these words in them."""
        return [message for message in user.messages() if words in message.text]


def until(condition: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    """Waits for something that no double can tell."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.05)
