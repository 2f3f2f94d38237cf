"""Rows on their way to a file of text: so many at a time that memory stays flat, and then their bytes."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

PIECE = 16 << 20
"""Bytes of a batch that are turned into text at once; some copies of them are held meanwhile."""


def pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The rows of a batch in their order, halved until a part is small or a single row."""
    if batch.num_rows <= 1 or batch.nbytes <= PIECE:
        yield batch
    else:
        middle = batch.num_rows // 2
        yield from pieces(batch.slice(0, middle))
        yield from pieces(batch.slice(middle))


def content(lines: pa.StringArray) -> bytes:
    """The bytes of all lines, one after the other; the array is no part of another and has no null."""
    values = lines.buffers()[2]
    length = pc.sum(pc.binary_length(lines)).as_py() or 0
    return b"" if values is None else values.slice(0, length).to_pybytes()


def is_utf8(lines: pa.StringArray) -> bool:
    """Whether every line is UTF-8; Arrow takes what a file says of its texts on trust."""
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
