"""Processes that share a PostgreSQL database: who lives, who may, and in which order they work."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.clock import utcnow
from models.database import Database
from models.states import OutboxState, Purpose
from models.tables import OutboxEntry, Process, Update
from responses.intake.giving_up import give_up
from responses.intake.inbox import Inbox, Transaction, receive
from rimedio.duty import Duty
from rimedio.errors import PresumedDeadError
from rimedio.presence import DEAD_AFTER, enter
from tests.databases import PostgresServer


@pytest_asyncio.fixture
async def shared(postgres: PostgresServer) -> AsyncIterator[Database]:
    database = await postgres.open()
    yield database
    await postgres.drop(database)


async def falls_silent(database: Database, process_id: str) -> None:
    async with database.writing() as session:
        silence = update(Process).where(Process.id == process_id)
        await session.execute(silence.values(heartbeat_at=utcnow() - DEAD_AFTER - timedelta(seconds=1)))


async def test_each_process_has_a_slot_of_its_own_and_gives_it_back(shared: Database) -> None:
    first, second, web = [await enter(shared, duty) for duty in (Duty.BOT, Duty.BOT, Duty.WEB)]
    async with shared.reading() as session:
        slots = {row.id: row.slot for row in await session.scalars(select(Process))}
    assert [slots[one.id] for one in (first, second, web)] == [1, 2, 1]
    await first.leave()
    again = await enter(shared, Duty.BOT)
    async with shared.reading() as session:
        assert (await session.get_one(Process, again.id)).slot == 1


async def test_of_many_that_want_a_lease_at_once_one_holds_it(shared: Database) -> None:
    bots = [await enter(shared, Duty.BOT) for _ in range(4)]
    held = await asyncio.gather(*(bot.holds("telegram:1") for bot in bots))
    assert sorted(held) == [False, False, False, True]
    holder = bots[held.index(True)]
    assert await holder.holds("telegram:1")
    await holder.leave()
    assert sorted(await asyncio.gather(*(b.holds("telegram:1") for b in bots if b is not holder)))[-1]


async def test_the_lease_of_who_falls_silent_is_free(shared: Database) -> None:
    first, second = await enter(shared, Duty.BOT), await enter(shared, Duty.BOT)
    assert await first.holds("telegram:1")
    assert not await second.holds("telegram:1")
    await falls_silent(shared, first.id)
    assert await second.holds("telegram:1")


async def test_who_falls_silent_is_buried_and_what_it_was_sending_is_in_doubt(shared: Database) -> None:
    dead, alive = await enter(shared, Duty.BOT), await enter(shared, Duty.WORKER)
    async with shared.writing() as session:
        for sender in (dead, alive):
            entry = OutboxEntry(purpose=Purpose.STANDING, dedupe_key=sender.id, chat_key="c", content={})
            entry.state, entry.sending_by, entry.sending_since = OutboxState.SENDING, sender.id, utcnow()
            session.add(entry)
    assert not await alive.beat()
    await falls_silent(shared, dead.id)
    assert await alive.beat()
    assert await alive.alive() == {alive.id}
    async with shared.reading() as session:
        states = {row.sending_by: row.state for row in await session.scalars(select(OutboxEntry))}
    assert states == {dead.id: OutboxState.UNCONFIRMED, alive.id: OutboxState.SENDING}
    with pytest.raises(PresumedDeadError):
        await dead.beat()


async def test_who_comes_back_from_a_pause_judges_nobody_at_once(shared: Database) -> None:
    paused, other = await enter(shared, Duty.WORKER), await enter(shared, Duty.WORKER)
    await falls_silent(shared, other.id)
    assert not await paused.beat()
    assert await paused.alive() == {paused.id, other.id}


async def test_of_the_workers_the_eldest_keeps_house(shared: Database) -> None:
    first, second = await enter(shared, Duty.WORKER), await enter(shared, Duty.WORKER)
    await asyncio.gather(first.beat(), second.beat())
    assert (first.is_eldest, second.is_eldest) == (True, False)
    await first.leave()
    await second.beat()
    assert second.is_eldest


async def test_two_processes_work_one_chat_off_in_order_and_each_update_once(shared: Database) -> None:
    seen: list[str] = []

    async def handle(row: Update, transaction: Transaction) -> None:
        async with transaction():
            # Within the transaction, where the other process must not be.
            await asyncio.sleep(0)
            seen.append(row.external_id)

    async with shared.writing() as session:
        for number in range(40):
            await receive(
                session,
                source="web",
                external_id=f"{number:02d}",
                chat_key=f"web:{number % 2}",
                raw="{}",
                customer_says=False,
            )
    async with shared.reading() as session:
        ids = list(await session.scalars(select(Update.id).order_by(Update.id)))
    here, there = (Inbox(shared, {"web": handle}, give_up) for _ in range(2))
    await asyncio.gather(*(inbox.process(one) for one in ids[:4] for inbox in (here, there)))
    assert sorted(seen) == [f"{number:02d}" for number in range(40)]
    assert [one for one in seen if int(one) % 2 == 0] == [f"{number:02d}" for number in range(0, 40, 2)]
    assert [one for one in seen if int(one) % 2 == 1] == [f"{number:02d}" for number in range(1, 40, 2)]
