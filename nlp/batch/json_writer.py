"""Batches as JSON: an object a row, on lines of their own or as the items of one array."""

import json
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from nlp.batch.column_texts import is_json, json_texts
from nlp.batch.lines import content, is_utf8, pieces
from nlp.batch.own_names import ERROR


class JsonWriter:
    """Writes one object a row, in UTF-8.

    A key that the input's row does not have is left out, and so is the error of a row without one.
    """

    defused = 0  # nothing that reads JSON runs its texts

    def __init__(self, file: BinaryIO, schema: pa.Schema, *, array: bool) -> None:
        self._file = file
        self._schema = schema
        self._array = array
        self._is_first = True
        self.replaced = 0
        if array:
            file.write(b"[")

    def write(self, batch: pa.RecordBatch) -> None:
        """Write one object a row."""
        for piece in pieces(batch):
            if piece.num_rows:
                self._write_lines(self._objects(piece))

    def finish(self) -> None:
        """Close the array."""
        if self._array:
            self._file.write(b"\n]\n")

    def _objects(self, batch: pa.RecordBatch) -> pa.StringArray:
        parts: list[pa.StringArray | str] = []
        for column, field in zip(batch.columns, self._schema, strict=True):
            key = f"{json.dumps(field.name, ensure_ascii=False)}:"
            if is_json(field) or field.name == ERROR:
                values = column if is_json(field) else _or_null(column)
                parts.append(pc.fill_null(pc.binary_join_element_wise(key, values, ",", ""), ""))
            else:
                parts += [key, json_texts(column), ","]
        # No value ends in a comma: what is cut off is the one after the last.
        members = pc.ascii_rtrim(pc.binary_join_element_wise(*parts, ""), ",")
        start, end = (",\n{", "}") if self._array else ("{", "}\n")
        return pc.binary_join_element_wise(start, members, end, "")

    def _write_lines(self, lines: pa.StringArray) -> None:
        text = content(lines)
        if not is_utf8(lines):
            whole = text.decode("utf-8", "replace").encode()
            self.replaced += whole.count("�".encode()) - text.count("�".encode())
            text = whole
        self._file.write(text.removeprefix(b",") if self._is_first else text)
        self._is_first = False


def _or_null(column: pa.Array) -> pa.StringArray:
    return pc.if_else(column.is_valid(), json_texts(column), pa.scalar(None, pa.string()))
