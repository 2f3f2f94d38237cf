"""Redaction of whole tables: no text passes, whatever type its column has."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.batch.exports import Task, classify_export
from nlp.batch.hiding import hide
from nlp.entities.redaction import Redactor
from tests.batch_bench import ByLength, table_of

MAIL = "scrivete a ada@example.it"
HIDDEN = "scrivete a [e-mail]"
STRUCT = pa.struct([pa.field("who", pa.string()), pa.field("age", pa.int32())])

IN_FILES = {
    "string": (pa.string(), MAIL, HIDDEN),
    "large string": (pa.large_string(), MAIL, HIDDEN),
    "string view": (pa.string_view(), MAIL, HIDDEN),
    "bytes": (pa.binary(), MAIL.encode(), HIDDEN.encode()),
    "large bytes": (pa.large_binary(), MAIL.encode(), HIDDEN.encode()),
    "bytes of Windows": (pa.binary(), b"perch\xe9 ada@example.it?", b"perch\xe9 [e-mail]?"),
    "bytes of one length": (pa.binary(25), MAIL.encode(), HIDDEN.encode().ljust(25)),
    "category": (pa.dictionary(pa.int8(), pa.string()), MAIL, HIDDEN),
    "ordered category": (pa.dictionary(pa.int32(), pa.string(), ordered=True), MAIL, HIDDEN),
    "list": (pa.list_(pa.string()), [MAIL, None, "2 mm"], [HIDDEN, None, "2 mm"]),
    "large list": (pa.large_list(pa.large_string()), [MAIL], [HIDDEN]),
    "struct": (STRUCT, {"who": MAIL, "age": 7}, {"who": HIDDEN, "age": 7}),
    "list of structs": (pa.list_(STRUCT), [{"who": MAIL, "age": None}], [{"who": HIDDEN, "age": None}]),
    "struct of lists": (
        pa.struct([("deep", pa.list_(pa.list_(pa.string())))]),
        {"deep": [[MAIL], None]},
        {"deep": [[HIDDEN], None]},
    ),
    "map": (pa.map_(pa.string(), pa.string()), [("ada@example.it", MAIL)], [("[e-mail]", HIDDEN)]),
    "map of lists": (pa.map_(pa.int64(), pa.list_(pa.string())), [(1, [MAIL])], [(1, [HIDDEN])]),
    "JSON": (
        pa.json_(),
        '{"ada@example.it": "ada@example.it", "n": 1}',
        '{"[e-mail]":"[e-mail]","n":1}',
    ),
    "JSON that is none": (pa.json_(), "{ada@example.it", "{[e-mail]"),
}


def column_of(kind: pa.DataType, value: object) -> pa.Array:
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, pa.array([value, None, value], kind.storage_type))
    return pa.array([value, None, value], kind)


@pytest.mark.parametrize(("kind", "value", "hidden"), IN_FILES.values(), ids=IN_FILES)
def test_a_text_of_a_parquet_file_is_hidden_in_whatever_type_it_is_kept(
    tmp_path: Path, kind: pa.DataType, value: object, hidden: object
) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / "out.parquet"
    texts = pa.array(["rotto", "bello", "brutto"])
    pq.write_table(pa.table({"testo": texts, "other": column_of(kind, value)}), source)
    kept = pq.read_schema(source).field("other").type
    classify_export([table_of(source)], target, ByLength(), Task(model="m", redact=True))
    table = pq.read_table(target)
    assert table["other"].to_pylist() == [hidden, None, hidden]
    assert table.schema.field("other").type == kept
    assert b"ada@example" not in target.read_bytes()


@pytest.mark.parametrize("ending", ["csv", "jsonl", "json"])
def test_what_is_nested_is_hidden_in_every_kind_of_output(tmp_path: Path, ending: str) -> None:
    source, target = tmp_path / "in.parquet", tmp_path / f"out.{ending}"
    columns: dict[str, Any] = {name: column_of(kind, value) for name, (kind, value, _) in IN_FILES.items()}
    pq.write_table(pa.table({"testo": pa.array(["rotto", "bello", "brutto"]), **columns}), source)
    classify_export([table_of(source)], target, ByLength(), Task(model="m", redact=True))
    assert b"example" not in target.read_bytes()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (pa.list_view(pa.string()), [MAIL]),
        (pa.large_list_view(pa.string()), [MAIL]),
        (pa.binary_view(), MAIL.encode()),
        (pa.list_(STRUCT), [{"who": MAIL, "age": 1}]),
        (pa.list_(pa.string(), 2), [MAIL, MAIL]),
        (pa.map_(pa.string(), pa.string()), [("a", MAIL)]),
    ],
    ids=str,
)
def test_a_part_of_a_longer_column_is_hidden_row_by_row(kind: pa.DataType, value: object) -> None:
    column = pa.array([value, None, value, value], kind).slice(1, 2)
    batch = hide(pa.record_batch({"other": column}), Redactor(), ["it", "en"])
    assert batch.schema.field("other").type == kind
    batch.validate(full=True)
    told = str(batch["other"].to_pylist())
    assert "ada" not in told
    assert "[e-mail]" in told


def test_categories_stay_as_few_as_they_were_whatever_languages_their_rows_have() -> None:
    names = [f"ada{number}@example.it" for number in range(120)]
    column = pa.array(names + names, pa.dictionary(pa.int8(), pa.string()))
    batch = hide(pa.record_batch({"who": column}), Redactor(), ["es"] * 120 + ["it"] * 120)
    assert batch["who"].dictionary.to_pylist() == ["[correo]"]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([3331234567, None]),
        pa.array([b"\x89PNG\0ada@example.it", None]),
        pa.array([0.5, None]),
        pa.array([{"n": 1}, None]),
        pa.array([[], None], pa.list_(pa.string())),
        pa.array([{}, None], pa.struct([])),
    ],
    ids=lambda column: str(column.type),
)
def test_what_holds_no_text_stays(column: pa.Array) -> None:
    batch = hide(pa.record_batch({"other": column}), Redactor(), ["it", None])
    assert batch["other"].equals(column)


def test_keys_that_become_the_same_keep_their_values() -> None:
    cells = pa.array(['{"ada@example.it": 1, "bob@example.it": 2}'])
    schema = pa.schema([pa.field("other", pa.string(), metadata={b"cells": b"json"})])
    batch = hide(pa.record_batch([cells], schema=schema), Redactor(), ["it"])
    assert batch["other"].to_pylist() == ['{"[e-mail]":1,"[e-mail] 2":2}']
