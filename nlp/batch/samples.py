"""Rows of a classified table that are shown, or looked at for phrases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np
import pyarrow.compute as pc

from models.labels import Act
from nlp.batch.hashing import row_hashes
from nlp.batch.parts import Part, encoded, flags, plain_text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp.batch.hashing import Hashes

POOL = 1200
"""Distinct texts of each type that are looked at for phrases: below 20,000 with the types that ship."""

_SAMPLES = 24  # twins among them are left out in the end
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
    """Keeps rows of each complaint type, of praise, and of what needs a review.

    Those that are shown are drawn by a hash of the row's number; those that are looked at for phrases by a
    hash of the text, so that the same text is among them once.
    """

    def __init__(self, text_column: str) -> None:
        self._text_column = text_column
        self._types: dict[str, Lowest[Sample]] = {}
        self._praise: Lowest[Sample] = Lowest(_SAMPLES)
        self._unsure: Lowest[Sample] = Lowest(_SAMPLES)
        self._pools: dict[str, Lowest[Sample]] = {}

    def add(self, part: Part) -> None:
        """Considers every classified row that has a text."""
        batch, chances = part.batch, part.batch.column("act_probability")
        by_row = row_hashes(part.first, batch.num_rows)
        there = part.known & (part.hashes != 0)

        def act_sample(row: int) -> Sample:
            return self._sample(part, row, chances[row].as_py())

        praising = flags(pc.equal(batch.column("act"), str(Act.PRAISE))) & there
        self._praise.offer(by_row, praising.nonzero()[0], act_sample)
        self._unsure.offer(by_row, (flags(batch.column("needs_review")) & there).nonzero()[0], act_sample)
        untyped = there & ~praising
        untyped[part.type_rows] = False
        pools = {str(Act.PRAISE): praising.nonzero()[0], str(Act.OTHER): untyped.nonzero()[0]}
        codes, names = encoded(part.type_names)
        for code, name in enumerate(names):
            rows = part.type_rows[codes == code]
            pools[f"type {name}"] = rows = rows[there[rows]]

            def type_sample(row: int, code: int = code) -> Sample:
                place = int(((part.type_rows == row) & (codes == code)).argmax())
                return self._sample(part, row, part.type_chances[place].as_py())

            self._types.setdefault(name, Lowest(_SAMPLES)).offer(by_row, rows, type_sample)
        for pool, rows in pools.items():
            self._pools.setdefault(pool, Lowest(POOL)).offer(part.hashes, rows, act_sample)

    @property
    def types(self) -> Mapping[str, tuple[Sample, ...]]:
        """Samples of each complaint type, with its probability."""
        return {name: _distinct(kept) for name, kept in self._types.items()}

    @property
    def praise(self) -> tuple[Sample, ...]:
        """Samples of praise, with the probability of the act."""
        return _distinct(self._praise)

    @property
    def unsure(self) -> tuple[Sample, ...]:
        """Samples of rows to review, with the probability of the act."""
        return _distinct(self._unsure)

    @property
    def pool(self) -> tuple[Sample, ...]:
        """Distinct texts for phrases: as many of a rare type as of a frequent one, where it has them."""
        pool = {number: one for lowest in self._pools.values() for number, one in lowest.items()}
        return tuple(pool[number] for number in sorted(pool))

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
            self._kept = dict(self.items()[: self._size])
            self._limit = np.uint64(max(self._kept))

    def items(self) -> list[tuple[int, Value]]:
        """What was kept with its hashes, in their order."""
        return sorted(self._kept.items(), key=lambda one: one[0])


def _distinct(kept: Lowest[Sample]) -> tuple[Sample, ...]:
    texts: set[str] = set()
    samples: list[Sample] = []
    for _, sample in kept.items():
        plain = sample.text.strip().lower()
        if plain not in texts:
            texts.add(plain)
            samples.append(sample)
    return tuple(samples)
