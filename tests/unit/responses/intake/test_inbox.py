"""The inbox: whatever cannot be worked off is seen by a person, and no chat waits for another."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.states import CaseState
from models.tables import Case, Identity, Message, Update
from responses.errors import UnreadableUpdateError
from responses.intake.giving_up import give_up
from responses.intake.inbox import MAX_ATTEMPTS, Inbox, Transaction, overdue_updates, receive
from responses.intake.incoming import MessageKind
from tests.seed import seed_identity


async def arrives(database: Database, number: int, chat: str, *, customer_says: bool = True) -> str:
    async with database.writing() as session:
        update = await receive(
            session,
            source="telegram:1",
            external_id=str(number),
            chat_key=f"telegram:1:{chat}",
            raw="{",
            customer_says=customer_says,
        )
    assert update is not None
    return update


async def unreadable(_update: Update, _transaction: Transaction) -> None:
    raise UnreadableUpdateError("not JSON")


async def unreachable(_update: Update, _transaction: Transaction) -> None:
    raise OSError("the network is down")


async def test_a_strangers_unreadable_message_opens_a_case_that_a_person_sees(sqlite: Database) -> None:
    update = await arrives(sqlite, 1, "77")
    await Inbox(sqlite, {"telegram": unreadable}, give_up).process(update)
    async with sqlite.reading() as session:
        case = (await session.scalars(select(Case))).one()
        message = (await session.scalars(select(Message))).one()
        identity = await session.get_one(Identity, case.identity_id)
    assert (case.state, message.kind) == (CaseState.DRAFTING, MessageKind.UNREADABLE)
    assert (identity.channel, identity.external_id) == ("telegram:1", "77")


async def test_what_no_customer_said_opens_no_case(sqlite: Database) -> None:
    update = await arrives(sqlite, 1, "77", customer_says=False)
    await Inbox(sqlite, {"telegram": unreadable}, give_up).process(update)
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Case))).all() == []
        assert (await session.get_one(Update, update)).processed_at is not None


async def test_after_five_failures_a_person_sees_it_and_the_chat_goes_on(sqlite: Database) -> None:
    update = await arrives(sqlite, 1, "77")
    inbox = Inbox(sqlite, {"telegram": unreachable}, give_up)
    for attempt in range(1, MAX_ATTEMPTS):
        await inbox.process(update)
        async with sqlite.writing() as session:
            row = await session.get_one(Update, update)
            assert (row.attempts, row.processed_at) == (attempt, None)
            row.next_try_at = utcnow()
    await inbox.process(update)
    async with sqlite.reading() as session:
        assert (await session.get_one(Update, update)).processed_at is not None
        assert len((await session.scalars(select(Message))).all()) == 1


@pytest.mark.parametrize("waiting", [timedelta(minutes=1), timedelta(minutes=-1)], ids=["later", "now"])
async def test_the_sweep_sees_the_first_update_of_each_chat(sqlite: Database, waiting: timedelta) -> None:
    first = await arrives(sqlite, 1, "77")
    await arrives(sqlite, 2, "77")
    other = await arrives(sqlite, 3, "88")
    async with sqlite.writing() as session:
        (await session.get_one(Update, first)).next_try_at = utcnow() + waiting
    async with sqlite.reading() as session:
        due = await overdue_updates(session, utcnow(), 9, sources=["telegram"])
    assert [alarm.row_id for alarm in due] == ([other] if waiting > timedelta(0) else [first, other])


async def test_somebody_known_from_another_chat_is_not_made_known_twice(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        identity = await seed_identity(session, channel="telegram:1")
        identity.external_id = "77"
    update = await arrives(sqlite, 1, "77")
    await Inbox(sqlite, {"telegram": unreadable}, give_up).process(update)
    async with sqlite.reading() as session:
        assert (await session.get_one(Update, update)).processed_at is not None
        assert (await session.scalars(select(Case.identity_id))).all() == [identity.id]
