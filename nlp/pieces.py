"""The pieces of words, hashed into buckets, for many texts at a time and without a step per letter."""

import unicodedata
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

_LETTERS_AT_ONCE = 1 << 18
"""Texts are taken together up to about so many letters; keeps memory flat."""

_LONGEST = 1 << 17
"""Letters after which a text is parted between two words."""

_BLANK = 0x20
_ALL_ONES = 0xFFFFFFFF

Letters = npt.NDArray[np.uint32]


def count_pieces(texts: Sequence[str], sizes: range, buckets: int) -> sparse.csr_array:
    """How often each bucket is hit by the pieces of a text's words: float32 of shape (len(texts), buckets).

    `sizes` are those of the pieces, in letters. A word begins and ends with a blank of its own; a piece's
    bucket is its CRC-32 in UTF-8, modulo `buckets`. A blank alone counts once between two words.
    """
    spaced = [_spaced(text) for text in texts]
    # Parted, a text has one blank more, which counts where pieces may be blanks alone.
    longest = _LONGEST if sizes.start > 1 else max(map(len, spaced), default=0)
    stretches = [(row, part) for row, text in enumerate(spaced) for part in _stretches(text, longest)]
    parts = [_count(part, sizes, buckets) for part in _portions([part for _, part in stretches])]
    counts = sparse.vstack([*parts, sparse.csr_array((0, buckets), dtype=np.float32)], format="csr")
    if len(stretches) == len(texts):
        return counts
    rows, ones = [row for row, _ in stretches], np.ones(len(stretches), np.float32)
    together = sparse.csr_array((ones, (rows, range(len(rows)))), shape=(len(texts), len(rows))) @ counts
    together.sort_indices()
    return together


def _spaced(text: str) -> str:
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    return f" {words} " if words else ""


def _stretches(text: str, longest: int) -> Iterator[str]:
    """A text of about so many letters at most, or its parts; each begins and ends with a blank."""
    start = 0
    while len(text) - start > longest and (blank := text.find(" ", start + longest, len(text) - 1)) > 0:
        yield text[start : blank + 1]
        start = blank
    yield text[start:]


def _portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = letters = 0
    for end, text in enumerate(texts):
        if letters and letters + len(text) > _LETTERS_AT_ONCE:
            yield texts[start:end]
            start, letters = end, 0
        letters += len(text)
    if start < len(texts):
        yield texts[start:]


def _count(texts: Sequence[str], sizes: range, buckets: int) -> sparse.csr_array:
    letters = np.frombuffer("".join(texts).encode("utf-32-le"), "<u4")
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    found = [owners[starts] * buckets + hashes % buckets for starts, hashes in _pieces(letters, sizes)]
    keys = np.sort(np.concatenate(found))
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    rows, columns = np.divmod(keys[firsts], buckets)
    counts = np.diff(firsts, append=len(keys)).astype(np.float32)
    ends = np.searchsorted(rows, np.arange(len(texts) + 1))
    return sparse.csr_array((counts, columns, ends), shape=(len(texts), buckets))


def _pieces(letters: Letters, sizes: range) -> Iterator[tuple[npt.NDArray[np.intp], Letters]]:
    """Where the pieces of each size begin, and their CRC-32."""
    starts = np.arange(len(letters))
    sums = _fed(np.full(len(letters), _ALL_ONES, np.uint32), letters)
    last = letters
    for size in range(1, sizes.stop):
        if size > 1:
            # A piece grows until it has met the blank behind its word; two blanks part two texts.
            grows = starts < len(letters) - size + 1
            grows &= (last != _BLANK) if size > 2 else (last != _BLANK) | (_behind(letters, starts) != _BLANK)
            starts, sums = starts[grows], sums[grows]
            last = letters[starts + size - 1]
            sums = _fed(sums, last)
        if size in sizes:
            yield starts, sums ^ np.uint32(_ALL_ONES)


def _behind(letters: Letters, starts: npt.NDArray[np.intp]) -> Letters:
    return letters[np.minimum(starts + 1, len(letters) - 1)]


def _fed(sums: Letters, letters: Letters) -> Letters:
    """The checksums after one more letter each, byte by byte of its UTF-8."""
    wide = np.flatnonzero(letters >= 0x80)
    if not len(wide):
        return _with_byte(sums, letters)
    code = letters[wide]
    widths = 2 + (code >= 0x800).astype(np.uint32) + (code >= 0x10000)
    leading = letters.copy()
    leading[wide] = (0xF00 >> widths & 0xF0) | (code >> 6 * (widths - 1))
    fed = _with_byte(sums, leading)
    for place in range(1, 4):
        there = widths > place
        at, shift = wide[there], 6 * (widths[there] - 1 - place)
        following = (0x80 | (code[there] >> shift & 0x3F)).astype(np.uint32)
        fed[at] = _with_byte(fed[at], following)
    return fed


def _with_byte(sums: Letters, byte: Letters) -> Letters:
    mixed: Letters = _TABLE[(sums ^ byte) & 0xFF] ^ (sums >> 8)
    return mixed


def _table() -> Letters:
    """What each byte does to a CRC-32 (the reflected polynomial of zlib and PNG)."""
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, table >> 1 ^ np.uint32(0xEDB88320), table >> 1).astype(np.uint32)
    return table


_TABLE = _table()
