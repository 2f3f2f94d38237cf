"""A critical case rings with who is on call until somebody takes it."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.database import Database
from models.decision import Role
from models.states import CaseState, OutboxState, Purpose
from models.tables import Call, Case, Draft, OutboxEntry
from responses.cases import claim
from responses.config import RoadConfig
from responses.notices import NoticeKind, standing_notices
from responses.people.oncall import answer_call, go_on_ringing, raise_alarm
from tests.unit.responses.staff import Staff, chat_of

ROME = ZoneInfo("Europe/Rome")
# A Saturday night: whoever is called is called outside opening hours.
NIGHT = datetime(2026, 11, 28, 23, tzinfo=ROME)
THREE = timedelta(minutes=3)


def on_call(names: str) -> object:
    return lambda text: f"{text}\non_call: {names}\n"


async def staff_with(database: Database, config: RoadConfig, names: str) -> Staff:
    return await Staff(database, config).prepare(on_call(names))  # type: ignore[arg-type]


@pytest_asyncio.fixture
async def staff(sqlite: Database, config: RoadConfig) -> Staff:
    staff = await staff_with(sqlite, config, "{always: [sara, marco]}")
    await staff.hires("Ada", Role.ADMIN, telegram=1)
    await staff.hires("Sara", telegram=2)
    await staff.hires("Marco", telegram=3)
    return staff


async def alarm(staff: Staff, draft: Draft, at: datetime = NIGHT) -> None:
    async with staff.database.writing() as session:
        await raise_alarm(
            session,
            await session.get_one(Case, draft.case_id),
            policies=staff.policies,
            texts=staff.texts,
            agent_chat=chat_of,
            danger=True,
            now=at,
        )


async def rung(staff: Staff) -> list[str]:
    """Whose chats were rung, in order."""
    return [entry.chat_key.rpartition(":")[2] for entry in await staff.said("ring")]


async def emergencies(staff: Staff) -> int:
    async with staff.database.reading() as session:
        query = select(OutboxEntry).where(OutboxEntry.purpose == Purpose.STANDING)
        return len((await session.scalars(query)).all())


async def test_it_rings_at_once_with_sound_and_the_customer_is_told_what_to_do(staff: Staff) -> None:
    draft = await staff.draft(urgency="critical", language="it")
    await alarm(staff, draft)
    ring = (await staff.said("ring"))[0]
    assert ring.chat_key == "telegram:1:2"
    assert not ring.content.get("silent")
    async with staff.database.reading() as session:
        query = select(OutboxEntry).where(OutboxEntry.purpose == Purpose.STANDING)
        assert "112" in (await session.scalars(query)).one().content["text"]


async def test_it_rings_every_three_minutes_and_after_three_rings_with_the_next_person(staff: Staff) -> None:
    await alarm(staff, await staff.draft())
    half_minutes = range(1, 49)
    for half_minute in half_minutes:
        await staff.looks(NIGHT + timedelta(seconds=30 * half_minute))
    assert await rung(staff) == ["2", "2", "2", "3", "3", "3", "2", "2", "2"]


async def test_after_a_stop_it_rings_once_and_then_goes_on(staff: Staff) -> None:
    await alarm(staff, await staff.draft())
    later = NIGHT + timedelta(hours=2)
    await staff.looks(later)
    await staff.looks(later + timedelta(seconds=30))
    assert await rung(staff) == ["2", "2"]
    await staff.looks(later + THREE)
    assert await rung(staff) == ["2", "2", "2"]


async def test_what_could_not_leave_does_not_ring_later(staff: Staff) -> None:
    await alarm(staff, await staff.draft())
    await staff.looks(NIGHT + THREE)
    states = [entry.state for entry in await staff.said("ring")]
    assert states == [OutboxState.CANCELLED, OutboxState.PENDING]


async def test_of_two_programs_that_look_at_the_same_moment_one_rings(staff: Staff) -> None:
    await alarm(staff, await staff.draft())
    await asyncio.gather(staff.looks(NIGHT + THREE), staff.looks(NIGHT + THREE))
    assert await rung(staff) == ["2", "2"]


class KilledError(Exception):
    """The program ends here."""


async def test_a_ring_cut_off_before_its_commit_is_rung_by_the_next_look(staff: Staff) -> None:
    await alarm(staff, await staff.draft())
    with pytest.raises(KilledError):
        async with staff.database.writing() as session:
            await go_on_ringing(session, policies=staff.policies, agent_chat=chat_of, now=NIGHT + THREE)
            raise KilledError
    assert await rung(staff) == ["2"]
    await staff.looks(NIGHT + THREE)
    assert await rung(staff) == ["2", "2"]


async def test_who_answers_ends_it_and_rings_that_wait_are_cancelled(staff: Staff) -> None:
    draft = await staff.draft()
    await alarm(staff, draft)
    sara = (await staff.everyone())["Sara"]
    async with staff.database.writing() as session:
        call = (await session.scalars(select(Call))).one()
        await answer_call(session, call, sara, NIGHT)
    await staff.looks(NIGHT + THREE)
    assert [entry.state for entry in await staff.said("ring")] == [OutboxState.CANCELLED]
    async with staff.database.reading() as session:
        assert (await session.scalars(select(Call.answered_by))).one() == sara.id


async def test_a_case_that_somebody_holds_rings_no_more(staff: Staff) -> None:
    draft = await staff.draft()
    await alarm(staff, draft)
    async with staff.database.writing() as session:
        ada = (await staff.everyone())["Ada"]
        await claim(session, await session.get_one(Case, draft.case_id), ada)
        case = await session.get_one(Case, draft.case_id)
        case.claimed_until = NIGHT + timedelta(minutes=15)
    await staff.looks(NIGHT + THREE)
    await staff.looks(NIGHT + timedelta(minutes=30))
    assert await rung(staff) == ["2"]


@pytest.mark.parametrize("state", [CaseState.ANSWERED, CaseState.TAKEN_OVER, CaseState.CLOSED])
async def test_a_case_that_no_longer_waits_rings_no_more(staff: Staff, state: CaseState) -> None:
    draft = await staff.draft()
    await alarm(staff, draft)
    async with staff.database.writing() as session:
        (await session.get_one(Case, draft.case_id)).state = state
    await staff.looks(NIGHT + THREE)
    assert await rung(staff) == ["2"]


async def test_a_case_rings_once_however_often_its_customer_writes(staff: Staff) -> None:
    draft = await staff.draft()
    await alarm(staff, draft)
    await alarm(staff, draft, NIGHT + timedelta(minutes=1))
    assert await rung(staff) == ["2"]
    assert await emergencies(staff) == 1


@pytest.mark.parametrize(
    ("mark", "texts"),
    [pytest.param("is_sample", 0, id="sample"), pytest.param("is_test", 1, id="test")],
)
async def test_samples_and_tests_never_ring(staff: Staff, mark: str, texts: int) -> None:
    await alarm(staff, await staff.draft(**{mark: True}))
    assert await rung(staff) == []
    assert await emergencies(staff) == texts


async def test_who_is_away_is_passed_over(staff: Staff) -> None:
    everyone = await staff.everyone()
    await staff.leaves(everyone["Sara"], since=NIGHT)
    await alarm(staff, await staff.draft())
    assert await rung(staff) == ["3"]


async def test_it_rings_with_who_is_on_call_on_that_day(sqlite: Database, config: RoadConfig) -> None:
    staff = await staff_with(sqlite, config, "{mon-fri: [Marco], sat-sun: [Sara]}")
    await staff.hires("Sara", telegram=2)
    await staff.hires("Marco", telegram=3)
    await alarm(staff, await staff.draft(), NIGHT)
    await alarm(staff, await staff.draft(), NIGHT + timedelta(days=2))
    assert await rung(staff) == ["2", "3"]


SHIFTS = '{mon-fri: {"8:00-20:00": [Marco, Sara], "20:00-8:00": [Sara]}, sat-sun: [Marco]}'


@pytest.mark.parametrize(
    ("at", "called"),
    [
        pytest.param(datetime(2026, 11, 27, 19, 59, tzinfo=ROME), "3", id="by day"),
        pytest.param(datetime(2026, 11, 27, 20, 0, tzinfo=ROME), "2", id="as the night begins"),
        pytest.param(datetime(2026, 11, 27, 7, 59, tzinfo=ROME), "2", id="next morning"),
        pytest.param(datetime(2026, 11, 30, 7, 59, tzinfo=ROME), "1", id="after a Sunday without night"),
    ],
)
async def test_it_rings_with_who_is_on_call_at_that_hour(
    sqlite: Database, config: RoadConfig, at: datetime, called: str
) -> None:
    staff = await staff_with(sqlite, config, SHIFTS)
    await staff.hires("Ada", Role.ADMIN, telegram=1)
    await staff.hires("Sara", telegram=2)
    await staff.hires("Marco", telegram=3)
    await alarm(staff, await staff.draft(), at)
    assert await rung(staff) == [called]


async def test_when_the_turn_ends_the_next_ring_is_for_who_is_on_call_then(
    sqlite: Database, config: RoadConfig
) -> None:
    staff = await staff_with(sqlite, config, SHIFTS)
    await staff.hires("Sara", telegram=2)
    await staff.hires("Marco", telegram=3)
    evening = datetime(2026, 11, 27, 19, 58, tzinfo=ROME)
    await alarm(staff, await staff.draft(), evening)
    await staff.looks(evening + THREE)
    assert await rung(staff) == ["3", "2"]


async def test_where_nobody_on_call_is_here_it_rings_with_the_admins_and_says_why(
    sqlite: Database, config: RoadConfig
) -> None:
    staff = await staff_with(sqlite, config, "{always: [Nina]}")
    await staff.hires("Ada", Role.ADMIN, telegram=1)
    await staff.hires("Bea", Role.ADMIN, telegram=4)
    await staff.hires("Sara", telegram=2)
    await alarm(staff, await staff.draft())
    assert await rung(staff) == ["1", "4"]
    assert {entry.content["nobody"] for entry in await staff.said("ring")} == {True}
    await staff.looks(NIGHT)
    async with staff.database.reading() as session:
        assert [notice.kind for notice in await standing_notices(session)] == [NoticeKind.NOBODY_ON_CALL]


async def test_a_policy_without_on_call_has_its_admins_on_call(sqlite: Database, config: RoadConfig) -> None:
    staff = await Staff(sqlite, config).prepare()
    await staff.hires("Ada", Role.ADMIN, telegram=1)
    await staff.hires("Sara", telegram=2)
    await alarm(staff, await staff.draft())
    await staff.looks(NIGHT)
    assert await rung(staff) == ["1"]
    async with staff.database.reading() as session:
        assert await standing_notices(session) == []
