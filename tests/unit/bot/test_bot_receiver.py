"""Receiving: stored before acknowledged, whatever comes and whatever breaks."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from bot.errors import TokenRefusedError
from bot.telegram.receiver import Receiver
from models.database import Database
from models.tables import Cursor, Update
from tests.databases import open_sqlite
from tests.telegram import Double, FaultProxy


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = await open_sqlite(tmp_path / "test.sqlite")
    yield database
    await database.close()


async def _no_webhook() -> None:
    """Nothing to end."""


@asynccontextmanager
async def receiving(database: Database, telegram: Double, base: str | None = None) -> AsyncIterator[None]:
    receiver = Receiver(
        database, telegram.token, base or telegram.url, telegram.bot.id, _no_webhook, long_poll=1
    )
    task = asyncio.create_task(receiver.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def stored(database: Database) -> list[Update]:
    async with database.reading() as session:
        return list(await session.scalars(select(Update).order_by(Update.id)))


async def test_a_text_is_stored_as_it_came_before_it_is_acknowledged(
    telegram: Double, database: Database
) -> None:
    marta = telegram.user("Marta")
    marta.send("Il pacco 😀 non arriva")
    async with receiving(database, telegram):
        await telegram.wait_for(lambda: telegram.all_acknowledged or None)
    (row,) = await stored(database)
    assert row.source == f"telegram:{telegram.bot.id}"
    assert row.chat_key == f"telegram:{telegram.bot.id}:{marta.id}"
    assert row.customer_says
    async with database.reading() as session:
        cursor = await session.get_one(Cursor, row.source)
    assert cursor.position == int(row.external_id) + 1
    assert cursor.polled_at is not None


async def test_elements_without_a_number_move_no_offset_and_lose_nobody(
    telegram: Double, database: Database
) -> None:
    receiver = Receiver(database, telegram.token, telegram.url, telegram.bot.id, _no_webhook)
    batch = ["text", None, {"message": {}}, {"update_id": True}, {"update_id": 5, "message": "x"}, []]
    assert await receiver._keep(batch, 0) == 5
    assert await receiver._keep(batch, 6) == 5
    rows = await stored(database)
    assert len(rows) == len(batch)
    assert [row.external_id for row in rows if row.external_id.isdecimal()] == ["5"]


async def test_commands_and_presses_are_not_a_customers_words(telegram: Double, database: Database) -> None:
    marta = telegram.user("Marta")
    marta.send("/stato")
    marta.send("/strano ma vero")
    async with receiving(database, telegram):
        await telegram.wait_for(lambda: telegram.all_acknowledged or None)
    assert [row.customer_says for row in await stored(database)] == [False, True]


async def test_after_numbers_have_started_anew_everything_still_comes(
    telegram: Double, database: Database
) -> None:
    marta = telegram.user("Marta")
    async with receiving(database, telegram):
        marta.send("prima")
        await telegram.wait_for(lambda: telegram.all_acknowledged or None)
        telegram.updates.restart_numbering(17)
        marta.send("dopo")
        marta.send("ancora")
        await telegram.wait_for(lambda: telegram.all_acknowledged or None)
    assert len(await stored(database)) == 3


@pytest.mark.parametrize("kind", ["500", "502", "reset_after", "truncated", "garbage", "429", "409"])
async def test_polling_goes_on_after(
    telegram: Double, database: Database, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.receiver._FIRST_PAUSE", 0.05)
    monkeypatch.setattr("bot.telegram.receiver._RIVAL_PAUSE", 0.05)
    marta = telegram.user("Marta")
    with FaultProxy(telegram) as faults:
        rule = faults.fail(kind=kind, method="getUpdates", seconds=1)
        async with receiving(database, telegram, faults.url):
            await telegram.wait_for(lambda: rule.hits or None)
            marta.send("Ci siete?")
            await telegram.wait_for(lambda: telegram.all_acknowledged or None)
    assert len(await stored(database)) == 1


async def test_scenario_33_a_second_poller_is_reported_clearly(
    telegram: Double, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultProxy(telegram) as faults, caplog.at_level(logging.ERROR):
        faults.fail(kind="409", method="getUpdates")
        async with receiving(database, telegram, faults.url):
            await telegram.wait_for(lambda: "second_poller" in caplog.text or None)
    assert "another program receives for the same bot" in caplog.text


async def test_a_refused_token_ends_receiving_and_is_never_logged(
    telegram: Double, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultProxy(telegram) as faults, caplog.at_level(logging.DEBUG):
        faults.fail(kind="401", method="getUpdates")
        receiver = Receiver(database, telegram.token, faults.url, telegram.bot.id, _no_webhook)
        with pytest.raises(TokenRefusedError):
            await receiver.run()
    assert "RIMEDIO_TELEGRAM_TOKEN" in caplog.text
