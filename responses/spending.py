"""What favours have cost so far: of a day and a month against the budget, of a customer against the total."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Decision, DecisionKind, Role, Spent
from models.money import Money
from models.tables import Approval, Case, Choice, LedgerEntry, OfferRow
from responses.policy import Policy
from responses.policy.given import earlier

_BUDGET_LOCK = 0x42554447  # any number that no other lock of ours uses


async def spent_by(session: AsyncSession, policy: Policy, audience: str, now: datetime) -> Spent:
    """Goodwill booked since the day and the month began in the business's time, samples and tests left out.

    Of a choice that is still open the dearest option counts. Money in another currency is not counted.
    """
    local = now.astimezone(policy.timezone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    here = (Case.audience == audience, Case.is_sample.is_(False), Case.is_test.is_(False))
    return Spent(
        day=await _favours(session, policy.currency, midnight, *here),
        month=await _favours(session, policy.currency, midnight.replace(day=1), *here),
    )


async def needs_more(
    session: AsyncSession, case: Case, decision: Decision, policy: Policy, now: datetime
) -> Role | None:
    """The role that has to approve after all, where favours given since have used up a budget or a total.

    To be asked inside the approving transaction: from then on until its end, no other approval of the same
    database books a favour.
    """
    if decision.kind != DecisionKind.OFFER or decision.worth is None or decision.worth.amount == 0:
        return None
    if case.is_sample or case.is_test:
        return None
    if session.get_bind().dialect.name == "postgresql":
        # A SQLite writer is alone in any case.
        await session.execute(select(func.pg_advisory_xact_lock(_BUDGET_LOCK)))
    limits, worth = policy.limits, decision.worth
    spent = await spent_by(session, policy, case.audience, now)
    over = [
        limit is not None and limit < used + worth
        for limit, used in ((limits.budget_day, spent.day), (limits.budget_month, spent.month))
    ]
    if limits.per_customer is not None:
        since = earlier(now, limits.per_customer.every)
        had = await _favours(session, policy.currency, since, Case.customer_id == case.customer_id)
        over.append(limits.per_customer.total < had + worth)
    return Role.SUPERVISOR if any(over) else None


async def _favours(
    session: AsyncSession, currency: str, since: datetime, *where: ColumnElement[bool]
) -> Money:
    booked = (
        select(func.sum(LedgerEntry.amount_minor))
        .join(Case, Case.id == LedgerEntry.case_id)
        .where(
            LedgerEntry.basis == Basis.GOODWILL,
            LedgerEntry.currency == currency,
            LedgerEntry.created_at >= since,
            *where,
        )
    )
    total = (await session.scalars(booked)).one() or 0
    waiting = (
        select(Choice.id, func.max(OfferRow.worth_minor))
        .join(Approval, Approval.id == Choice.approval_id)
        .join(Case, Case.id == Choice.case_id)
        .join(
            OfferRow,
            (OfferRow.approval_id == Choice.approval_id) & (OfferRow.choice_group == Choice.choice_group),
        )
        .where(
            Choice.chosen_at.is_(None),
            Approval.undone_at.is_(None),
            Approval.created_at >= since,
            OfferRow.basis == Basis.GOODWILL,
            OfferRow.currency == currency,
            *where,
        )
        .group_by(Choice.id)
    )
    return Money.from_minor(int(total) + _sum((await session.execute(waiting)).all()), currency)


def _sum(rows: Iterable[tuple[str, int | None]]) -> int:
    return sum(worth or 0 for _, worth in rows)
