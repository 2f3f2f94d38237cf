"""Redaction of whole batches: every cell that holds text, whatever column it is in and however deep."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.types as kinds

from nlp.batch.column_texts import is_json
from nlp.entities.redaction import Redactor
from nlp.tables.json_reading import JsonReader, written_json

_READER = JsonReader()

_TEXTS = (pa.lib.Type_STRING, pa.lib.Type_LARGE_STRING, pa.lib.Type_STRING_VIEW)
_BYTES = (
    pa.lib.Type_BINARY,
    pa.lib.Type_LARGE_BINARY,
    pa.lib.Type_BINARY_VIEW,
    pa.lib.Type_FIXED_SIZE_BINARY,
)
_LISTS = (pa.lib.Type_LIST, pa.lib.Type_LARGE_LIST)
_VIEWS = (pa.lib.Type_LIST_VIEW, pa.lib.Type_LARGE_LIST_VIEW)

Languages = Sequence[str | None]


def hide(batch: pa.RecordBatch, redactor: Redactor, languages: Languages, *, kept: int = 0) -> pa.RecordBatch:
    """The batch with its texts redacted; numbers, dates and the like of typed columns stay.

    `languages` are those of its rows, as far as they are known; the first `kept` columns stay as they are.
    """
    hiding = _Hiding(redactor)
    columns = [
        column if place < kept else hiding.column(column, languages, in_json=is_json(field))
        for place, (column, field) in enumerate(zip(batch.columns, batch.schema, strict=True))
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


@dataclass(frozen=True, slots=True)
class _Hiding:
    """Redacts arrays; each comes out in the type that it had."""

    redactor: Redactor

    def column(self, column: pa.Array, languages: Languages, *, in_json: bool = False) -> pa.Array:
        """`languages` are those of its values; with `in_json` its texts are JSON."""
        kind = column.type
        if isinstance(kind, pa.UuidType):
            return column
        if isinstance(kind, pa.BaseExtensionType):
            storage = self.column(column.storage, languages, in_json=isinstance(kind, pa.JsonType))
            return pa.ExtensionArray.from_storage(kind, storage)
        if kind.id in _TEXTS:
            texts = column.to_pylist()
            hidden = self._json(texts, languages) if in_json else self.redactor(texts, languages)
            return pa.array(hidden, kind)
        if kind.id in _BYTES:
            return pa.array(self._bytes(column.to_pylist(), kind, languages), kind)
        if kinds.is_dictionary(kind):
            return self._dictionary(column, languages)
        if kinds.is_struct(kind):
            children = [self.column(column.field(place), languages) for place in range(kind.num_fields)]
            # One without fields has no child to tell its length.
            return (
                pa.StructArray.from_arrays(children, fields=list(kind), mask=column.is_null())
                if children
                else column
            )
        if kinds.is_nested(kind):
            return self._items(column, languages)
        return column

    def _bytes(
        self, cells: Sequence[bytes | None], kind: pa.DataType, languages: Languages
    ) -> list[bytes | None]:
        """Old Parquet files keep texts as bytes; what has a NUL in it is a picture or a key, and stays."""
        texts = [None if cell is None or b"\0" in cell else _decoded(cell) for cell in cells]
        hidden = self.redactor([None if text is None else text[0] for text in texts], languages)
        result = []
        for cell, text, new in zip(cells, texts, hidden, strict=True):
            if text is None or new is None or new == text[0]:
                result.append(cell)
                continue
            written = new.encode(text[1], "replace")
            if kinds.is_fixed_size_binary(kind):
                written = written[: kind.byte_width].ljust(kind.byte_width)
            result.append(written)
        return result

    def _dictionary(self, column: pa.DictionaryArray, languages: Languages) -> pa.Array:
        """Equal values stay equal, and so fit the numbers they had: each has its first row's language."""
        values = column.dictionary_decode()
        first: dict[object, str | None] = {}
        for value, language in zip(values.to_pylist(), languages, strict=True):
            first.setdefault(value, language)
        same = [first[value] for value in values.to_pylist()]
        encoded = self.column(values, same).dictionary_encode()
        indices = encoded.indices.cast(column.type.index_type)
        return pa.DictionaryArray.from_arrays(
            indices, encoded.dictionary.cast(column.type.value_type), ordered=column.type.ordered
        )

    def _items(self, column: pa.Array, languages: Languages) -> pa.Array:
        """Lists of any kind, and maps with their keys."""
        kind, mask = column.type, column.is_null()
        if kinds.is_fixed_size_list(kind):
            size = kind.list_size
            values = column.values.slice(column.offset * size, len(column) * size)
            hidden = self.column(values, [one for one in languages for _ in range(size)])
            return pa.FixedSizeListArray.from_arrays(hidden, type=kind, mask=mask)
        if kind.id in _VIEWS:
            # Without a share of the whole's, which nulls cannot be put to.
            starts, sizes = (pa.array(one.to_numpy(), one.type) for one in (column.offsets, column.sizes))
            of_items: list[str | None] = [None] * len(column.values)
            for start, size, one in zip(starts.to_pylist(), sizes.to_pylist(), languages, strict=True):
                of_items[start : start + size] = [one] * size
            hidden = self.column(column.values, of_items)
            return type(column).from_arrays(starts, sizes, hidden, type=kind, mask=mask)
        # A part of a longer column shares the items of the whole.
        offsets = column.offsets.to_numpy()
        first, end = int(offsets[0]), int(offsets[-1])
        repeated = np.repeat(np.arange(len(column)), np.diff(offsets)).tolist()
        of_items = [languages[place] for place in repeated]
        moved = pa.array(offsets - first, column.offsets.type)

        def redacted(values: pa.Array) -> pa.Array:
            return self.column(values.slice(first, end - first), of_items)

        if kinds.is_map(kind):
            entries = redacted(column.keys), redacted(column.items)
            return pa.MapArray.from_arrays(moved, *entries, type=kind, mask=mask)
        return type(column).from_arrays(moved, redacted(column.values), type=kind, mask=mask)

    def _json(self, cells: Sequence[str | None], languages: Languages) -> list[str | None]:
        return [
            None if cell is None else self._json_cell(cell, language)
            for cell, language in zip(cells, languages, strict=True)
        ]

    def _json_cell(self, cell: str, language: str | None) -> str | None:
        try:
            value = _READER.read(cell)
        except (ValueError, RecursionError):  # nobody checks what a Parquet file calls JSON
            return self.redactor([cell], [language])[0]
        new = self._value(value, language)
        return cell if new == value else written_json(new)

    def _value(self, value: object, language: str | None) -> object:
        if isinstance(value, str):
            return self.redactor([value], [language])[0]
        if isinstance(value, list):
            return [self._value(item, language) for item in value]
        if isinstance(value, dict):
            redacted: dict[str, object] = {}
            for key, item in value.items():
                redacted[_free(str(self._value(key, language)), redacted)] = self._value(item, language)
            return redacted
        return value


def _free(key: str, taken: dict[str, object]) -> str:
    """The key, with a number where another one has become the same."""
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key} {number}"
    return free


def _decoded(cell: bytes) -> tuple[str, str]:
    """The text of bytes, and the charset that was taken for theirs."""
    try:
        return cell.decode(), "utf-8"
    except UnicodeDecodeError:
        return cell.decode("latin-1"), "latin-1"  # has a letter for every byte
