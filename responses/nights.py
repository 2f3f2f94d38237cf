"""Outside opening hours: cards arrive without sound, and one summary at opening says what waits."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState, Purpose
from models.tables import Card, Case
from responses.channels import AgentChat
from responses.hours import OpeningHours
from responses.outbox import enqueue
from responses.policies import NoPolicyError, PolicyBook
from responses.presence import present_agents

MAX_NAMED = 8
"""How many cases a summary names; it counts all of them."""


async def is_night(session: AsyncSession, policies: PolicyBook, audience: str, now: datetime) -> bool:
    """Whether it is outside opening hours; without a policy there are none."""
    try:
        policy = await policies.current(session, audience)
    except NoPolicyError:
        return False
    return not policy.hours.is_open(now)


async def sum_up(session: AsyncSession, hours: OpeningHours, agent_chat: AgentChat, now: datetime) -> None:
    """Tells everyone here, once an opening, which of the cards that came while closed still wait."""
    closed = hours.closed_before(now)
    if closed is None:
        return
    since, until = closed
    query = (
        select(Card.agent_id, Case)
        .join(Case, Case.id == Card.case_id)
        .where(
            Card.agent_id.is_not(None),
            Card.created_at >= since,
            Card.created_at < until,
            Card.revision == Case.revision,
            Case.state == CaseState.WAITING_AGENT,
        )
        .order_by(Case.due_at.is_(None), Case.due_at, Case.id)
    )
    waiting: dict[str, list[str]] = {}
    for agent_id, case in await session.execute(query):
        cases = waiting.setdefault(str(agent_id), [])
        if case.id not in cases:
            cases.append(case.id)
    for agent in await present_agents(session, now):
        chat = agent_chat(agent)
        if chat is not None and agent.id in waiting:
            cases = waiting[agent.id]
            await enqueue(
                session,
                purpose=Purpose.CARD,
                dedupe_key=f"opening:{until.isoformat()}:{agent.id}",
                chat_key=chat,
                content={
                    "bulletin": "opening",
                    "to": agent.id,
                    "cases": cases[:MAX_NAMED],
                    "count": len(cases),
                },
            )
