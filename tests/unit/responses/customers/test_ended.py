"""After an exit: what nothing is decided for reaches an agent with the conversation, and without a draft.

Until the day of the exit everything is drafted for as before, and what was asked and promised stands.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from bot.cards.head import head_of
from bot.words import words_in
from models.clock import utcnow
from models.decision import Decision, DecisionKind, Role
from models.serial import from_json
from models.states import CaseState, DraftState, PromiseKind, PromiseState, Verdict
from models.tables import Agent, Approval, Case, DecisionRow, Draft, Fact, Message, Promise
from responses.approving.approval import Approvals
from responses.customers.leaving import propose_exit
from responses.drafts.dates import format_day
from responses.drafts.lines import offer_line
from responses.errors import BlockedError
from responses.policy.fact_names import FactNames
from responses.views import view_case
from tests.seed import bound, seed_agent
from tests.unit.responses.triage_road import LATE, LATE_ORDER, Road, agent, assessed, road

__all__ = ["agent", "road"]

OTHER = assessed("other")


def today(road: Road) -> date:
    return utcnow().astimezone(road.config.timezone).date()


async def ends(road: Road, case: Case, *, days: int = 0) -> Agent:
    """A supervisor has the exit drafted, from so many days on."""
    async with road.database.writing() as session:
        supervisor = await seed_agent(session, "Sara", Role.SUPERVISOR)
        await propose_exit(
            session,
            supervisor,
            await session.get_one(Case, case.id),
            policy=await road.policies.current(session),
            config=road.config,
            from_day=today(road) + timedelta(days=days),
            instead="",
            now=utcnow(),
        )
    return supervisor


@pytest_asyncio.fixture
async def ended(road: Road, agent: Agent) -> Case:
    """A case with an answer, a promise, and an exit behind it."""
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await road.answers(await ends(road, case), case)
    return case


@pytest_asyncio.fixture
async def noticed(road: Road, agent: Agent) -> Case:
    """The same with an exit that begins in seven days."""
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    await road.answers(await ends(road, case, days=7), case)
    return case


async def of_exits(road: Road, **values: object) -> None:
    """The exits of the database were decided with these values instead."""
    async with road.database.writing() as session:
        for row in await session.scalars(select(DecisionRow).where(DecisionRow.kind == DecisionKind.EXIT)):
            row.content = {key: one for key, one in (row.content | values).items() if one is not None}


async def drafts(road: Road) -> int:
    return await road.number(Draft, Draft.state == DraftState.PROPOSED)


async def decided(road: Road, case: Case) -> Decision:
    async with road.database.reading() as session:
        query = select(DecisionRow.content).where(DecisionRow.case_id == case.id)
        return from_json(
            Decision, (await session.scalars(query.order_by(DecisionRow.id.desc()).limit(1))).one()
        )


@pytest.mark.parametrize("text", ["ma come?", "e perché?", "Ma scusate, che cosa ho fatto?"])
@pytest.mark.parametrize("act", ["other", "question"])
async def test_who_asks_why_gets_a_person_and_no_draft(road: Road, ended: Case, text: str, act: str) -> None:
    case = await road.writes(text, assessed(act))
    assert (case.id, case.state) == (ended.id, CaseState.WAITING_AGENT)
    assert case.due_at is not None
    assert await drafts(road) == 0
    decision = await decided(road, case)
    assert decision.kind is DecisionKind.HAND_OVER
    assert decision.notes[0].startswith("il rapporto è stato chiuso")


async def test_who_asks_where_a_promise_stands_is_still_told(road: Road, ended: Case) -> None:
    assert await road.number(Promise, Promise.state == PromiseState.OPEN) > 0
    case = await road.writes("novità?", assessed("other", asks_where_it_stands=True))
    assert (await road.draft(case)).kind == DecisionKind.STATUS


async def test_it_holds_for_another_case_of_the_same_customer(road: Road, ended: Case) -> None:
    long_ago = utcnow() - timedelta(days=40)
    async with road.database.writing() as session:
        closed = {"answered_at": long_ago, "closed_at": long_ago, "state": CaseState.CLOSED}
        await session.execute(update(Case).where(Case.id == ended.id).values(**closed))
    case = await road.writes("ma come?", OTHER)
    assert (case.id == ended.id, case.state) == (False, CaseState.WAITING_AGENT)
    assert await drafts(road) == 0


async def test_an_exit_that_was_taken_back_ended_nothing(road: Road, ended: Case) -> None:
    async with road.database.writing() as session:
        last = select(Approval.id).order_by(Approval.created_at.desc()).limit(1).scalar_subquery()
        undone = update(Approval).where(Approval.id == last, Approval.verdict == Verdict.SEND)
        await session.execute(undone.values(undone_at=utcnow()))
    await road.writes("ma come?", OTHER)
    assert await drafts(road) == 1


async def test_the_day_of_an_exit_is_kept_and_told_with_its_draft(road: Road, noticed: Case) -> None:
    exit_from = today(road) + timedelta(days=7)
    async with road.database.reading() as session:
        query = select(DecisionRow).where(DecisionRow.kind == DecisionKind.EXIT)
        decision = from_json(Decision, (await session.scalars(query)).one().content)
        text = (await session.scalars(select(Draft.text).where(Draft.kind == DecisionKind.EXIT))).one()
    assert (decision.exit_from, decision.notice) == (exit_from, True)
    day = format_day(exit_from, "it", today=today(road))
    assert day in text
    assert offer_line(decision, "it").startswith("chiusura del rapporto da")
    assert offer_line(decision, "it").endswith(f"{format_day(exit_from, 'it')} {exit_from.year}")


@pytest.mark.parametrize(("text", "act"), [("ma come?", "other"), ("siete aperti?", "question")])
async def test_until_its_day_everything_is_drafted_for_as_before(
    road: Road, noticed: Case, text: str, act: str
) -> None:
    case = await road.writes(text, assessed(act))
    assert (await road.draft(case)).kind == DecisionKind.HAND_OVER
    assert not any("chius" in note for note in (await decided(road, case)).notes)


async def test_from_its_day_on_there_is_no_draft_and_the_reason_names_the_day(
    road: Road, noticed: Case
) -> None:
    began = today(road) - timedelta(days=1)
    await of_exits(road, exit_from=began.isoformat())
    await road.writes("ma come?", OTHER)
    assert await drafts(road) == 0
    told = (await decided(road, noticed)).notes[0]
    assert told.startswith("il rapporto è stato chiuso")
    assert f"{format_day(began, 'it')} {began.year}" in told


async def test_the_day_begins_at_midnight_of_the_business(road: Road, noticed: Case) -> None:
    starts = today(road)
    await of_exits(road, exit_from=starts.isoformat())
    case = await road.writes("ma come?", OTHER)
    assert await drafts(road) == 0
    midnight = datetime.combine(starts, time(), road.config.timezone)
    async with road.database.writing() as session:
        await session.execute(update(Approval).values(created_at=midnight - timedelta(hours=1)))
        written = midnight - timedelta(seconds=1)
        await session.execute(update(Message).where(Message.text == "ma come?").values(created_at=written))
        (await session.get_one(Case, case.id)).triage_due_at = utcnow()
    await road.triage.run(case.id)
    assert await drafts(road) == 1


async def test_an_exit_that_kept_no_day_counts_at_once(road: Road, ended: Case) -> None:
    await of_exits(road, exit_from=None, notice=None)
    await road.writes("ma come?", OTHER)
    assert await drafts(road) == 0
    assert (await decided(road, ended)).notes[0] == (
        "il rapporto è stato chiuso: per questo non c'è una bozza, scrivi tu"
    )


async def test_card_and_page_say_the_day_before_it_and_after(road: Road, noticed: Case) -> None:
    async def shown() -> tuple[date | None, bool, str]:
        async with road.database.reading() as session:
            view = await view_case(session, noticed, road.config.timezone)
        names = FactNames(None, "it")
        head = head_of(view, ["it"], words_in("it"), road.config.timezone, names).html
        return view.ends_on, view.has_ended, next(line for line in head.split("\n") if "Il rapporto" in line)

    ends_on, has_ended, line = await shown()
    assert (ends_on, has_ended) == (today(road) + timedelta(days=7), False)
    assert f"{format_day(today(road) + timedelta(days=7), 'it')} " in line
    assert "si chiude" in line
    await of_exits(road, exit_from=today(road).isoformat())
    ends_on, has_ended, line = await shown()
    assert (ends_on, has_ended) == (today(road), True)
    assert "è stato chiuso" in line


async def test_what_waits_when_notice_is_given_is_drafted_for_after_it(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    before = await decided(road, case)
    await road.answers(await ends(road, case, days=7), case)
    await road.triage.run(case.id)
    draft = await road.draft(case)
    assert draft.kind == before.kind == DecisionKind.OFFER
    assert (await decided(road, case)).offers == before.offers
    await road.answers(agent, case)
    async with road.database.reading() as session:
        state = (await session.get_one(Case, case.id)).state
    assert state in (CaseState.ANSWERED, CaseState.PROMISED)


@pytest.mark.parametrize("drafted", [False, True])
async def test_a_notice_that_is_undone_is_on_the_table_again_with_the_words_of_its_agent(
    road: Road, drafted: bool
) -> None:
    case, notice, undo = await takes_notice_back(road)
    if drafted:
        await road.triage.run(case.id)
    again = await undo()
    assert again is not None
    await road.triage.run(case.id)
    shown = await road.draft(case)
    assert (shown.id, shown.kind, shown.text) == (again.id, DecisionKind.EXIT, notice)
    async with road.database.reading() as session:
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_AGENT
    assert await drafts(road) == 1


async def test_a_notice_that_is_undone_after_new_words_is_read_together_with_them(road: Road) -> None:
    case, _, undo = await takes_notice_back(road)
    await road.writes("Il pacco RS1234 è in ritardo, e ora?", LATE_ORDER)
    assert await undo() is None
    await road.triage.run(case.id)
    assert (await road.draft(case)).kind == DecisionKind.OFFER


async def takes_notice_back(road: Road) -> tuple[Case, str, Callable[[], Awaitable[Draft | None]]]:
    """A notice beside words that wait, edited and approved but not sent; its text, and what undoes it."""
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    supervisor = await ends(road, case, days=7)
    approvals = Approvals(replace(road.config, undo=timedelta(seconds=10)))
    notice = f"Con rammarico. {(await road.draft(case)).text}"
    async with road.database.writing() as session:
        draft = await approvals.edit(session, supervisor, bound(await road.draft(case)), notice)
    async with road.database.writing() as session:
        policy = await road.policies.current(session)
        approval = await approvals.approve(session, supervisor, bound(draft), policy.hours)

    async def undo() -> Draft | None:
        async with road.database.writing() as session:
            return await approvals.undo(session, supervisor, approval.id)

    return case, notice, undo


async def test_an_exit_at_once_answers_what_waits(road: Road) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(await ends(road, case), case)
    await road.triage.run(case.id)
    assert await drafts(road) == 0


async def test_a_question_of_ours_outlasts_a_notice(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    assert (await road.draft(case)).kind == DecisionKind.ASK
    await road.answers(agent, case)
    await road.answers(await ends(road, case, days=7), case)
    async with road.database.reading() as session:
        waiting = await session.get_one(Case, case.id)
        assert (waiting.state, waiting.silence_at is not None) == (CaseState.WAITING_CUSTOMER, True)
    case = await road.writes("RS1234", OTHER)
    assert await road.number(Fact, Fact.case_id == case.id, Fact.name == "order_id") == 1
    assert (await road.draft(case)).kind == DecisionKind.OFFER


async def test_an_answer_that_was_announced_is_still_to_come_after_a_notice(road: Road, agent: Agent) -> None:
    case = await road.writes("Non va bene per niente", assessed("complaint"))
    await road.answers(agent, case)
    assert await road.number(Promise, Promise.kind == PromiseKind.ANSWER) == 1
    supervisor = await ends(road, case, days=300)
    assert "risposta" in (await road.draft(case)).text
    await road.answers(supervisor, case)
    assert await road.number(Promise, Promise.state == PromiseState.OPEN) == 1


async def test_an_exit_at_once_gives_the_answer_that_was_announced(road: Road, agent: Agent) -> None:
    case = await road.writes("Non va bene per niente", assessed("complaint"))
    await road.answers(agent, case)
    supervisor = await ends(road, case)
    assert "risposta" not in (await road.draft(case)).text
    await road.answers(supervisor, case)
    assert await road.number(Promise, Promise.state == PromiseState.KEPT) == 1


class TestTheDayInTheText:
    """An exit whose words somebody has changed."""

    async def approves(self, road: Road, case: Case, change: tuple[int, int]) -> str:
        """The letter with one day in the place of another, both in days from now; what stops it."""
        supervisor = await ends(road, case, days=7)
        old, new = (
            format_day(today(road) + timedelta(days=days), "it", today=today(road)) for days in change
        )
        async with road.database.writing() as session:
            approvals = Approvals(road.config)
            on_table = (await session.scalars(select(Draft).where(Draft.state == DraftState.PROPOSED))).one()
            assert old in on_table.text
            text = on_table.text.replace(old, new)
            draft = await approvals.edit(session, supervisor, bound(on_table), text)
            policy = await road.policies.current(session)
            await approvals.approve(session, supervisor, bound(draft), policy.hours)
            return draft.text

    async def test_is_the_one_that_is_kept(self, road: Road) -> None:
        case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
        with pytest.raises(BlockedError, match="exit_day") as stopped:
            await self.approves(road, case, (7, 12))
        assert stopped.value.details["day"] == (today(road) + timedelta(days=7)).isoformat()

    async def test_may_stand_among_other_words(self, road: Road) -> None:
        case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
        assert await self.approves(road, case, (7, 7))
