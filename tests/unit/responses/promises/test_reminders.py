"""Reminders: before a promise is due, when it is, and every working day after; once each."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from models.database import Database
from models.decision import Role
from models.states import OutboxState, PromiseKind, Verdict
from models.tables import Agent, Approval, Case, OutboxEntry, Promise
from responses.config import RoadConfig
from responses.hours import WHOLE_DAY, Interval, OpeningHours
from responses.promises.keeping import break_
from responses.promises.reminders import last_occasion, remind
from tests.unit.responses.staff import Staff, chat_of

ROME = ZoneInfo("Europe/Rome")
MORNING, AFTERNOON = Interval(start=9 * 60, end=13 * 60), Interval(start=14 * 60 + 30, end=18 * 60 + 30)
# Monday to Friday; the 8th of December is a holiday.
HOURS = OpeningHours(zone=ROME, week=((MORNING, AFTERNOON),) * 5 + ((),) * 2, holidays="IT")


def at(day: int, hour: int = 9, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ROME)


# Thursday the 26th of November, at closing.
DUE = at(26, 18, 30)
LONG_AGO = at(1)
ALWAYS = OpeningHours(zone=ROME, week=((WHOLE_DAY,),) * 7)


@pytest.mark.parametrize(
    ("now", "occasion"),
    [
        pytest.param(at(25, 8, 59), None, id="before the first"),
        pytest.param(at(25, 9), at(25, 9), id="the working day before, at opening"),
        pytest.param(at(26, 12), at(25, 9), id="until it is due"),
        pytest.param(DUE, DUE, id="due"),
        pytest.param(at(27, 8), DUE, id="until the next opening"),
        pytest.param(at(27, 9), at(27, 9), id="the working day after"),
        pytest.param(at(29, 12), at(27, 9), id="not at the weekend"),
        pytest.param(at(30, 9), at(30, 9), id="every working day after"),
        pytest.param(at(9, 9, month=12), at(9, 9, month=12), id="after a holiday"),
        pytest.param(at(8, 12, month=12), at(7, 9, month=12), id="not on a holiday"),
    ],
)
def test_when_somebody_is_reminded(now: datetime, occasion: datetime | None) -> None:
    assert last_occasion(HOURS, DUE, now, made=LONG_AGO) == occasion


def test_the_day_before_a_monday_is_a_friday() -> None:
    assert last_occasion(HOURS, at(30, 18, 30), at(29, 12), made=LONG_AGO) == at(27, 9)


def test_who_never_closes_is_reminded_in_the_morning_and_not_at_midnight() -> None:
    assert last_occasion(ALWAYS, DUE, at(25, 8, 59), made=LONG_AGO) is None
    assert last_occasion(ALWAYS, DUE, at(25, 12), made=LONG_AGO) == at(25, 9)


@pytest.mark.parametrize(
    ("hours", "made", "due", "first"),
    [
        pytest.param(HOURS, at(24, 9, 30), at(24, 12, 30), at(24, 11), id="the same morning"),
        pytest.param(HOURS, at(24, 17), at(25, 18, 30), at(25, 9), id="half of it in the night"),
        pytest.param(HOURS, at(24, 11), at(24, 17), at(24, 14, 30), id="half of it in the midday break"),
        pytest.param(HOURS, at(24, 11), at(24, 11, 16), at(24, 11, 6), id="at least ten minutes before"),
        pytest.param(HOURS, at(24, 11), at(24, 11, 10), None, id="made ten minutes before"),
        pytest.param(HOURS, at(24, 18), at(24, 20), at(24, 19), id="due before anybody comes again"),
        pytest.param(HOURS, at(27, 16), at(30, 18, 30), at(30, 9), id="made on Friday for Monday"),
        pytest.param(ALWAYS, at(24, 20), at(25, 12), at(25, 9), id="in the morning of who never closes"),
        pytest.param(HOURS, at(24, 8, 59), at(25, 18, 30), at(24, 9), id="the eve where there is one"),
    ],
)
def test_what_was_promised_after_the_eves_opening_is_told_of_before_it_is_due(
    hours: OpeningHours, made: datetime, due: datetime, first: datetime | None
) -> None:
    last = due - timedelta(minutes=1)
    assert last_occasion(hours, due, last, made=made) == first
    assert first is None or last_occasion(hours, due, first - timedelta(minutes=1), made=made) is None
    assert last_occasion(hours, due, due, made=made) == due


def test_a_day_on_which_nobody_is_here_is_told_of_in_opening_hours() -> None:
    # The 29th of November is a Sunday.
    due = HOURS.end_of(at(29).date(), at(24))
    assert due == at(29, 23, 59)
    assert last_occasion(HOURS, due, at(29, 12), made=LONG_AGO) == at(27, 9)
    assert last_occasion(HOURS, due, at(30, 8, 59), made=LONG_AGO) == at(27, 9)
    assert last_occasion(HOURS, due, at(30, 9), made=LONG_AGO) == at(30, 9)


MINUTES = st.integers(min_value=0, max_value=40 * 24 * 60)


@given(made=MINUTES, due=MINUTES, first=MINUTES, second=MINUTES)
def test_time_goes_on_and_so_do_the_occasions(made: int, due: int, first: int, second: int) -> None:
    start = at(1)
    made_at, due_at = (start + timedelta(minutes=minutes) for minutes in sorted((made, due)))
    earlier, later = (start + timedelta(minutes=minutes) for minutes in sorted((first, second)))
    before = last_occasion(HOURS, due_at, earlier, made=made_at)
    after = last_occasion(HOURS, due_at, later, made=made_at)
    assert before is None or made_at < before <= earlier or before >= due_at
    assert before is None or (after is not None and before <= after)
    # One that is due in the last minute of a closed day is told of at the next opening.
    told_when_due = HOURS.opening(due_at.date()) is not None or due_at != HOURS.closing(due_at.date())
    assert later < due_at or not told_when_due or (after is not None and after >= due_at)


class Shop(Staff):
    """A shop in which Giulia has promised something for Thursday at closing."""

    giulia: Agent
    admin: Agent

    async def promised(self, *, owner: Agent | None = None, **changes: object) -> Promise:
        draft = await self.draft()
        async with self.database.writing() as session:
            approval = Approval(
                case_id=draft.case_id,
                draft_id=draft.id,
                agent_id=self.giulia.id,
                verdict=Verdict.SEND,
                revision=draft.revision,
                sha256=draft.sha256,
            )
            session.add(approval)
            await session.flush()
            values: dict[str, object] = {
                "case_id": draft.case_id,
                "approval_id": approval.id,
                "what": {"it": "rispediamo il pacco"},
                "owner_id": (owner or self.giulia).id,
                "due_at": DUE,
                "created_at": at(23),
            }
            promise = Promise(**(values | changes))
            session.add(promise)
        return promise

    async def reminds(self, *moments: datetime) -> list[tuple[str, bool]]:
        """Looks at each moment; whom it has told since the beginning, and whether without a sound."""
        for moment in moments:
            async with self.database.writing() as session:
                await remind(session, HOURS, chat_of, moment)
        return [(entry.chat_key.rpartition(":")[2], entry.content["silent"]) for entry in await self.told()]

    async def told(self) -> Sequence[OutboxEntry]:
        return await self.said("promise")


@pytest_asyncio.fixture
async def shop(database: Database, config: RoadConfig) -> Shop:
    shop = Shop(database, config)
    await shop.prepare()
    shop.admin = await shop.hires("Anna", Role.ADMIN, telegram=9)
    shop.giulia = await shop.hires("Giulia", telegram=1)
    return shop


async def test_each_time_is_told_of_once(shop: Shop) -> None:
    promise = await shop.promised()
    assert await shop.reminds(at(24, 12), at(25, 8)) == []
    assert await shop.reminds(at(25, 9), at(25, 9, 1), at(26, 12)) == [("1", False)]
    assert await shop.reminds(DUE, at(26, 20)) == [("1", False), ("1", True)]
    assert len(await shop.reminds(at(27, 9), at(28, 12), at(30, 9, 30), at(30, 18))) == 4
    async with shop.database.reading() as session:
        assert (await session.get_one(Promise, promise.id)).reminded_at == at(30, 9, 30)


async def test_what_was_missed_is_not_made_up_for(shop: Shop) -> None:
    await shop.promised()
    assert len(await shop.reminds(at(30, 12))) == 1


async def test_who_has_just_promised_is_reminded_once_before_and_not_at_once(shop: Shop) -> None:
    await shop.promised(created_at=at(25, 17))
    assert await shop.reminds(at(25, 17, 1), at(26, 8, 59)) == []
    assert await shop.reminds(at(26, 9), at(26, 12)) == [("1", False)]
    assert len(await shop.reminds(DUE)) == 2


async def test_a_reminder_that_is_not_committed_is_told_later(shop: Shop) -> None:
    await shop.promised()
    with pytest.raises(RuntimeError):
        async with shop.database.writing() as session:
            await remind(session, HOURS, chat_of, at(25, 9))
            raise RuntimeError("killed")
    assert await shop.told() == []
    assert len(await shop.reminds(at(25, 9, 1))) == 1


async def test_the_deputy_is_reminded_while_somebody_is_away(shop: Shop) -> None:
    marco = await shop.hires("Marco", telegram=2)
    await shop.promised()
    await shop.leaves(shop.giulia, deputy=marco, since=at(24))
    assert await shop.reminds(at(25, 9)) == [("2", False)]


async def test_the_admins_are_reminded_of_what_nobody_here_has_to_see_to(shop: Shop) -> None:
    await shop.promised()
    await shop.leaves(shop.giulia, since=at(24))
    assert await shop.reminds(at(25, 9)) == [("9", False)]


async def test_who_has_no_telegram_is_reminded_by_the_desk_alone(shop: Shop) -> None:
    promise = await shop.promised(owner=await shop.hires("Paola"))
    assert await shop.reminds(at(25, 9)) == []
    async with shop.database.reading() as session:
        assert (await session.get_one(Promise, promise.id)).reminded_at == at(25, 9)


@pytest.mark.parametrize("of_whom", ["is_sample", "is_test"])
async def test_of_samples_and_tests_nobody_is_reminded(shop: Shop, of_whom: str) -> None:
    promise = await shop.promised(kind=PromiseKind.REMEDY)
    async with shop.database.writing() as session:
        await session.execute(update(Case).where(Case.id == promise.case_id).values({of_whom: True}))
    assert await shop.reminds(at(25, 9)) == []


async def test_a_reminder_that_has_not_left_is_taken_back_when_the_promise_is_settled(shop: Shop) -> None:
    promise = await shop.promised()
    await shop.reminds(at(25, 9))
    async with shop.database.writing() as session:
        await break_(session, await session.merge(shop.giulia), promise.id, "perso")
    async with shop.database.reading() as session:
        states = (await session.scalars(select(OutboxEntry.state))).all()
    assert list(states) == [OutboxState.CANCELLED]


async def test_the_watch_looks_for_promises_too(shop: Shop) -> None:
    # The sample shop is open on Saturdays as well, and closed on the 23rd evening.
    await shop.promised()
    await shop.looks(at(25, 9))
    assert len(await shop.told()) == 1
