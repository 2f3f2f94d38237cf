"""Two people who press at the same moment, on SQLite and on PostgreSQL: one of them counts."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.states import CaseState
from models.tables import Agent, AgentsGroup, Card, Case, OutboxEntry, Rating, StandingText
from responses.config import Business, RoadConfig
from responses.errors import BlockedError
from responses.hours import Interval, OpeningHours
from responses.people.nights import sum_up
from responses.sending.rating import rate
from responses.sending.standing import standing_text
from responses.sending.standing_texts import StandingTexts
from responses.sending.wordings import approve_wording, propose
from tests.seed import seed_agent, seed_case

TEXTS = StandingTexts(RoadConfig(business=Business(name="Prova"), timezone=ZoneInfo("Europe/Rome")))
RECEIPT = standing_text("receipt", "it")


async def admin_of(database: Database) -> Agent:
    async with database.writing() as session:
        return await seed_agent(session, "Giulia", Role.ADMIN)


async def writes(database: Database, admin: Agent, text: str) -> str:
    async with database.writing() as session:
        return (await propose(session, admin, RECEIPT, text, utcnow())).id


async def approves(database: Database, admin: Agent, text_id: str) -> None:
    async with database.writing() as session:
        await approve_wording(session, admin, RECEIPT, text_id, utcnow())


async def gives(database: Database, case_id: str, mark: int) -> bool:
    async with database.writing() as session:
        return await rate(session, TEXTS, await session.get_one(Case, case_id), mark)


async def open_texts(database: Database) -> list[StandingText]:
    async with database.reading() as session:
        query = select(StandingText).where(StandingText.ended_at.is_(None))
        return list((await session.scalars(query)).all())


async def test_of_two_marks_for_one_case_one_is_kept(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session)
        await TEXTS.seed(session)
    assert sorted(await asyncio.gather(gives(database, case.id, 1), gives(database, case.id, 5))) == [
        False,
        True,
    ]
    async with database.reading() as session:
        assert len((await session.scalars(select(Rating))).all()) == 1


async def test_of_two_who_look_at_opening_one_tells_the_group(database: Database) -> None:
    hours = OpeningHours(zone=ZoneInfo("Europe/Rome"), week=((Interval(start=540, end=1080),),) * 7)
    nine = datetime(2026, 11, 24, 9, tzinfo=hours.zone)
    admin = await admin_of(database)
    async with database.writing() as session:
        (await session.get_one(Agent, admin.id)).telegram_id = 3
        session.add(
            AgentsGroup(source="telegram:1", chat_key="telegram:1:-5", has_topics=False, set_by=admin.id)
        )
        case = await seed_case(session)
        case.state = CaseState.WAITING_AGENT
        session.add(
            Card(
                key="k",
                case_id=case.id,
                chat_key="telegram:1:-5",
                message_ids=["1"],
                revision=case.revision,
                created_at=nine - timedelta(hours=5),
            )
        )

    async def look() -> None:
        async with database.writing() as session:
            await sum_up(session, hours, lambda agent: f"telegram:1:{agent.telegram_id}", nine)

    await asyncio.gather(look(), look())
    async with database.reading() as session:
        (entry,) = (await session.scalars(select(OutboxEntry))).all()
    assert (entry.chat_key, entry.content["cases"]) == ("telegram:1:-5", [case.id])


async def test_of_two_wordings_of_one_text_one_waits(database: Database) -> None:
    admin = await admin_of(database)
    written = [f"{word} {{number}}, {{when}}." for word in ("Ricevuto", "Arrivato")]
    done = await asyncio.gather(*(writes(database, admin, text) for text in written), return_exceptions=True)
    (waiting,) = await open_texts(database)
    assert waiting.id in done
    assert {type(one) for one in done} <= {str, BlockedError}


async def test_of_two_approvals_of_one_wording_one_counts(database: Database) -> None:
    admin = await admin_of(database)
    text_id = await writes(database, admin, "Ricevuto {number}, {when}.")
    done = await asyncio.gather(
        approves(database, admin, text_id), approves(database, admin, text_id), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["BlockedError", "NoneType"]
    (approved,) = await open_texts(database)
    assert approved.approved_at is not None


async def test_a_wording_in_force_gives_way_to_the_next(database: Database) -> None:
    admin = await admin_of(database)
    for word in ("Ricevuto", "Arrivato"):
        await approves(database, admin, await writes(database, admin, f"{word} {{number}}, {{when}}."))
    (in_force,) = await open_texts(database)
    assert in_force.text == "Arrivato {number}, {when}."
    with pytest.raises(BlockedError, match="wording_same"):
        await writes(database, admin, in_force.text)
