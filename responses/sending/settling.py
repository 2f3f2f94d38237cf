"""Settling a doubt: a person says of an answer that it arrived, or that it be sent again."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Role
from models.states import OutboxState, Purpose
from models.tables import Agent, Approval, Case, OutboxEntry
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.people.agents import rank
from responses.sending.delivery import sent
from responses.sending.outbox import settle_by_hand


async def settle(session: AsyncSession, agent: Agent, outbox_id: str, *, arrived: bool) -> Case:
    """Settles an answer that is unconfirmed or has failed; returns its case.

    Who approved the answer may say so, and supervisors. The case loses its mark with its last doubt.

    Raises:
        BlockedError: `gone` (no such answer, or it is not in doubt) or `settled` (by somebody else).
        NotAllowedError: `not_yours`.
    """
    entry = await session.get(OutboxEntry, outbox_id)
    if entry is None or entry.purpose != Purpose.ANSWER or entry.approval_id is None:
        raise BlockedError("gone")
    approval = await session.get_one(Approval, entry.approval_id)
    if approval.agent_id != agent.id and rank(agent.role) < rank(Role.SUPERVISOR):
        raise NotAllowedError("not_yours")
    if not await settle_by_hand(session, entry, arrived=arrived):
        raise BlockedError("settled")
    case = await session.get_one(Case, approval.case_id)
    if arrived:
        await sent(session, entry)
    in_doubt = select(OutboxEntry.id).where(
        OutboxEntry.case_id == case.id,
        OutboxEntry.purpose == Purpose.ANSWER,
        OutboxEntry.state.in_((OutboxState.UNCONFIRMED, OutboxState.FAILED)),
    )
    case.flag = case.flag if (await session.execute(in_doubt.limit(1))).first() is not None else None
    record(session, agent.id, "outbox.arrived" if arrived else "outbox.sent_again", case.id, outbox=entry.id)
    return case
