"""Reminders of promises: the working day before at opening, when one is due, and every working day after."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import PromiseState, Purpose
from models.tables import Agent, Promise
from responses.channels import AgentChat
from responses.events import record
from responses.hours import OpeningHours
from responses.notices import admins_to_tell
from responses.outbox import enqueue
from responses.presence import absences_at
from responses.promised import Pledge, pledges
from responses.promises import REMINDER

# Who never closes has no opening; nobody wants to be reminded at midnight.
_MORNING = time(9)
_LONGEST_CLOSURE = 60


async def remind(session: AsyncSession, hours: OpeningHours, agent_chat: AgentChat, now: datetime) -> None:
    """Tells whoever has to see to a promise that its time comes, has come, or is over.

    Each time is told of once. What was missed while the program stood still is not made up for: the last of
    it says it all.
    """
    for pledge in await pledges(session, now):
        at = last_occasion(hours, pledge.promise.due_at, now)
        if at is None or at <= pledge.promise.created_at:
            continue
        reminded = await session.execute(
            update(Promise)
            .where(
                Promise.id == pledge.promise.id,
                Promise.state == PromiseState.OPEN,
                or_(Promise.reminded_at.is_(None), Promise.reminded_at < at),
            )
            .values(reminded_at=now)
            .returning(Promise.id)
            .execution_options(synchronize_session=False)
        )
        if reminded.scalar_one_or_none() is not None:
            await _tell(session, pledge, hours, agent_chat, at, now)


def last_occasion(hours: OpeningHours, due: datetime, now: datetime) -> datetime | None:
    """The newest moment up to `now` at which somebody is reminded; None where the first is still to come."""
    due_day = due.astimezone(hours.zone).date()
    today = now.astimezone(hours.zone).date()
    if now < due:
        before = (_opening(hours, due_day - timedelta(days=back)) for back in range(1, _LONGEST_CLOSURE))
        eve = next((moment for moment in before if moment is not None), None)
        return eve if eve is not None and eve <= now else None
    since = (today - timedelta(days=back) for back in range(min((today - due_day).days, _LONGEST_CLOSURE)))
    openings = (_opening(hours, day) for day in since)
    return next((moment for moment in openings if moment is not None and moment <= now), due)


def _opening(hours: OpeningHours, day: date) -> datetime | None:
    opening = hours.opening(day)
    if opening is None or opening.time() > time():
        return opening
    return datetime.combine(day, _MORNING, hours.zone)


async def _tell(
    session: AsyncSession,
    pledge: Pledge,
    hours: OpeningHours,
    agent_chat: AgentChat,
    at: datetime,
    now: datetime,
) -> None:
    record(session, "system", "promise.reminded", pledge.case.id, promise=pledge.promise.id)
    for agent in await _who_is_told(session, pledge, now):
        chat = agent_chat(agent)
        if chat is not None:
            await enqueue(
                session,
                purpose=Purpose.CARD,
                dedupe_key=f"{REMINDER}{pledge.promise.id}:{at.isoformat()}:{agent.id}",
                chat_key=chat,
                content={
                    "bulletin": "promise",
                    "to": agent.id,
                    "promise": pledge.promise.id,
                    "silent": not hours.is_open(now),
                },
                case_id=pledge.case.id,
            )


async def _who_is_told(session: AsyncSession, pledge: Pledge, now: datetime) -> Sequence[Agent]:
    """Who has to see to it; where that is nobody who is here, the admins."""
    if pledge.charged is not None and pledge.charged.id not in await absences_at(session, now):
        return [pledge.charged]
    return await admins_to_tell(session, now)
