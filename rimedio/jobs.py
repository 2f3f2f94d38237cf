"""The alarm clock: DBOS wakes named jobs for rows, and a sweep finds what no alarm was set for.

Jobs carry ids only; each re-reads its row and does nothing when nothing is due. So an alarm may ring
twice, late, or (once the sweep has passed) not at all, and nothing is lost or done twice.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID

from models.alarm import Alarm, Job
from models.clock import utcnow
from models.ids import new_id

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(seconds=30)
KEEP_FINISHED = timedelta(days=7)
_CLEAN_EVERY = timedelta(days=1)
_CLEAN_AT_ONCE = 500

Work = Callable[[str], Awaitable[None]]
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
    """Registers the jobs and keeps the clock. `sweep` names every row that is overdue."""

    def __init__(self, *, work: Mapping[Job, Work], sweep: Sweep, database_url: str, process_id: str) -> None:
        _work.clear()
        _work.update({job.value: call for job, call in work.items()})
        self._sweep = sweep
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

    async def ring(self, alarms: Sequence[Alarm]) -> None:
        """Takes alarms of a committed transaction; they are set by a task of their own.

        A job may be what commits, and a workflow that starts another makes it its child: bound to its
        own history and replayed with it. Alarms must not be.
        """
        for alarm in alarms:
            self._alarms.put_nowait(alarm)

    async def start(self) -> None:
        """Launches DBOS inside the running loop, so that jobs run in it, and sweeps at once."""
        DBOS.launch()
        self._tasks = [
            asyncio.create_task(self._set_alarms(), name="alarms"),
            asyncio.create_task(self._sweeping(), name="sweep"),
            asyncio.create_task(self._cleaning(), name="cleaning"),
        ]

    async def stop(self) -> None:
        """Ends the clock. Alarms that are still set are found again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(DBOS.destroy)

    async def _set_alarms(self) -> None:
        while True:
            alarm = await self._alarms.get()
            # A finished id is never run again, so each ringing is an attempt of its own.
            try:
                with SetWorkflowID(f"{alarm.job}-{alarm.row_id}-{new_id()[-12:]}"):
                    await DBOS.start_workflow_async(
                        _alarm, alarm.job.value, alarm.row_id, alarm.at.isoformat() if alarm.at else None
                    )
            except Exception:
                log.exception("alarm.not_set", extra={"job": alarm.job, "row": alarm.row_id})

    async def _sweeping(self) -> None:
        while True:
            try:
                await self.ring(await self._sweep())
            except Exception:
                log.exception("sweep.failed")
            await asyncio.sleep(SWEEP_EVERY.total_seconds())

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


def jobs_url(database_url: str, home: Path) -> str:
    """Where DBOS keeps its own rows.

    With PostgreSQL in the same database, in a schema of its own. With SQLite in a file of its own: one
    file has one writer, and the clock should not wait for a case nor a case for the clock.
    """
    if database_url.startswith("sqlite"):
        return f"sqlite:///{home / 'jobs.sqlite'}"
    return database_url.replace("postgresql:", "postgresql+psycopg:", 1)
