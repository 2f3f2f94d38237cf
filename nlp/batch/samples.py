"""Rows of a classified table that are shown, or looked at for phrases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import pyarrow.compute as pc

from models.labels import Act
from nlp.batch.parts import Part, encoded, flags, plain_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp.batch.hashing import Hashes

POOL = 1200
"""Distinct texts of each type that are looked at for phrases: below 20,000 with the types that ship."""

_SHOWN = 8
_LETTERS = 1000

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One row as it was labelled; `row` counts from 1, `probability` is that of what it is a sample of."""

    row: int
    text: str
    act: str
    types: tuple[str, ...]
    tone: str
    language: str
    probability: float


class Samples:
    """Keeps rows of each complaint type, of praise, of what is neither, and of what needs a review.

    They are drawn by a hash of the text: the same text is among them once, and neither the order of the rows
    nor how many there are of a text makes a difference.
    """

    def __init__(self, text_column: str) -> None:
        self._text_column = text_column
        self._types: dict[str, Lowest[Sample]] = {}
        self._praise: Lowest[Sample] = Lowest(POOL)
        self._others: Lowest[Sample] = Lowest(POOL)
        self._unsure: Lowest[Sample] = Lowest(_SHOWN)

    def add(self, part: Part) -> None:
        """Considers every classified row that has a text."""
        batch, chances = part.batch, part.batch.column("act_probability")
        there = part.known & (part.hashes != 0)

        def act_sample(row: int) -> Sample:
            return self._sample(part, row, chances[row].as_py())

        praising = flags(pc.equal(batch.column("act"), str(Act.PRAISE))) & there
        unsure = flags(batch.column("needs_review")) & there
        others = there & ~praising
        others[part.type_rows] = False
        for kept, rows in ((self._praise, praising), (self._unsure, unsure), (self._others, others)):
            kept.offer(part.hashes, rows.nonzero()[0], act_sample)
        codes, names = encoded(part.type_names)
        for code, name in enumerate(names):

            def type_sample(row: int, code: int = code) -> Sample:
                place = int(((part.type_rows == row) & (codes == code)).argmax())
                return self._sample(part, row, part.type_chances[place].as_py())

            rows = part.type_rows[codes == code]
            self._types.setdefault(name, Lowest(POOL)).offer(part.hashes, rows[there[rows]], type_sample)

    @property
    def types(self) -> Mapping[str, tuple[Sample, ...]]:
        """Samples of each complaint type, with its probability."""
        return {name: kept.values()[:_SHOWN] for name, kept in self._types.items()}

    @property
    def praise(self) -> tuple[Sample, ...]:
        """Samples of praise, with the probability of the act."""
        return self._praise.values()[:_SHOWN]

    @property
    def unsure(self) -> tuple[Sample, ...]:
        """Samples of rows to review, with the probability of the act."""
        return self._unsure.values()

    @property
    def pool(self) -> tuple[Sample, ...]:
        """Distinct texts for phrases: as many of a rare type as of a frequent one, where it has them."""
        every = [*self._types.values(), self._praise, self._others]
        by_row = {sample.row: sample for kept in every for sample in kept.values()}
        return tuple(by_row[row] for row in sorted(by_row))

    def _sample(self, part: Part, row: int, probability: float) -> Sample:
        labels = {name: part.batch.column(name)[row].as_py() for name in _LABELS}
        field = part.batch.schema.field(self._text_column)
        return Sample(
            row=part.first + row + 1,
            text=plain_text(part.texts[row].as_py(), field)[:_LETTERS],
            act=labels["act"],
            types=tuple(labels["complaint_types"]),
            tone=labels["tone"],
            language=labels["language"] or "",
            probability=probability,
        )


_LABELS = ("act", "complaint_types", "tone", "language")


class Lowest(Generic[Value]):
    """Keeps what has the lowest hashes: a sample without repeats of all hashes that were ever offered.

    It depends on what is offered alone, not on its order or on how it comes in batches.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._limit = np.uint64(np.iinfo(np.uint64).max)
        self._kept: dict[int, Value] = {}

    def offer(self, hashes: "Hashes", rows: "NDArray[np.int64]", value: Callable[[int], Value]) -> None:
        """Considers these rows; `value` makes what is kept of one, and is asked for few of them."""
        offered = hashes[rows]
        low = offered < self._limit
        distinct, first = np.unique(offered[low], return_index=True)
        for number, row in zip(distinct[: self._size].tolist(), rows[low][first].tolist(), strict=False):
            if number not in self._kept:
                self._kept[number] = value(row)
        if len(self._kept) > self._size:
            lowest = sorted(self._kept)[: self._size]
            self._kept = {number: self._kept[number] for number in lowest}
            self._limit = np.uint64(lowest[-1])

    def values(self) -> tuple[Value, ...]:
        """What was kept, in the order of the hashes."""
        return tuple(self._kept[number] for number in sorted(self._kept))
