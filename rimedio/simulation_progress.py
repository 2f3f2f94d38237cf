"""How far a simulation is: a bar at a terminal, elsewhere a line now and then."""

import gc
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rimedio.telling import Teller

_Item = TypeVar("_Item")

_MOVED_EVERY = 500  # cases
_COLLECTED_AFTER = 100_000  # new objects


class Watch:
    """Follows cases on their way."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._what, self._done, self._total, self._began = "", 0, 0, time.monotonic()

    def following(self, what: str, items: Iterable[_Item], total: int) -> Iterator[_Item]:
        """The same items, while it is told how many of them came by."""
        bar = self._progress
        task = bar.add_task(what, total=total) if bar is not None else None
        self._what, self._done, self._total, self._began = what, 0, total, time.monotonic()
        for done, item in enumerate(items, start=1):
            if done % _MOVED_EVERY == 0:
                self._what, self._done, self._total = what, done, total
                if bar is not None and task is not None:
                    bar.update(task, completed=done)
            yield item
        if bar is not None and task is not None:
            bar.update(task, completed=total)

    def told(self) -> str:
        """One line for whoever reads a log."""
        if not self._what:
            return "looking through the cases"
        rate = self._done / max(time.monotonic() - self._began, 0.001)
        return f"{self._what}: {self._done:,} of {self._total:,} cases ({rate:,.0f} a second)"


@contextmanager
def watching(console: Console) -> Iterator[Watch]:
    """Tells how far it is for the time of a `with` block, while memory is looked through less often.

    Of the many small things that a case leaves behind none points in a circle: they go by themselves, and
    looking for circles among them all takes a fifth of the time.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER, *before[1:])
    try:
        if console.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            with Progress(*columns, console=console, transient=True) as progress:
                yield Watch(progress)
            return
        with Teller(quiet=False) as teller:
            watch = Watch(None)
            teller.now(watch.told)
            try:
                yield watch
            finally:
                teller.now(None)
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
