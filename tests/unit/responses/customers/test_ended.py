"""After an exit: what nothing is decided for reaches an agent with the conversation, and without a draft."""

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.clock import utcnow
from models.decision import Decision, DecisionKind, Role
from models.serial import from_json
from models.states import CaseState, DraftState, PromiseState, Verdict
from models.tables import Agent, Approval, Case, DecisionRow, Draft, Promise
from responses.customers.leaving import propose_exit
from tests.seed import seed_agent
from tests.unit.responses.triage_road import LATE_ORDER, Road, agent, assessed, road

__all__ = ["agent", "road"]

OTHER = assessed("other")


@pytest_asyncio.fixture
async def ended(road: Road, agent: Agent) -> Case:
    """A case with an answer, a promise, and an exit behind it."""
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    async with road.database.writing() as session:
        supervisor = await seed_agent(session, "Sara", Role.SUPERVISOR)
        await propose_exit(
            session,
            supervisor,
            await session.get_one(Case, case.id),
            policy=await road.policies.current(session),
            config=road.config,
            from_day=utcnow().astimezone(road.config.timezone).date(),
            instead="",
            now=utcnow(),
        )
    await road.answers(supervisor, case)
    return case


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
    case = await road.writes("novità?", OTHER)
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
