"""A run of the batch at a terminal: what is said, how it is stopped, what comes out."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from nlp.batch.engine import Counts, Done, StoppedError, Watch
from nlp.batch.exports import Input, Outcome, Task, classify_export
from nlp.batch.gathering import Gathering
from nlp.batch.handing_on import HandedOn
from nlp.batch.labels import MakeLabeller
from nlp.batch.packing import TEXT
from nlp.batch.running import Cluster, has_model
from nlp.tables import listed
from rimedio.telling import Teller
from rimedio.terminal import BEGAN, SOME_ROWS, one_line, say

INTERRUPTED = 130
"""The exit status of a run that was stopped and can be gone on with."""


_LOADING = "loading the model"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a run is to do with its input, where, and what is said of it.

    `encoder` and `heads` are the names of the model for people, `told` the options of the command as they are
    shown.
    """

    output: Path
    task: Task
    encoder: str
    heads: str
    told: tuple[str, ...]
    resume: bool
    report: Path | None
    language: str
    zone: ZoneInfo
    quiet: bool


def run(
    inputs: Sequence[Input], make: MakeLabeller, wish: Wish, cluster: Cluster | None, teller: Teller
) -> None:
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

    try:
        with (
            _watching(teller, quiet=wish.quiet, on_cluster=cluster is not None) as watch,
            _stoppable() as is_stopped,
        ):
            told = Watch(
                read=watch.read,
                classified=watch.classified,
                written=watch.written,
                stop=is_stopped,
                shown=gathering.add if gathering is not None else None,
                finished=report,
            )
            outcome = classify_export(
                inputs, wish.output, make, wish.task, resume=wish.resume, cluster=cluster, watch=told
            )
    except StoppedError:
        say(one_line(f"stopped; nothing is lost: the same command with --resume goes on ({wish.output})"))
        raise typer.Exit(INTERRUPTED) from None
    seconds = time.monotonic() - began
    if not wish.quiet:
        _tell(outcome, wish.output, watch, seconds)
        if unread := [one.source.name for one in inputs if not one.is_read]:
            files = _counted(len(unread), "file")
            say(one_line(f"not read at all, each a row with its error: {files} ({listed(unread)})"))
        if wish.report is not None:
            say(one_line(f"the page about it: {wish.report}"))
    if outcome.counts.errors:
        raise typer.Exit(SOME_ROWS)


class _Watch:
    """Knows how far a run is, shows it in a bar at a terminal, and says it where there is none."""

    def __init__(self, progress: Progress | None, *, on_cluster: bool) -> None:
        self._progress = progress
        self._task = None if progress is None else progress.add_task("reading", total=None, rate="")
        self._on_cluster = on_cluster
        self._rows_read = 0
        self._what: tuple[str, Done] | None = None
        self._kept: int | None = None
        self._first: tuple[float, int] | None = None
        self.first_row: float | None = None
        self.rate = 0.0

    def read(self, rows: int) -> None:
        """More rows have been read, in another thread."""
        self._rows_read = rows

    def classified(self, done: Done) -> None:
        """The model has gone through more rows; those of an earlier run are no merit of this one."""
        now = time.monotonic()
        if self._kept is None:
            self._kept = done.rows
        elif self._first is None and done.rows > self._kept:
            self._first, self.first_row = (now, done.rows), now - BEGAN
        elif self._first is not None and now > self._first[0]:
            self.rate = (done.rows - self._first[1]) / (now - self._first[0])
        is_waiting = self._first is None and (done.rows < done.known or not done.is_total)
        self._show(_LOADING if is_waiting else "classifying", done)

    def written(self, done: Done) -> None:
        """More rows are in the output."""
        self._show("writing", done)

    def told(self) -> str:
        """What is going on."""
        if self._what is None:
            return f"reading: {self._rows_read:,} rows so far"
        what, done = self._what
        if what != _LOADING:
            return f"{what}: {_far(done, self.rate if what == 'classifying' else 0.0)}"
        # A machine of a cluster that has loaded its own does not say so before its first rows.
        if self._on_cluster or has_model():
            return f"classifying: {_far(done, 0.0)}"
        return f"{_LOADING}: {max(self._rows_read, done.known):,} rows read so far"

    def _show(self, what: str, done: Done) -> None:
        self._what = what, done
        if self._progress is not None and self._task is not None:
            rate = f"{self.rate:,.0f}/s" if self.rate else ""
            total = done.known if done.is_total else None
            self._progress.update(self._task, description=what, completed=done.rows, total=total, rate=rate)


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
def _watching(teller: Teller, *, quiet: bool, on_cluster: bool) -> Iterator[_Watch]:
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        watch = _Watch(None, on_cluster=on_cluster)
        teller.now(watch.told)
        try:
            yield watch
        finally:
            teller.now(None)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Watch(progress, on_cluster=on_cluster)


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
    say(one_line(f"{_counted(counts.rows, 'row')} written to {output} in {_span(seconds)}{rate}{first}"))
    if counts.needs_review:
        share = counts.needs_review / counts.rows
        say(f"for a person to look at (needs_review): {_counted(counts.needs_review, 'row')} ({share:.0%})")
    if counts.handed_on is not None:
        _tell_handed_on(counts.handed_on)
    if outcome.mended:
        say(f"kept by the earlier run, found damaged, done again: {_counted(outcome.mended, 'file')}")
    for name, left_out in outcome.left_out.items():
        say(one_line(f"{name}: {'; '.join(f'{what}: {number:,}' for what, number in left_out.items())}"))
    for name in outcome.changed:
        say(
            one_line(
                f"{name}: was written to while it was read; what came late may be missing or cut: "
                "run it again"
            )
        )
    if outcome.defused:
        cells = _counted(outcome.defused, "cell")
        say(f"made plain text, as a spreadsheet would run it: {cells} (--raw leaves it)")
    if outcome.replaced:
        lost = _counted(outcome.replaced, "character")
        say(f"that this kind of file or its charset does not hold (NUL, for one), ? or � instead: {lost}")
    if outcome.hidden:
        kinds = ", ".join(f"{number:,} {kind}" for kind, number in outcome.hidden.items())
        say(f"hidden: {kinds}")
    if counts.errors:
        say(f'with something wrong, see the column "error": {_counted(counts.errors, "row")}')
        for problem in counts.problems:
            say(one_line(f"  {problem.where}: {problem.error}"))
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
