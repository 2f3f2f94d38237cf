"""Notices: what is wrong with the house itself, shown on every page of the desk and told to the admins."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Role
from models.states import Purpose
from models.tables import Agent, Setting
from responses.channels import AgentChat
from responses.hours import OpeningHours
from responses.people.agents import working_agents
from responses.people.presence import absences_at
from responses.sending.outbox import enqueue

# Who is still letting colleagues in, or has just set somebody's absence, need not be told at once.
TELL_AFTER = timedelta(minutes=10)
_PREFIX = "notice:"


class NoticeKind(StrEnum):
    """What can be wrong."""

    NOBODY_MAY_APPROVE = "nobody_may_approve"
    NOBODY_ON_CALL = "nobody_on_call"
    VOUCHERS_LOW = "vouchers_low"
    MESSAGES_LOST = "messages_lost"
    MESSAGES_NEARLY_LOST = "messages_nearly_lost"
    POLICY_CHANGED = "policy_changed"
    POLICY_REFUSED = "policy_refused"


FOR_ADMINS = frozenset({NoticeKind.POLICY_CHANGED, NoticeKind.POLICY_REFUSED})
"""What only an admin can do something about, and nobody else is shown."""

_TOLD_ONCE = frozenset({NoticeKind.MESSAGES_LOST, NoticeKind.MESSAGES_NEARLY_LOST, *FOR_ADMINS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something that has been wrong `since` then. `details` are numbers, roles, times and files, no texts."""

    kind: NoticeKind
    since: datetime
    details: Mapping[str, str]


async def put_up(session: AsyncSession, kind: NoticeKind, now: datetime, **details: str) -> Notice:
    """Puts the notice up, or keeps it up with these details."""
    row = await session.get(Setting, f"{_PREFIX}{kind}")
    since = _read(row).since if row is not None else now
    value = json.dumps({"since": since.isoformat(), "details": details})
    if row is None:
        session.add(Setting(name=f"{_PREFIX}{kind}", value=value))
    else:
        row.value = value
    return Notice(kind=kind, since=since, details=details)


async def take_down(session: AsyncSession, kind: NoticeKind) -> None:
    """The notice no longer holds."""
    await session.execute(delete(Setting).where(Setting.name == f"{_PREFIX}{kind}"))


async def standing_notices(session: AsyncSession) -> list[Notice]:
    """Every notice that is up."""
    query = select(Setting).where(Setting.name.startswith(_PREFIX)).order_by(Setting.name)
    return [_read(row) for row in await session.scalars(query)]


async def tell_admins(
    session: AsyncSession, notice: Notice, agent_chat: AgentChat, hours: OpeningHours, now: datetime
) -> None:
    """Tells the admins who are here, or all of them when none is, without sound when closed.

    Once a day; of what is over and cannot be changed, once.
    """
    told = notice.since if notice.kind in _TOLD_ONCE else now.astimezone(hours.zone).date()
    for admin in await admins_to_tell(session, now):
        chat = agent_chat(admin)
        if chat is not None:
            await enqueue(
                session,
                purpose=Purpose.CARD,
                dedupe_key=f"notice:{notice.kind}:{told.isoformat()}:{admin.id}",
                chat_key=chat,
                content={
                    "bulletin": "notice",
                    "to": admin.id,
                    "notice": notice.kind,
                    "details": dict(notice.details),
                    "silent": not hours.is_open(now),
                },
            )


async def admins_to_tell(session: AsyncSession, now: datetime) -> list[Agent]:
    """The admins who are here; where all are away, all of them."""
    away = await absences_at(session, now)
    admins = [agent for agent in await working_agents(session) if agent.role == Role.ADMIN]
    return [admin for admin in admins if admin.id not in away] or admins


def _read(row: Setting) -> Notice:
    value = json.loads(row.value)
    return Notice(
        kind=NoticeKind(row.name.removeprefix(_PREFIX)),
        since=datetime.fromisoformat(value["since"]),
        details=value["details"],
    )
