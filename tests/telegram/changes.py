"""One lock for the double's state, and waiting for that state to change."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from tests.telegram.errors import NotReachedError

T = TypeVar("T")

RECHECK = 0.05
"""Seconds after which a condition is looked at again though nothing changed here: it may read a database."""


class Changes:
    """Wakes threads and event loops whenever the state behind ``lock`` has changed."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._condition = threading.Condition(self.lock)
        self._version = 0
        self._listeners: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def notify(self) -> None:
        """Tell everyone who waits; call it after the state has changed."""
        with self.lock:
            self._version += 1
            self._condition.notify_all()
            for event, loop in self._listeners.items():
                loop.call_soon_threadsafe(event.set)

    def wait(self, condition: Callable[[], T | None], timeout: float, recheck: float = RECHECK) -> T:
        """Block until ``condition`` gives something true, and return that.

        Raises:
            NotReachedError: after ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            version = self._version
            # Looked at without the lock: it may take its time, and the server must go on.
            if value := condition():
                return value
            left = deadline - time.monotonic()
            if left <= 0:
                raise NotReachedError(f"not reached within {timeout:g} s, last value: {value!r}")
            with self.lock:
                if self._version == version:
                    self._condition.wait(min(left, recheck))

    async def wait_async(
        self, condition: Callable[[], T | None], timeout: float, recheck: float = RECHECK
    ) -> T:
        """As `wait`, without blocking the running event loop."""
        deadline = time.monotonic() + timeout
        event = asyncio.Event()
        with self.lock:
            self._listeners[event] = asyncio.get_running_loop()
        try:
            while True:
                event.clear()
                if value := condition():
                    return value
                left = deadline - time.monotonic()
                if left <= 0:
                    raise NotReachedError(f"not reached within {timeout:g} s, last value: {value!r}")
                # Not `wait_for`: before Python 3.12 it loses a cancellation that meets the event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(left, recheck)):
                        await event.wait()
        finally:
            with self.lock:
                del self._listeners[event]
