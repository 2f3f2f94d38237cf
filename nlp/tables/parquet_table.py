"""Parquet files, a piece of a row group at a time."""

import mmap
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from nlp.errors import BatchError
from nlp.tables.rows import NOTHING, Cells, Row, distinct, repeats
from nlp.tables.unpacking import is_packed, unpacked

_ROWS_AT_ONCE = 512
_READ_BYTES = 1 << 20


class ParquetTable:
    """A Parquet file. Values are Python's: nested columns come as lists and dicts.

    `schema` has the file's own types under the names of `columns`. `line` is the number of the row.
    """

    delimiter = ","
    cells = Cells.NATIVE
    encoding = "utf-8"
    left_out = NOTHING

    def __init__(self, path: Path, *, scratch: Path | None = None) -> None:
        """Look at what it says of itself; one in an archive is unpacked into the folder `scratch`.

        Raises:
            BatchError: It cannot be unpacked, is none, or has no columns.
        """
        self._path = path
        self._unpacked: pa.Buffer | None = None
        if is_packed(path):
            with unpacked(path, scratch) as plain:
                # Parts of it are read at the same time, each from its own place.
                self._unpacked = pa.py_buffer(mmap.mmap(plain.fileno(), 0, access=mmap.ACCESS_READ))
        with self._opened() as file:
            own = file.schema_arrow
            groups = file.metadata.num_row_groups
            rows = file.metadata.num_rows
        if not own.names:
            raise BatchError(f"{path}: the Parquet file has no columns; expected one with messages")
        self.columns = distinct(own.names)
        self.repeated = repeats(own.names, self.columns)
        self.schema: pa.Schema = pa.schema(
            [field.with_name(name) for field, name in zip(own, self.columns, strict=True)],
            metadata=own.metadata,
        )
        self.said: tuple[str, ...] = (
            f"Parquet, {rows:,} rows in {groups} row group{'' if groups == 1 else 's'}",
        )

    def rows(self) -> Iterator[Row]:
        """Every row; those of a row group that is damaged come out empty, each with an error."""
        with self._opened() as file:
            done = 0
            for group in range(file.metadata.num_row_groups):
                end = done + file.metadata.row_group(group).num_rows
                try:
                    for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group]):
                        for values in self._values(batch):
                            done += 1
                            yield Row(values=values, line=done)
                except (pa.ArrowException, OSError) as error:
                    problem = f"row group {group + 1} of the Parquet file is damaged: {_one_line(error)}"
                    for line in range(done + 1, end + 1):
                        yield Row(values={}, line=line, error=problem)
                done = end

    def _opened(self) -> pq.ParquetFile:
        try:
            # Whole columns of a row group would be held otherwise, and one group may be the whole file.
            return pq.ParquetFile(
                self._path if self._unpacked is None else pa.BufferReader(self._unpacked),
                buffer_size=_READ_BYTES,
                pre_buffer=False,
                page_checksum_verification=True,
            )
        except (pa.ArrowException, OSError) as error:
            raise BatchError(
                f"{self._path}: not a Parquet file that can be read: {_one_line(error)}"
            ) from error

    def _values(self, batch: pa.RecordBatch) -> Iterator[dict[str, object]]:
        columns = [_as_python(column) for column in batch.columns]
        for cells in zip(*columns, strict=True):
            yield dict(zip(self.columns, cells, strict=True))


def _as_python(column: pa.Array) -> list[object]:
    try:
        values: list[object] = column.to_pylist()
    except (ValueError, OverflowError, pa.ArrowException):
        # Times with nanoseconds or after the year 9999 are more than Python's own types hold.
        values = column.cast(pa.string()).to_pylist()
    return values


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
