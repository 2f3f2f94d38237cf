"""The alarm clock: jobs are woken for rows, and a sweep finds what no alarm was set for.

Jobs carry ids only; each re-reads its row and does nothing when nothing is due. So an alarm may ring
twice, late, or (once the sweep has passed) not at all, and nothing is lost or done twice. What this
process may do within the minute rings at its own bell; DBOS keeps what is for later or for others.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from models.alarm import Alarm, Job
from models.clock import utcnow
from rimedio.bell import REACH, Bell, Work
from rimedio.places import Places

if TYPE_CHECKING:
    from rimedio.clock import Clock

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(seconds=30)
KEEP_FINISHED = timedelta(days=7)
CLEAN_AT_ONCE = 500
_CLEAN_EVERY = timedelta(days=1)

Sweep = Callable[[], Awaitable[Sequence[Alarm]]]


class Jobs:
    """Registers the jobs and keeps the clock. `sweep` names every row that is overdue.

    With `places` alarms wait in queues that several processes share, each for a process that may work on
    it; without, they ring in this one.
    """

    def __init__(
        self,
        *,
        work: Mapping[Job, Work],
        sweep: Sweep,
        database_url: str,
        process_id: str,
        places: Places | None = None,
    ) -> None:
        self._work = work
        self._bell = Bell(work)
        self._database_url = database_url
        self._process_id = process_id
        self._sweep = sweep
        self._places = places
        self._sweep_now = asyncio.Event()
        self._alarms: asyncio.Queue[Alarm] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._clock: Clock | None = None

    async def ring(self, alarms: Sequence[Alarm]) -> None:
        """Takes alarms of a committed transaction; they are set by a task of their own.

        A job may be what commits, and a workflow that starts another makes it its child: bound to its
        own history and replayed with it. Alarms must not be.
        """
        for alarm in alarms:
            if self._places is None and self.started and _is_near(alarm):
                self._bell.ring(alarm)
            else:
                self._alarms.put_nowait(alarm)

    async def start(self) -> None:
        """Starts the clock inside the running loop, and sweeps at once."""
        # DBOS takes a while to import, and the desk answers meanwhile.
        library = await asyncio.to_thread(import_module, "rimedio.clock")
        clock: Clock = library.Clock(self._database_url, self._process_id, self._places, self._rung)
        self._clock = clock
        await clock.start()
        self._tasks = [
            asyncio.create_task(self._set_alarms(clock), name="alarms"),
            asyncio.create_task(self._sweeping(), name="sweep"),
            asyncio.create_task(self._cleaning(clock), name="cleaning"),
        ]

    @property
    def started(self) -> bool:
        """Whether the clock runs."""
        return bool(self._tasks)

    async def stop(self) -> None:
        """Ends the clock. Alarms that are still set are found again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._bell.stop()
        if self._clock is not None:
            await self._clock.stop()

    async def _rung(self, job: str, row_id: str) -> None:
        try:
            await self._work[Job(job)](row_id)
        except Exception:
            log.exception("job.failed", extra={"job": job, "row": row_id})

    async def _set_alarms(self, clock: "Clock") -> None:
        while True:
            alarm = await self._alarms.get()
            try:
                place = await self._places.of(alarm) if self._places is not None else None
                if _is_near(alarm) and (self._places is None or place in self._places.mine):
                    self._bell.ring(alarm)
                    continue
                await clock.set(alarm, place)
            except Exception:
                log.exception("alarm.not_set", extra={"job": alarm.job, "row": alarm.row_id})

    async def take_over(self, living: Callable[[], Awaitable[Collection[str]]]) -> None:
        """Ends the alarms of processes that `living` does not name, and sweeps: what is due rings anew."""
        if self._clock is None:
            return
        orphans = await self._clock.end_orphans(living)
        if orphans:
            log.info("alarms.orphaned", extra={"count": orphans})
        self._sweep_now.set()

    async def _sweeping(self) -> None:
        while True:
            try:
                await self.ring(await self._sweep())
            except Exception:
                log.exception("sweep.failed")
            with suppress(TimeoutError):
                await asyncio.wait_for(self._sweep_now.wait(), SWEEP_EVERY.total_seconds())
            self._sweep_now.clear()

    async def _cleaning(self, clock: "Clock") -> None:
        while True:
            full = await clock.clean(utcnow() - KEEP_FINISHED, CLEAN_AT_ONCE) == CLEAN_AT_ONCE
            await asyncio.sleep(1 if full else _CLEAN_EVERY.total_seconds())


def _is_near(alarm: Alarm) -> bool:
    return alarm.at is None or alarm.at - utcnow() <= REACH


def jobs_url(database_url: str, home: Path) -> str:
    """Where DBOS keeps its own rows.

    With PostgreSQL in the same database, in a schema of its own. With SQLite in a file of its own: one
    file has one writer, and the clock should not wait for a case nor a case for the clock.
    """
    if database_url.startswith("sqlite"):
        return f"sqlite:///{home / 'jobs.sqlite'}"
    return database_url.replace("postgresql:", "postgresql+psycopg:", 1)
