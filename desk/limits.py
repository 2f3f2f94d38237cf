"""How often somebody may try: a sliding window per key, kept in this process."""

import time
from collections import OrderedDict, deque


class Limit:
    """At most `most` times in `seconds` for one key. Keys beyond ten thousand push out the oldest."""

    def __init__(self, *, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def full(self, key: str) -> bool:
        """Whether the key has used up its tries for now."""
        return len(self._recent(key)) >= self._most

    def count(self, key: str) -> None:
        """One try more."""
        self._recent(key).append(time.monotonic())
        self._times.move_to_end(key)
        while len(self._times) > 10_000:
            self._times.popitem(last=False)

    def allow(self, key: str) -> bool:
        """Counts a try and says whether it may be made."""
        if self.full(key):
            return False
        self.count(key)
        return True

    def forget(self, key: str) -> None:
        """The key starts anew."""
        self._times.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        times = self._times.setdefault(key, deque())
        horizon = time.monotonic() - self._seconds
        while times and times[0] < horizon:
            times.popleft()
        return times
