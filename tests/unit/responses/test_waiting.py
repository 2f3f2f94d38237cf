"""Waiting for the customer: one reminder, then the case closes, and a late answer reopens it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.states import CaseState, Purpose, Verdict
from models.tables import Approval, Case, Identity, OutboxEntry, Promise
from responses.cases import joined_case
from responses.config import RoadConfig
from responses.hours import Interval, OpeningHours
from responses.sending.standing_texts import StandingTexts
from responses.waiting import CLOSE_AFTER, REMIND_AFTER, await_answer, end_silence, silent_cases
from tests.seed import seed_agent, seed_case, seed_draft

ALWAYS = OpeningHours.always(ZoneInfo("Europe/Rome"))


@pytest_asyncio.fixture
async def texts(sqlite: Database, config: RoadConfig) -> StandingTexts:
    texts = StandingTexts(config)
    async with sqlite.writing() as session:
        await texts.seed(session)
    return texts


async def asked(database: Database) -> str:
    async with database.writing() as session:
        case = await seed_case(session)
        case.state, case.answered_at, case.language = CaseState.WAITING_CUSTOMER, utcnow(), "it"
        await_answer(case, ALWAYS, utcnow())
        return case.id


async def after(database: Database, texts: StandingTexts, waited: timedelta) -> list[str]:
    """What is due once that much time has passed, done; which cases that were."""
    now = utcnow() + waited
    async with database.writing() as session:
        due = await silent_cases(session, now)
        for case in due:
            await end_silence(session, texts, case, now)
        return [case.id for case in due]


async def reminders(database: Database) -> list[str]:
    async with database.reading() as session:
        query = select(OutboxEntry.content).where(OutboxEntry.purpose == Purpose.STANDING)
        return [content["text"] for content in await session.scalars(query)]


async def state_of(database: Database, case: str) -> CaseState:
    async with database.reading() as session:
        return CaseState((await session.get_one(Case, case)).state)


async def test_nothing_happens_before_three_days(sqlite: Database, texts: StandingTexts) -> None:
    await asked(sqlite)
    assert await after(sqlite, texts, REMIND_AFTER - timedelta(minutes=1)) == []


async def test_one_reminder_after_three_days(sqlite: Database, texts: StandingTexts) -> None:
    case = await asked(sqlite)
    assert await after(sqlite, texts, REMIND_AFTER) == [case]
    assert await after(sqlite, texts, REMIND_AFTER + timedelta(days=1)) == []
    assert len(await reminders(sqlite)) == 1
    assert await state_of(sqlite, case) == CaseState.WAITING_CUSTOMER


async def test_the_reminder_waits_until_the_business_opens(sqlite: Database) -> None:
    weekdays = OpeningHours(
        zone=ZoneInfo("Europe/Rome"), week=((Interval(start=540, end=1080),),) * 5 + ((), ())
    )
    async with sqlite.writing() as session:
        case = await seed_case(session)
        await_answer(case, weekdays, utcnow())
        assert case.silence_at is not None
        assert weekdays.is_open(case.silence_at)


async def test_the_case_closes_after_ten_days(sqlite: Database, texts: StandingTexts) -> None:
    case = await asked(sqlite)
    await after(sqlite, texts, REMIND_AFTER)
    assert await after(sqlite, texts, CLOSE_AFTER) == [case]
    assert await state_of(sqlite, case) == CaseState.CLOSED
    assert await after(sqlite, texts, CLOSE_AFTER + timedelta(days=1)) == []


async def test_it_stays_open_while_a_promise_is(sqlite: Database, texts: StandingTexts) -> None:
    case = await asked(sqlite)
    async with sqlite.writing() as session:
        row = await session.get_one(Case, case)
        agent, draft = await seed_agent(session), await seed_draft(session, row)
        row.state = CaseState.WAITING_CUSTOMER
        approval = Approval(
            case_id=case,
            draft_id=draft.id,
            agent_id=agent.id,
            verdict=Verdict.SEND,
            revision=1,
            sha256=draft.sha256,
        )
        session.add(approval)
        await session.flush()
        session.add(
            Promise(case_id=case, approval_id=approval.id, what={"it": "il rimborso"}, due_at=utcnow())
        )
    assert await after(sqlite, texts, CLOSE_AFTER) == [case]
    assert await state_of(sqlite, case) == CaseState.WAITING_CUSTOMER


@pytest.mark.parametrize(
    ("days", "joins"), [(12, True), (29, True), (31, False)], ids=["12 days", "29 days", "31 days"]
)
async def test_an_answer_within_thirty_days_joins_the_closed_case(
    sqlite: Database, texts: StandingTexts, days: int, joins: bool
) -> None:
    case = await asked(sqlite)
    await after(sqlite, texts, CLOSE_AFTER)
    async with sqlite.writing() as session:
        row = await session.get_one(Case, case)
        identity = await session.get_one(Identity, row.identity_id)
        row.closed_at = utcnow()
        found = await joined_case(
            session,
            identity,
            reply_to=None,
            album_key=None,
            order_ids=(),
            now=utcnow() + timedelta(days=days),
            active=None,
        )
    assert (found is not None) is joins
