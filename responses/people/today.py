"""What is to be done at this moment: who waits for us, for whom we wait, which sendings are in doubt."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState, Direction, OutboxState, Purpose, Verdict
from models.tables import Approval, Case, Identity, Message, OutboxEntry
from responses.cases import WORKED_ON, owes_answer


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A case that waits. `since` is when the wait began; `identity` is the customer's."""

    case: Case
    identity: Identity
    since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class InDoubt:
    """An answer of which somebody has to say what became of it."""

    entry: OutboxEntry
    case: Case
    identity: Identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Today:
    """Everything open, the longest wait first; samples and tests left out."""

    for_us: tuple[Waiting, ...]
    for_customer: tuple[Waiting, ...]
    in_doubt: tuple[InDoubt, ...]


async def open_today(session: AsyncSession) -> Today:
    """What is open now."""
    return Today(
        for_us=await _for_us(session),
        for_customer=await _for_customer(session),
        in_doubt=await _in_doubt(session),
    )


async def _for_us(session: AsyncSession) -> tuple[Waiting, ...]:
    # What could not be delivered has answered nothing: the wait goes on from the words before it.
    delivered = ~exists().where(
        OutboxEntry.approval_id == Approval.id, OutboxEntry.state == OutboxState.FAILED
    )
    answered = (
        select(func.max(Approval.created_at))
        .where(
            Approval.case_id == Case.id,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            delivered,
        )
        .correlate(Case)
        .scalar_subquery()
    )
    unread = (
        select(func.min(Message.created_at))
        .where(
            Message.case_id == Case.id,
            Message.direction == Direction.IN,
            or_(answered.is_(None), Message.created_at > answered),
        )
        .correlate(Case)
        .scalar_subquery()
    )
    query = (
        select(Case, Identity, unread)
        .join(Identity, Identity.id == Case.identity_id)
        .where(
            or_(Case.state.in_(WORKED_ON), owes_answer()), Case.is_sample.is_(False), Case.is_test.is_(False)
        )
    )
    waiting = [
        Waiting(case=case, identity=identity, since=since or case.answered_at or case.created_at)
        for case, identity, since in await session.execute(query)
    ]
    return tuple(sorted(waiting, key=lambda one: (one.since, one.case.number)))


async def _for_customer(session: AsyncSession) -> tuple[Waiting, ...]:
    query = (
        select(Case, Identity)
        .join(Identity, Identity.id == Case.identity_id)
        .where(Case.state == CaseState.WAITING_CUSTOMER, Case.is_sample.is_(False), Case.is_test.is_(False))
    )
    waiting = [
        Waiting(case=case, identity=identity, since=case.answered_at or case.created_at)
        for case, identity in await session.execute(query)
    ]
    return tuple(sorted(waiting, key=lambda one: (one.since, one.case.number)))


async def _in_doubt(session: AsyncSession) -> tuple[InDoubt, ...]:
    query = (
        select(OutboxEntry, Case, Identity)
        .join(Case, Case.id == OutboxEntry.case_id)
        .join(Identity, Identity.id == Case.identity_id)
        .where(
            OutboxEntry.purpose == Purpose.ANSWER,
            OutboxEntry.state.in_((OutboxState.UNCONFIRMED, OutboxState.FAILED)),
            Case.is_sample.is_(False),
            Case.is_test.is_(False),
        )
        .order_by(OutboxEntry.sending_since, OutboxEntry.id)
    )
    return tuple(
        InDoubt(entry=entry, case=case, identity=identity)
        for entry, case, identity in await session.execute(query)
    )
