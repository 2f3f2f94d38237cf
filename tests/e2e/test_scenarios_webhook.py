"""Telegram posts, and is told "received" once it is stored; the numbers are those of the scenarios."""

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.office import Office, until
from tests.telegram import Double, FaultProxy

LATE = "Il pacco {order} non è mai arrivato, sono due settimane che lo aspetto."
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        double.deliverer.first_delay = 0.05
        yield double


@pytest.fixture
def faults(telegram: Double) -> Iterator[FaultProxy]:
    with FaultProxy(telegram) as faults:
        yield faults


@pytest.fixture
def office(tmp_path: Path, telegram: Double, faults: FaultProxy) -> Iterator[Office]:
    """A program that has its updates posted to it, not started yet, to be killed."""
    office = Office(tmp_path / "home", telegram, faults.url, quick=True, webhook=True)
    yield office
    office.kill()
    assert telegram.violations == []


def start(office: Office) -> None:
    office.start()
    office.wait_until_ready()
    office.wait(lambda: office.telegram.updates.webhook, "the webhook is registered")


def post(office: Office, content: bytes | None = None, *, json: Any = None, secret: str | None) -> int:
    """Posts as Telegram would; returns the status."""
    headers = {} if secret is None else {HEADER: secret}
    return httpx.post(
        f"{office.address}/telegram/webhook", content=content, json=json, headers=headers, timeout=30
    ).status_code


def secret_of(office: Office) -> str:
    webhook = office.telegram.updates.webhook
    assert webhook is not None
    assert webhook.secret is not None
    return webhook.secret


def test_scenario_24_killed_after_a_posted_update_was_stored_it_is_processed_once_after_the_restart(
    office: Office,
) -> None:
    start(office)
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-50024"))
    until(lambda: office.number("SELECT count(*) FROM updates") == 1, "the update is stored")
    office.kill()
    start(office)
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.settled()
    assert office.cases_of(marta) == 1
    assert office.number("SELECT count(*) FROM messages WHERE direction = 'in'") == 1
    assert len(marta.messages()) == 1


def test_scenario_25_killed_before_a_posted_update_was_stored_telegram_posts_it_again(office: Office) -> None:
    start(office)
    marta = office.telegram.user("Marta")
    with closing(sqlite3.connect(office.database, isolation_level=None)) as connection:
        # The writer's place is taken: what is posted now cannot be stored before the kill.
        connection.execute("BEGIN IMMEDIATE")
        marta.send(LATE.format(order="RS-50025"))
        office.wait(lambda: office.telegram.updates.waiting[0].deliveries or None, "it was posted")
        office.kill()
        connection.execute("ROLLBACK")
    assert office.number("SELECT count(*) FROM updates") == 0
    start(office)
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.settled()
    assert office.cases_of(marta) == 1
    assert len(marta.messages()) == 1


def test_scenario_26_the_same_update_posted_twice_and_at_the_same_time_makes_one_case(office: Office) -> None:
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-50026"))
    update = office.telegram.update_of("message")
    start(office)
    secret = secret_of(office)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: post(office, json=update, secret=secret), range(8)))
    assert statuses == [200] * 8
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.settled()
    assert office.cases_of(marta) == 1
    assert office.number("SELECT count(*) FROM messages WHERE direction = 'in'") == 1
    assert len(marta.messages()) == 1


def test_scenario_32_with_a_wrong_webhook_secret_nothing_is_stored(office: Office) -> None:
    start(office)
    marta = office.telegram.user("Marta")
    update = {"update_id": 1, "message": {"chat": {"id": marta.id, "type": "private"}, "text": "falso"}}
    secret = secret_of(office)
    wrong = [None, "", "wrong", secret[:-1], f"{secret}0", secret.upper()]
    assert [post(office, json=update, secret=guess) for guess in wrong] == [403] * len(wrong)
    marta.send(LATE.format(order="RS-50032"))
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    office.settled()
    assert office.number("SELECT count(*) FROM updates") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b"null",
        b'{"update_id": true}',
        b'{"update_id": 7, "message": 1}',
    ],
    ids=["empty", "cut", "bytes", "deep", "null", "no number", "no message"],
)
def test_what_cannot_be_read_is_taken_once_and_holds_nobody_up(shared_office: Office, body: bytes) -> None:
    marta = shared_office.telegram.user("Marta")
    assert post(shared_office, body, secret=secret_of(shared_office)) == 200
    marta.send(LATE.format(order="RS-50033"))
    shared_office.wait(lambda: marta.find("n. 1"), "the receipt")
    shared_office.settled()


def test_what_is_too_large_is_refused_unread(shared_office: Office) -> None:
    assert post(shared_office, b" " * (3 * 1024 * 1024), secret=secret_of(shared_office)) == 413


@pytest.fixture(scope="module")
def shared_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Double() as telegram:
        home = tmp_path_factory.mktemp("shared") / "home"
        office = Office(home, telegram, telegram.url, quick=True, webhook=True)
        start(office)
        yield office
        office.stop()


def test_a_refused_registration_is_explained_and_tried_again(office: Office, faults: FaultProxy) -> None:
    refused = faults.fail(kind="400", method="setWebhook")
    start(office)
    assert refused.hits == 1
    assert f"Telegram does not take {office.address}/telegram/webhook" in office.log.read_text()
    assert office.telegram.token not in office.log.read_text()


def test_where_polling_is_chosen_again_the_webhook_is_removed(office: Office) -> None:
    start(office)
    office.stop()
    office.poll_from_now_on()
    marta = office.telegram.user("Marta")
    marta.send(LATE.format(order="RS-50034"))
    office.start()
    office.wait(lambda: marta.find("n. 101"), "the receipt")
    assert office.telegram.updates.webhook is None


def test_without_a_webhook_there_is_nothing_to_post_to(office: Office) -> None:
    office.poll_from_now_on()
    office.start()
    office.wait_until_ready()
    assert post(office, json={"update_id": 1}, secret="") == 404
