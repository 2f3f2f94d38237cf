"""Signalling: a customer's record is put together, what it raises is kept, and agents may dismiss it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Given
from models.once import insert_once
from models.record import Dismissal, Record
from models.serial import from_json, to_json
from models.states import CaseState, Direction
from models.tables import Agent, Case, Customer, Message, SignalRow
from responses.approving.rights import check_free
from responses.cases import raise_revision
from responses.corrections import Understood, understood
from responses.customers.threats import is_threat
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import due_now
from responses.orders.purchases import paid_orders, purchases
from responses.orders.unbought import is_unknown_to_book
from responses.policy import Policy
from responses.policy.records import Records, Said, is_claim, is_critical
from responses.policy.schema import Count
from responses.policy.signals import Raised, raised

MAX_REASON = 2000
"""How long the reason of a dismissal may be, in characters."""


async def record_of(
    session: AsyncSession, case: Case, policy: Policy, given: Collection[Given], now: datetime
) -> Record | None:
    """What the customer's history shows, as far back as the policy's signals look.

    None for samples and tests, for people who were erased, and where the policy has no signals. `given` is
    everything that the customer was given before.
    """
    customer = await session.get_one(Customer, case.customer_id)
    if case.is_sample or case.is_test or customer.erased_at is not None or not policy.signals:
        return None
    records = Records(policy)
    written = [one for one in await _said_by(session, case) if records.reaches(one.created_at, now)]
    known = await understood(session, [one.id for one in written])
    said = [
        said_in(one, known[one.id], case_id=str(one.case_id), at=one.created_at)
        for one in written
        if one.id in known
    ]
    dismissed = await session.scalars(
        select(SignalRow).where(
            SignalRow.customer_id == customer.id,
            SignalRow.dismissed_at.is_not(None),
            SignalRow.expires_at > now,
        )
    )
    unbought = None
    if any(signal.count is Count.CLAIMS_WITHOUT_ORDER for signal in policy.signals):
        named = [number for one in known.values() for number in one.assessment.entities.order_ids]
        unbought = await is_unknown_to_book(session, case, named, now)
    found = records.record(
        said,
        given=given,
        paid_orders=paid_orders((await purchases(session, [customer.id])).get(customer.id, ())),
        since=customer.created_at,
        present=case.id,
        now=now,
        unknown_to_book=unbought,
    )
    return replace(found, dismissed=tuple(_dismissal(row) for row in dismissed))


def said_in(message: Message, meant: Understood, *, case_id: str, at: datetime) -> Said:
    """What of a message counts, as written in that case at that moment."""
    found = meant.assessment
    return Said(
        case_id=case_id,
        at=at,
        claim=is_claim(found.act.label, found.abstained),
        critical=is_critical(found.urgency.label, found.abstained),
        threat=is_threat(message.text, meant),
        message=message.id,
    )


async def _said_by(session: AsyncSession, case: Case) -> list[Message]:
    """What the customer wrote in this capacity, each message in its last version, where words are left."""
    query = (
        select(Message)
        .join(Case, Case.id == Message.case_id)
        .where(
            Case.customer_id == case.customer_id,
            Case.audience == case.audience,
            Case.is_sample.is_(False),
            Case.is_test.is_(False),
            Case.state != CaseState.SPAM,
            Message.direction == Direction.IN,
        )
        .order_by(Message.id)
    )
    last = {(row.identity_id, row.external_id or row.id): row for row in await session.scalars(query)}
    return [row for row in last.values() if row.text.strip()]


def _dismissal(row: SignalRow) -> Dismissal:
    evidence = from_json(Raised, row.evidence).evidence
    return Dismissal(signal=row.name, evidence=tuple(one.id for one in evidence))


async def keep_signals(
    session: AsyncSession, case: Case, policy: Policy, seen: Record | None, now: datetime
) -> None:
    """Stores what the record raises, and deletes what it raises no more or whose time is over."""
    if seen is None:
        return
    found: Mapping[str, Raised] = {one.name: one for one in raised(policy, seen, now)}
    gone = {signal.name for signal in policy.signals} - found.keys()
    rows = (await session.scalars(select(SignalRow).where(SignalRow.customer_id == case.customer_id))).all()
    if any(row.expires_at <= now or (row.dismissed_at is None and row.name in gone) for row in rows):
        await session.execute(
            delete(SignalRow).where(
                SignalRow.customer_id == case.customer_id,
                or_(
                    SignalRow.expires_at <= now,
                    and_(SignalRow.dismissed_at.is_(None), SignalRow.name.in_(gone)),
                ),
            )
        )
    kept = {row.name: row for row in rows if row.dismissed_at is None and row.expires_at > now}
    for name, one in found.items():
        row = kept.get(name)
        if row is None:
            made = await insert_once(
                session,
                SignalRow,
                customer_id=case.customer_id,
                case_id=case.id,
                name=name,
                evidence=to_json(one),
                raised_at=now,
                expires_at=one.until,
            )
            if made is not None:
                record(session, "system", "signal.raised", case.id, signal=made)
        elif from_json(Raised, row.evidence).evidence != one.evidence:
            row.evidence, row.expires_at = to_json(one), one.until


async def standing_signals(session: AsyncSession, customer_id: str, now: datetime) -> list[SignalRow]:
    """The customer's signals whose time is not over, those that were dismissed as well, the oldest first."""
    query = (
        select(SignalRow)
        .where(SignalRow.customer_id == customer_id, SignalRow.expires_at > now)
        .order_by(SignalRow.id)
    )
    return list((await session.scalars(query)).all())


async def dismiss(session: AsyncSession, agent: Agent, case: Case, signal_id: str, reason: str) -> None:
    """An agent says that a signal does not hold; the case, if it waits for an answer, is decided anew.

    The customer's other cases whose drafts heed it are found by `responses.customers.dismissals`.

    Args:
        session: the caller's writing transaction.
        agent: who says it.
        case: the case in which it is said, one of the customer's.
        signal_id: which signal.
        reason: why, for whoever asks.

    Raises:
        BlockedError: `reason_empty`; `text_long`; `gone` (dismissed, over, or another's); `claimed`.
        NotAllowedError: `own_case`.
    """
    await check_free(session, agent, case)
    why = reason.strip()
    if not why:
        raise BlockedError("reason_empty")
    if len(why) > MAX_REASON:
        raise BlockedError("text_long", most=str(MAX_REASON))
    now = utcnow()
    done = await session.execute(
        update(SignalRow)
        .where(
            SignalRow.id == signal_id,
            SignalRow.customer_id == case.customer_id,
            SignalRow.dismissed_at.is_(None),
            SignalRow.expires_at > now,
        )
        .values(dismissed_by=agent.id, dismissed_at=now, dismissed_reason=why)
        .returning(SignalRow.id)
    )
    if done.scalar_one_or_none() is None:
        raise BlockedError("gone")
    record(session, agent.id, "signal.dismissed", case.id, signal=signal_id)
    if case.state == CaseState.WAITING_AGENT:
        await raise_revision(session, case)
        await due_now(session, case)


async def are_over(session: AsyncSession, now: datetime) -> bool:
    """Whether there are signals whose time is over."""
    query = select(SignalRow.id).where(SignalRow.expires_at <= now).limit(1)
    return (await session.execute(query)).first() is not None


async def forget_signals(session: AsyncSession, now: datetime) -> None:
    """Deletes the signals whose time is over."""
    await session.execute(delete(SignalRow).where(SignalRow.expires_at <= now))
