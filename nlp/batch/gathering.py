"""What a report tells of a classified table, gathered in flat memory while the table goes by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.batch.days import find_date_column
from nlp.batch.parts import Part, flags, plain_text, texts_of
from nlp.batch.repeats import Repeated, Repeats
from nlp.batch.samples import Sample, Samples
from nlp.batch.timeline import DayCounts, Timeline
from nlp.render import COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

BINS = 20
"""Steps of the confidence histograms, from 0 to 1."""

ERROR = "error"

_AT_ONCE = 8192
_FIRST_ERRORS = 50
_REPEATED = 20

Label = TypeVar("Label")


@dataclass(frozen=True, kw_only=True, slots=True)
class RowError:
    """A row with something wrong, counted from 1, and its line in the file where that is known."""

    row: int
    line: int | None
    error: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """Everything that was counted.

    Counts are by label, most frequent first. `type_tones` counts messages by type and tone, `type_review`
    those of a type to review, `confidence` decisions by column and step of `BINS`. `samples` are by type;
    `unsure` are rows to review; `pool` holds distinct texts of every type, for phrases. `repeated_rows` are
    those whose text had been there before, at the least; counts of `repeated` fall short by at most
    `repeats_missed`.
    """

    rows: int
    classified: int
    to_review: int
    own_errors: int
    acts: Mapping[str, int]
    types: Mapping[str, int]
    tones: Mapping[str, int]
    urgencies: Mapping[str, int]
    languages: Mapping[str, int]
    asks: Mapping[str, int]
    type_tones: Mapping[tuple[str, str], int]
    type_review: Mapping[str, int]
    confidence: Mapping[str, tuple[int, ...]]
    date_column: str | None
    timeline: Timeline | None
    samples: Mapping[str, tuple[Sample, ...]]
    praise: tuple[Sample, ...]
    unsure: tuple[Sample, ...]
    pool: tuple[Sample, ...]
    repeated: tuple[Repeated, ...]
    repeated_rows: int
    repeats_missed: int
    errors: int
    first_errors: tuple[RowError, ...]


class Gathering:
    """Takes the batches of a classified table in their order, and tells what is in it.

    Memory does not grow with the rows. The same rows give the same result, however they come in batches.

    Args:
        text_column: The column with the messages, by its name in the batches.
        date_column: The column that says when; found in the first batch by name or content otherwise.
    """

    def __init__(self, *, text_column: str, date_column: str | None = None) -> None:
        self._text_column = text_column
        self._date_column = date_column
        self._rows = 0
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in (*_SINGLE, *_LISTS)}
        self._totals: Counter[str] = Counter()
        self._type_tones: Counter[tuple[str, str]] = Counter()
        self._type_review: Counter[str] = Counter()
        self._confidence = {name: np.zeros(BINS, np.int64) for name in _CONFIDENCES}
        self._days = DayCounts()
        self._samples = Samples(text_column)
        self._repeats = Repeats()
        self._errors: list[RowError] = []

    def add(self, batch: pa.RecordBatch, lines: pa.Array | None = None) -> None:
        """Counts a batch: own columns, `nlp.render.COLUMNS` and `error`; `lines` are those of its rows."""
        if self._rows == 0 and self._date_column is None:
            ours = {self._text_column, *COLUMNS, ERROR}
            own = [name for name in batch.schema.names if name not in ours]
            self._date_column = find_date_column(batch, own)
        for start in range(0, batch.num_rows, _AT_ONCE):
            self._add(batch.slice(start, _AT_ONCE), None if lines is None else lines.slice(start, _AT_ONCE))

    def gathered(self) -> Gathered:
        """What was counted so far."""
        counts = {name: _ranked(counter) for name, counter in self._counts.items()}
        return Gathered(
            rows=self._rows,
            classified=self._totals["classified"],
            to_review=self._totals["needs_review"],
            own_errors=self._totals["own_error"],
            acts=counts["act"],
            types=counts["complaint_types"],
            tones=counts["tone"],
            urgencies=counts["urgency"],
            languages=counts["language"],
            asks=counts["asks"],
            type_tones=_ranked(self._type_tones),
            type_review=_ranked(self._type_review),
            confidence={name: tuple(bins.tolist()) for name, bins in self._confidence.items()},
            date_column=self._date_column,
            timeline=self._days.timeline(),
            samples=self._samples.types,
            praise=self._samples.praise,
            unsure=self._samples.unsure,
            pool=self._samples.pool,
            repeated=self._repeats.most(_REPEATED),
            repeated_rows=self._repeats.repeated_rows,
            repeats_missed=self._repeats.missed,
            errors=self._totals[ERROR],
            first_errors=tuple(self._errors),
        )

    def _add(self, batch: pa.RecordBatch, lines: pa.Array | None) -> None:
        texts = texts_of(batch, self._text_column)
        types = batch.column("complaint_types")
        sizes = pc.fill_null(pc.list_value_length(types), 0).to_numpy(zero_copy_only=False)
        field = batch.schema.field(self._text_column)
        part = Part(
            batch=batch,
            first=self._rows,
            texts=texts,
            hashes=self._repeats.add(texts, lambda cell: plain_text(cell, field)),
            known=pc.is_valid(batch.column("act")).to_numpy(zero_copy_only=False),
            type_rows=np.repeat(np.arange(batch.num_rows), sizes),
            type_names=types.flatten(),
            type_chances=batch.column("complaint_probabilities").flatten(),
        )
        self._count(part)
        self._count_errors(part, lines)
        if self._date_column is not None:
            self._days.add(part, self._date_column)
        self._samples.add(part)
        self._rows += batch.num_rows

    def _count(self, part: Part) -> None:
        batch = part.batch
        self._totals["classified"] += int(part.known.sum())
        for name in _FLAGS:
            self._totals[name] += int(flags(batch.column(name)).sum())
        for name in _SINGLE:
            _count(self._counts[name], batch.column(name))
        for name in _LISTS:
            _count(self._counts[name], batch.column(name).flatten())
        for name, bins in self._confidence.items():
            column = batch.column(name)
            bins += _histogram(column if pa.types.is_floating(column.type) else column.flatten())
        rows = pa.array(part.type_rows)
        together = pa.table({"type": part.type_names, "tone": batch.column("tone").take(rows)})
        for one in together.group_by(["type", "tone"]).aggregate([([], "count_all")]).to_pylist():
            self._type_tones[one["type"], one["tone"]] += one["count_all"]
        _count(self._type_review, part.type_names.filter(batch.column("needs_review").take(rows)))

    def _count_errors(self, part: Part, lines: pa.Array | None) -> None:
        errors = part.batch.column(ERROR)
        wrong = pc.is_valid(errors).to_numpy(zero_copy_only=False).nonzero()[0]
        self._totals[ERROR] += wrong.size
        for row in wrong[: _FIRST_ERRORS - len(self._errors)].tolist():
            line = None if lines is None else lines[row].as_py()
            self._errors.append(RowError(row=part.first + row + 1, line=line, error=errors[row].as_py()))


_FLAGS = ("own_error", "needs_review")
_SINGLE = ("act", "tone", "urgency", "language")
_LISTS = ("complaint_types", "asks")
_CONFIDENCES = ("act_probability", "complaint_probabilities", "tone_probability")


def _count(counter: Counter[str], column: pa.Array) -> None:
    counts = pc.value_counts(pc.drop_null(column))
    for name, count in zip(
        counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True
    ):
        counter[name] += count


def _histogram(column: pa.Array) -> "NDArray[np.int64]":
    values = pc.drop_null(column).to_numpy(zero_copy_only=False)
    return np.histogram(values, bins=BINS, range=(0, 1))[0]


def _ranked(counter: Counter[Label]) -> dict[Label, int]:
    """Most frequent first; equally frequent ones in an order that does not depend on the rows'."""
    return dict(sorted(counter.items(), key=lambda one: (-one[1], one[0])))
