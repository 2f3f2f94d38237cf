"""From rows of messy tables to Arrow batches of a fixed number of rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from nlp.batch.labels import ERROR
from nlp.batch.own_names import own_names
from nlp.batch.weighing import held_bytes
from nlp.errors import BatchError, WrongUsageError
from nlp.tables import (
    RAW,
    Cells,
    Row,
    Table,
    UnreadTable,
    choose_text_column,
    listed,
    named_column,
    value_at,
)
from nlp.tables.json_reading import written_json
from nlp.tables.message_text import message_at, said_of
from nlp.tables.parquet_table import ParquetTable

SHARD_ROWS = 2048
"""Rows that are kept, classified and lost together."""

SHARD_BYTES = 16 << 20
"""Bytes that the rows of a shard take as they are read: with the row that reaches them it ends early."""

TEXT, LINE, RECORD, FILE, SHEET = "__text", "__line", "__record", "file", "sheet"
"""Of each row the text to classify, the line it begins in and, where many share one, its number in the file,
which are not written; the file and the sheet it is from, which are where there are several.

The line is null where the row stands for the whole file."""


_LOOKED_AT = 200
"""Rows of a table that are looked at to say beforehand how its texts are read."""

AS_JSON = {b"cells": b"json"}
"""Metadata of a column whose cells are JSON."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """One table of the input: what it is called, how it is read, and which column holds the messages.

    `text_column` may be a path into objects, as `review.text`. `sheet` is which one of its file it is, where
    rows are to say so. `said` is what was recognised, in short sentences.
    """

    name: str
    table: Table
    text_column: str
    said: tuple[str, ...] = ()
    sheet: str | None = None

    @property
    def called(self) -> str:
        """The name, with the sheet where that is told."""
        return self.name if self.sheet is None else f"{self.name}, sheet {self.sheet!r}"


def are_several(sources: Sequence[Source]) -> bool:
    """Whether they are of more than one file, so that rows have to say which."""
    return len({source.name for source in sources}) > 1


class Packer:
    """Several tables as one: the columns of all, in the order in which they turn up.

    `places` are columns before them, which say where a row is from.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        """Look at the tables' columns; reads no row."""
        if not sources:
            raise BatchError("nothing to classify: no file was given")
        self._sources = sources
        self.places = [FILE] * are_several(sources)
        self.places += [SHEET] * any(source.sheet is not None for source in sources)
        self._begun: list[Source] = []
        self._read = [source.table for source in sources if not isinstance(source.table, UnreadTable)]
        self.cells = _cells_of(self._read)
        self.columns = list(dict.fromkeys(name for source in sources for name in source.table.columns))
        if RAW not in self.columns and self.cells is Cells.JSON:
            self.columns.append(RAW)
        self._names = own_names(self.columns, {TEXT, LINE, RECORD, *self.places})
        self.own = self._own_schema()

    @property
    def schema(self) -> pa.Schema:
        """The input's own columns, then the text, its place and what is wrong with the row."""
        places = [pa.field(LINE, pa.int64()), pa.field(RECORD, pa.int64())]
        return pa.schema([*self.own, pa.field(TEXT, pa.string()), *places, ERROR])

    @property
    def raw(self) -> str | None:
        """The own column with the text of rows that could not be read, if there may be such rows."""
        return self._names[RAW] if self.cells is Cells.JSON else None

    def column_named(self, name: str) -> str:
        """What the column that somebody calls by a name is called in the result.

        Raises:
            WrongUsageError: No table has such a column, or one has several.
        """
        for source in self._sources:
            try:
                found = named_column(source.table, name)
            except WrongUsageError as error:
                raise WrongUsageError(f"{source.name}: {error}") from error
            if found in source.table.columns:
                return self._names[found]
        raise WrongUsageError(f"{name!r}: no such column; columns found: {listed(self.columns)}")

    def shards(self, *, skip: int = 0, limit: int | None = None) -> Iterator[pa.RecordBatch]:
        """All rows, in order, after the first `skip`, `limit` rows counted from the beginning at most.

        Where a shard ends depends on nothing but the rows before it in the same shard.
        """
        rows = islice(self._rows(), skip, limit)
        pending: list[tuple[Source, Row]] = []
        held = 0
        for source, row in rows:
            pending.append((source, row))
            held += held_bytes(row.values)
            if len(pending) == SHARD_ROWS or held >= SHARD_BYTES:
                yield self._batch(pending)
                pending, held = [], 0
        if pending:
            yield self._batch(pending)

    @property
    def left_out(self) -> dict[str, Mapping[str, int]]:
        """By the name of a table what the last reading has left out of it so far, if anything."""
        return {source.called: dict(source.table.left_out) for source in self._begun if source.table.left_out}

    def _rows(self) -> Iterator[tuple[Source, Row]]:
        self._begun.clear()
        for source in self._sources:
            self._begun.append(source)
            try:
                for row in source.table.rows():
                    yield source, row
            except OSError as error:
                raise BatchError(f"{source.called}: cannot be read on ({error.strerror or error})") from error

    def _batch(self, rows: Sequence[tuple[Source, Row]]) -> pa.RecordBatch:
        own = {name: [row.values.get(name) for _, row in rows] for name in self.columns}
        absent = {name: [name not in row.values for _, row in rows] for name in self.columns}
        arrays = [
            self._column(self.own.field(self._names[name]), own[name], absent[name]) for name in self.columns
        ]
        told: dict[str, list[str | None]] = {
            FILE: [source.name for source, _ in rows],
            SHEET: [source.sheet for source, _ in rows],
        }
        texts = [_text(source, row) for source, row in rows]
        errors = [_problem(source, row, text) for (source, row), text in zip(rows, texts, strict=True)]
        return pa.record_batch(
            [
                *(_strings(told[place]) for place in self.places),
                *arrays,
                _strings(texts),
                pa.array([row.line or None for _, row in rows], pa.int64()),
                pa.array([row.record for _, row in rows], pa.int64()),
                _strings(errors),
            ],
            schema=self.schema,
        )

    def _column(self, field: pa.Field, values: list[object], absent: list[bool]) -> pa.Array:
        if self.cells is Cells.NATIVE:
            return _natives(values, field.type)
        if self.cells is Cells.JSON:
            return _strings(
                [
                    None if missing else written_json(value)
                    for value, missing in zip(values, absent, strict=True)
                ]
            )
        return _strings([None if value is None else str(value) for value in values])

    def _own_schema(self) -> pa.Schema:
        places = [pa.field(place, pa.string()) for place in self.places]
        if self.cells is Cells.NATIVE and isinstance(self._read[0], ParquetTable):
            schema = self._read[0].schema
            # What a file says is never missing is missing where a row, or another file, cannot be read.
            own = [
                schema.field(name).with_name(self._names[name]).with_nullable(True) for name in self.columns
            ]
            return pa.schema([*places, *own])
        metadata: Any = AS_JSON if self.cells is Cells.JSON else None
        named = [pa.field(self._names[name], pa.string(), metadata=metadata) for name in self.columns]
        return pa.schema([*places, *named])


def source_of(name: str, table: Table, text_column: str | None, *others: str) -> Source:
    """A table with the column of its messages: the one named, or the one that looks like it.

    Of several names the first that the table has counts.

    Raises:
        WrongUsageError: There is no such column, or several are called so.
        BatchError: No column holds text.
    """
    if text_column is None:
        try:
            found = choose_text_column(table)
        except BatchError as error:
            raise BatchError(f"{name}: {error}") from error
        said = f"texts in the column {found.name!r}, found {found.why}"
        read = said_of(_some_cells(table, found.name))
        return Source(name=name, table=table, text_column=found.name, said=(*table.said, said, *read))
    named = (text_column, *others)
    try:
        found_columns = (named_column(table, column) for column in named)
        chosen = next((column for column in found_columns if column is not None), None)
    except WrongUsageError as error:
        raise WrongUsageError(f"{name}: {error}") from error
    if chosen is None:
        wanted = " or ".join(map(repr, named))
        raise WrongUsageError(f"{name}: no column {wanted}; columns found: {listed(table.columns)}")
    which = (f"texts in the column {chosen!r}",) if others else ()
    read = said_of(_some_cells(table, chosen))
    return Source(name=name, table=table, text_column=chosen, said=(*table.said, *which, *read))


def _some_cells(table: Table, text_column: str) -> Iterator[str]:
    """The texts of the first rows."""
    for row in islice(table.rows(), _LOOKED_AT):
        value = value_at(row.values, text_column)
        yield from (cell for cell in (value if isinstance(value, list) else [value]) if isinstance(cell, str))


def unread_source(name: str, problem: str) -> Source:
    """What stands for a file that cannot be read at all."""
    table = UnreadTable(problem)
    return Source(name=name, table=table, text_column="", said=table.said)


def _cells_of(tables: Sequence[Table]) -> Cells:
    kinds = {table.cells for table in tables}
    schemas = [table.schema for table in tables if isinstance(table, ParquetTable)]
    if kinds == {Cells.NATIVE} and all(schema == schemas[0] for schema in schemas):
        return Cells.NATIVE
    return Cells.TEXT if kinds == {Cells.TEXT} else Cells.JSON


def _text(source: Source, row: Row) -> str | None:
    return message_at(value_at(row.values, source.text_column))


def _problem(source: Source, row: Row, text: str | None) -> str | None:
    if row.error is not None:
        return row.error
    if source.text_column in row.gaps:
        return row.gaps[source.text_column]
    if text is None:
        is_missing = value_at(row.values, source.text_column) is None
        return f"`{source.text_column}` is {'missing' if is_missing else 'no text'}"
    return None


def _natives(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        # Times that Python has none for (nanoseconds, years beyond 9999) come as words.
        return pa.array([None if value is None else str(value) for value in values], pa.string()).cast(kind)


def _strings(values: Sequence[str | None]) -> pa.Array:
    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        # Half a character (a lone surrogate in the source's escapes), which UTF-8 cannot hold.
        whole = [value and value.encode("utf-8", "replace").decode() for value in values]
        return pa.array(whole, pa.string())
