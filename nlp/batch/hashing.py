"""Numbers that stand for texts: the same on every run and machine, and in no order."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

_LETTERS = 500
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def text_hashes(texts: pa.Array) -> "Hashes":
    """One hash a text; 0 where there is none. Capitals and blanks at the ends make no difference.

    Only the first `_LETTERS` characters and the length are looked at.
    """
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(texts.cast(pa.large_string())))
    lengths = pc.fill_null(pc.binary_length(plain), 0).to_numpy(zero_copy_only=False).astype(np.uint64)
    # A fill first: the bytes under a null are anything.
    begun = pc.fill_null(pc.utf8_slice_codeunits(plain, 0, _LETTERS), "")
    offsets = np.frombuffer(begun.buffers()[1], np.int64, len(begun) + 1, begun.offset * 8)
    sizes = np.diff(offsets)
    sums = np.zeros(len(begun), np.uint64)
    filled = sizes > 0
    if filled.any():
        letters = np.frombuffer(begun.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
        places = np.arange(letters.size) - np.repeat(offsets[:-1] - offsets[0], sizes)
        weighed = (letters.astype(np.uint64) + np.uint64(1)) * _WEIGHTS[places]
        sums[filled] = np.add.reduceat(weighed, offsets[:-1][filled] - offsets[0])
    hashes = _mixed(sums + lengths * _GOLDEN)
    hashes[~filled] = 0
    return hashes


def _mixed(numbers: "Hashes") -> "Hashes":
    """The finish of SplitMix64 (Steele, Lea and Flood 2014): every bit depends on every other."""
    mixed = numbers * _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


_WEIGHTS = _mixed(np.arange(1, 4 * _LETTERS + 1, dtype=np.uint64)) | np.uint64(1)
