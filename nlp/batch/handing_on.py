"""What a fast model answered, and what it handed on to the whole classifier, over all shards of a run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedOn:
    """Rows that were `read` by a fast model, and those of them that were `handed_on`.

    `doubts` counts what it was not sure of, most frequent first; one row may have several.
    """

    read: int
    handed_on: int
    doubts: Mapping[str, int]


class Doubts:
    """Counts columns of `nlp.batch.labels.DOUBTS`, one shard after another."""

    def __init__(self) -> None:
        self._read = self._handed_on = 0
        self._counts: Counter[str] = Counter()

    def add(self, column: pa.ChunkedArray) -> None:
        """One shard's."""
        self._read += len(column) - column.null_count
        self._handed_on += pc.sum(pc.greater(pc.list_value_length(column), 0)).as_py() or 0
        for one in pc.value_counts(pc.list_flatten(column)).to_pylist():
            self._counts[one["values"]] += one["counts"]

    def counted(self) -> HandedOn | None:
        """All of them; None where no fast model read a row."""
        if not self._read:
            return None
        ranked = sorted(self._counts.items(), key=lambda one: (-one[1], one[0]))
        return HandedOn(read=self._read, handed_on=self._handed_on, doubts=dict(ranked))
