"""One summary at opening of what came while closed."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.database import Database
from models.states import CaseState
from models.tables import Agent, Card, Case, Draft
from responses.cases import raise_revision
from responses.config import RoadConfig
from responses.people.groups import move_chat
from responses.people.nights import sum_up
from tests.unit.responses.staff import GROUP, Staff, chat_of

ROME = ZoneInfo("Europe/Rome")
# The sample shop is open from 9 to 13 and from 14:30 to 18:30; the 24th of November 2026 is a Tuesday.
EVENING = datetime(2026, 11, 23, 20, tzinfo=ROME)
NINE = datetime(2026, 11, 24, 9, tzinfo=ROME)


@pytest_asyncio.fixture
async def staff(sqlite: Database, config: RoadConfig) -> Staff:
    return await Staff(sqlite, config).prepare()


async def came(staff: Staff, agent: Agent | None, at: datetime, **changes: object) -> Draft:
    draft = await staff.draft(**changes)  # type: ignore[arg-type]
    await staff.card_at(draft, agent, at)
    return draft


async def summaries(staff: Staff) -> list[tuple[str, int, list[str]]]:
    return [
        (entry.chat_key.rpartition(":")[2], entry.content["count"], entry.content["cases"])
        for entry in await staff.said("opening")
    ]


async def test_at_opening_each_agent_is_told_once_what_waits_the_most_urgent_first(staff: Staff) -> None:
    giulia, marco = await staff.hires("Giulia", telegram=1), await staff.hires("Marco", telegram=2)
    later = await came(staff, giulia, EVENING, due_at=NINE + timedelta(hours=8))
    sooner = await came(staff, giulia, EVENING + timedelta(hours=5), due_at=NINE + timedelta(hours=1))
    other = await came(staff, marco, EVENING)
    await staff.looks(NINE - timedelta(seconds=1))
    assert await summaries(staff) == []
    await staff.looks(NINE)
    await staff.looks(NINE + timedelta(seconds=30))
    assert await summaries(staff) == [
        ("1", 2, [sooner.case_id, later.case_id]),
        ("2", 1, [other.case_id]),
    ]


@pytest.mark.parametrize(
    "at",
    [
        pytest.param(EVENING - timedelta(hours=2), id="while still open"),
        pytest.param(NINE, id="after opening"),
    ],
)
async def test_what_came_while_open_is_in_no_summary(staff: Staff, at: datetime) -> None:
    await came(staff, await staff.hires("Giulia", telegram=1), at)
    await staff.looks(NINE + timedelta(minutes=1))
    assert await summaries(staff) == []


async def test_what_no_longer_waits_is_in_no_summary(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await came(staff, giulia, EVENING, state=CaseState.ANSWERED)
    changed = await came(staff, giulia, EVENING)
    async with staff.database.writing() as session:
        await raise_revision(session, await session.get_one(Case, changed.case_id))
    await staff.looks(NINE)
    assert await summaries(staff) == []


async def test_who_is_away_gets_no_summary(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await staff.leaves(giulia, since=EVENING)
    await came(staff, giulia, EVENING)
    await staff.looks(NINE)
    assert await summaries(staff) == []


async def test_the_lunch_break_has_a_summary_of_its_own(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await came(staff, giulia, EVENING)
    noon = await came(staff, giulia, NINE + timedelta(hours=5))
    await staff.looks(NINE)
    await staff.looks(NINE + timedelta(hours=5, minutes=30))
    assert [cases for _, _, cases in await summaries(staff)][1:] == [[noon.case_id]]


async def test_a_long_summary_names_the_first_and_counts_all(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    drafts = [await came(staff, giulia, EVENING, due_at=NINE + timedelta(minutes=n)) for n in range(10)]
    await staff.looks(NINE)
    assert await summaries(staff) == [("1", 10, [draft.case_id for draft in drafts[:8]])]


async def test_the_group_is_told_once_of_the_cards_that_came_there(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await staff.hires("Marco", telegram=2)
    await staff.meets(giulia)
    later = await came(staff, None, EVENING, due_at=NINE + timedelta(hours=8))
    sooner = await came(staff, None, EVENING + timedelta(hours=5), due_at=NINE + timedelta(hours=1))
    await staff.looks(NINE - timedelta(seconds=1))
    assert await summaries(staff) == []
    await staff.looks(NINE)
    await staff.looks(NINE + timedelta(seconds=30))
    assert await summaries(staff) == [("-5", 2, [sooner.case_id, later.case_id])]


async def test_who_wants_cards_in_private_too_is_told_there_of_those(staff: Staff) -> None:
    giulia = await staff.hires("Giulia", telegram=1)
    await staff.meets(giulia)
    both = await came(staff, None, EVENING)
    await staff.card_at(both, giulia, EVENING)
    group_only = await came(staff, None, EVENING)
    await staff.looks(NINE)
    assert await summaries(staff) == [
        ("-5", 2, [both.case_id, group_only.case_id]),
        ("1", 1, [both.case_id]),
    ]


async def test_a_group_that_another_bot_had_is_told_nothing(staff: Staff) -> None:
    await staff.meets(await staff.hires("Giulia", telegram=1), source="telegram:2")
    await came(staff, None, EVENING)
    await staff.looks(NINE)
    assert await summaries(staff) == []


async def test_a_group_that_moves_after_its_summary_gets_no_second_one(staff: Staff) -> None:
    await staff.meets(await staff.hires("Giulia", telegram=1))
    draft = await came(staff, None, EVENING)
    await staff.looks(NINE)
    async with staff.database.writing() as session:
        await move_chat(session, GROUP, "telegram:1:-1005")
        card = (await session.scalars(select(Card).where(Card.case_id == draft.case_id))).one()
        card.chat_key = "telegram:1:-1005"
    await staff.looks(NINE + timedelta(seconds=30))
    # What had not left yet leaves for the new address.
    assert await summaries(staff) == [("-1005", 1, [draft.case_id])]


async def test_of_two_programs_that_look_at_opening_one_tells_the_group(staff: Staff) -> None:
    await staff.meets(await staff.hires("Giulia", telegram=1))
    draft = await came(staff, None, EVENING)
    await asyncio.gather(staff.looks(NINE), staff.looks(NINE))
    assert await summaries(staff) == [("-5", 1, [draft.case_id])]


class KilledError(Exception):
    """The program ends here."""


async def test_a_summary_cut_off_before_its_commit_is_told_by_the_next_look(staff: Staff) -> None:
    await staff.meets(await staff.hires("Giulia", telegram=1))
    draft = await came(staff, None, EVENING)
    with pytest.raises(KilledError):
        async with staff.database.writing() as session:
            policy = await staff.policies.current(session)
            await sum_up(session, policy.hours, chat_of, NINE)
            raise KilledError
    assert await summaries(staff) == []
    await staff.looks(NINE + timedelta(minutes=1))
    await staff.looks(NINE + timedelta(minutes=2))
    assert await summaries(staff) == [("-5", 1, [draft.case_id])]
