"""By when a case wants an answer."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision
from models.labels import Urgency
from models.serial import from_json
from models.tables import Case, DecisionRow, SignalRow
from responses.hours import OpeningHours
from responses.policy import Policy

_URGENCIES = tuple(Urgency)


def highest(urgencies: Iterable[str]) -> Urgency:
    """The most urgent of them."""
    return max((Urgency(one) for one in urgencies), key=_URGENCIES.index)


def due_by(policy: Policy, urgency: str, first: datetime, *, sooner: bool = False) -> datetime | None:
    """By when the policy wants an answer: never later than for what is less urgent.

    Four opening hours may end after one working day, when they begin on a Friday evening. `sooner` counts
    as high urgency at least.
    """
    least = Urgency.HIGH if sooner else Urgency.LOW
    ends = []
    for one in _URGENCIES[: _URGENCIES.index(highest([urgency, least])) + 1]:
        # What is critical runs on the clock, whatever the opening hours say.
        hours = OpeningHours.always(policy.timezone) if one == Urgency.CRITICAL else policy.hours
        if one in policy.deadlines:
            ends.append(hours.add(policy.deadlines[one], first))
    return min(ends, default=None)


async def is_sooner(session: AsyncSession, case: Case, policy: Policy) -> bool:
    """Whether a signal had the case looked at sooner when it was decided last, and still stands."""
    query = select(DecisionRow.content).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id.desc())
    content = (await session.scalars(query.limit(1))).first()
    decision = from_json(Decision, content) if content is not None else None
    if decision is None or not decision.sooner:
        return False
    standing = select(SignalRow.id).where(
        SignalRow.customer_id == case.customer_id,
        SignalRow.name.in_(
            [one.name for one in policy.signals if one.then.sooner and one.name in decision.signals]
        ),
        SignalRow.dismissed_at.is_(None),
    )
    return (await session.execute(standing.limit(1))).first() is not None
