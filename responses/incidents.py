"""Incidents: when something new has happened in a case, so that the rules of that day judge it."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.labels import Act
from models.states import PromiseKind, PromiseState
from models.tables import Case, Fact, Promise
from responses.cases import last_answer_at
from responses.facts import ORDER_FACT, known_facts
from responses.orders.keys import order_key
from responses.reading import Reading


async def note_incident(session: AsyncSession, case: Case, reading: Reading) -> None:
    """Sets the case's clock to the newest incident, where one began after what was answered.

    A new incident is a promise we broke, a complaint after everything promised was kept, or another order
    than the one that was answered for. Reopening alone is none: the rules of the first day stay.
    """
    answered = await last_answer_at(session, case.id, settling=True)
    if answered is None:
        return
    beginnings = [
        await _broken_at(session, case),
        await _failed_again_at(session, case, reading),
        await _other_order_at(session, case, answered),
    ]
    case.incident_at = max([case.incident_at, *_known(beginnings)])


async def _broken_at(session: AsyncSession, case: Case) -> datetime | None:
    query = select(func.max(Promise.settled_at)).where(
        Promise.case_id == case.id, Promise.state == PromiseState.BROKEN
    )
    at: datetime | None = (await session.scalars(query)).one()
    return at


async def _failed_again_at(session: AsyncSession, case: Case, reading: Reading) -> datetime | None:
    """The first complaint since we had kept our word, when nothing promised is left to be done."""
    # An answer that was announced and given is no word kept about the failure itself.
    query = select(Promise.state, Promise.settled_at).where(
        Promise.case_id == case.id, Promise.kind != PromiseKind.ANSWER
    )
    promises = (await session.execute(query)).all()
    kept = [at for state, at in promises if state == PromiseState.KEPT and at is not None]
    if not kept or any(state == PromiseState.OPEN for state, _ in promises):
        return None
    complaints = (
        message.created_at
        for message in reading.fresh
        if message.id in reading.assessed and reading.assessed[message.id].act.label == Act.COMPLAINT
    )
    return min((at for at in complaints if at > max(kept)), default=None)


async def _other_order_at(session: AsyncSession, case: Case, answered: datetime) -> datetime | None:
    then = (await known_facts(session, case.id, by=answered)).get(ORDER_FACT)
    now = (await known_facts(session, case.id)).get(ORDER_FACT)
    if then is None or now is None or then.unavailable or now.unavailable:
        return None
    if order_key(str(then.value)) == order_key(str(now.value)):
        return None
    query = select(func.min(Fact.created_at)).where(
        Fact.case_id == case.id, Fact.name == ORDER_FACT, Fact.created_at > answered
    )
    at: datetime | None = (await session.scalars(query)).one()
    return at


def _known(moments: Iterable[datetime | None]) -> list[datetime]:
    return [moment for moment in moments if moment is not None]
