"""Redaction of whole batches: every cell that holds text, whatever column it is in."""

from collections.abc import Sequence

import pyarrow as pa

from nlp.redaction import Redactor
from nlp.tables.json_reading import JsonReader, json_text

_READER = JsonReader()


def hide(
    batch: pa.RecordBatch, redactor: Redactor, languages: Sequence[str | None], *, kept: int = 0
) -> pa.RecordBatch:
    """The batch with its texts redacted; numbers, dates and the like of typed columns stay.

    `languages` are those of its rows, as far as they are known; the first `kept` columns stay as they are.
    """
    columns = [
        column if place < kept else _hidden(column, field, redactor, languages)
        for place, (column, field) in enumerate(zip(batch.columns, batch.schema, strict=True))
    ]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _hidden(
    column: pa.Array, field: pa.Field, redactor: Redactor, languages: Sequence[str | None]
) -> pa.Array:
    if not (pa.types.is_string(field.type) or pa.types.is_large_string(field.type)):
        return column
    cells = column.to_pylist()
    if (field.metadata or {}).get(b"cells") == b"json":
        hidden = [_in_json(cell, redactor, said) for cell, said in zip(cells, languages, strict=True)]
    else:
        hidden = redactor(cells, languages)
    return pa.array(hidden, field.type)


def _in_json(cell: str | None, redactor: Redactor, language: str | None) -> str | None:
    return (
        None
        if cell is None
        else json_text(_in_value(_READER.read(cell), redactor, language), ensure_ascii=True)
    )


def _in_value(value: object, redactor: Redactor, language: str | None) -> object:
    if isinstance(value, str):
        return redactor([value], [language])[0]
    if isinstance(value, list):
        return [_in_value(item, redactor, language) for item in value]
    if isinstance(value, dict):
        return {key: _in_value(item, redactor, language) for key, item in value.items()}
    return value
