"""Messages that come while the model is busy are read in one go: the more there are, the faster each is."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date

from models.assessment import Assessment

Read = Callable[[list[str], list[date]], Awaitable[Sequence[Assessment]]]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Wish:
    texts: list[str]
    days: list[date]
    found: asyncio.Future[Sequence[Assessment]]


class Together:
    """Hands on what several ask for at once, `most` texts at a time; where nobody else asks nothing waits."""

    def __init__(self, read: Read, most: int = 64) -> None:
        self._read = read
        self._most = most
        self._wishes: deque[_Wish] = deque()
        self._working: asyncio.Task[None] | None = None

    async def classify(self, texts: Sequence[str], days: Sequence[date]) -> Sequence[Assessment]:
        """Assesses messages, one result each and in their order; `days` are those on which they were sent.

        An error in reading some is raised for those alone, not for others that were read with them.
        """
        wish = _Wish(texts=list(texts), days=list(days), found=asyncio.get_running_loop().create_future())
        self._wishes.append(wish)
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return await wish.found

    async def _work(self) -> None:
        while self._wishes:
            together = self._next()
            try:
                found = await self._read(
                    [text for wish in together for text in wish.texts],
                    [day for wish in together for day in wish.days],
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever asked
                await self._one_by_one(together, error)
                continue
            start = 0
            for wish in together:
                _answer(wish, found[start : start + len(wish.texts)])
                start += len(wish.texts)

    def _next(self) -> list[_Wish]:
        """The wishes that have waited longest, and those that still fit beside the first."""
        together = [self._wishes.popleft()]
        size = len(together[0].texts)
        while self._wishes and size + len(self._wishes[0].texts) <= self._most:
            together.append(self._wishes.popleft())
            size += len(together[-1].texts)
        return together

    async def _one_by_one(self, together: list[_Wish], error: Exception) -> None:
        if len(together) == 1:
            if not together[0].found.done():
                together[0].found.set_exception(error)
            return
        for wish in together:
            try:
                _answer(wish, await self._read(wish.texts, wish.days))
            except Exception as own:  # noqa: BLE001 - as above
                if not wish.found.done():
                    wish.found.set_exception(own)


def _answer(wish: _Wish, found: Sequence[Assessment]) -> None:
    # Whoever asked may have gone meanwhile.
    if not wish.found.done():
        wish.found.set_result(found)
