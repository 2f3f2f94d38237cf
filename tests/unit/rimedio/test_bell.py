"""The bell: one task a row, and once more for whatever rang meanwhile."""

import asyncio
from collections import Counter
from datetime import timedelta

from models.alarm import Alarm, Job
from models.clock import utcnow
from rimedio.bell import Bell

ROW = Alarm(job=Job.TRIAGE, row_id="1")


class Workshop:
    """Work that takes as long as `door` is closed, and says how often it was done."""

    def __init__(self) -> None:
        self.door = asyncio.Event()
        self.begun: Counter[str] = Counter()
        self.at_once = self.most_at_once = 0
        self.changed = asyncio.Event()

    async def work(self, row_id: str) -> None:
        self.begun[row_id] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.changed.set()
        try:
            await self.door.wait()
        finally:
            self.at_once -= 1
        if row_id == "broken":
            raise ValueError(row_id)

    async def until(self, **counts: int) -> None:
        async with asyncio.timeout(10):
            while any(self.begun[row.removeprefix("row_")] < count for row, count in counts.items()):
                self.changed.clear()
                await self.changed.wait()


async def test_what_rings_while_its_row_is_worked_on_is_done_once_more_however_often_it_rang() -> None:
    shop = Workshop()
    bell = Bell({Job.TRIAGE: shop.work})
    bell.ring(ROW)
    await shop.until(row_1=1)
    for _ in range(5):
        bell.ring(ROW)
    shop.door.set()
    await shop.until(row_1=2)
    bell.ring(Alarm(job=Job.TRIAGE, row_id="2"))
    await shop.until(row_2=1)
    assert shop.begun == {"1": 2, "2": 1}
    assert shop.most_at_once == 1


async def test_an_alarm_rings_at_its_time() -> None:
    shop = Workshop()
    shop.door.set()
    bell = Bell({Job.TRIAGE: shop.work})
    due = utcnow() + timedelta(milliseconds=60)
    bell.ring(Alarm(job=Job.TRIAGE, row_id="1", at=due))
    await asyncio.sleep(0)
    assert shop.begun == {}
    await shop.until(row_1=1)
    assert utcnow() >= due


async def test_work_that_fails_is_over_and_rings_again_later() -> None:
    shop = Workshop()
    shop.door.set()
    bell = Bell({Job.TRIAGE: shop.work})
    broken = Alarm(job=Job.TRIAGE, row_id="broken")
    bell.ring(broken)
    await shop.until(row_broken=1)
    bell.ring(broken)
    await shop.until(row_broken=2)


async def test_sixteen_rows_at_once_are_the_most_except_for_sending() -> None:
    shop, post = Workshop(), Workshop()
    bell = Bell({Job.TRIAGE: shop.work, Job.DELIVER: post.work})
    for number in range(40):
        bell.ring(Alarm(job=Job.TRIAGE, row_id=str(number)))
        bell.ring(Alarm(job=Job.DELIVER, row_id=str(number)))
    await post.until(row_39=1)
    assert (shop.at_once, post.at_once) == (16, 40)
    await bell.stop()


async def test_after_stopping_nothing_rings_any_more() -> None:
    shop = Workshop()
    bell = Bell({Job.TRIAGE: shop.work})
    bell.ring(ROW)
    bell.ring(Alarm(job=Job.TRIAGE, row_id="2", at=utcnow() + timedelta(milliseconds=20)))
    await shop.until(row_1=1)
    await bell.stop()
    bell.ring(ROW)
    await asyncio.sleep(0.05)
    assert (shop.at_once, shop.begun) == (0, {"1": 1})
