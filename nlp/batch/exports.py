"""One export classified from its files to its result, and gone on with where a run was cut off."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from nlp.batch.engine import NOBODY, Counts, Done, Run, Watch
from nlp.batch.fingerprints import fingerprints
from nlp.batch.hiding import hide
from nlp.batch.labels import MakeLabeller
from nlp.batch.packing import TEXT, Packer, Source, are_several
from nlp.batch.running import Cluster
from nlp.batch.workspace import InputFile, Manifest, Workspace
from nlp.batch.writers import AS_IN_INPUT, Format, Writer, check_target, open_writer
from nlp.entities.redaction import Redactor
from nlp.errors import WrongUsageError
from nlp.tables import UnreadTable


@dataclass(frozen=True, kw_only=True, slots=True)
class Input:
    """A table of the input and the file it is read from."""

    source: Source
    path: Path

    @property
    def is_read(self) -> bool:
        """Whether it is more than a row that says why the file cannot be read."""
        return not isinstance(self.source.table, UnreadTable)


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What is to be made of the input.

    `model` says which model it is; a run is only gone on with by the same, with the same `options`, which say
    what else the result depends on, and the same of all else here but `id_column`. `today` is the day that
    "tomorrow" is counted from: the current one, or that on which the run was begun. `order_patterns` are what
    a business's order numbers look like, for `redact` to hide. `id_column` names rows with something wrong.
    """

    model: str
    options: Mapping[str, str] = field(default_factory=dict)
    today: date | None = None
    redact: bool = False
    order_patterns: Sequence[str] = ()
    limit: int | None = None
    id_column: str | None = None
    form: Format = AS_IN_INPUT

    def redactor(self) -> Redactor | None:
        """A new one, where something is to be hidden."""
        return Redactor(self.order_patterns) if self.redact else None

    def manifest(self, inputs: Sequence[Input]) -> Manifest:
        """What tells its runs over these inputs from others."""
        return Manifest(
            inputs=fingerprints([(one.source.name, one.path, one.is_read) for one in inputs]),
            options={
                **self.options,
                "--delimiter": as_in_input(self.form.delimiter),
                "--encoding": as_in_input(self.form.encoding),
                "--raw": yes_or_no(self.form.raw),
                "the columns of the texts": "|".join(one.source.text_column for one in inputs),
                "--limit": "none" if self.limit is None else str(self.limit),
                "--redact": yes_or_no(self.redact),
            },
            model=self.model,
            day=(self.today or datetime.now(UTC).astimezone().date()).isoformat(),
        )


def yes_or_no(chosen: bool) -> str:
    """A switch in words."""
    return "on" if chosen else "off"


def as_in_input(chosen: str | None) -> str:
    """An option that the input decides where nobody does."""
    return "as in the input" if chosen is None else repr(chosen)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of it: `counts` of rows, cells `defused`, characters `replaced`, things `hidden` by kind.

    `left_out` says by table what was left out of it in reading, and of how many; `changed` names files that
    were written to meanwhile. `mended` shards that an earlier run had kept were damaged and done again.
    """

    counts: Counts
    defused: int
    replaced: int
    hidden: dict[str, int] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    mended: int = 0


def classify_export(
    inputs: Sequence[Input],
    target: Path,
    make: MakeLabeller,
    task: Task,
    *,
    resume: bool = False,
    cluster: Cluster | None = None,
    watch: Watch = NOBODY,
) -> Outcome:
    """Classify tables into one file, in their order, own columns first.

    `make` loads the model on whatever machine needs it.

    Raises:
        WrongUsageError: What is asked for cannot be.
        BatchError: The input cannot be read, the output not be written, or the run not be resumed.
        StoppedError: `watch` said so; `resume` goes on.
    """
    check_target(target, [one.path for one in inputs])
    packer = Packer([one.source for one in inputs])
    id_column = None if task.id_column is None else _id_column(packer, task.id_column)
    workspace = Workspace(target)
    manifest = task.manifest(inputs)
    with workspace.opened(manifest, resume=resume) as kept:
        day = date.fromisoformat(kept.day)
        run = Run(packer, workspace, make, today=day, limit=task.limit, cluster=cluster, watch=watch)
        run.classify()
        counts = run.counts(id_column)
        workspace.finish_classifying(kept, counts.handed_on)
        result = _Result(run, counts, inputs, task)
        writer = result.writer(target, sealed=workspace.seal)
        with writer:
            for batch in result.batches(watch):
                writer.write(batch)
        outcome = Outcome(
            counts=counts,
            defused=writer.defused,
            replaced=writer.replaced,
            hidden=result.hidden,
            left_out=workspace.left_out(),
            changed=_changed(inputs, manifest.inputs),
            mended=workspace.mended,
        )
        # Before the shards go: whatever else is made of them would have to be classified again.
        watch.finished(counts)
        workspace.remove()
    return outcome


def _id_column(packer: Packer, name: str) -> str:
    try:
        return packer.column_named(name)
    except WrongUsageError as error:
        raise WrongUsageError(f"--id-column {error}") from error


class _Result:
    """The rows of a run as they leave it: own columns, labels and errors, hidden where the task says so."""

    def __init__(self, run: Run, counts: Counts, inputs: Sequence[Input], task: Task) -> None:
        self._run = run
        self._counts = counts
        self._inputs = inputs
        self._task = task
        self._redactor = task.redactor()

    @property
    def hidden(self) -> dict[str, int]:
        """What was hidden in the batches so far, by kind."""
        return {} if self._redactor is None else dict(self._redactor.counts)

    def writer(self, target: Path, *, sealed: Callable[[os.stat_result], None]) -> Writer:
        """The file that it goes into, written as the task says, else as the input is."""
        form = self._task.form
        return open_writer(
            target,
            self._run.written,
            Format(
                delimiter=form.delimiter or _delimiter(self._inputs),
                encoding=form.encoding or _encoding(self._inputs),
                raw=form.raw,
            ),
            inputs=[one.path for one in self._inputs],
            with_errors=self._counts.errors > 0,
            sealed=sealed,
        )

    def batches(self, watch: Watch) -> Iterator[pa.RecordBatch]:
        """All rows in their order; `watch` is shown what has been taken."""
        # What is counted is what the output hides; who looks on is shown the texts once more.
        beside = self._task.redactor() if watch.shown is not None else None
        done = 0
        for part in self._run.parts():
            own, text = part.own, part.text
            if self._redactor is not None:
                languages = part.labels["language"].to_pylist()
                # The name of the file, which comes first where there are several, was given by whoever asks.
                own = hide(
                    own, self._redactor, languages, kept=are_several([one.source for one in self._inputs])
                )
                text = text if beside is None else _redacted(text, beside, languages)
            batch = pa.RecordBatch.from_arrays(
                [*own.columns, *part.labels.columns, part.errors], schema=self._run.schema
            )
            yield batch
            if watch.shown is not None:
                watch.shown(batch.append_column(TEXT, text), part.lines)
            done += batch.num_rows
            watch.written(Done(rows=done, known=self._counts.rows, is_total=True))


def _changed(inputs: Sequence[Input], before: Sequence[InputFile]) -> tuple[str, ...]:
    """The files that are not what they were when the run was begun or gone on with."""
    changed = []
    for one, file in zip(inputs, before, strict=True):
        now = one.path.stat() if one.path.exists() else None
        if now is None or (now.st_size, now.st_mtime_ns) != (file.size, file.modified_ns):
            changed.append(file.name)
    return tuple(dict.fromkeys(changed))  # a workbook is there once a sheet


def _redacted(texts: pa.Array, redactor: Redactor, languages: Sequence[str | None]) -> pa.Array:
    return pa.array(redactor(texts.to_pylist(), languages), pa.string())


def _delimiter(inputs: Sequence[Input]) -> str:
    """That of the first table that is read, where a CSV can have it."""
    found = next((one.source.table.delimiter for one in inputs if one.is_read), ",")
    return found if found.isprintable() or found == "\t" else ","


def _encoding(inputs: Sequence[Input]) -> str:
    """UTF-8, with the mark that spreadsheets need where the input had one or was of a Windows charset."""
    plain = all(one.source.table.encoding == "utf-8" for one in inputs)
    return "utf-8" if plain else "utf-8-sig"
