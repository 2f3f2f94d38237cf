"""A run of the batch at a terminal: what is said, how it is stopped, what comes out."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nlp.batch.engine import Counts, Done, StoppedError
from nlp.batch.exports import Format, Input, Outcome, classify_export
from nlp.batch.gathering import Gathering
from nlp.batch.handing_on import HandedOn
from nlp.batch.labels import MakeLabeller
from nlp.batch.packing import TEXT
from nlp.batch.running import Cluster
from nlp.tables import listed
from rimedio.terminal import BEGAN, SOME_ROWS, say

INTERRUPTED = 130
"""The exit status of a run that was stopped and can be gone on with."""

_TOLD_EVERY = 10.0  # seconds, where nobody watches a bar


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a run is to do with its input.

    `model` tells the model from others, `encoder` and `heads` are its names for people, `told` the options of
    the command as they are shown, `reading` what is said of how the input is written.
    """

    output: Path
    model: str
    encoder: str
    heads: str
    told: tuple[str, ...]
    resume: bool
    redact: bool
    order_patterns: tuple[str, ...]
    limit: int | None
    reading: Mapping[str, str]
    id_column: str | None
    form: Format
    report: Path | None
    language: str
    zone: ZoneInfo
    quiet: bool


def run(inputs: Sequence[Input], make: MakeLabeller, wish: Wish, cluster: Cluster | None) -> None:
    """Classify, tell how far it is, and what came of it.

    Raises:
        BatchError: The input cannot be read, the output not be written, or the run not be resumed.
        NlpError: The model cannot be loaded.
        Exit: With its status, where it was stopped or some rows have something wrong.
    """
    began = time.monotonic()
    gathering = Gathering(text_column=TEXT) if wish.report is not None else None

    def report(counts: Counts) -> None:
        if wish.report is None or gathering is None:
            return
        # What draws takes a second to import, and 150 MB: not before the first row is out.
        from nlp.batch.report import About, write_report

        about = About(
            source=", ".join(one.source.name for one in inputs),
            encoder=wish.encoder,
            heads=wish.heads,
            options=wish.told,
            seconds=time.monotonic() - began,
            made=datetime.now(UTC).astimezone(wish.zone),
            handed_on=counts.handed_on,
        )
        write_report(wish.report, gathering, about, wish.language)

    with _watching(wish.quiet) as watch, _stoppable() as is_stopped:
        try:
            outcome = classify_export(
                inputs,
                wish.output,
                make,
                model=wish.model,
                resume=wish.resume,
                redact=wish.redact,
                order_patterns=wish.order_patterns,
                limit=wish.limit,
                reading=wish.reading,
                id_column=wish.id_column,
                form=wish.form,
                cluster=cluster,
                gather=gathering.add if gathering is not None else None,
                stop=is_stopped,
                progress=watch.classified,
                writing=watch.written,
                finish=report,
            )
        except StoppedError:
            say(f"stopped; nothing is lost: the same command with --resume goes on ({wish.output})")
            raise typer.Exit(INTERRUPTED) from None
    seconds = time.monotonic() - began
    if not wish.quiet:
        _tell(outcome, wish.output, watch, seconds)
        if unread := [one.source.name for one in inputs if not one.is_read]:
            files = _counted(len(unread), "file")
            say(f"not read at all, each a row with its error: {files} ({listed(unread)})")
        if wish.report is not None:
            say(f"the page about it: {wish.report}")
    if outcome.counts.errors:
        raise typer.Exit(SOME_ROWS)


class _Watch:
    """Shows how far a run is: a bar at a terminal, a line now and then elsewhere, or nothing."""

    def __init__(self, progress: Progress | None, *, quiet: bool) -> None:
        self._progress = progress
        self._quiet = quiet
        self._task = None if progress is None else progress.add_task("loading the model", total=None, rate="")
        self._told = time.monotonic()
        self._kept: int | None = None
        self._first: tuple[float, int] | None = None
        self.first_row: float | None = None
        self.rate = 0.0

    def classified(self, done: Done) -> None:
        """The model has gone through more rows; those of an earlier run are no merit of this one."""
        now = time.monotonic()
        if self._kept is None:
            self._kept = done.rows
        elif self._first is None and done.rows > self._kept:
            self._first, self.first_row = (now, done.rows), now - BEGAN
        elif self._first is not None and now > self._first[0]:
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
    say(f"{_counted(counts.rows, 'row')} written to {output} in {_span(seconds)}{rate}{first}")
    if counts.needs_review:
        share = counts.needs_review / counts.rows
        say(f"for a person to look at (needs_review): {_counted(counts.needs_review, 'row')} ({share:.0%})")
    if counts.handed_on is not None:
        _tell_handed_on(counts.handed_on)
    for name, left_out in outcome.left_out.items():
        say(f"{name}: {'; '.join(f'{what}: {number:,}' for what, number in left_out.items())}")
    for name in outcome.changed:
        say(f"{name}: was written to while it was read; what came late may be missing or cut: run it again")
    if outcome.defused:
        cells = _counted(outcome.defused, "cell")
        say(f"made plain text, as a spreadsheet would run it: {cells} (--raw leaves it)")
    if outcome.replaced:
        say(f"not to be written in this charset, ? or � instead: {_counted(outcome.replaced, 'character')}")
    if outcome.hidden:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in outcome.hidden.items())
        say(f"hidden: {kinds}")
    if counts.errors:
        say(f'with something wrong, see the column "error": {_counted(counts.errors, "row")}')
        for problem in counts.problems:
            say(f"  {problem.where}: {problem.error}")
        if counts.errors > len(counts.problems):
            say(f"  and {counts.errors - len(counts.problems):,} more")


def _tell_handed_on(handed_on: HandedOn) -> None:
    rows, read = _counted(handed_on.handed_on, "row"), handed_on.read
    doubts = ", ".join(f"{name} {_share(number, read)}" for name, number in handed_on.doubts.items())
    because = f"; because of: {doubts}" if doubts else ""
    say(f"handed on by --fast: {rows} of {read:,} ({handed_on.handed_on / read:.1%}){because}")


def _share(part: int, whole: int) -> str:
    """In percent; with a digit more below one."""
    share = part / whole
    return f"{share:.0%}" if share >= 0.01 else f"{share:.1%}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
