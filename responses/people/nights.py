"""Outside opening hours: cards arrive without sound, and one summary at opening says what waits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState, Purpose
from models.tables import Agent, Card, Case
from responses.channels import AgentChat
from responses.hours import OpeningHours
from responses.people.groups import present_group
from responses.people.presence import present_agents
from responses.policies import NoPolicyError, PolicyBook
from responses.sending.outbox import enqueue

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
    """Says, once an opening, which of the cards that came while closed still wait.

    Everyone here is told of the cards in their own chat, the agents' group of those that it has.
    """
    closed = hours.closed_before(now)
    if closed is None:
        return
    since, until = closed
    query = (
        select(Card.chat_key, Case.id)
        .join(Case, Case.id == Card.case_id)
        .where(
            Card.created_at >= since,
            Card.created_at < until,
            Card.revision == Case.revision,
            Case.state == CaseState.WAITING_AGENT,
        )
        .order_by(Case.due_at.is_(None), Case.due_at, Case.id)
    )
    waiting: dict[str, dict[str, None]] = {}
    for chat, case_id in await session.execute(query):
        waiting.setdefault(chat, {})[case_id] = None
    group = await present_group(session, agent_chat)
    if group is not None and group.chat_key in waiting:
        # Under its new id a group that has moved is the same one.
        key = f"opening:{until.isoformat()}:{group.source}"
        await _tell(session, key, group.chat_key, None, list(waiting[group.chat_key]))
    for agent in await present_agents(session, now):
        own = agent_chat(agent)
        if own is not None and own in waiting:
            await _tell(session, f"opening:{until.isoformat()}:{agent.id}", own, agent, list(waiting[own]))


async def _tell(
    session: AsyncSession, dedupe_key: str, chat: str, reader: Agent | None, cases: Sequence[str]
) -> None:
    await enqueue(
        session,
        purpose=Purpose.CARD,
        dedupe_key=dedupe_key,
        chat_key=chat,
        content={
            "bulletin": "opening",
            "to": reader.id if reader is not None else None,
            "cases": cases[:MAX_NAMED],
            "count": len(cases),
        },
    )
