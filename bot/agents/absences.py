"""Agents who say in their chat that they go away or are back."""

import re
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.context import Context
from bot.posts import post
from bot.telegram.envelope import Command
from bot.words import Words, words_for
from models.clock import utcnow
from models.money import Money
from models.tables import Absence, Agent
from responses.errors import BlockedError
from responses.people.presence import absences_from, come_back, go_away, last_day
from responses.people.turns import turn_over
from responses.policy.scalars import parse_date
from responses.policy.schema import Policy

_EVERYDAY_DATE = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")


async def obey_absence(
    context: Context, session: AsyncSession, chat_key: str, command: Command, agent: Agent
) -> None:
    """`/away FROM UNTIL [NAME]` notes an absence, `/away` alone says what is noted, `/back` ends it."""
    words, now = words_for(agent), utcnow()
    policy = await context.road.policies.current(session)
    if command.name == "back":
        was_away = await come_back(session, agent, now=now, by=agent)
        said = words("welcome_back" if was_away else "not_away")
    elif not command.rest:
        absence = (await absences_from(session, now)).get(agent.id)
        said = await _told(session, absence, policy, words) if absence is not None else words("away_how")
    else:
        try:
            absence = await _leave(session, agent, command.rest, policy, now)
        except BlockedError as error:
            said = words.blocked(error, context.road.config.timezone)
        else:
            said = await _told(session, absence, policy, words)
    await post(session, chat_key, said)
    await turn_over(session, context.road.triage, now)


async def _leave(session: AsyncSession, agent: Agent, rest: str, policy: Policy, now: datetime) -> Absence:
    first_text, _, rest = rest.partition(" ")
    last_text, _, name = rest.strip().partition(" ")
    first, last = _day(first_text), _day(last_text)
    if first is None or last is None:
        raise BlockedError("absence_dates")
    name = name.strip()
    deputy = await _colleague(session, name) if name else None
    return await go_away(
        session, agent, first=first, last=last, deputy=deputy, policy=policy, now=now, by=agent
    )


def _day(text: str) -> date | None:
    """`2026-12-24`, `24/12/2026` or `24.12.2026`."""
    everyday = _EVERYDAY_DATE.fullmatch(text)
    if everyday is None:
        return parse_date(text)
    day, month, year = everyday.groups()
    return parse_date(f"{year}-{month:0>2}-{day:0>2}")


async def _colleague(session: AsyncSession, name: str) -> Agent:
    """The colleague of that name, in capitals or not.

    Raises:
        BlockedError: `deputy_unknown`.
    """
    query = select(Agent).where(func.lower(Agent.name) == name.lower(), Agent.removed_at.is_(None))
    found = (await session.scalars(query)).all()
    if len(found) != 1:
        raise BlockedError("deputy_unknown", name=name)
    return found[0]


async def _told(session: AsyncSession, absence: Absence, policy: Policy, words: Words) -> str:
    first, last = absence.starts_at.astimezone(policy.timezone).date(), last_day(absence, policy.timezone)
    lines = [words("away", first=_written(first), last=_written(last))]
    if absence.deputy_id is not None:
        deputy = await session.get_one(Agent, absence.deputy_id)
        limit = absence.deputy_limit_minor
        lines.append(
            words("away_deputy", name=deputy.name)
            if limit is None
            else words("away_deputy_limit", name=deputy.name, limit=_money(limit, policy.currency))
        )
    else:
        lines.append(words("away_alone"))
    return "\n".join(lines)


def _written(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _money(minor: int, currency: str) -> str:
    return f"{Money.from_minor(minor, currency).amount.normalize():f} {currency}"
