"""What people thank for is counted by week and by what it was about, and quoted to who may read it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.tables import Agent, Case, Customer, Identity
from responses.reports.strengths import Quote, Strengths, strengths_since
from tests.seed import seed_agent, seed_case
from tests.unit.responses.reports.test_causes import LATE, answers, complaint, label, says
from tests.unit.responses.reports.test_learning import READ, ROME

THANKS = replace(READ, act=label("praise"))
WORDS = "Grazie, siete stati gentilissimi."


async def found(database: Database, reader: Agent | None = None) -> Strengths:
    now = utcnow() + timedelta(minutes=1)
    async with database.reading() as session:
        return await strengths_since(session, now - timedelta(days=90), now, ROME, reader)


async def thanked(session: AsyncSession) -> Case:
    case = await seed_case(session)
    await says(session, case, THANKS, WORDS)
    return case


async def test_praise_stands_under_what_its_case_was_about_with_the_rule_of_the_answer(
    sqlite: Database,
) -> None:
    async with sqlite.writing() as session:
        await thanked(session)
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        await answers(session, case, types=[LATE])
        await says(session, case, THANKS, WORDS)
        reader = await seed_agent(session)
    strengths = await found(sqlite, reader)
    assert (strengths.praise, strengths.read) == (2, 3)
    assert [(one.complaint_type, one.praise, one.rules) for one in strengths.thanked] == [
        (None, 1, ()),
        (LATE, 1, (("ritardo", 1),)),
    ]
    assert strengths.thanked[1].quotes == (Quote(case_number=case.number, words=WORDS),)


async def test_without_a_reader_nobodys_words_are_told(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        await thanked(session)
    assert [one.quotes for one in (await found(sqlite)).thanked] == [()]


async def erased(session: AsyncSession, case: Case, reader: Agent) -> None:
    (await session.get_one(Customer, case.customer_id)).erased_at = utcnow()


async def the_readers_own(session: AsyncSession, case: Case, reader: Agent) -> None:
    case.channel, reader.telegram_id = "telegram", 7
    (await session.get_one(Identity, case.identity_id)).external_id = "7"


@pytest.mark.parametrize("change", [erased, the_readers_own])
async def test_words_that_are_not_the_readers_to_see_are_counted_and_not_told(
    sqlite: Database, change: Callable[..., object]
) -> None:
    async with sqlite.writing() as session:
        reader = await seed_agent(session)
        await change(session, await thanked(session), reader)  # type: ignore[misc]
    (only,) = (await found(sqlite, reader)).thanked
    assert (only.praise, only.quotes) == (1, ())


@pytest.mark.parametrize("flag", ["is_sample", "is_test"])
async def test_samples_and_tests_are_left_out(sqlite: Database, flag: str) -> None:
    async with sqlite.writing() as session:
        setattr(await thanked(session), flag, True)
    assert (await found(sqlite)).read == 0


async def test_praise_that_is_in_doubt_is_none(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        await says(session, await seed_case(session), replace(THANKS, abstained=frozenset({"act"})))
    strengths = await found(sqlite)
    assert (strengths.praise, strengths.read) == (0, 1)


async def test_a_week_of_five_has_a_share_and_one_of_four_has_none(sqlite: Database) -> None:
    # A Sunday evening and the Monday after it, in Rome: half past eleven and half past midnight.
    sunday, monday = (datetime(2026, 11, 22, hour, 30, tzinfo=UTC) for hour in (22, 23))
    async with sqlite.writing() as session:
        for at in [*[sunday] * 4, *[monday] * 5]:
            await says(session, await seed_case(session), THANKS, created_at=at)
    async with sqlite.reading() as session:
        strengths = await strengths_since(
            session, datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC), ROME
        )
    assert [(str(one.monday), one.praise, one.share) for one in strengths.weeks] == [
        ("2026-11-16", 4, None),
        ("2026-11-23", 5, 1.0),
    ]
