"""Pacing: every request of the bot waits here for its turn.

Telegram takes about 30 messages a second from a bot, one a second for a person and 20 a minute for a
group. We stay below: 28 a second, one per 1.05 s for a private chat, 18 a minute for a group. A chat
that was quiet is let through at once; there is no burst beyond that, for what Telegram tolerates today
it answers with 429 tomorrow.
"""

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field

from models.states import Purpose

_RANK = {purpose: rank for rank, purpose in enumerate(Purpose)}
_MANY_CHATS = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """At most `count` turns in any `seconds`."""

    count: int
    seconds: float


OVERALL = Limit(count=28, seconds=1.0)
PRIVATE = Limit(count=1, seconds=1.05)
GROUP = Limit(count=18, seconds=60.0)


@dataclass(order=True, slots=True)
class _Waiter:
    rank: int
    number: int
    chat: int | None = field(compare=False)
    turn: "asyncio.Future[None]" = field(compare=False)


class _Window:
    """The turns given within a limit's span."""

    __slots__ = ("_limit", "_turns")

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._turns: deque[float] = deque(maxlen=limit.count)

    def opens_at(self) -> float:
        """The loop's time from which on one more turn fits."""
        if len(self._turns) < self._limit.count:
            return 0.0
        return self._turns[0] + self._limit.seconds

    def count(self, now: float) -> None:
        self._turns.append(now)

    def is_idle(self, now: float) -> bool:
        return not self._turns or self._turns[-1] + self._limit.seconds < now


class Pacing:
    """Gives turns: answers before cards before standing texts, within the limits.

    Args:
        overall: for all requests together.
        private: for each private chat.
        group: for each group.
    """

    def __init__(self, *, overall: Limit = OVERALL, private: Limit = PRIVATE, group: Limit = GROUP) -> None:
        self._private, self._group = private, group
        self._overall = _Window(overall)
        self._chats: dict[int, _Window] = {}
        self._paused: dict[int | None, float] = {}
        self._waiting: list[_Waiter] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, chat: int | None, purpose: Purpose = Purpose.ANSWER) -> None:
        """Waits until one request may be made.

        Args:
            chat: whom it is for; None for what belongs to no chat, such as the answer to a press.
            purpose: what it is for: of those who wait, answers go first.
        """
        loop = asyncio.get_running_loop()
        waiter = _Waiter(_RANK[purpose], next(self._numbers), chat, loop.create_future())
        self._waiting.append(waiter)
        self._pump(loop)
        try:
            await waiter.turn
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def pause(self, chat: int | None, seconds: float) -> None:
        """Telegram asked to wait (429): this chat gives no turns for so long, or no chat when None."""
        until = asyncio.get_running_loop().time() + seconds
        self._paused[chat] = max(until, self._paused.get(chat, 0.0))

    def _pump(self, loop: asyncio.AbstractEventLoop) -> None:
        """Gives every turn that can be given now, and looks again when the next one can."""
        now = loop.time()
        next_look = float("inf")
        for waiter in sorted(self._waiting):
            opens = self._opens_at(waiter.chat)
            if opens > now:
                next_look = min(next_look, opens)
                continue
            self._waiting.remove(waiter)
            if waiter.turn.done():
                continue
            self._count(waiter.chat, now)
            waiter.turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._timer = loop.call_at(next_look, self._pump, loop)

    def _opens_at(self, chat: int | None) -> float:
        opens = max(self._overall.opens_at(), self._paused.get(None, 0.0))
        if chat is None:
            return opens
        window = self._chats.get(chat)
        return max(opens, self._paused.get(chat, 0.0), window.opens_at() if window is not None else 0.0)

    def _count(self, chat: int | None, now: float) -> None:
        self._overall.count(now)
        if chat is None:
            return
        if len(self._chats) > _MANY_CHATS:
            self._chats = {key: window for key, window in self._chats.items() if not window.is_idle(now)}
            self._paused = {key: until for key, until in self._paused.items() if until > now}
        if chat not in self._chats:
            # Telegram's ids of groups and channels are negative.
            self._chats[chat] = _Window(self._private if chat > 0 else self._group)
        self._chats[chat].count(now)
