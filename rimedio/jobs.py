"""The alarm clock: jobs are woken for rows, and a sweep finds what no alarm was set for.

Jobs carry ids only; each re-reads its row and does nothing when nothing is due. So an alarm may ring
twice, late, or (once the sweep has passed) not at all, and nothing is lost or done twice. What this
process may do within the minute rings at its own bell; DBOS keeps what is for later or for others.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID

from models.alarm import Alarm, Job
from models.alone import alone
from models.clock import utcnow
from models.ids import new_id
from rimedio.bell import REACH, Bell, Work
from rimedio.places import Place, Places

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(seconds=30)
KEEP_FINISHED = timedelta(days=7)
_CLEAN_EVERY = timedelta(days=1)
_CLEAN_AT_ONCE = 500
_POLL_EVERY = 0.25
_MIGRATE = 0x52494D56  # any number that no other lock of ours uses
_AT_ONCE = {Place.BOT: None, Place.WORKER: 32}
"""How many alarms one process works on at a time: workers leave the rest to each other."""

Sweep = Callable[[], Awaitable[Sequence[Alarm]]]

_work: dict[str, Work] = {}


@DBOS.workflow(name="alarm")
async def _alarm(job: str, row_id: str, at: str | None) -> None:
    if at is not None:
        pause = (datetime.fromisoformat(at) - utcnow()).total_seconds()
        if pause > 0:
            await DBOS.sleep_async(pause)
    try:
        await _work[job](row_id)
    except Exception:
        log.exception("job.failed", extra={"job": job, "row": row_id})


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
        _work.clear()
        _work.update({job.value: call for job, call in work.items()})
        self._bell = Bell(work)
        self._database_url = database_url
        self._sweep = sweep
        self._places = places
        self._sweep_now = asyncio.Event()
        self._alarms: asyncio.Queue[Alarm] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        config: DBOSConfig = {
            "name": "rimedio",
            "system_database_url": database_url,
            "executor_id": "local" if database_url.startswith("sqlite") else process_id,
            "application_version": "1",
            "log_level": "ERROR",
            "enable_otlp": False,
        }
        self._dbos = DBOS(config=config)
        if places is not None:
            DBOS.listen_queues(sorted(places.mine))

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
        """Launches DBOS inside the running loop, so that jobs run in it, and sweeps at once."""
        if self._places is not None:
            # DBOS builds indexes concurrently, which waits for everybody else's statements, and so for our
            # own loop as well: one process at a time, and not in the loop.
            async with alone(self._places.database, _MIGRATE):
                await asyncio.to_thread(DBOS.migrate, self._database_url)
        DBOS.launch()
        if self._places is not None:
            for place in Place:
                await DBOS.register_queue_async(
                    place, worker_concurrency=_AT_ONCE[place], polling_interval_sec=_POLL_EVERY
                )
        self._tasks = [
            asyncio.create_task(self._set_alarms(), name="alarms"),
            asyncio.create_task(self._sweeping(), name="sweep"),
            asyncio.create_task(self._cleaning(), name="cleaning"),
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
        await asyncio.to_thread(DBOS.destroy)

    async def _set_alarms(self) -> None:
        while True:
            alarm = await self._alarms.get()
            try:
                place = await self._places.of(alarm) if self._places is not None else None
                if _is_near(alarm) and (self._places is None or place in self._places.mine):
                    self._bell.ring(alarm)
                    continue
                # A finished id is never run again, so each ringing is an attempt of its own.
                with SetWorkflowID(f"{alarm.job}-{alarm.row_id}-{new_id()[-12:]}"):
                    await self._set(alarm, place)
            except Exception:
                log.exception("alarm.not_set", extra={"job": alarm.job, "row": alarm.row_id})

    async def _set(self, alarm: Alarm, place: Place | None) -> None:
        if place is None:
            at = alarm.at.isoformat() if alarm.at else None
            await DBOS.start_workflow_async(_alarm, alarm.job.value, alarm.row_id, at)
            return
        pause = max(0.0, (alarm.at - utcnow()).total_seconds()) if alarm.at is not None else None
        # Delayed in the queue, not asleep in a process that may die meanwhile.
        with SetEnqueueOptions(delay_seconds=pause):
            await DBOS.enqueue_workflow_async(place, _alarm, alarm.job.value, alarm.row_id, None)

    async def take_over(self, living: Callable[[], Awaitable[Collection[str]]]) -> None:
        """Ends the alarms that dead processes were working on, and sweeps: what is due rings anew.

        `living` is asked after the alarms were listed, so that a process which has just begun counts.
        """
        running = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        alive = await living()
        orphans = [workflow.workflow_id for workflow in running if workflow.executor_id not in alive]
        if orphans:
            log.info("alarms.orphaned", extra={"count": len(orphans)})
            await DBOS.cancel_workflows_async(orphans)
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

    async def _cleaning(self) -> None:
        while True:
            before = (utcnow() - KEEP_FINISHED).isoformat()
            finished: list[Any] = await DBOS.list_workflows_async(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                end_time=before,
                limit=_CLEAN_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if finished:
                await DBOS.delete_workflows_async([workflow.workflow_id for workflow in finished])
            await asyncio.sleep(1 if len(finished) == _CLEAN_AT_ONCE else _CLEAN_EVERY.total_seconds())


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
