"""Which words a text uses: hashed pieces of words, beside what the encoder says that it means."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from nlp.pieces import count_pieces

BUCKETS = 1 << 13
SHORTEST, LONGEST = 3, 5
"""Letters in a piece; a word begins and ends with a blank of its own."""


def word_pieces(texts: Sequence[str]) -> sparse.csr_array:
    """Count the pieces of the words of each text, hashed into buckets: float32, (len(texts), BUCKETS).

    A piece weighs one plus the logarithm of its count; each row has length one (or zero, for a text
    without letters). Pieces rather than whole words, so that inflections and typing errors stay near.
    """
    pieces = count_pieces(texts, range(SHORTEST, LONGEST + 1), BUCKETS)
    pieces.data = 1 + np.log(pieces.data)
    lengths = np.sqrt((pieces * pieces).sum(axis=1, dtype=np.float32))
    pieces.data /= np.repeat(np.maximum(lengths, np.float32(1e-12)), np.diff(pieces.indptr))
    return pieces
