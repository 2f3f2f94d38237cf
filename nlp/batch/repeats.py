"""Which texts come again and again in a table, counted in bounded memory."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from nlp.batch.hashing import text_hashes

if TYPE_CHECKING:
    from nlp.batch.hashing import Hashes

_COUNTERS = 1 << 18
_WAITING = 1 << 16
_KEPT_TEXTS = 100
_LETTERS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """A text and how many rows hold it, at the least."""

    text: str
    count: int


class Repeats:
    """Counts equal texts by their hashes: exactly up to some hundred thousand different ones.

    Beyond that by Misra and Gries (1982), as mergeable summaries (Agarwal et al. 2012): a count falls short
    by at most `missed`, which is less than one row in `_COUNTERS`.
    """

    def __init__(self) -> None:
        self.missed = 0
        self._hashes: Hashes = np.zeros(0, np.uint64)
        self._counts = np.zeros(0, np.int64)
        self._texts: dict[int, str] = {}
        self._waiting: list[tuple[Hashes, pa.Array, Callable[[str], str]]] = []
        self._rows_waiting = 0

    def add(self, texts: pa.Array, plain: Callable[[str], str]) -> "Hashes":
        """Counts these texts, and returns their hashes; empty ones and nulls are not counted.

        `plain` makes what is shown of what is kept.
        """
        hashes = text_hashes(texts)
        self._waiting.append((hashes, texts, plain))
        self._rows_waiting += len(texts)
        if self._rows_waiting >= _WAITING:
            self._merge()
        return hashes

    def most(self, number: int) -> tuple[Repeated, ...]:
        """The texts that stand in more than one row, most frequent first."""
        self._merge()
        order = np.lexsort((self._hashes, -self._counts))[:number]
        return tuple(
            Repeated(text=self._texts[int(self._hashes[place])], count=int(self._counts[place]))
            for place in order
            if self._counts[place] > 1
        )

    @property
    def repeated_rows(self) -> int:
        """Rows whose text had been there before, at the least."""
        self._merge()
        return int((self._counts - 1).sum())

    def _merge(self) -> None:
        if not self._waiting:
            return
        new = np.concatenate([hashes for hashes, _, _ in self._waiting])
        new = new[new != 0]
        hashes, places = np.unique(np.concatenate([self._hashes, new]), return_inverse=True)
        counts = np.zeros(hashes.size, np.int64)
        np.add.at(counts, places[: self._hashes.size], self._counts)
        counts += np.bincount(places[self._hashes.size :], minlength=hashes.size)
        if counts.size > _COUNTERS:
            less = int(np.partition(counts, counts.size - _COUNTERS - 1)[counts.size - _COUNTERS - 1])
            self.missed += less
            kept = counts > less
            hashes, counts = hashes[kept], counts[kept] - less
        self._hashes, self._counts = hashes, counts
        self._keep_texts()
        self._waiting.clear()
        self._rows_waiting = 0

    def _keep_texts(self) -> None:
        """A text that comes among the most frequent has just been seen, for only then does its count rise."""
        most = self._hashes[np.lexsort((self._hashes, -self._counts))[:_KEPT_TEXTS]]
        texts = {int(one): self._texts[int(one)] for one in most if int(one) in self._texts}
        for hashes, column, plain in self._waiting:
            found, first = np.unique(hashes, return_index=True)
            there = np.isin(found, most)
            for one, place in zip(found[there].tolist(), first[there].tolist(), strict=True):
                if one not in texts:
                    texts[one] = plain(column[place].as_py())[:_LETTERS]
        self._texts = texts
