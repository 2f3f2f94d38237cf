"""A result is whole or not there, and reads back as what went in, in every kind of file."""

import csv
import gzip
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.batch.cells import spreadsheet_cell
from nlp.batch.writers import Format, Writer, check_target, open_writer
from nlp.errors import BatchError
from tests.hostile import HOSTILE

GOLDEN = Path(__file__).parents[2] / "golden" / "labelled"
KINDS = ["out.csv", "out.tsv", "out.jsonl", "out.ndjson", "out.json", "out.parquet"]
PACKED = ["out.csv.gz", "out.csv.zst", "out.jsonl.gz", "out.json.zst"]
JSON = {"cells": "json"}

LABELLED = pa.schema(
    [
        pa.field("ID", pa.string()),
        pa.field("text", pa.string()),
        pa.field("extra", pa.string(), metadata=JSON),
        pa.field("stars", pa.int64()),
        pa.field("at", pa.timestamp("us", tz="UTC")),
        pa.field("complaint_types", pa.list_(pa.string())),
        pa.field("complaint_probabilities", pa.list_(pa.float64())),
        pa.field("needs_review", pa.bool_()),
        pa.field("error", pa.string()),
    ]
)
TEXTS = pa.schema(
    [pa.field("id", pa.string()), pa.field("text", pa.string()), pa.field("error", pa.string())]
)

anything = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
texts = st.text(characters, max_size=12) | st.text("=+-@＝＋\t\r\n\"';,| \ufeff\u200e0 1.5eàZ", max_size=8)
delimiters = st.sampled_from([",", ";", "\t", "|", " ", "^", "]", "\\", "-", "§", "'", "€", "=", "a", "😡"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def tables(draw: st.DrawFn) -> pa.RecordBatch:
    """Columns of any names and any strings."""
    names = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    rows = draw(st.lists(st.tuples(*[texts] * len(names)), max_size=6))
    columns = [pa.array([row[place] for row in rows], pa.string()) for place in range(len(names))]
    return pa.RecordBatch.from_arrays(columns, names=names)


def labelled_rows() -> pa.RecordBatch:
    rows: list[dict[str, object]] = [
        {
            "ID": "0012",
            "text": 'Il pacco è "perso", il 3;\nvoglio il rimborso 😡',
            "extra": '["blu",2,null]',
            "stars": 1,
            "at": 1_790_000_000_500_000,
            "complaint_types": ["delivery_late", "no_reply"],
            "complaint_probabilities": [0.9375, 0.5],
            "needs_review": False,
        },
        {"ID": "-12,50", "text": "=1+1", "extra": '{"a":[1.50]}', "stars": -2, "needs_review": True},
        {"ID": "+39 333 1234567", "text": "", "extra": '"@SUM(A1)"', "complaint_types": []},
        {"ID": "4", "error": "expected 3 columns, found 2"},
    ]
    return pa.RecordBatch.from_pylist(rows, schema=LABELLED)


def of_texts(*words: str) -> pa.RecordBatch:
    rows = [{"id": str(number), "text": text} for number, text in enumerate(words)]
    return pa.RecordBatch.from_pylist(rows, schema=TEXTS)


def write(target: Path, *batches: pa.RecordBatch, with_errors: bool = True, **options: Any) -> Writer:
    with open_writer(target, batches[0].schema, Format(**options), with_errors=with_errors) as writer:
        for batch in batches:
            writer.write(batch)
    return writer


def records(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    with path.open(newline="", encoding=encoding) as file:
        return list(csv.reader(file, delimiter=delimiter))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def rows_of(batch: pa.RecordBatch) -> list[list[str]]:
    return [list(batch.schema.names), *[list(row.values()) for row in batch.to_pylist()]]


# What is read back


@anything
@given(batch=tables(), delimiter=delimiters, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_strings_are_read_back_from_a_raw_csv(
    tmp_path: Path, batch: pa.RecordBatch, delimiter: str, encoding: str
) -> None:
    writer = write(tmp_path / "out.csv", batch, delimiter=delimiter, encoding=encoding, raw=True)
    assert records(tmp_path / "out.csv", delimiter, encoding) == rows_of(batch)
    assert (writer.defused, writer.replaced) == (0, 0)


@anything
@given(batch=tables(), delimiter=delimiters)
def test_any_strings_are_read_back_from_a_csv_up_to_the_defusing(
    tmp_path: Path, batch: pa.RecordBatch, delimiter: str
) -> None:
    writer = write(tmp_path / "out.csv", batch, delimiter=delimiter)
    expected = [[spreadsheet_cell(cell) for cell in row] for row in rows_of(batch)]
    assert records(tmp_path / "out.csv", delimiter) == expected
    changed = zip(chain(*rows_of(batch)), chain(*expected), strict=True)
    assert writer.defused == sum(before != after for before, after in changed)


@anything
@given(batch=tables())
def test_no_cell_with_a_word_in_it_begins_a_formula(tmp_path: Path, batch: pa.RecordBatch) -> None:
    write(tmp_path / "out.csv", batch)
    cells = list(chain(*records(tmp_path / "out.csv")))
    signed = [cell for cell in cells if cell.lstrip(" \xa0\ufeff\u200e").startswith(tuple("=+-@＝＋－＠"))]
    assert not [cell for cell in signed if set(cell.lower()) - set("0123456789 \xa0\u202f.,/()%€|-+e")]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "＝", "＋", "\t", "\r", "\n"))]


@pytest.mark.parametrize("words", [*HOSTILE.values(), " =1+1", "\ufeff=1+1", "-1:30", "\n=1", "＠SUM(A1)"])
def test_what_a_spreadsheet_would_run_is_defused(tmp_path: Path, words: str) -> None:
    write(tmp_path / "out.csv", of_texts(words))
    text = records(tmp_path / "out.csv")[1][1]
    assert text in (words, f"'{words}")
    assert not text.lstrip(" \ufeff\n").startswith(("=", "+", "-", "@", "＠"))


@pytest.mark.parametrize(
    "words", ["0012", "-12,50 €", "+39 (0)2-123.45", "-", "-1.5e-07", "31/12/2025", "- 5 %"]
)
def test_a_number_a_date_and_a_telephone_number_stay_as_they_are(tmp_path: Path, words: str) -> None:
    assert write(tmp_path / "out.csv", of_texts(words)).defused == 0
    assert records(tmp_path / "out.csv")[1][1] == words


@anything
@given(cells=st.lists(st.none() | values, max_size=6))
def test_json_cells_come_into_a_csv_as_single_values_do(tmp_path: Path, cells: list[Any]) -> None:
    column = pa.array([json.dumps(cell, ensure_ascii=False) for cell in cells], pa.string())
    schema = pa.schema([pa.field("own", pa.string(), metadata=JSON), pa.field("error", pa.string())])
    write(
        tmp_path / "out.csv",
        pa.RecordBatch.from_arrays([column, pa.nulls(len(cells), pa.string())], schema=schema),
    )
    assert [row[0] for row in records(tmp_path / "out.csv")[1:]] == [
        str(spreadsheet_cell(cell)) for cell in cells
    ]


@anything
@given(
    rows=st.lists(st.fixed_dictionaries({}, optional={"a": values, "b": values, 'c"\n': values}), max_size=5)
)
@pytest.mark.parametrize("name", ["out.jsonl", "out.json"])
def test_any_json_is_read_back_with_the_keys_that_each_row_has(
    tmp_path: Path, name: str, rows: list[dict[str, Any]]
) -> None:
    schema = pa.schema([pa.field(key, pa.string(), metadata=JSON) for key in ("a", "b", 'c"\n')])
    cells = [{key: json.dumps(value) for key, value in row.items()} for row in rows]
    write(tmp_path / name, pa.RecordBatch.from_pylist(cells, schema=schema))
    assert READ[name](tmp_path / name) == rows


@anything
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "text": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
                "number": st.none() | st.integers(-(2**63), 2**63 - 1),
                "share": st.none() | st.floats(allow_nan=False, allow_infinity=False),
                "yes": st.none() | st.booleans(),
                "labels": st.none() | st.lists(st.none() | texts, max_size=3),
                "parts": st.none() | st.lists(st.lists(st.integers(0, 9), max_size=2), max_size=2),
                "thing": st.none()
                | st.fixed_dictionaries({"a": st.none() | texts, 'b"': st.none() | st.booleans()}),
            }
        ),
        max_size=5,
    )
)
@pytest.mark.parametrize("name", ["out.jsonl", "out.json", "out.parquet"])
def test_native_values_are_read_back(tmp_path: Path, name: str, rows: list[dict[str, Any]]) -> None:
    schema = pa.schema(
        {
            "text": pa.string(),
            "number": pa.int64(),
            "share": pa.float64(),
            "yes": pa.bool_(),
            "labels": pa.list_(pa.string()),
            "parts": pa.list_(pa.list_(pa.int8())),
            "thing": pa.struct({"a": pa.string(), 'b"': pa.bool_()}),
        }
    )
    batch = pa.RecordBatch.from_pylist(rows, schema=schema)
    # The second batch is a part of a longer one, as shards are when they are cut.
    write(tmp_path / name, batch, batch.slice(len(rows) // 2))
    assert READ[name](tmp_path / name) == rows + rows[len(rows) // 2 :]


READ: Mapping[str, Callable[[Path], list[dict[str, Any]]]] = {
    "out.jsonl": lines,
    "out.json": lambda path: json.loads(path.read_bytes()),
    "out.parquet": lambda path: pq.read_table(path).to_pylist(),
}


@pytest.mark.parametrize(
    ("column", "cells", "values"),
    [
        (pa.array([1.0, float("nan"), float("-inf")]), ["1", "nan", "-inf"], [1, None, None]),
        (
            pa.array([1_790_000_000_500_000], pa.timestamp("us", tz="Europe/Rome")),
            ["2026-09-21 16:13:20.500000+02:00"],
            ["2026-09-21T16:13:20.500000+02:00"],
        ),
        (pa.array([1_790_000_000], pa.timestamp("s")), ["2026-09-21 14:13:20"], ["2026-09-21T14:13:20"]),
        (pa.array([20_000], pa.date32()), ["2024-10-04"], ["2024-10-04"]),
        (pa.array([150], pa.decimal128(5, 2)).cast(pa.decimal128(7, 2)), ["150.00"], [150.0]),
        (pa.array(["b", None, "b"]).dictionary_encode(), ["b", "", "b"], ["b", None, "b"]),
        (pa.array([b"byte", None]), ["byte", ""], ["byte", None]),
        (pa.array([b"0123456789abcdef"], pa.uuid()), *[["30313233-3435-3637-3839-616263646566"]] * 2),
        (
            pa.array([[("k", 1), ("=", None)], None], pa.map_(pa.string(), pa.int8())),
            ['{"k":1,"=":null}', ""],
            [{"k": 1, "=": None}, None],
        ),
        (pa.array([[1.5, -2], []], pa.list_(pa.float32())), ["1.5|-2", ""], [[1.5, -2], []]),
        (pa.array([["=a", None]], pa.large_list(pa.string())), ["'=a|"], [["=a", None]]),
        (pa.array([[True, False]], pa.list_(pa.bool_(), 2)), ["true|false"], [[True, False]]),
        (pa.nulls(2), ["", ""], [None, None]),
    ],
    ids=lambda value: str(value.type) if isinstance(value, pa.Array) else "",
)
def test_every_type_of_a_parquet_file_has_its_text(
    tmp_path: Path, column: pa.Array, cells: list[str], values: list[Any]
) -> None:
    batch = pa.RecordBatch.from_arrays([column, pa.nulls(len(column), pa.string())], names=["own", "error"])
    write(tmp_path / "out.csv", batch)
    write(tmp_path / "out.jsonl", batch)
    assert [row[0] for row in records(tmp_path / "out.csv")[1:]] == cells
    assert [row["own"] for row in lines(tmp_path / "out.jsonl")] == values


# Kinds of files


@pytest.mark.parametrize("name", KINDS[:-1])
def test_a_text_file_is_as_it_was_once_approved(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, labelled_rows())
    golden = GOLDEN / name.replace("out", "labelled")
    assert (tmp_path / name).read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


def test_a_parquet_file_is_as_it_was_once_approved(tmp_path: Path) -> None:
    write(tmp_path / "out.parquet", labelled_rows())
    assert pq.read_table(tmp_path / "out.parquet").equals(
        pq.read_table(GOLDEN / "labelled.parquet"), check_metadata=True
    )


@pytest.mark.parametrize("name", PACKED)
def test_a_compressed_file_holds_what_the_plain_one_does(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, labelled_rows())
    content = (tmp_path / name).read_bytes()
    golden = GOLDEN / Path(name).stem.replace("out", "labelled")
    assert UNPACKED[Path(name).suffix](content) == golden.read_bytes()


UNPACKED: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.decompress,
    ".zst": lambda content: zstandard.ZstdDecompressor().stream_reader(content).read(),
}


@pytest.mark.parametrize("name", [*KINDS, *PACKED])
def test_the_same_rows_make_the_same_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / "again").mkdir()
    write(tmp_path / name, labelled_rows())
    write(tmp_path / "again" / name, labelled_rows())
    assert (tmp_path / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_a_compressed_file_does_not_tell_when_it_was_made(tmp_path: Path) -> None:
    write(tmp_path / "out.csv.gz", labelled_rows())
    assert (tmp_path / "out.csv.gz").read_bytes()[4:8] == bytes(4)


@pytest.mark.parametrize("name", ["out.json", "out.jsonl", "out.parquet"])
def test_a_result_without_rows_is_one_that_can_be_read(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, labelled_rows().slice(0, 0))
    assert READ[name](tmp_path / name) == []


def test_parquet_has_a_row_group_a_batch_and_plain_words_for_json_strings(tmp_path: Path) -> None:
    write(tmp_path / "out.parquet", labelled_rows(), labelled_rows().slice(1))
    file = pq.ParquetFile(tmp_path / "out.parquet")
    assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [4, 3]
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    assert file.read()["extra"].to_pylist()[:3] == ['["blu",2,null]', '{"a":[1.50]}', "@SUM(A1)"]


@pytest.mark.parametrize("name", KINDS)
def test_without_errors_there_is_no_column_of_them(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, labelled_rows().slice(0, 1), with_errors=False)
    assert b"error" not in (tmp_path / name).read_bytes()


def test_rows_that_are_too_much_for_one_piece_are_written_in_their_order(tmp_path: Path) -> None:
    long = [letter * 6_000_000 for letter in "abcde"]
    write(tmp_path / "out.jsonl", of_texts(*long))
    assert [row["text"] for row in lines(tmp_path / "out.jsonl")] == long


# CSV for spreadsheets


def test_a_header_that_excel_takes_for_another_kind_of_file_is_quoted(tmp_path: Path) -> None:
    write(tmp_path / "out.csv", labelled_rows())
    assert (tmp_path / "out.csv").read_bytes().startswith(b'"ID",text')


@pytest.mark.parametrize(
    ("encoding", "written", "replaced"),
    [("cp1252", "è € ??", 2), ("iso8859-15", "è € ??", 2), ("latin-1", "è ? ??", 3), ("utf-8", "è € 😡�", 1)],
)
def test_what_a_charset_cannot_hold_is_replaced_and_counted(
    tmp_path: Path, encoding: str, written: str, replaced: int
) -> None:
    writer = write(tmp_path / "out.csv", of_texts("è € 😡\0", "?"), encoding=encoding)
    assert records(tmp_path / "out.csv", encoding=encoding)[1][1] == written
    assert writer.replaced == replaced


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_half_a_character_is_replaced_and_counted_once(tmp_path: Path, encoding: str) -> None:
    schema = pa.schema([pa.field("text", pa.string(), metadata=JSON), pa.field("error", pa.string())])
    batch = pa.RecordBatch.from_pylist([{"text": '"half \\ud83d"'}], schema=schema)
    assert write(tmp_path / "out.csv", batch, encoding=encoding).replaced == 1
    assert records(tmp_path / "out.csv", encoding=encoding)[1][0] in ("half �", "half ?")
    write(tmp_path / "out.jsonl", batch)
    assert lines(tmp_path / "out.jsonl") == [{"text": "half \ud83d"}]


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl"])
def test_bytes_that_are_no_text_do_not_make_the_file_unreadable(tmp_path: Path, name: str) -> None:
    broken = pa.array([b"perch\xe9", b"fine"]).view(pa.string())  # as a Parquet file may claim
    batch = pa.RecordBatch.from_arrays([broken, pa.nulls(2, pa.string())], names=["text", "error"])
    assert write(tmp_path / name, batch).replaced == 1
    assert "perch�" in (tmp_path / name).read_text(encoding="utf-8")


def test_only_the_beginning_of_a_file_is_marked(tmp_path: Path) -> None:
    for_excel, wide = tmp_path / "out.csv", tmp_path / "wide.csv"
    write(for_excel, of_texts("è"), of_texts("\0"), encoding="utf-8-sig")
    write(wide, of_texts("è"), of_texts("à"), encoding="utf-16")
    assert for_excel.read_bytes().startswith(b"\xef\xbb\xbfid,text")
    assert "\ufeff" not in for_excel.read_text(encoding="utf-8-sig")
    assert "\ufeff" not in wide.read_text(encoding="utf-16")


@pytest.mark.parametrize(
    ("name", "given", "used"), [("out.csv", "\x1f", ","), ("out.csv", "\t", "\t"), ("out.tsv", ";", "\t")]
)
def test_the_delimiter_is_one_that_can_be_seen_and_tabs_where_the_name_says_so(
    tmp_path: Path, name: str, given: str, used: str
) -> None:
    write(tmp_path / name, of_texts("a"), delimiter=given)
    assert records(tmp_path / name, used)[0] == ["id", "text", "error"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"delimiter": ";;"}, "';;'"),
        ({"delimiter": '"'}, "quotation mark"),
        ({"delimiter": "\n"}, "line break"),
        ({"delimiter": "§", "encoding": "ascii"}, "is not in the charset ascii"),
        ({"encoding": "cp12520"}, "'cp12520': unknown"),
        ({"encoding": "base64"}, "'base64': unknown"),
    ],
    ids=["two", "quote", "line_break", "not_in_charset", "no_charset", "no_text"],
)
def test_what_cannot_be_a_delimiter_or_a_charset_is_refused_and_leaves_nothing(
    tmp_path: Path, options: dict[str, str], said: str
) -> None:
    with pytest.raises(BatchError, match=said):
        write(tmp_path / "out.csv", of_texts("a"), **options)
    assert list(tmp_path.iterdir()) == []


# Whole or not at all


@pytest.mark.parametrize("name", [*KINDS, *PACKED])
@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt])
def test_what_stops_in_the_middle_leaves_the_earlier_file_and_nothing_else(
    tmp_path: Path, name: str, stop: type[BaseException]
) -> None:
    (tmp_path / name).write_bytes(b"earlier")
    with pytest.raises(stop), open_writer(tmp_path / name, LABELLED, with_errors=True) as writer:
        writer.write(labelled_rows())
        raise stop
    assert (tmp_path / name).read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", [*KINDS, *PACKED])
def test_a_full_disk_is_one_clear_line(tmp_path: Path, name: str) -> None:
    (tmp_path / f".{name}.partial").symlink_to("/dev/full")
    with pytest.raises(BatchError, match=f"{name}: cannot be written .No space left on device.$"):
        write(tmp_path / name, *[labelled_rows()] * 100)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_under_the_name_before_the_end_and_what_an_earlier_run_left_is_gone(
    tmp_path: Path,
) -> None:
    (tmp_path / ".out.csv.partial").write_bytes(b"left behind" * 1000)
    with open_writer(tmp_path / "out.csv", TEXTS, with_errors=False) as writer:
        writer.write(of_texts("a"))
        assert not (tmp_path / "out.csv").exists()
    assert (tmp_path / "out.csv").read_bytes() == b"id,text\n0,a\n"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_link_stays_one_and_the_file_behind_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out.csv").symlink_to(tmp_path / "disk" / "real.csv")
    write(tmp_path / "out.csv", of_texts("a"))
    assert (tmp_path / "out.csv").is_symlink()
    assert (tmp_path / "disk" / "real.csv").read_bytes().startswith(b"id,text")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sequence[Path]]:
    """A folder with an input, by several names."""
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_bytes(b"text\nciao\n")
    Path("folder.csv").mkdir()
    Path("link.csv").symlink_to("in.csv")
    os.link("in.csv", "twin.csv")
    yield [Path("missing.csv"), Path("in.csv")]
    assert Path("in.csv").read_bytes() == b"text\nciao\n"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("out.xlsx", r"expected a file ending in .csv, .tsv, .jsonl, .ndjson, .json .* or .parquet"),
        ("out", "expected a file ending in"),
        ("out.gz", "expected a file ending in"),
        ("out.parquet.gz", "expected a file ending in"),
        ("out.csv.gz.zst", "expected a file ending in"),
        ("no/such/out.csv", "there is no folder no/such"),
        ("in.csv/out.csv", "there is no folder in.csv"),
        ("folder.csv", "is a folder"),
        ("in.csv", "is the input itself"),
        ("./folder.csv/../in.csv", "is the input itself"),
        ("link.csv", "is the input itself"),
        ("twin.csv", "is the input itself"),
        ("x" * 300 + ".csv", "File name too long"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_any_work(
    places: Sequence[Path], target: str, said: str
) -> None:
    with pytest.raises(BatchError, match=said):
        check_target(Path(target), places)
    with pytest.raises(BatchError, match=said):
        open_writer(Path(target), TEXTS, inputs=places, with_errors=True)


def test_a_folder_that_takes_no_files_is_one_clear_line() -> None:
    with pytest.raises(BatchError, match=r"/proc/out.csv: cannot be written \([A-Z][a-z ]+\)$"):
        write(Path("/proc/out.csv"), of_texts("a"))


def test_a_batch_may_come_in_wider_types_than_the_file_was_opened_with(tmp_path: Path) -> None:
    """As engines hand back what they were given."""
    wide = {pa.string(): pa.large_string(), pa.list_(pa.string()): pa.large_list(pa.large_string())}
    schema = pa.schema([pa.field(field.name, wide.get(field.type, field.type)) for field in LABELLED])
    with open_writer(tmp_path / "out.jsonl", LABELLED, with_errors=True) as writer:
        writer.write(pa.RecordBatch.from_arrays(labelled_rows().cast(schema).columns, schema=schema))
    assert (tmp_path / "out.jsonl").read_bytes() == (GOLDEN / "labelled.jsonl").read_bytes()


@pytest.mark.parametrize("name", ["OUT.CSV", "Out.Json.GZ", "out.PARQUET"])
def test_the_ending_counts_in_capitals_as_well(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, of_texts("a"))
    assert (tmp_path / name).stat().st_size > 0
