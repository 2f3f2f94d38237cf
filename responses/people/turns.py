"""What follows when somebody goes away or comes back: whose turn it is with the cases that wait."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState
from models.tables import Absence, Case
from responses.cases import OPEN_STATES, release
from responses.events import record
from responses.people.holding import draft_anew
from responses.people.presence import absences_at
from responses.proposed import proposed_draft
from responses.triage import Triage

_AT_ONCE = 200


async def turn_over(session: AsyncSession, triage: Triage, now: datetime) -> None:
    """Brings cases and cards in line with who is here; does nothing more when nothing has changed.

    What was passed to somebody absent goes back to all, and so does what they held when they left. Each
    change deals the waiting cases anew: to deputies, and to who is back.
    """
    begun = await _changed(session, Absence.begun_at.is_(None), Absence.starts_at <= now)
    over = await _changed(session, Absence.over_at.is_(None), Absence.ends_at <= now)
    for absence in begun:
        absence.begun_at = now
    for absence in over:
        absence.over_at = now
    leaving = {absence.agent_id for absence in begun if absence.ends_at > now}
    away = await absences_at(session, now)
    returned = await _return_cases(session, leaving, away.keys(), now) if away else []
    waiting = await _waiting(session) if begun or over else returned
    for case in waiting:
        await triage.deal(session, case, await proposed_draft(session, case))


async def _changed(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Absence]:
    query = select(Absence).where(*conditions).with_for_update(skip_locked=True)
    return list((await session.scalars(query)).all())


async def _return_cases(
    session: AsyncSession, leaving: Collection[str], away: Collection[str], now: datetime
) -> list[Case]:
    """Takes cases back; returns those that wait for somebody's press."""
    query = (
        select(Case)
        .where(
            Case.state.in_(OPEN_STATES),
            or_(Case.claimed_by.in_(leaving), Case.passed_to.in_(away)),
        )
        .with_for_update(skip_locked=True)
    )
    returned = (await session.scalars(query)).all()
    for case in returned:
        if case.passed_to in away:
            case.passed_to = None
        if case.claimed_by in leaving:
            release(case)
            if case.state == CaseState.TAKEN_OVER:
                await draft_anew(session, case)
        record(session, "system", "case.returned", case.id)
    return [case for case in returned if case.state == CaseState.WAITING_AGENT]


async def _waiting(session: AsyncSession) -> list[Case]:
    query = (
        select(Case)
        .where(Case.state == CaseState.WAITING_AGENT, Case.triage_due_at.is_(None), Case.is_sample.is_(False))
        .order_by(Case.due_at.is_(None), Case.due_at, Case.id)
        .limit(_AT_ONCE)
    )
    return list((await session.scalars(query)).all())
