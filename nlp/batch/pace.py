"""How far this process is with what it classifies, and how long it has been at it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from nlp.progress import Told


class Pace:
    """Counts rows as they are classified, those of a shard that is not finished among them.

    One thread at a time goes through rows; others may look.
    """

    def __init__(self) -> None:
        """Nothing is begun yet."""
        self._finished = 0
        self._current = 0.0
        self._began: float | None = None

    @contextmanager
    def going_through(self, rows: int) -> Iterator[Told]:
        """For the time of a block rows are classified; what the block is given hears how far they are."""
        if self._began is None:
            self._began = time.monotonic()

        def told(part: float) -> None:
            self._current = part * rows

        yield told
        self._finished, self._current = self._finished + rows, 0.0

    @property
    def rows(self) -> int:
        """How many rows are done, as far as it is known."""
        return int(self._finished + self._current)

    @property
    def rate(self) -> float:
        """Rows a second since the first was begun; 0 before one is done."""
        if self._began is None or not self.rows:
            return 0.0
        return self.rows / max(time.monotonic() - self._began, 0.001)
