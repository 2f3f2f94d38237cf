"""What changed: one look per process at the newest events, told to every open page."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.tables import Case, Event

EVERY = 0.7
"""Seconds between two looks."""
_OVERLAP = timedelta(seconds=10)
_MOST_WAITING = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Something was done; to which case and chat, where it was to one."""

    case_number: int | None
    chat_key: str | None


Listener = asyncio.Queue[Change]


class Changes:
    """Looks while anybody listens, and tells every listener."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """A queue of what changes from now on."""
        listener: Listener = asyncio.Queue(_MOST_WAITING)
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look(utcnow()), name="desk-changes")
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    async def _look(self, since: datetime) -> None:
        seen: dict[str, datetime] = {}
        while self._listeners:
            now = utcnow()
            for event_id, change in await self._after(max(since, now - _OVERLAP)):
                if event_id not in seen:
                    seen[event_id] = now
                    self._tell(change)
            seen = {key: at for key, at in seen.items() if at > now - 2 * _OVERLAP}
            await asyncio.sleep(EVERY)

    async def _after(self, at: datetime) -> list[tuple[str, Change]]:
        # Ids begin with their time. Where several processes write, a lower id may be committed later:
        # hence the overlap.
        stamp = f"{int(at.timestamp() * 1000):012x}"
        query = (
            select(Event.id, Case.number, Case.chat_key)
            .outerjoin(Case, Case.id == Event.case_id)
            .where(Event.id >= f"{stamp[:8]}-{stamp[8:]}")
            .order_by(Event.id)
        )
        async with self._database.reading() as session:
            return [
                (event_id, Change(case_number=number, chat_key=chat_key))
                for event_id, number, chat_key in await session.execute(query)
            ]

    def _tell(self, change: Change) -> None:
        for listener in self._listeners:
            if not listener.full():
                listener.put_nowait(change)
