"""A run of the batch at a terminal: what is said, how it is stopped, what comes out."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nlp.batch.engine import Done, StoppedError
from nlp.batch.exports import Format, Input, Outcome, classify_export
from nlp.batch.labels import MakeLabeller
from nlp.batch.running import Cluster
from rimedio.terminal import SOME_ROWS, say

INTERRUPTED = 130
"""The exit status of a run that was stopped and can be gone on with."""

_TOLD_EVERY = 10.0  # seconds, where nobody watches a bar


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a run is to do with its input."""

    output: Path
    model: str
    resume: bool
    redact: bool
    limit: int | None
    id_column: str | None
    form: Format
    report: Path | None
    language: str
    quiet: bool


def run(inputs: Sequence[Input], make: MakeLabeller, wish: Wish, cluster: Cluster | None) -> None:
    """Classify, tell how far it is, and what came of it.

    Raises:
        BatchError: The input cannot be read, the output not be written, or the run not be resumed.
        NlpError: The model cannot be loaded.
        Exit: With its status, where it was stopped or some rows have something wrong.
    """
    began = time.monotonic()
    with _watching(wish.quiet) as watch, _stoppable() as is_stopped:
        try:
            outcome = classify_export(
                inputs,
                wish.output,
                make,
                model=wish.model,
                resume=wish.resume,
                redact=wish.redact,
                limit=wish.limit,
                id_column=wish.id_column,
                form=wish.form,
                cluster=cluster,
                stop=is_stopped,
                progress=watch.classified,
                writing=watch.written,
            )
        except StoppedError:
            say(f"stopped; nothing is lost: the same command with --resume goes on ({wish.output})")
            raise typer.Exit(INTERRUPTED) from None
    if not wish.quiet:
        _tell(outcome, wish.output, watch, time.monotonic() - began)
    if outcome.counts.errors:
        raise typer.Exit(SOME_ROWS)


class _Watch:
    """Shows how far a run is: a bar at a terminal, a line now and then elsewhere, or nothing."""

    def __init__(self, progress: Progress | None, *, quiet: bool) -> None:
        self._progress = progress
        self._quiet = quiet
        self._task = None if progress is None else progress.add_task("loading the model", total=None, rate="")
        self._began = time.monotonic()
        self._told = self._began
        self._first: tuple[float, int] | None = None
        self.first_row: float | None = None
        self.rate = 0.0

    def classified(self, done: Done) -> None:
        """The model has gone through more rows; those of an earlier run are no merit of this one."""
        now = time.monotonic()
        if self._first is None:
            self._first, self.first_row = (now, done.rows), now - self._began
        elif now > self._first[0]:
            self.rate = (done.rows - self._first[1]) / (now - self._first[0])
        self._show("classifying", done)

    def written(self, done: Done) -> None:
        """More rows are in the output."""
        self._show("writing", done)

    def _show(self, what: str, done: Done) -> None:
        if self._progress is not None and self._task is not None:
            rate = f"{self.rate:,.0f}/s" if self.rate else ""
            total = done.known if done.is_total else None
            self._progress.update(self._task, description=what, completed=done.rows, total=total, rate=rate)
        elif not self._quiet and time.monotonic() - self._told >= _TOLD_EVERY:
            self._told = time.monotonic()
            say(f"{what}: {_far(done, self.rate if what == 'classifying' else 0.0)}")


def _far(done: Done, rate: float) -> str:
    known = f"{done.known:,}" if done.is_total else f"{done.known:,} or more"
    told = f"{done.rows:,} of {known} rows"
    if not rate:
        return told
    left = f", {_span((done.known - done.rows) / rate)} left" if done.is_total else ""
    return f"{told} ({rate:,.0f} a second{left})"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@contextmanager
def _watching(quiet: bool) -> Iterator[_Watch]:
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield _Watch(None, quiet=quiet)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Watch(progress, quiet=quiet)


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Ctrl-C ends a run after the shard that is being classified; pressed again, at once."""
    asked: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        if asked:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        asked.append(number)
        say("stopping after the rows that are being classified; again to stop at once")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(asked)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(outcome: Outcome, output: Path, watch: _Watch, seconds: float) -> None:
    counts = outcome.counts
    rate = f", {watch.rate:,.0f} a second" if watch.rate else ""
    first = f"; the first after {watch.first_row:.1f} s" if watch.first_row is not None else ""
    say(f"{counts.rows:,} rows written to {output} in {_span(seconds)}{rate}{first}")
    if counts.needs_review:
        share = counts.needs_review / counts.rows
        say(f"{counts.needs_review:,} rows ({share:.0%}) are for a person to look at (needs_review)")
    if outcome.defused:
        say(f"{outcome.defused:,} cells began like a formula and were made plain text (--raw leaves them)")
    if outcome.replaced:
        say(f"{outcome.replaced:,} characters could not be written in this charset and became ?")
    if outcome.hidden:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in outcome.hidden.items())
        say(f"hidden: {kinds}")
    if counts.errors:
        say(f'{counts.errors:,} rows have an error, see the column "error":')
        for problem in counts.problems:
            say(f"  {problem.where}: {problem.error}")
        if counts.errors > len(counts.problems):
            say(f"  and {counts.errors - len(counts.problems):,} more")
