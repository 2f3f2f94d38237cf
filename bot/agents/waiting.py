"""Cases that wait already, for a chat that gets cards from now on."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState
from models.tables import Agent, Case
from responses.approving.rights import may_approve, own_case
from responses.proposed import proposed_draft
from responses.sending.outbox import enqueue_card

_SHOWN_AT_FIRST = 10


async def show_waiting(session: AsyncSession, chat_key: str, agent: Agent | None) -> None:
    """A chat that gets cards from now on gets the cases that wait already, the most urgent first.

    Args:
        session: the transaction.
        chat_key: the chat.
        agent: whose private chat it is; None for the agents' group.
    """
    query = (
        select(Case)
        .where(Case.state == CaseState.WAITING_AGENT, Case.is_sample.is_(False))
        .order_by(Case.due_at.is_(None), Case.due_at, Case.id)
        .limit(_SHOWN_AT_FIRST)
    )
    for case in (await session.scalars(query)).all():
        draft = await proposed_draft(session, case)
        if agent is None:
            await enqueue_card(session, case, None, chat_key, draft)
            continue
        if draft is None or await own_case(session, agent, case):
            continue
        if agent.id in {able.id for able in await may_approve(session, draft)}:
            await enqueue_card(session, case, agent, chat_key, draft)
