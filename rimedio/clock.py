"""What DBOS does for the alarm clock: alarms for later, or for another process, kept until they ring."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID

from models.alarm import Alarm
from models.alone import alone
from models.clock import utcnow
from models.ids import new_id
from rimedio.places import Place, Places

_POLL_EVERY = 0.25
_MIGRATE = 0x52494D56  # any number that no other lock of ours uses
_AT_ONCE = {Place.BOT: None, Place.WORKER: 32}
"""How many alarms one process works on at a time: workers leave the rest to each other."""

Ring = Callable[[str, str], Awaitable[None]]
"""Called with the name of a job and the id of its row; raises nothing."""

_rings: list[Ring] = []


@DBOS.workflow(name="alarm")
async def _alarm(job: str, row_id: str, at: str | None) -> None:
    if at is not None:
        pause = (datetime.fromisoformat(at) - utcnow()).total_seconds()
        if pause > 0:
            await DBOS.sleep_async(pause)
    for ring in _rings:
        await ring(job, row_id)


class Clock:
    """DBOS in this process. With `places` alarms wait in queues that several processes share."""

    def __init__(self, database_url: str, process_id: str, places: Places | None, ring: Ring) -> None:
        _rings[:] = [ring]
        self._database_url = database_url
        self._places = places
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

    async def start(self) -> None:
        """Launches DBOS inside the running loop, so that jobs run in it."""
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

    async def stop(self) -> None:
        """Ends DBOS. Alarms that are still set ring after the next start."""
        await asyncio.to_thread(DBOS.destroy)

    async def set(self, alarm: Alarm, place: Place | None) -> None:
        """Keeps an alarm until its time; with a `place`, for a process of that duty."""
        # A finished id is never run again, so each ringing is an attempt of its own.
        with SetWorkflowID(f"{alarm.job}-{alarm.row_id}-{new_id()[-12:]}"):
            if place is None:
                at = alarm.at.isoformat() if alarm.at else None
                await DBOS.start_workflow_async(_alarm, alarm.job.value, alarm.row_id, at)
                return
            pause = max(0.0, (alarm.at - utcnow()).total_seconds()) if alarm.at is not None else None
            # Delayed in the queue, not asleep in a process that may die meanwhile.
            with SetEnqueueOptions(delay_seconds=pause):
                await DBOS.enqueue_workflow_async(place, _alarm, alarm.job.value, alarm.row_id, None)

    async def end_orphans(self, living: Callable[[], Awaitable[Collection[str]]]) -> int:
        """Ends the alarms that dead processes were working on; returns how many.

        `living` is asked after the alarms were listed, so that a process which has just begun counts.
        """
        running = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        alive = await living()
        orphans = [workflow.workflow_id for workflow in running if workflow.executor_id not in alive]
        if orphans:
            await DBOS.cancel_workflows_async(orphans)
        return len(orphans)

    async def clean(self, before: datetime, limit: int) -> int:
        """Deletes alarms that ended before then, at most `limit`; returns how many."""
        finished: list[Any] = await DBOS.list_workflows_async(
            status=["SUCCESS", "ERROR", "CANCELLED"],
            end_time=before.isoformat(),
            limit=limit,
            load_input=False,
            load_output=False,
        )
        if finished:
            await DBOS.delete_workflows_async([workflow.workflow_id for workflow in finished])
        return len(finished)
