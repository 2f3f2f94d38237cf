"""Killed at every step of the road: nothing is lost, nothing is sent twice.

`SIGKILL` gives the program no chance to tidy up. Each step of the road shows in the database or at the
double; the program is killed as soon as the step shows, again and again, with more messages each time.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.telegram import Double, User

KILLS_PER_STEP = 4
PATIENCE = 45.0

# What shows that a step has just been taken: a query whose answer grows.
STEPS = {
    "stored": "SELECT count(*) FROM updates",
    "worked off": "SELECT count(*) FROM updates WHERE processed_at IS NOT NULL",
    "assessed": "SELECT count(*) FROM assessments",
    "drafted": "SELECT count(*) FROM drafts",
    "card being sent": "SELECT count(*) FROM outbox WHERE purpose = 'card' AND state <> 'pending'",
    "card sent": "SELECT count(*) FROM outbox WHERE purpose = 'card' AND state = 'sent'",
    "approved": "SELECT count(*) FROM approvals",
    "answer being sent": "SELECT count(*) FROM outbox WHERE purpose = 'answer' AND state <> 'pending'",
    "answer sent": "SELECT count(*) FROM outbox WHERE purpose = 'answer' AND state = 'sent'",
}


class Desk:
    """The program under test: started, killed, started again on the same data."""

    def __init__(self, home: Path, telegram: Double, port: int) -> None:
        self.database = home / "rimedio.sqlite"
        self._environment = os.environ | {
            "RIMEDIO_HOME": str(home),
            "RIMEDIO_PORT": str(port),
            "RIMEDIO_TELEGRAM_TOKEN": telegram.token,
            "RIMEDIO_TELEGRAM_API": telegram.url,
            "RIMEDIO_DEBOUNCE": "0",
            "RIMEDIO_UNDO": "0",
        }
        self.log = (home.parent / "program.log").open("ab")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.quick_program"],
            env=self._environment,
            stdout=self.log,
            stderr=self.log,
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "rimedio", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query).fetchall()

    def number(self, query: str) -> int:
        (count,) = self.ask(query)[0]
        assert isinstance(count, int)
        return count


def until(condition: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.005)


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def desk(tmp_path: Path, telegram: Double) -> Iterator[Desk]:
    desk = Desk(tmp_path / "home", telegram, free_port())
    yield desk
    desk.kill()
    desk.log.close()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def press_every_approve_button(agent: User, pressed: set[int]) -> None:
    for message in agent.messages():
        for label in [label for label in message.labels if "Approva" in label]:
            if message.message_id not in pressed:
                pressed.add(message.message_id)
                agent.press(message, label)


@pytest.mark.slow
def test_after_many_kills_every_message_is_in_a_case_and_nothing_was_sent_twice(
    desk: Desk, telegram: Double
) -> None:
    rng = Random(11)
    customers = [telegram.user(f"Cliente {number}", language="it") for number in range(6)]
    agent = telegram.user("Giulia", language="it")
    written: list[str] = []
    pressed: set[int] = set()

    code = re.search(r"start=(\S+)", desk.command("agents", "add", "Giulia"))
    assert code is not None
    desk.start()
    agent.start(code.group(1))
    until(
        lambda: (
            desk.database.exists()
            and desk.number("SELECT count(*) FROM agents WHERE telegram_id IS NOT NULL") == 1
        ),
        "the agent is linked",
    )

    kills = 0
    for step, query in [(step, query) for step, query in STEPS.items() for _ in range(KILLS_PER_STEP)]:
        before = desk.number(query)
        text = f"Il pacco numero {len(written)} non è arrivato"
        written.append(text)
        rng.choice(customers).send(text)
        deadline = time.monotonic() + PATIENCE
        while desk.number(query) <= before:
            press_every_approve_button(agent, pressed)
            assert time.monotonic() < deadline, f"never reached: {step}"
            time.sleep(0.002)
        desk.kill()
        kills += 1
        desk.start()

    until(lambda: telegram.all_acknowledged, "Telegram has nothing left to deliver")
    until(
        lambda: desk.number("SELECT count(*) FROM updates WHERE processed_at IS NULL") == 0, "all worked off"
    )
    until(lambda: desk.number("SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL") == 0, "all read")
    until(
        lambda: desk.number("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')") == 0,
        "all sent or in doubt",
    )
    desk.kill()

    assert kills >= 30
    in_cases = Counter(
        text
        for (text,) in desk.ask("SELECT text FROM messages WHERE direction = 'in' AND case_id IS NOT NULL")
    )
    assert in_cases == Counter(written)
    without_draft = desk.number(
        "SELECT count(*) FROM cases c WHERE c.state = 'waiting_agent' AND NOT EXISTS "
        "(SELECT 1 FROM drafts d WHERE d.case_id = c.id AND d.state = 'proposed' AND d.revision = c.revision)"
    )
    assert without_draft == 0
    assert desk.number("SELECT count(*) FROM cases WHERE state = 'drafting'") == 0

    # Every answer that the double accepted belongs to one approval, and no approval has two.
    left = desk.ask(
        "SELECT o.chat_key || ' ' || o.provider_id, o.state FROM outbox o WHERE o.purpose <> 'card'"
    )
    accepted = [
        call for customer in customers for call in telegram.requests("sendMessage", chat=customer) if call.ok
    ]
    sent = [provider for provider, state in left if state == "sent"]
    in_doubt = [state for _, state in left if state == "unconfirmed"]
    assert len(set(sent)) == len(sent)
    assert len(sent) <= len(accepted) <= len(sent) + len(in_doubt)
    assert telegram.violations == []
