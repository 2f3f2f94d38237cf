"""How far a training is: a bar at a terminal, elsewhere a line now and then."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rimedio.telling import Teller

if TYPE_CHECKING:
    from rich.console import Console

    from nlp.training.heads import Progress as Told

LINE_EVERY = 30.0
"""Seconds between two lines: an adaptation takes an hour."""

_BEGINNING = "loading the encoder"
_TELLING = 0.02  # the part that must be done before the rest can be reckoned from it


@contextmanager
def telling(console: "Console") -> Iterator["Told"]:
    """What a training tells its steps to, and the part done of all, for the time of a `with` block."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    if console.is_terminal:
        # What is left is reckoned from ten minutes: the steps of one training differ in length.
        left = TimeRemainingColumn(elapsed_when_finished=True)
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), left
        with Progress(*columns, console=console, transient=True, speed_estimate_period=600) as bar:
            task = bar.add_task(_BEGINNING, total=1.0)
            yield lambda step, done: bar.update(task, description=step, completed=done)
        return
    with Teller(quiet=False, every=LINE_EVERY) as teller:
        began = time.monotonic()
        teller.now(lambda: _line(_BEGINNING, 0.0, 0.0))

        def told(step: str, done: float) -> None:
            teller.now(lambda: _line(step, done, time.monotonic() - began))

        try:
            yield told
        finally:
            teller.now(None)


def _line(step: str, done: float, seconds: float) -> str:
    """One line for whoever reads a log; what is left is reckoned from what it took until now."""
    if done < _TELLING:
        return f"{step}: {done:.0%} of the whole"
    minutes = seconds * (1 - done) / done / 60
    return f"{step}: {done:.0%} of the whole, about {max(round(minutes), 1)} min to go"
