"""How long nobody listened: Telegram keeps messages for a day, and what is older is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Cursor, Process, Update
from responses.notices import Notice, NoticeKind, put_up, standing_notices, take_down

KEPT_FOR = timedelta(hours=24)
CLOSE_CALL = timedelta(hours=20)
SHOWN_FOR = timedelta(days=3)
KINDS = (NoticeKind.MESSAGES_LOST, NoticeKind.MESSAGES_NEARLY_LOST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Silence:
    """Nobody has listened `since` then; what came until `lost_until` is lost, None when nothing can be."""

    since: datetime
    lost_until: datetime | None


def silence_between(since: datetime, now: datetime) -> Silence | None:
    """What became of the messages of that time; None when it was too short to speak of."""
    if now - since < CLOSE_CALL:
        return None
    kept_since = now - KEPT_FOR
    return Silence(since=since, lost_until=kept_since if kept_since > since else None)


async def last_heard(session: AsyncSession, source: str) -> datetime | None:
    """When somebody last listened to `source`; None when nobody ever has.

    The last poll says it; of a source that is not polled, the last sign of life of a process.
    """
    cursor = await session.get(Cursor, source)
    if cursor is not None and cursor.polled_at is not None:
        return cursor.polled_at
    received = select(func.max(Update.received_at)).where(Update.source == source)
    newest: datetime | None = (await session.scalars(received)).one()
    beat: datetime | None = (await session.scalars(select(func.max(Process.heartbeat_at)))).one()
    return max(newest, beat or newest) if newest is not None else None


async def note_silence(session: AsyncSession, source: str, now: datetime) -> Notice | None:
    """Puts a notice up about the time before `now`, if there is anything to say of it."""
    heard = await last_heard(session, source)
    silence = silence_between(heard, now) if heard is not None else None
    if silence is None:
        return None
    for kind in KINDS:
        await take_down(session, kind)
    if silence.lost_until is None:
        kind, until = NoticeKind.MESSAGES_NEARLY_LOST, now
    else:
        kind, until = NoticeKind.MESSAGES_LOST, silence.lost_until
    return await put_up(session, kind, now, since=silence.since.isoformat(), until=until.isoformat())


async def forget_silence(session: AsyncSession, now: datetime) -> None:
    """Takes the notice down once everyone has had the time to read it."""
    for notice in await standing_notices(session):
        if notice.kind in KINDS and now - notice.since >= SHOWN_FOR:
            await take_down(session, notice.kind)
