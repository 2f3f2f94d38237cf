"""The bell: alarms that this process answers itself, now or within the minute.

They are held in memory only. What a crash loses of them the sweep finds again, so that keeping them would
cost several commits each and give nothing.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from models.alarm import Alarm, Job
from models.clock import utcnow

log = logging.getLogger(__name__)

REACH = timedelta(seconds=60)
"""Alarms farther away than this are not for the bell."""
_AT_ONCE = 16
_UNBOUNDED = frozenset({Job.DELIVER, Job.EXPLAIN, Job.EMBED, Job.JUDGE})
"""Sending waits for its chat's turn, the others for an idle model, often for minutes; none needs anything
meanwhile."""

Work = Callable[[str], Awaitable[None]]


class Bell:
    """Does the work of alarms. One row is worked on by one task at a time; if its alarm rings meanwhile,
    it is worked on once more afterwards, however often that was."""

    def __init__(self, work: Mapping[Job, Work]) -> None:
        self._work = work
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._again: dict[tuple[Job, str], bool] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._stopped = False

    def ring(self, alarm: Alarm) -> None:
        """Rings an alarm when it is time; does nothing once stopped."""
        if self._stopped:
            return
        pause = (alarm.at - utcnow()).total_seconds() if alarm.at is not None else 0.0
        if pause <= 0:
            self._answer(alarm)
            return
        loop = asyncio.get_running_loop()

        def over() -> None:
            self._timers.discard(timer)
            # The loop's clock and the wall's differ: what is woken a moment too early finds nothing due.
            self.ring(alarm)

        timer = loop.call_later(pause, over)
        self._timers.add(timer)

    def _answer(self, alarm: Alarm) -> None:
        key = (alarm.job, alarm.row_id)
        if key in self._again:
            self._again[key] = True
            return
        self._again[key] = False
        task = asyncio.create_task(self._run(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: tuple[Job, str]) -> None:
        job, row_id = key
        try:
            while True:
                self._again[key] = False
                await self._once(job, row_id)
                if not self._again[key]:
                    return
        finally:
            del self._again[key]

    async def _once(self, job: Job, row_id: str) -> None:
        try:
            if job in _UNBOUNDED:
                await self._work[job](row_id)
                return
            async with self._places:
                await self._work[job](row_id)
        except Exception:
            # A worker's outermost loop: the sweep rings again for what is still due.
            log.exception("job.failed", extra={"job": job, "row": row_id})

    async def stop(self) -> None:
        """Ends everything at its next wait. What was not done is found again at the next start."""
        self._stopped = True
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
