"""Who is running: a row per process with a sign of life, and leases for what only one of them may do.

A process that gives no sign of life for twenty seconds is taken for dead by the others: its row is
deleted, with it go its leases, and what it was sending is in doubt. Should it live all the same, it
learns from the missing row that it has to stop. Only the database's clock counts.
"""

import asyncio
import itertools
import logging
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.once import insert_once
from models.tables import Lease, Process
from responses.sending.delivery import give_up_lost
from rimedio.duty import Duty
from rimedio.errors import PresumedDeadError

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=5)
DEAD_AFTER = timedelta(seconds=20)
_LEASE_EVERY = 2.0


class Presence:
    """One process among the others. Made by `enter`."""

    def __init__(self, database: Database, process_id: str, duty: Duty) -> None:
        self._database = database
        self.id = process_id
        self.duty = duty
        self.living: frozenset[str] = frozenset({process_id})
        self._peers: frozenset[str] = self.living
        self._beaten: float | None = None

    @property
    def is_eldest(self) -> bool:
        """Whether none of the same duty runs for longer, as of the last beat: ids begin with their time."""
        return min(self._peers, default=self.id) == self.id

    async def beat(self) -> bool:
        """Gives a sign of life and buries the dead; whether somebody has died or left since the last.

        Raises:
            PresumedDeadError: the others have given this process up.
        """
        now = time.monotonic()
        # After a pause of our own nobody is judged: the others may not have come to the database either.
        may_judge = self._beaten is not None and now - self._beaten < 2 * BEAT.total_seconds()
        async with self._database.writing() as session:
            moment = await _database_time(session)
            mine = await session.execute(
                update(Process)
                .where(Process.id == self.id)
                .values(heartbeat_at=moment)
                .returning(Process.id)
                .execution_options(synchronize_session=False)
            )
            if mine.scalar_one_or_none() is None:
                raise PresumedDeadError(
                    "this process gave no sign of life for too long, and others have taken over its work"
                )
            if may_judge:
                await _bury(session, moment)
            rows = (await session.execute(select(Process.id, Process.role))).all()
            living = frozenset(row.id for row in rows)
            await give_up_lost(session, utcnow(), living=living)
        self._beaten = now
        lost = bool(self.living - living)
        self.living = living
        self._peers = frozenset(row.id for row in rows if row.role == self.duty)
        return lost

    async def run(self, on_loss: Callable[[], Awaitable[None]]) -> None:
        """Beats for ever; `on_loss` is called when a process is gone and its work is to be taken over.

        Raises:
            PresumedDeadError: as in `beat`.
        """
        while True:
            try:
                if await self.beat():
                    await on_loss()
            except SQLAlchemyError as error:
                log.warning("database.unreachable", extra={"error": type(error).__name__})
            await asyncio.sleep(BEAT.total_seconds())

    async def holds(self, name: str) -> bool:
        """Whether this process holds the lease, after trying to take it."""
        async with self._database.writing() as session:
            moment = await _database_time(session)
            if await insert_once(session, Lease, name=name, holder=self.id) is not None:
                return True
            living = select(Process.id).where(Process.heartbeat_at >= moment - DEAD_AFTER)
            taken = await session.execute(
                update(Lease)
                .where(Lease.name == name, (Lease.holder == self.id) | Lease.holder.not_in(living))
                .values(holder=self.id)
                .returning(Lease.id)
                .execution_options(synchronize_session=False)
            )
            return taken.scalar_one_or_none() is not None

    async def hold(self, name: str) -> None:
        """Waits until this process holds the lease; it keeps it until it stops or is taken for dead."""
        waiting = False
        while True:
            try:
                if await self.holds(name):
                    log.info("lease.held", extra={"lease": name})
                    return
            except SQLAlchemyError as error:
                log.warning("database.unreachable", extra={"error": type(error).__name__})
            if not waiting:
                log.info("lease.waiting: another process does this at present", extra={"lease": name})
                waiting = True
            await asyncio.sleep(_LEASE_EVERY)

    async def alive(self) -> frozenset[str]:
        """The ids of the processes that are not known to be dead."""
        async with self._database.reading() as session:
            return frozenset(await session.scalars(select(Process.id)))

    async def leave(self) -> None:
        """Takes the row along: others need not wait to notice."""
        async with self._database.writing() as session:
            await session.execute(delete(Process).where(Process.id == self.id))


async def enter(database: Database, duty: Duty) -> Presence:
    """Takes the lowest free slot of this duty on this host."""
    host = socket.gethostname()
    async with database.writing() as session:
        moment = await _database_time(session)
        if database.is_sqlite:
            # The file's lock says that nobody else is running.
            await session.execute(delete(Process))
        else:
            await _bury(session, moment)
        slots = itertools.count(1)
        process_id = None
        while process_id is None:
            slot = next(slots)
            process_id = await insert_once(
                session,
                Process,
                role=duty.value,
                host=host,
                slot=slot,
                started_at=moment,
                heartbeat_at=moment,
            )
    log.info("process.entered", extra={"host": host, "role": duty.value, "slot": slot})
    return Presence(database, process_id, duty)


async def _bury(session: AsyncSession, moment: datetime) -> None:
    dead = await session.execute(
        delete(Process)
        .where(Process.heartbeat_at < moment - DEAD_AFTER)
        .returning(Process.host, Process.role, Process.slot)
        .execution_options(synchronize_session=False)
    )
    for host, role, slot in dead:
        log.error("process.dead", extra={"host": host, "role": role, "slot": slot})


async def _database_time(session: AsyncSession) -> datetime:
    if session.get_bind().dialect.name == "sqlite":
        return utcnow()
    moment: datetime = (await session.scalars(select(func.clock_timestamp()))).one()
    return moment
