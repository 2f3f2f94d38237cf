"""Who is away gets nothing, what they held goes back to all, and deputies approve up to a limit."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.states import CaseState
from models.tables import Absence, Agent, Approval, Case, Draft, Event
from responses.approving.approval import Approvals
from responses.cases import claim
from responses.config import RoadConfig
from responses.errors import BlockedError, NotAllowedError
from responses.hours import OpeningHours
from responses.notices import standing_notices
from responses.people.holding import take_over
from responses.people.presence import absences_at, absences_from, come_back, go_away, last_day
from tests.seed import bound
from tests.unit.responses.staff import Staff

ROME = ZoneInfo("Europe/Rome")
NOON = datetime(2026, 12, 20, 12, tzinfo=ROME)


@pytest_asyncio.fixture
async def staff(sqlite: Database, config: RoadConfig) -> Staff:
    return await Staff(sqlite, config).prepare()


async def approve(staff: Staff, agent: Agent, draft: Draft) -> Approval:
    async with staff.database.writing() as session:
        hours = OpeningHours.always(ROME)
        return await Approvals(staff.config).approve(
            session, await session.get_one(Agent, agent.id), bound(draft), hours
        )


async def away(staff: Staff, agent: Agent, first: str, last: str, deputy: Agent | None = None) -> Absence:
    async with staff.database.writing() as session:
        return await go_away(
            session,
            await session.get_one(Agent, agent.id),
            first=date.fromisoformat(first),
            last=date.fromisoformat(last),
            deputy=deputy,
            policy=await staff.policies.current(session),
            now=NOON,
            by=agent,
        )


async def test_an_absence_lasts_from_the_first_moment_of_the_first_day_to_the_last_of_the_last(
    staff: Staff,
) -> None:
    giulia = await staff.hires("Giulia")
    absence = await away(staff, giulia, "2026-12-24", "2027-01-06")
    moments = {
        "2026-12-23T23:59": False,
        "2026-12-24T00:00": True,
        "2027-01-06T23:59": True,
        "2027-01-07T00:00": False,
    }
    async with staff.database.reading() as session:
        found = {
            text: giulia.id in await absences_at(session, datetime.fromisoformat(text).replace(tzinfo=ROME))
            for text in moments
        }
    assert found == moments
    assert last_day(absence, ROME) == date(2027, 1, 6)


async def test_a_new_absence_takes_the_place_of_the_planned_one(staff: Staff) -> None:
    giulia = await staff.hires("Giulia")
    await away(staff, giulia, "2026-12-24", "2027-01-06")
    newer = await away(staff, giulia, "2026-12-22", "2026-12-23")
    async with staff.database.reading() as session:
        assert [each.id for each in await session.scalars(select(Absence))] == [newer.id]


async def test_who_comes_back_early_was_away_until_then(staff: Staff) -> None:
    giulia = await staff.hires("Giulia")
    await away(staff, giulia, "2026-12-20", "2026-12-31")
    early = NOON + timedelta(days=2)
    async with staff.database.writing() as session:
        assert await come_back(session, await session.merge(giulia), now=early, by=giulia)
        assert not await come_back(session, await session.merge(giulia), now=early, by=giulia)
    async with staff.database.reading() as session:
        absence = (await session.scalars(select(Absence))).one()
        assert (absence.starts_at, absence.ends_at) == (NOON, early)
        assert await absences_from(session, early) == {}


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        pytest.param("2026-12-24", "2026-12-23", "absence_order", id="the wrong way round"),
        pytest.param("2026-12-10", "2026-12-19", "absence_past", id="over"),
    ],
)
async def test_days_that_make_no_absence_are_refused(
    staff: Staff, first: str, last: str, reason: str
) -> None:
    giulia = await staff.hires("Giulia")
    with pytest.raises(BlockedError) as refused:
        await away(staff, giulia, first, last)
    assert refused.value.reason == reason


async def test_nobody_stands_in_for_themselves(staff: Staff) -> None:
    giulia = await staff.hires("Giulia")
    with pytest.raises(BlockedError, match="deputy_self"):
        await away(staff, giulia, "2026-12-24", "2026-12-25", giulia)


@pytest.mark.parametrize(
    ("own", "limit"),
    [
        pytest.param(5_000, 5_000, id="the absent agent's own limit is smaller"),
        pytest.param(15_000, 10_000, id="the policy's is smaller"),
        pytest.param(None, 10_000, id="only the policy has one"),
    ],
)
async def test_a_deputys_limit_is_the_smaller_of_the_absent_agents_and_the_policys(
    staff: Staff, own: int | None, limit: int
) -> None:
    sara = await staff.hires("Sara", Role.SUPERVISOR, limit=own)
    absence = await away(staff, sara, "2026-12-24", "2026-12-25", await staff.hires("Giulia"))
    assert absence.deputy_limit_minor == limit


async def test_without_a_word_in_the_policy_a_deputy_reaches_as_far_as_a_supervisor(
    sqlite: Database, config: RoadConfig
) -> None:
    staff = await Staff(sqlite, config).prepare(lambda text: text.replace("deputy_approval: 100 EUR", ""))
    boss = await staff.hires("Ada", Role.ADMIN)
    absence = await away(staff, boss, "2026-12-24", "2026-12-25", await staff.hires("Giulia"))
    assert absence.deputy_limit_minor == 20_000


async def test_who_is_away_gets_no_card(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await staff.hires("Marco", telegram=2)
    await staff.leaves(giulia)
    draft = await staff.draft()
    await staff.show(draft)
    assert await staff.cards(draft) == ["2"]


async def test_what_was_passed_to_somebody_who_leaves_goes_to_all(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await staff.hires("Marco", telegram=2)
    draft = await staff.draft(passed_to=giulia.id)
    await staff.show(draft)
    assert await staff.cards(draft) == ["1"]
    await staff.leaves(giulia)
    await staff.looks()
    assert (await staff.case(draft)).passed_to is None
    assert await staff.cards(draft) == ["1", "2"]


async def test_what_somebody_held_when_they_left_is_free_and_what_they_take_later_is_theirs(
    staff: Staff,
) -> None:
    giulia = await staff.hires("Giulia")
    draft = await staff.draft()
    async with staff.database.writing() as session:
        await claim(session, await session.get_one(Case, draft.case_id), giulia)
    await staff.leaves(giulia)
    await staff.looks()
    assert (await staff.case(draft)).claimed_by is None
    async with staff.database.writing() as session:
        await claim(session, await session.get_one(Case, draft.case_id), giulia)
    await staff.looks()
    assert (await staff.case(draft)).claimed_by == giulia.id


async def test_a_conversation_taken_over_by_who_leaves_is_drafted_for_again(staff: Staff) -> None:
    giulia = await staff.hires("Giulia")
    draft = await staff.draft()
    async with staff.database.writing() as session:
        case = await session.get_one(Case, draft.case_id)
        await take_over(session, await session.merge(giulia), case)
    await staff.leaves(giulia)
    await staff.looks()
    case = await staff.case(draft)
    assert (case.state, case.claimed_by) == (CaseState.DRAFTING, None)


async def test_a_deputy_gets_the_cards_that_only_absent_people_may_approve(staff: Staff) -> None:
    sara, giulia = (
        await staff.hires("Sara", Role.SUPERVISOR, telegram=1),
        await staff.hires("Giulia", telegram=2),
    )
    draft = await staff.draft(tier=Role.SUPERVISOR, worth=80)
    await staff.show(draft)
    assert await staff.cards(draft) == ["1"]
    await staff.leaves(sara, deputy=giulia, limit=10_000)
    await staff.looks()
    await staff.looks()
    assert await staff.cards(draft) == ["1", "2"]


async def test_a_deputy_approves_up_to_the_limit_and_it_is_on_record(staff: Staff) -> None:
    sara, giulia = await staff.hires("Sara", Role.SUPERVISOR), await staff.hires("Giulia")
    await staff.leaves(sara, deputy=giulia, limit=10_000)
    approval = await approve(staff, giulia, await staff.draft(tier=Role.SUPERVISOR, worth=100))
    async with staff.database.reading() as session:
        event = (await session.scalars(select(Event).where(Event.action == "approval.in_place"))).one()
    assert event.actor == giulia.id
    assert event.details == {"approval": approval.id, "of": sara.id, "limit": 10_000}


async def test_a_deputy_does_not_approve_above_the_limit(staff: Staff) -> None:
    sara, giulia = await staff.hires("Sara", Role.SUPERVISOR), await staff.hires("Giulia")
    await staff.leaves(sara, deputy=giulia, limit=10_000)
    with pytest.raises(NotAllowedError, match="above_limit"):
        await approve(staff, giulia, await staff.draft(tier=Role.SUPERVISOR, worth=101))


async def test_a_deputy_does_not_approve_while_somebody_here_may(staff: Staff) -> None:
    sara, giulia = await staff.hires("Sara", Role.SUPERVISOR), await staff.hires("Giulia")
    await staff.hires("Ada", Role.ADMIN)
    await staff.leaves(sara, deputy=giulia, limit=10_000)
    with pytest.raises(NotAllowedError, match="above_limit"):
        await approve(staff, giulia, await staff.draft(tier=Role.SUPERVISOR, worth=80))


async def test_a_deputy_who_is_away_too_stands_in_for_nobody(staff: Staff) -> None:
    sara, giulia = await staff.hires("Sara", Role.SUPERVISOR), await staff.hires("Giulia")
    await staff.leaves(sara, deputy=giulia)
    await staff.leaves(giulia)
    with pytest.raises(NotAllowedError, match="above_limit"):
        await approve(staff, giulia, await staff.draft(tier=Role.SUPERVISOR, worth=80))


async def test_who_is_back_gets_what_waits_once(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await staff.leaves(giulia)
    draft = await staff.draft()
    await staff.show(draft)
    await staff.looks()
    assert await staff.cards(draft) == []
    later = utcnow()
    async with staff.database.writing() as session:
        await come_back(session, await session.merge(giulia), now=later, by=giulia)
    await staff.looks(later)
    await staff.looks(later)
    assert await staff.cards(draft) == ["1"]


async def test_a_notice_stands_while_nobody_here_may_approve_what_waits(staff: Staff) -> None:
    ada = await staff.hires("Ada", Role.ADMIN)
    await staff.hires("Giulia")
    draft = await staff.draft(tier=Role.ADMIN, worth=500)
    await staff.looks()
    async with staff.database.reading() as session:
        assert await standing_notices(session) == []
    await staff.leaves(ada)
    await staff.looks()
    async with staff.database.reading() as session:
        notice = (await standing_notices(session))[0]
    number = str((await staff.case(draft)).number)
    assert notice.details == {"number": number, "count": "1", "role": "admin"}
    async with staff.database.writing() as session:
        await come_back(session, await session.merge(ada), now=utcnow(), by=ada)
    await staff.looks()
    async with staff.database.reading() as session:
        assert await standing_notices(session) == []


async def test_admins_are_told_of_a_notice_once_a_day_and_not_at_once(staff: Staff) -> None:
    await staff.hires("Ada", Role.ADMIN, telegram=1, limit=100)
    await staff.draft(tier=Role.ADMIN, worth=500)
    start = datetime.combine(utcnow().astimezone(ROME).date(), datetime.min.time(), ROME)
    minutes = (0, 5, 11, 60, 600)
    for minute in minutes:
        await staff.looks(start + timedelta(minutes=minute))
    assert len(await staff.said("notice")) == 1
    await staff.looks(start + timedelta(days=1))
    assert [entry.chat_key for entry in await staff.said("notice")] == ["telegram:1:1", "telegram:1:1"]


async def test_a_sample_that_returns_to_all_sends_no_card(staff: Staff) -> None:
    giulia = await staff.hires("Giulia")
    await staff.hires("Marco", telegram=2)
    draft = await staff.draft(passed_to=giulia.id, is_sample=True)
    await staff.leaves(giulia)
    await staff.looks()
    assert (await staff.case(draft)).passed_to is None
    assert await staff.cards(draft) == []


async def test_a_house_without_rules_is_looked_at_without_complaint(
    sqlite: Database, config: RoadConfig
) -> None:
    await Staff(sqlite, config).looks()
