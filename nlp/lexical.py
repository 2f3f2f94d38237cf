"""Which words a text uses: hashed pieces of words, beside what the encoder says that it means."""

import unicodedata
import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy import sparse

BUCKETS = 1 << 13
SHORTEST, LONGEST = 3, 5
"""Letters in a piece; a word begins and ends with a blank of its own."""


def word_pieces(texts: Sequence[str]) -> sparse.csr_array:
    """Count the pieces of the words of each text, hashed into buckets: float32, (len(texts), BUCKETS).

    A piece weighs one plus the logarithm of its count; each row has length one (or zero, for a text
    without letters). Pieces rather than whole words, so that inflections and typing errors stay near.
    """
    columns: list[int] = []
    values: list[np.ndarray] = []
    ends = [0]
    for text in texts:
        counts = Counter(buckets_of(text, range(SHORTEST, LONGEST + 1), BUCKETS))
        weights = 1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))
        columns.extend(counts)
        values.append(weights / max(np.sqrt(np.square(weights).sum()), 1e-12))
        ends.append(len(columns))
    flat = np.concatenate([*values, np.zeros(0, np.float32)]).astype(np.float32)
    return sparse.csr_array((flat, columns, ends), shape=(len(texts), BUCKETS))


def buckets_of(text: str, sizes: range, count: int) -> list[int]:
    """The buckets, out of `count`, of all pieces of the words of a text, with repeats; `sizes` in letters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    words = (f" {word} " for word in plain.split())
    return [
        zlib.crc32(word[start : start + size].encode()) % count
        for word in words
        for size in sizes
        for start in range(max(len(word) - size + 1, 0))
    ]
