"""A line now and then about what a command is at, where nobody watches a bar."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rimedio.terminal import one_line, say

EVERY = 10.0  # seconds


class Teller:
    """Says what is going on every few seconds for the time of a `with` block, and nothing after its end."""

    def __init__(self, *, quiet: bool, every: float | None = None) -> None:
        """`quiet` says nothing at all; `every` is in seconds, `EVERY` where it is None."""
        self._every = EVERY if every is None else every
        self._what: Callable[[], str] | None = None
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._thread = None if quiet else threading.Thread(target=self._tell, name="teller", daemon=True)

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def now(self, what: Callable[[], str] | None) -> None:
        """From here on `what` says what is going on, asked when it is told; None: nothing to tell.

        What was said before is said no more once this returns.
        """
        with self._turn:
            self._what = what

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _tell(self) -> None:
        while not self._ended.wait(self._every):
            with self._turn:
                if self._what is not None:
                    say(one_line(self._what()))
