"""Messages that come at once are read at once, and each gets its own answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from models.assessment import Assessment
from rimedio.together import Together
from tests.bot_bench import late_parcel

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)


class Reader:
    """Notes what it is handed together; waits until it may answer; knows one text that breaks it."""

    def __init__(self) -> None:
        self.handed: list[list[str]] = []
        self.days: list[date] = []
        self.may_answer = asyncio.Event()

    async def read(self, texts: list[str], days: list[date]) -> Sequence[Assessment]:
        self.handed.append(texts)
        self.days += days
        await self.may_answer.wait()
        if "broken" in texts:
            raise ValueError("broken")
        return [replaced(text) for text in texts]


def replaced(text: str) -> Assessment:
    """An assessment that tells whose it is."""
    return replace(late_parcel(), language=text)


async def test_what_comes_while_the_model_is_busy_is_read_together_afterwards() -> None:
    reader = Reader()
    together = Together(reader.read)
    asked = [asyncio.create_task(together.classify([str(number)], [DAY])) for number in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    more = asyncio.create_task(together.classify(["5", "6"], [DAY, NEXT]))
    await asyncio.sleep(0)
    reader.may_answer.set()
    answers = [await one for one in asked]
    assert [[one.language for one in answer] for answer in answers] == [["0"], ["1"], ["2"], ["3"], ["4"]]
    assert [one.language for one in await more] == ["5", "6"]
    assert reader.handed == [["0", "1", "2", "3", "4"], ["5", "6"]]
    assert reader.days == [DAY] * 6 + [NEXT]


async def test_no_more_than_agreed_is_read_together() -> None:
    reader = Reader()
    reader.may_answer.set()
    together = Together(reader.read, most=4)
    wishes = [["a"], ["b", "c"], ["d", "e"], ["f"] * 9, ["g"]]
    answers = await asyncio.gather(*(together.classify(texts, [DAY] * len(texts)) for texts in wishes))
    assert [[one.language for one in answer] for answer in answers] == wishes
    assert [len(texts) for texts in reader.handed] == [3, 2, 9, 1]


async def test_a_text_that_cannot_be_read_harms_nobody_elses() -> None:
    reader = Reader()
    reader.may_answer.set()
    together = Together(reader.read)
    good, bad, last = await asyncio.gather(
        *(together.classify([text], [DAY]) for text in ("good", "broken", "last")), return_exceptions=True
    )
    assert isinstance(bad, ValueError)
    assert [one[0].language for one in (good, last) if not isinstance(one, BaseException)] == ["good", "last"]


async def test_who_gives_up_waiting_does_not_stop_the_others() -> None:
    reader = Reader()
    together = Together(reader.read)
    first = asyncio.create_task(together.classify(["first"], [DAY]))
    second = asyncio.create_task(together.classify(["second"], [DAY]))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    reader.may_answer.set()
    assert [one.language for one in await second] == ["second"]
