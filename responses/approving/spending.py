"""What favours have cost so far, and whether one more is still for this agent to approve.

What was approved on a day is that day's: a choice that is made later, and what is taken back later, count
where their approval stands.
"""

from dataclasses import replace
from datetime import datetime, time
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Decision, DecisionKind, Role, Spent
from models.money import Money
from models.states import CaseState, OfferState
from models.tables import Absence, Agent, Approval, Case, Choice, Draft, LedgerEntry, OfferRow
from responses.approving.rights import check_reach, gives_goodwill
from responses.cases import raise_revision
from responses.customers.history import given_to
from responses.errors import NotAllowedError
from responses.intake.filing import due_now
from responses.people.agents import rank
from responses.policy import Policy
from responses.policy.totals import Before, above_totals

ABOVE_BUDGET = "above_budget"
"""Why an approval is refused that was within the totals when the case was decided."""

_BUDGET_LOCK = 0x52494D42  # any number that no other lock of ours uses


async def spent(session: AsyncSession, policy: Policy, now: datetime) -> Spent:
    """The goodwill approved for the policy's audience on this day and in this month, in its currency.

    What the ledger has booked, and of choices that are still open the dearest option; samples and tests do
    not count.
    """
    today = now.astimezone(policy.timezone).date()
    values = {
        "day": datetime.combine(today, time(), policy.timezone),
        "month": datetime.combine(today.replace(day=1), time(), policy.timezone),
        "audience": policy.audience,
        "currency": policy.currency,
    }
    day, day_undecided, month, month_undecided = (await session.execute(_sums(), values)).one()
    return Spent(
        day=Money.from_minor(int(day) + int(day_undecided), policy.currency),
        month=Money.from_minor(int(month) + int(month_undecided), policy.currency),
    )


@cache
def _sums() -> Select[Any, Any, Any, Any]:
    """What is booked and what is undecided, of the day and of the month; built once, which takes longer than
    asking."""
    return select(*_since("day"), *_since("month"))


def _since(start: str) -> tuple[Any, Any]:
    counted: tuple[ColumnElement[bool], ...] = (
        Approval.created_at >= bindparam(start),
        Case.audience == bindparam("audience"),
        Case.is_sample.is_(False),
        Case.is_test.is_(False),
    )
    booked = (
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .join(Approval, Approval.id == LedgerEntry.approval_id)
        .join(Case, Case.id == LedgerEntry.case_id)
        .where(LedgerEntry.basis == Basis.GOODWILL, LedgerEntry.currency == bindparam("currency"), *counted)
    )
    dearest = (
        select(func.max(OfferRow.worth_minor).label("worth"))
        .join(
            Choice,
            (Choice.approval_id == OfferRow.approval_id) & (Choice.choice_group == OfferRow.choice_group),
        )
        .join(Approval, Approval.id == Choice.approval_id)
        .join(Case, Case.id == Choice.case_id)
        .where(
            Choice.chosen_at.is_(None),
            OfferRow.state != OfferState.WITHDRAWN,
            OfferRow.basis == Basis.GOODWILL,
            OfferRow.currency == bindparam("currency"),
            *counted,
        )
        .group_by(Choice.id)
        .subquery()
    )
    undecided = select(func.coalesce(func.sum(dearest.c.worth), 0))
    return booked.scalar_subquery(), undecided.scalar_subquery()


async def take_turn(session: AsyncSession, draft_id: str) -> None:
    """Waits until whoever approves at this moment is done, so that what they give is seen and counted.

    Comes before any row is locked: whoever is ahead may need one that somebody waiting here holds.
    """
    if session.get_bind().dialect.name == "postgresql":
        audience = select(Case.audience).join(Draft, Draft.case_id == Case.id).where(Draft.id == draft_id)
        key = func.hashtext(audience.scalar_subquery())
        await session.execute(select(func.pg_advisory_xact_lock(_BUDGET_LOCK, key)))


async def check_totals(
    session: AsyncSession, agent: Agent, case: Case, decision: Decision | None, policy: Policy, now: datetime
) -> Absence | None:
    """What an agent's rights suffice for still fits into the totals, or the agent may go beyond them.

    To be asked in one's turn, see `take_turn`. Returns the absence in which the agent stands in, None where
    their own rights suffice.

    Raises:
        NotAllowedError: `ABOVE_BUDGET`, with the role that may; the case has to be decided anew.
    """
    if decision is None or decision.kind is not DecisionKind.OFFER or not gives_goodwill(decision):
        return None
    if rank(Role.SUPERVISOR) <= max(rank(agent.role), rank(decision.tier)):
        # They may go beyond, or whoever they stand in for may.
        return None
    here, elsewhere = await given_to(session, case)
    before = Before(given=(*here, *elsewhere), spent=await spent(session, policy, now), now=now)
    if not any(above_totals(decision.worth, policy, before)):
        return None
    try:
        return await check_reach(session, agent, replace(decision, tier=Role.SUPERVISOR))
    except NotAllowedError:
        raise NotAllowedError(ABOVE_BUDGET, role=Role.SUPERVISOR) from None


async def decide_anew(session: AsyncSession, case: Case) -> None:
    """After that refusal, which takes back everything that was to happen: the right person gets the case."""
    if case.state == CaseState.WAITING_AGENT:
        await raise_revision(session, case)
        await due_now(session, case)
