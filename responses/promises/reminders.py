"""Reminders of promises: before one is due, when it is, and every working day after.

The one before comes at the opening of the working day before. Whatever was promised later than that is told
of when half of its time is over.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import PromiseState, Purpose
from models.tables import Agent, Promise
from responses.channels import AgentChat
from responses.events import record
from responses.hours import NeverOpenError, OpeningHours
from responses.notices import admins_to_tell
from responses.people.presence import absences_at
from responses.promises.keeping import REMINDER
from responses.promises.told import Pledge, pledges
from responses.sending.outbox import enqueue

# Who never closes has no opening; nobody wants to be reminded at midnight.
_MORNING = time(9)
_LONGEST_CLOSURE = 60
# Who hears of it later than that can do nothing about it any more.
_AT_LEAST = timedelta(minutes=10)


async def remind(session: AsyncSession, hours: OpeningHours, agent_chat: AgentChat, now: datetime) -> None:
    """Tells whoever has to see to a promise that its time comes, has come, or is over.

    Each time is told of once. What was missed while the program stood still is not made up for: the last of
    it says it all.
    """
    for pledge in await pledges(session, now):
        made, due = pledge.promise.created_at, pledge.promise.due_at
        at = last_occasion(hours, due, now, made=made)
        if at is None or at <= made:
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


def last_occasion(hours: OpeningHours, due: datetime, now: datetime, *, made: datetime) -> datetime | None:
    """The newest moment up to `now` at which somebody is reminded; None where the first is still to come.

    `made` is when it was promised.
    """
    before = _before(hours, due, made)
    if now < due:
        return before if before is not None and before <= now else None
    due_day = due.astimezone(hours.zone).date()
    today = now.astimezone(hours.zone).date()
    since = (today - timedelta(days=back) for back in range(min((today - due_day).days, _LONGEST_CLOSURE)))
    openings = (_opening(hours, day) for day in since)
    newest = next((moment for moment in openings if moment is not None and moment <= now), None)
    if newest is None and hours.opening(due_day) is None and due == hours.closing(due_day):
        # It was promised for a day on which nobody is here: the next opening says that it is over.
        return before
    return newest or due


def _before(hours: OpeningHours, due: datetime, made: datetime) -> datetime | None:
    """When somebody is reminded before it is due; None where hardly any time is between."""
    due_day = due.astimezone(hours.zone).date()
    days = (due_day - timedelta(days=back) for back in range(1, _LONGEST_CLOSURE))
    eve = next((moment for moment in (_opening(hours, day) for day in days) if moment is not None), None)
    if eve is not None and eve > made:
        return eve
    # Elapsed time must be taken in UTC: local subtraction forgets the hour of a clock change.
    latest = due.astimezone(UTC) - _AT_LEAST
    half = made.astimezone(UTC) + (due.astimezone(UTC) - made.astimezone(UTC)) / 2
    moment = min(half, latest)
    if moment <= made:
        return None
    heard = _next_heard(hours, moment)
    return heard if heard <= latest else moment.astimezone(hours.zone)


def _next_heard(hours: OpeningHours, moment: datetime) -> datetime:
    """The first moment from that one on at which somebody is here; the moment itself where there is none."""
    try:
        opened = hours.next_opening(moment)
    except NeverOpenError:
        return moment
    morning = _opening(hours, opened.date())
    return max(opened, morning) if morning is not None else opened


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
