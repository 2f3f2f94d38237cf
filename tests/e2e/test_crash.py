"""Killed at every step of the road: nothing is lost, nothing is sent twice.

`SIGKILL` gives the program no chance to tidy up. Each step of the road shows in the database or at the
double; the program is killed as soon as the step shows, again and again, with more messages each time.
"""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.processes import Cluster
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


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def desk(tmp_path: Path, telegram: Double) -> Iterator[Cluster]:
    desk = Cluster(tmp_path, telegram)
    yield desk
    desk.end()


def press_every_approve_button(agent: User, pressed: set[int]) -> None:
    for message in agent.messages():
        for label in [label for label in message.labels if "Approva" in label]:
            if message.message_id not in pressed:
                pressed.add(message.message_id)
                agent.press(message, label)


@pytest.mark.slow
def test_after_many_kills_every_message_is_in_a_case_and_nothing_was_sent_twice(
    desk: Cluster, telegram: Double
) -> None:
    rng = Random(11)
    customers = [telegram.user(f"Cliente {number}", language="it") for number in range(6)]
    written: list[str] = []
    pressed: set[int] = set()
    desk.command("db", "upgrade")
    running = desk.start("run")
    agent = desk.hire("Giulia")

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
            time.sleep(0.02)
        desk.kill(running)
        kills += 1
        running = desk.start("run")

    desk.settled()
    desk.end()

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
