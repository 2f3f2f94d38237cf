"""A run of the batch at a terminal: what is said, how it is stopped, what comes out."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from nlp.batch.engine import Counts, Done, StoppedError, Watch
from nlp.batch.exports import Input, Outcome, Task, classify_export
from nlp.batch.gathering import Gathering
from nlp.batch.handing_on import HandedOn
from nlp.batch.labels import MakeLabeller
from nlp.batch.packing import TEXT
from nlp.batch.running import Cluster, has_model, pace
from nlp.tables import listed
from rimedio.stopping import INTERRUPTED, stoppable
from rimedio.telling import Teller
from rimedio.terminal import BEGAN, SOME_ROWS, one_line, say

READING, CLASSIFYING, WRITING = "reading", "classifying", "writing"
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
            sources=tuple(dict.fromkeys(one.source.name for one in inputs)),
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
            stoppable() as is_stopped,
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


class Bar(Progress):
    """A bar that asks how far a run is whenever it is drawn: rows of one shard can take minutes."""

    def __init__(self, watch: "Watching", console: Console) -> None:
        self._watch = watch
        columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
        # What is left is told by our own rate: rich wants two shards within half a minute for its own.
        super().__init__(
            *columns,
            TextColumn("{task.fields[rate]}"),
            TextColumn("{task.fields[left]}"),
            console=console,
            transient=True,
        )
        self.add_task("", total=None, rate="", left="")

    def get_renderables(self) -> Iterator[RenderableType]:
        """What is drawn next."""
        now = self._watch.now()
        for row in self.task_ids:  # there is none yet while rich makes its display
            self.update(
                row,
                description=now.what,
                completed=now.done.rows,
                total=now.done.known if now.done.is_total else None,
                rate=f"{_pace(now.rate)}/s" if now.rate else "",
                left="" if now.left is None else f"{_span(now.left)} left",
            )
        yield from super().get_renderables()


@dataclass(frozen=True, kw_only=True, slots=True)
class Now:
    """What is going on, how far it is, and how fast: `rate` is in rows a second, 0 where it is not known."""

    what: str
    done: Done
    rate: float = 0.0

    @property
    def left(self) -> float | None:
        """Seconds until it is done, as far as that can be said."""
        if not (self.rate and self.done.is_total):
            return None
        return (self.done.known - self.done.rows) / self.rate


class Watching:
    """Knows how far a run is."""

    def __init__(self, *, on_cluster: bool) -> None:
        """Nothing is read yet; what machines of a cluster do is only known once they are done with it."""
        self._on_cluster = on_cluster
        self._rows_read = 0
        self._what: tuple[str, Done] | None = None
        self._kept: int | None = None
        self._first: tuple[float, int] | None = None
        self._writing: tuple[float, int] | None = None
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
        self._what = CLASSIFYING, done

    def written(self, done: Done) -> None:
        """More rows are in the output."""
        if self._writing is None:
            self._writing = time.monotonic(), done.rows
        self._what = WRITING, done

    def now(self) -> Now:
        """What is going on."""
        if self._what is None:
            return Now(what=READING, done=Done(rows=self._rows_read, known=self._rows_read, is_total=False))
        what, done = self._what
        if what == WRITING:
            return Now(what=what, done=done, rate=self._written_rate(done))
        if self._first is not None or self._on_cluster:
            return self._classifying(done)
        is_over = done.rows == done.known and done.is_total
        return self._classifying(done) if is_over or has_model() else Now(what=_LOADING, done=done)

    def told(self) -> str:
        """The same in one line."""
        now = self.now()
        if now.what == READING:
            return f"{READING}: {now.done.rows:,} rows so far"
        if now.what == _LOADING:
            return f"{_LOADING}: {max(self._rows_read, now.done.known):,} rows read so far"
        return f"{now.what}: {_far(now)}"

    def _classifying(self, done: Done) -> Now:
        """With the rows of a shard that is not finished, as far as they are classified in this process."""
        kept = self._kept or 0
        rows = min(max(done.rows, kept + pace().rows), max(done.known, done.rows))
        return Now(
            what=CLASSIFYING,
            done=Done(rows=rows, known=done.known, is_total=done.is_total),
            rate=self.rate or pace().rate,
        )

    def _written_rate(self, done: Done) -> float:
        began, rows = self._writing or (time.monotonic(), done.rows)
        return (done.rows - rows) / max(time.monotonic() - began, 0.001)


def _far(now: Now) -> str:
    done = now.done
    known = f"{done.known:,}" if done.is_total else f"{done.known:,} or more"
    told = f"{done.rows:,} of {known} rows"
    if not now.rate:
        return told
    left = "" if now.left is None else f", {_span(now.left)} left"
    return f"{told} ({_pace(now.rate)} a second{left})"


def _pace(rate: float) -> str:
    """Rows a second; with a digit more where there are few."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def _span(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


@contextmanager
def _watching(teller: Teller, *, quiet: bool, on_cluster: bool) -> Iterator[Watching]:
    console = Console(stderr=True)
    watch = Watching(on_cluster=on_cluster)
    if quiet or not console.is_terminal:
        teller.now(watch.told)
        try:
            yield watch
        finally:
            teller.now(None)
        return
    with Bar(watch, console):
        yield watch


def _tell(outcome: Outcome, output: Path, watch: Watching, seconds: float) -> None:
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
