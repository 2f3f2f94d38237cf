"""The double's own time, which tests can move."""

import time


class Clock:
    """Wall clock with an offset: dates of messages, the age of button presses and of waiting updates."""

    def __init__(self) -> None:
        self._offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as the double sees it."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Move the double's time forward (or back, when negative)."""
        self._offset += seconds
