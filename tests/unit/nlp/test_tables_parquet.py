"""Parquet files come out as rows of Python values, and a damaged one is refused in one line."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nlp.batch.packing import Packer, source_of
from nlp.errors import BatchError
from nlp.tables import Row, open_table
from nlp.tables.parquet_table import ParquetTable


def written(folder: Path, table: pa.Table, **options: object) -> Path:
    path = folder / "in.parquet"
    pq.write_table(table, path, **options)
    return path


VALUES = {
    "text": (pa.array(["perché 😡"]), "perché 😡"),
    "zeros": (pa.array(["0012"]), "0012"),
    "nothing": (pa.array([None], pa.string()), None),
    "list": (pa.array([["a", None]]), ["a", None]),
    "struct": (pa.array([{"a": {"b": [1]}}]), {"a": {"b": [1]}}),
    "dictionary": (pa.array(["x"]).dictionary_encode(), "x"),
    "decimal": (pa.array([Decimal("1.50")]), Decimal("1.50")),
    "bytes": (pa.array([b"\x00\xff"]), b"\x00\xff"),
    "time": (pa.array([datetime(2026, 11, 27, 10, tzinfo=UTC)]), datetime(2026, 11, 27, 10, tzinfo=UTC)),
    "nanoseconds": (pa.array([1], pa.timestamp("ns")), "1970-01-01 00:00:00.000000001"),
    "year_after_9999": (pa.array([10**15], pa.timestamp("s")), "<value out of range: 1000000000000000000>"),
}


@pytest.mark.parametrize(("column", "value"), VALUES.values(), ids=VALUES)
def test_a_value_comes_as_python_has_it(tmp_path: Path, column: pa.Array, value: object) -> None:
    path = written(tmp_path, pa.table({"x": column, "text": ["ciao"]}))
    assert list(open_table(path).rows()) == [Row(values={"x": value, "text": "ciao"}, line=1)]


def test_the_types_of_the_file_are_kept(tmp_path: Path) -> None:
    table = pa.table({"id": pa.array([1], pa.int16()), "text": ["a"], "tags": [["x"]]})
    assert ParquetTable(written(tmp_path, table)).schema == table.schema


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    table = ParquetTable(written(tmp_path, pa.table([["a"], ["b"], ["c"]], names=["text", "text", ""])))
    assert table.schema.names == table.columns
    assert [row.values for row in table.rows()] == [{"text": "a", "text_2": "b", "column_3": "c"}]


def test_rows_of_several_groups_keep_their_order_and_can_be_read_twice(tmp_path: Path) -> None:
    path = written(tmp_path, pa.table({"text": [str(number) for number in range(2500)]}), row_group_size=700)
    table = ParquetTable(path)
    assert [row.line for row in table.rows()] == list(range(1, 2501))
    assert [row.values["text"] for row in table.rows()] == [str(number) for number in range(2500)]
    assert table.said == ("Parquet, 2,500 rows in 4 row groups",)


def test_a_table_without_rows_is_one(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, pa.table({"text": pa.array([], pa.string())})))
    assert (table.columns, list(table.rows())) == (["text"], [])


def test_a_damaged_row_group_costs_its_own_rows_and_none_is_missing(tmp_path: Path) -> None:
    texts = [f"messaggio {number}" for number in range(300)]
    path = written(
        tmp_path,
        pa.table({"text": texts}),
        row_group_size=100,
        compression="none",
        use_dictionary=False,
        write_page_checksum=True,
    )
    content = bytearray(path.read_bytes())
    content[content.index(b"messaggio 150")] ^= 0xFF
    path.write_bytes(content)
    rows = list(open_table(path).rows())
    assert [row.line for row in rows] == list(range(1, 301))
    assert [row.line for row in rows if row.error] == list(range(101, 201))
    assert (rows[150].error or "").startswith("row group 2 of the Parquet file is damaged")
    assert [row.values["text"] for row in rows[:100] + rows[200:]] == texts[:100] + texts[200:]


def refusal(path: Path) -> str:
    with pytest.raises(BatchError) as refused:
        open_table(path)
    return str(refused.value)


@pytest.mark.parametrize("size", [0, 3, 200], ids=["empty", "three_bytes", "cut_off"])
def test_what_is_not_whole_is_refused_in_one_line(tmp_path: Path, size: int) -> None:
    path = written(tmp_path, pa.table({"text": ["a" * 1000]}))
    path.write_bytes(path.read_bytes()[:size])
    assert refusal(path).startswith(f"{path}: not a Parquet file that can be read")
    assert "\n" not in refusal(path)


def test_a_file_without_columns_is_refused(tmp_path: Path) -> None:
    assert "has no columns" in refusal(written(tmp_path, pa.table({})))


def test_texts_that_an_old_file_keeps_as_bytes_are_read(tmp_path: Path) -> None:
    texts = pa.array(["perché è rotto".encode(), b"perch\xe9", None], pa.binary())
    pq.write_table(pa.table({"id": [1, 2, 3], "corpo": texts}), tmp_path / "in.parquet")
    source = source_of("in.parquet", open_table(tmp_path / "in.parquet"), None)
    (shard,) = Packer([source]).shards()
    assert source.text_column == "corpo"
    assert shard["__text"].to_pylist() == ["perché è rotto", None, None]
    assert shard["corpo"].to_pylist() == ["perché è rotto".encode(), b"perch\xe9", None]
    assert shard["error"].to_pylist() == [None, "`corpo` is no text", "`corpo` is missing"]
