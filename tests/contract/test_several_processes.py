"""Several processes on PostgreSQL: any of them killed for good is noticed, and its work taken over."""

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.databases import PostgresServer
from tests.ports import free_port
from tests.processes import Cluster, until
from tests.telegram import Double, User

A_MINUTE = 60.0


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def cluster(tmp_path: Path, postgres: PostgresServer, telegram: Double) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path, telegram, postgres.new_url())
    yield cluster
    cluster.end()
    assert telegram.violations == []


def approve(agent: User, pressed: set[int]) -> None:
    for message in agent.messages():
        for label in [label for label in message.labels if label == "Approva e invia"]:
            if message.message_id not in pressed:
                pressed.add(message.message_id)
                agent.press(message, label)


@pytest.mark.slow
def test_a_bot_killed_for_good_is_replaced_within_a_minute_and_nothing_is_lost_or_sent_twice(
    cluster: Cluster, telegram: Double
) -> None:
    cluster.start_web()
    first, _, dying = cluster.start("bot"), cluster.start("worker"), cluster.start("worker")
    until(lambda: cluster.number("SELECT count(*) FROM leases") == 1, "the first bot holds the lease")
    agent, pressed = cluster.hire("Giulia"), set[int]()
    second = cluster.start("bot")
    until(lambda: "lease.waiting" in second.log.read_text(), "the second bot waits")

    customers = [telegram.user(f"Cliente {number}", language="it") for number in range(8)]
    written = []
    for number in range(24):
        text = f"Il pacco numero {number} non è arrivato"
        written.append(text)
        customers[number % 8].send(text)
    until(
        lambda: cluster.number("SELECT count(*) FROM outbox WHERE state IN ('sending', 'sent')") > 12,
        "sending is under way",
    )
    cluster.kill(first)
    cluster.kill(dying)
    killed_at = time.monotonic()
    written.append("Ci siete ancora?")
    customers[0].send(written[-1])
    until(lambda: "lease.held" in second.log.read_text(), "the second has taken over", patience=A_MINUTE)
    until(
        lambda: (
            cluster.number("SELECT count(*) FROM updates WHERE processed_at IS NULL") == 0
            and cluster.number(
                "SELECT count(*) FROM outbox WHERE state = 'sending' AND sending_since < "
                "now() - interval '30 seconds'"
            )
            == 0
        ),
        "what the dead left is worked off",
        patience=A_MINUTE - (time.monotonic() - killed_at),
    )
    until(lambda: cluster.number("SELECT count(*) FROM processes") == 3, "the dead are buried")
    cluster.settled()
    approve(agent, pressed)
    cluster.settled()

    in_cases = Counter(text for (text,) in cluster.ask("SELECT text FROM messages WHERE direction = 'in'"))
    assert in_cases == Counter(written)
    order = "SELECT text FROM messages WHERE direction = 'in' ORDER BY id"
    kept = [str(text) for (text,) in cluster.ask(order)]
    assert [kept.index(text) for text in written[0:24:8]] == sorted(
        kept.index(text) for text in written[0:24:8]
    )
    sent = cluster.ask("SELECT chat_key, provider_id FROM outbox WHERE purpose <> 'card' AND state = 'sent'")
    assert len(set(sent)) == len(sent)
    in_doubt = cluster.number("SELECT count(*) FROM outbox WHERE purpose <> 'card' AND state = 'unconfirmed'")
    accepted = [
        call for customer in customers for call in telegram.requests("sendMessage", chat=customer) if call.ok
    ]
    assert len(sent) <= len(accepted) <= len(sent) + in_doubt
    assert cluster.number("SELECT count(*) FROM approvals WHERE verdict = 'send'") >= 8


@pytest.mark.slow
@pytest.mark.parametrize("time", range(3))
def test_processes_that_start_at_once_on_an_empty_database_all_come_up(cluster: Cluster, time: int) -> None:
    for duty in ("web", "bot", "worker", "worker"):
        cluster.start(duty)
    giulia = cluster.hire("Giulia")
    cluster.telegram.user("Marta", language="it").send(f"Il pacco {time} non è mai arrivato")
    cluster.settled()
    assert giulia.find("non è mai arrivato") is not None
    assert cluster.number("SELECT count(*) FROM processes") == 4
    for running in cluster.running:
        running.stop()


@pytest.mark.slow
def test_what_is_posted_to_the_web_is_read_by_a_worker_and_answered_by_the_bot(
    tmp_path: Path, postgres: PostgresServer, telegram: Double
) -> None:
    port, monitor = free_port(), free_port()
    cluster = Cluster(
        tmp_path,
        telegram,
        postgres.new_url(),
        RIMEDIO_PUBLIC_URL=f"http://127.0.0.1:{port}",
        RIMEDIO_TELEGRAM_WEBHOOK="true",
    )
    try:
        cluster.start_web(port=port)
        bot = cluster.start("bot", RIMEDIO_MONITOR_PORT=str(monitor))
        cluster.start("worker")
        marta = telegram.user("Marta", language="it")
        marta.send("Il pacco non è mai arrivato")
        until(lambda: marta.find("n. 101") is not None, "the receipt")
        cluster.settled()
        assert telegram.requests("getUpdates") == []
        assert len(marta.messages()) == 1
        state = httpx.get(f"http://127.0.0.1:{monitor}/readyz").json()
        assert (state["status"], state["bot"], state["telegram"]) == ("ok", "held", "on")
        seen = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        assert 'rimedio_received_total{source="telegram"} 1.0' in seen
        assert 'rimedio_processes{role="worker"} 1.0' in seen
        bot.stop()
        assert cluster.number("SELECT count(*) FROM processes WHERE role = 'bot'") == 0
    finally:
        cluster.end()
