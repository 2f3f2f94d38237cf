"""One at a time, and of those who wait the newest first."""

import asyncio
from collections import deque

_MOST = 200


class Turns:
    """For work that can be left undone: where more than `most` wait, who has waited longest gives up."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._taken = False
        self._waiting: deque[asyncio.Future[bool]] = deque()

    async def take(self) -> bool:
        """Waits for a turn, which has to be given back; False where newer ones have crowded it out."""
        if not self._taken:
            self._taken = True
            return True
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if len(self._waiting) > self._most:
            _tell(self._waiting.popleft(), its_turn=False)
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.result():
                # It was its turn, and nobody is there to take it.
                self.give_back()
            raise

    def give_back(self) -> None:
        """Ends a turn; the next begins."""
        while self._waiting:
            if _tell(self._waiting.pop(), its_turn=True):
                return
        self._taken = False


def _tell(turn: asyncio.Future[bool], *, its_turn: bool) -> bool:
    if turn.done():
        return False  # whoever waited has gone
    turn.set_result(its_turn)
    return True
