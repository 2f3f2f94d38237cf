"""Who is here: absences with their deputies."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Role
from models.tables import Absence, Agent
from responses.errors import BlockedError
from responses.events import record
from responses.people.agents import working_agents
from responses.policy.schema import Policy


async def absences_at(session: AsyncSession, now: datetime) -> Mapping[str, Absence]:
    """The absences of that moment by the id of who is away."""
    query = select(Absence).where(Absence.starts_at <= now, Absence.ends_at > now)
    return {absence.agent_id: absence for absence in await session.scalars(query)}


async def present_agents(session: AsyncSession, now: datetime) -> list[Agent]:
    """Everyone who works here and is not away, by name."""
    away = await absences_at(session, now)
    return [agent for agent in await working_agents(session) if agent.id not in away]


async def absences_from(session: AsyncSession, now: datetime) -> Mapping[str, Absence]:
    """The absences that last or are to come, by agent: of each agent there is one at most."""
    query = select(Absence).where(Absence.ends_at > now).order_by(Absence.starts_at)
    return {absence.agent_id: absence for absence in await session.scalars(query)}


async def go_away(
    session: AsyncSession,
    agent: Agent,
    *,
    first: date,
    last: date,
    deputy: Agent | None,
    policy: Policy,
    now: datetime,
    by: Agent,
) -> Absence:
    """Notes that an agent is away from `first` to `last`, both included; an earlier plan gives way.

    The deputy approves in the absent agent's place up to the smaller of that agent's own limit and the
    policy's `deputy_approval`, which without one is what a supervisor may approve.

    Raises:
        BlockedError: `absence_order`, `absence_past` or `deputy_self`.
    """
    if last < first:
        raise BlockedError("absence_order")
    if last < now.astimezone(policy.timezone).date():
        raise BlockedError("absence_past")
    if deputy is not None and deputy.id == agent.id:
        raise BlockedError("deputy_self")
    await _end(session, agent, now)
    cap = policy.deputy_approval or policy.approval.get(Role.SUPERVISOR)
    limits = [limit for limit in (agent.limit_minor, cap.minor if cap else None) if limit is not None]
    absence = Absence(
        agent_id=agent.id,
        starts_at=max(datetime.combine(first, time(), policy.timezone), now),
        ends_at=datetime.combine(last + timedelta(days=1), time(), policy.timezone),
        deputy_id=deputy.id if deputy is not None else None,
        deputy_limit_minor=min(limits, default=None) if deputy is not None else None,
    )
    session.add(absence)
    await session.flush()
    record(
        session,
        by.id,
        "agent.away",
        agent=agent.id,
        absence=absence.id,
        deputy=absence.deputy_id,
        limit=absence.deputy_limit_minor,
    )
    return absence


async def come_back(session: AsyncSession, agent: Agent, *, now: datetime, by: Agent) -> bool:
    """The agent is here from now on, and whatever absence was planned is off; False when there was none."""
    ended = await _end(session, agent, now)
    if ended:
        record(session, by.id, "agent.back", agent=agent.id)
    return ended


def last_day(absence: Absence, zone: ZoneInfo) -> date:
    """The last day on which the agent is away."""
    return (absence.ends_at.astimezone(zone) - timedelta(microseconds=1)).date()


async def _end(session: AsyncSession, agent: Agent, now: datetime) -> bool:
    """Ends the present absence, which stays on record, and drops the one that has not begun."""
    ended = await session.execute(
        update(Absence)
        .where(Absence.agent_id == agent.id, Absence.starts_at <= now, Absence.ends_at > now)
        .values(ends_at=now)
        .returning(Absence.id)
    )
    dropped = await session.execute(
        delete(Absence).where(Absence.agent_id == agent.id, Absence.starts_at > now).returning(Absence.id)
    )
    return bool(ended.scalars().all()) | bool(dropped.scalars().all())
