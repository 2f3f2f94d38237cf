"""On call: a critical case rings, day and night, until somebody takes it.

A call is a row, each ring is an outbox entry before it is sent, and both are written in one transaction:
what a crash interrupts goes on where it stood.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Role
from models.once import insert_once
from models.states import CaseState, OutboxState, Purpose
from models.tables import Agent, Call, Case, OutboxEntry
from responses.cases import holder_of
from responses.channels import AgentChat
from responses.events import record
from responses.notices import admins_to_tell
from responses.people.presence import present_agents
from responses.policies import PolicyBook
from responses.policy.schema import Policy
from responses.sending.outbox import enqueue
from responses.sending.standing_texts import StandingTexts

RING_EVERY = timedelta(minutes=3)
RINGS_EACH = 3
"""How often it rings with one person before it is the next one's turn."""

_WANTS_SOMEBODY = (CaseState.DRAFTING, CaseState.WAITING_AGENT)


async def raise_alarm(
    session: AsyncSession,
    case: Case,
    *,
    policies: PolicyBook,
    texts: StandingTexts,
    agent_chat: AgentChat,
    danger: bool,
    now: datetime,
) -> None:
    """Begins to ring unless it rings already; in `danger` the customer is told what to do, once per case.

    Samples and tests never ring, nor does a case that somebody holds.
    """
    if case.is_sample:
        return
    if danger and not case.answered_by_hand:
        await texts.enqueue(
            session,
            "emergency",
            chat_key=case.chat_key,
            language=case.language,
            dedupe_key=f"emergency:{case.id}",
            case_id=case.id,
        )
    if case.is_test or await holder_of(session, case, now) is not None:
        return
    call_id = await insert_once(session, Call, case_id=case.id, next_ring_at=now)
    if call_id is not None:
        record(session, "system", "call.begun", case.id, call=call_id)
        await _ring(session, await session.get_one(Call, call_id), case, policies, agent_chat, now)


async def go_on_ringing(
    session: AsyncSession, *, policies: PolicyBook, agent_chat: AgentChat, now: datetime
) -> None:
    """Ends the calls whose case somebody has taken, and rings again for those that are due."""
    query = select(Call).where(Call.settled_at.is_(None)).order_by(Call.id).with_for_update(skip_locked=True)
    for call in (await session.scalars(query)).all():
        case = await session.get_one(Case, call.case_id)
        holder = await holder_of(session, case, now)
        if holder is not None or case.state not in _WANTS_SOMEBODY:
            await answer_call(session, call, holder, now)
        elif call.next_ring_at <= now:
            await _ring(session, call, case, policies, agent_chat, now)


async def answer_call(session: AsyncSession, call: Call, agent: Agent | None, now: datetime) -> None:
    """It rings no more: `agent` has the case, or (None) it no longer needs anybody."""
    answered = await session.execute(
        update(Call)
        .where(Call.id == call.id, Call.settled_at.is_(None))
        .values(settled_at=now, answered_by=agent.id if agent is not None else None)
        .returning(Call.id)
        .execution_options(synchronize_session=False)
    )
    if answered.scalar_one_or_none() is None:
        return
    await session.refresh(call)
    await _silence(session, call)
    record(session, agent.id if agent is not None else "system", "call.answered", call.case_id, call=call.id)


async def people_on_call(
    session: AsyncSession, policy: Policy, agent_chat: AgentChat, now: datetime
) -> list[Agent]:
    """Who is called at that moment, in the policy's order: those who are here and have a chat.

    A policy that says nothing of it has its admins on call.
    """
    here = [agent for agent in await present_agents(session, now) if agent_chat(agent) is not None]
    if not policy.on_call:
        return [agent for agent in here if agent.role == Role.ADMIN]
    local = now.astimezone(policy.timezone)
    weekday, minute = local.weekday(), local.hour * 60 + local.minute
    shifts = [entry for entry in policy.on_call if entry.holds_at(weekday, minute)]
    names = [name.casefold() for entry in shifts for name in entry.names]
    by_name = {agent.name.casefold(): agent for agent in here}
    return [by_name[name] for name in dict.fromkeys(names) if name in by_name]


async def _ring(
    session: AsyncSession,
    call: Call,
    case: Case,
    policies: PolicyBook,
    agent_chat: AgentChat,
    now: datetime,
) -> None:
    policy = await policies.current(session, case.audience)
    people = await people_on_call(session, policy, agent_chat, now)
    called: Sequence[Agent] = people
    if people:
        called = [people[call.rings // RINGS_EACH % len(people)]]
    else:
        admins = await admins_to_tell(session, now)
        here = await present_agents(session, now)
        called = [admin for admin in admins if agent_chat(admin) is not None] or here
    # What could not leave in three minutes must not all ring at once later.
    await _silence(session, call)
    call.rings += 1
    # In step with the first ring, except after a stop: what was missed is not made up for.
    call.next_ring_at += RING_EVERY
    if call.next_ring_at <= now:
        call.next_ring_at = now + RING_EVERY
    for agent in called:
        chat = agent_chat(agent)
        if chat is not None:
            await enqueue(
                session,
                purpose=Purpose.CARD,
                dedupe_key=f"ring:{call.id}:{call.rings}:{agent.id}",
                chat_key=chat,
                content={
                    "bulletin": "ring",
                    "to": agent.id,
                    "case": case.id,
                    "call": call.id,
                    "nobody": not people,
                },
                case_id=case.id,
            )


async def _silence(session: AsyncSession, call: Call) -> None:
    """Cancels the rings that have not left yet."""
    await session.execute(
        update(OutboxEntry)
        .where(
            OutboxEntry.case_id == call.case_id,
            OutboxEntry.state == OutboxState.PENDING,
            OutboxEntry.dedupe_key.startswith(f"ring:{call.id}:", autoescape=True),
        )
        .values(state=OutboxState.CANCELLED)
        .execution_options(synchronize_session=False)
    )
