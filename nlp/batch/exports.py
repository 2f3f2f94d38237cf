"""One export classified from its files to its result, and gone on with where a run was cut off."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from nlp.batch.engine import Counts, Done, Progress, Run
from nlp.batch.fingerprints import fingerprints
from nlp.batch.hiding import hide
from nlp.batch.labels import MakeLabeller
from nlp.batch.packing import TEXT, Packer, Source
from nlp.batch.running import Cluster
from nlp.batch.workspace import InputFile, Manifest, Workspace
from nlp.batch.writers import check_target, open_writer
from nlp.entities.redaction import Redactor
from nlp.errors import WrongUsageError
from nlp.tables import UnreadTable, listed


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
class Format:
    """How a CSV is written: None as the input is."""

    delimiter: str | None = None
    encoding: str | None = None
    raw: bool = False

    @property
    def options(self) -> dict[str, str]:
        """What was asked for, as a person reads it."""
        return {
            "--delimiter": as_in_input(self.delimiter),
            "--encoding": as_in_input(self.encoding),
            "--raw": yes_or_no(self.raw),
        }


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


Gather = Callable[[pa.RecordBatch, pa.Array], None]
"""Is shown every batch of the result, its text in the column `packing.TEXT`, and the lines of its rows."""


def classify_export(
    inputs: Sequence[Input],
    target: Path,
    make: MakeLabeller,
    *,
    model: str,
    options: Mapping[str, str] = MappingProxyType({}),
    today: date | None = None,
    resume: bool = False,
    redact: bool = False,
    order_patterns: Sequence[str] = (),
    limit: int | None = None,
    id_column: str | None = None,
    cluster: Cluster | None = None,
    form: Format | None = None,
    gather: Gather | None = None,
    stop: Callable[[], bool] = lambda: False,
    reading: Callable[[int], None] = lambda rows: None,
    progress: Progress = lambda done: None,
    writing: Progress = lambda done: None,
    finish: Callable[[Counts], None] = lambda counts: None,
) -> Outcome:
    """Classify tables into one file, in their order, own columns first.

    `make` loads the model on whatever machine needs it, `model` says which it is. A run is only resumed with
    the same, with the same `options`, which say what else the result depends on, and the same of those here.
    `today` is the day that "tomorrow" is counted from: the current one, or that on which the run was begun.
    `order_patterns` are what a business's order numbers look like, for `redact` to hide.

    `reading` is told of rows read, in another thread, `progress` of rows classified, `writing` of rows
    written; `finish` is called once the output is whole, while a run can still be gone on with.

    Raises:
        WrongUsageError: What is asked for cannot be.
        BatchError: The input cannot be read, the output not be written, or the run not be resumed.
        StoppedError: `stop` said so; `resume` goes on.
    """
    form = form or Format()
    redactor = Redactor(order_patterns) if redact else None
    check_target(target, [one.path for one in inputs])
    packer = Packer([one.source for one in inputs])
    if id_column is not None and id_column not in packer.columns:
        raise WrongUsageError(
            f"--id-column {id_column!r}: no such column; columns found: {listed(packer.columns)}"
        )
    workspace = Workspace(target)
    manifest = Manifest(
        inputs=fingerprints([(one.source.name, one.path, one.is_read) for one in inputs]),
        options={
            **options,
            **form.options,
            "the columns of the texts": "|".join(one.source.text_column for one in inputs),
            "--limit": "none" if limit is None else str(limit),
            "--redact": yes_or_no(redact),
        },
        model=model,
        day=(today or datetime.now(UTC).astimezone().date()).isoformat(),
    )
    with workspace.opened(manifest, resume=resume) as kept:
        day = date.fromisoformat(kept.day)
        run = Run(
            packer,
            workspace,
            make,
            today=day,
            limit=limit,
            cluster=cluster,
            stop=stop,
            progress=progress,
            reading=reading,
        )
        run.classify()
        counts = run.counts(id_column)
        workspace.finish_classifying(kept, counts.handed_on)
        # What is counted is what the output hides; the report is shown the texts once more.
        beside = Redactor(order_patterns) if redact and gather is not None else None
        outcome = _write(run, counts, target, inputs, form, redactor, beside, gather, writing, workspace.seal)
        outcome = replace(
            outcome,
            left_out=workspace.left_out(),
            changed=_changed(inputs, manifest.inputs),
            mended=workspace.mended,
        )
        # Before the shards go: whatever else is made of them would have to be classified again.
        finish(counts)
        workspace.remove()
    return outcome


def _write(
    run: Run,
    counts: Counts,
    target: Path,
    inputs: Sequence[Input],
    form: Format,
    redactor: Redactor | None,
    beside: Redactor | None,
    gather: Gather | None,
    writing: Progress,
    sealed: Callable[[os.stat_result], None],
) -> Outcome:
    writer = open_writer(
        target,
        run.written,
        inputs=[one.path for one in inputs],
        delimiter=form.delimiter or _delimiter(inputs),
        encoding=form.encoding or _encoding(inputs),
        raw=form.raw,
        with_errors=counts.errors > 0,
        sealed=sealed,
    )
    done = 0
    with writer:
        for part in run.parts():
            own, text = part.own, part.text
            if redactor is not None:
                languages = part.labels["language"].to_pylist()
                # The name of the file, which comes first where there are several, was given by whoever asks.
                own = hide(own, redactor, languages, kept=len(inputs) > 1)
                text = text if beside is None else _redacted(text, beside, languages)
            result = pa.RecordBatch.from_arrays(
                [*own.columns, *part.labels.columns, part.errors], schema=run.schema
            )
            writer.write(result)
            if gather is not None:
                gather(result.append_column(TEXT, text), part.lines)
            done += result.num_rows
            writing(Done(rows=done, known=counts.rows, is_total=True))
    return Outcome(
        counts=counts,
        defused=writer.defused,
        replaced=writer.replaced,
        hidden=dict(redactor.counts) if redactor is not None else {},
    )


def _changed(inputs: Sequence[Input], before: Sequence[InputFile]) -> tuple[str, ...]:
    """The files that are not what they were when the run was begun or gone on with."""
    changed = []
    for one, file in zip(inputs, before, strict=True):
        now = one.path.stat() if one.path.exists() else None
        if now is None or (now.st_size, now.st_mtime_ns) != (file.size, file.modified_ns):
            changed.append(file.name)
    return tuple(changed)


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
