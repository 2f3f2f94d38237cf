"""JSON in all its forms, plain text, archives, and what a file is by its content."""

import csv
import gzip
import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from nlp.errors import BatchError
from nlp.tables import RAW, CsvTable, JsonTable, PlainTable, Table, locate, open_table


def written(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read(table: Table) -> list[tuple[int, dict[str, object], str | None]]:
    return [(row.line, row.values, row.error) for row in table.rows()]


def refused(path: Path) -> str:
    with pytest.raises(BatchError) as caught:
        open_table(path)
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_long_line_of_plain_text_is_read_where_no_table_was_read_before(tmp_path: Path) -> None:
    csv.field_size_limit(131_072)  # as in a process that has just begun
    path = written(tmp_path, b"prima\n" + b"parola " * 30_000 + b"\nultima\n", "in.txt")
    assert [len(str(row.values["text"])) for row in open_table(path).rows()] == [5, 210_000, 6]


GOOD: dict[str, tuple[bytes, str]] = {
    "lines": (b'{"text": "a", "n": 1}\n\n{"text": "b"}\n', "JSON lines"),
    "lines_of_windows_with_a_mark": (
        b'\xef\xbb\xbf{"text": "a", "n": 1}\r\n{"text": "b"}\r\n',
        "JSON lines",
    ),
    "list_in_one_line": (b'[{"text": "a", "n": 1}, {"text": "b"}]', "a JSON list"),
    "list_over_lines": (b'[\n  {\n    "text": "a",\n    "n": 1\n  },\n  {"text": "b"}\n]\n', "a JSON list"),
    "list_in_utf16": ('[{"text": "a", "n": 1}, {"text": "b"}]'.encode("utf-16"), "a JSON list"),
    "comma_before_the_end": (b'[{"text": "a", "n": 1}, {"text": "b"},]', "a JSON list"),
    "list_in_an_object": (
        b'{"total": 2, "tags": ["x"], "rows": [{"text": "a", "n": 1}, {"text": "b"}]}',
        "the list 'rows' of a JSON object",
    ),
    "list_deeper_in_an_object": (
        b'{"page": {"of": 1, "rows": [{"text": "a", "n": 1},\n {"text": "b"}]}, "ok": true}',
        "the list 'page.rows' of a JSON object",
    ),
    "objects_in_one_line": (b'{"text": "a", "n": 1}{"text": "b"}', "JSON objects one after another"),
    "objects_in_one_line_and_the_next": (
        b'{"text": "a", "n": 1} {"text":\n "b"}\n',
        "JSON objects one after another",
    ),
    "objects_over_lines": (
        b'{\n  "text": "a",\n  "n": 1\n}\n{\n  "text": "b"\n}\n',
        "JSON objects one after another",
    ),
}


@pytest.mark.parametrize(("content", "shape"), GOOD.values(), ids=GOOD)
def test_objects_are_rows_wherever_they_stand(tmp_path: Path, content: bytes, shape: str) -> None:
    table = open_table(written(tmp_path, content, "in.json"))

    assert [row.values for row in table.rows()] == [{"text": "a", "n": 1}, {"text": "b"}]
    assert [row.error for row in table.rows()] == [None, None]
    assert table.columns == ["text", "n"]
    assert table.said[-1] == shape


BROKEN: dict[str, tuple[bytes, list[tuple[int, dict[str, object], str | None]]]] = {
    "line": (
        b'{"text": "a"}\n{broken\n{"text": "b"}\n',
        [
            (1, {"text": "a"}, None),
            (
                2,
                {RAW: "{broken"},
                "not JSON: Expecting property name enclosed in double quotes at character 2",
            ),
            (3, {"text": "b"}, None),
        ],
    ),
    "element": (
        b'[{"text": "a"}, {bad: [1, {}]}, {"text": "b"}]',
        [
            (1, {"text": "a"}, None),
            (1, {RAW: "{bad: [1, {}]}"}, "not JSON: Expecting property name enclosed in double quotes"),
            (1, {"text": "b"}, None),
        ],
    ),
    "quote_in_an_element": (
        b'[\n{"text": "a"},\n{"text": "5" wide"},\n{"text": "b"}\n]',
        [
            (2, {"text": "a"}, None),
            (3, {RAW: '{"text": "5" wide"}'}, "not JSON: Expecting ',' delimiter"),
            (4, {"text": "b"}, None),
        ],
    ),
    "elements_of_other_kinds": (
        b'[{"text": "a"}, "b", 3, null]',
        [
            (1, {"text": "a"}, None),
            (1, {RAW: "b"}, "expected a JSON object, found a text"),
            (1, {RAW: "3"}, "expected a JSON object, found a number"),
            (1, {RAW: "null"}, "expected a JSON object, found null"),
        ],
    ),
    "cut_in_an_element": (
        b'[{"text": "a"},\n{"text": "b',
        [
            (1, {"text": "a"}, None),
            (2, {RAW: '{"text": "b'}, "not JSON: Unterminated string starting at"),
            (2, {RAW: ""}, "the list of line 1 has no end"),
        ],
    ),
    "line_break_in_a_text": (b'[{"text": "a\nb"}]', [(1, {"text": "a\nb"}, None)]),
}


@pytest.mark.parametrize(("content", "rows"), BROKEN.values(), ids=BROKEN)
def test_broken_json_costs_its_own_row(
    tmp_path: Path, content: bytes, rows: list[tuple[int, dict[str, object], str | None]]
) -> None:
    assert read(open_table(written(tmp_path, content, "in.json"))) == rows


def test_a_first_line_of_two_objects_costs_none_of_the_others(tmp_path: Path) -> None:
    content = b'{"text": "a"}{"text": "b"}\n{"text": "c"}\n{broken}\n{"text": "d"}\n'
    rows = list(open_table(written(tmp_path, content, "in.jsonl")).rows())
    assert [row.values.get("text") for row in rows] == ["a", "b", "c", None, "d"]
    assert [row.line for row in rows if row.error] == [3]


def test_a_list_is_read_across_the_pieces_it_comes_in(tmp_path: Path) -> None:
    texts = ["x" * (number * 37 % 5000) + " è 😡\n" for number in range(400)]
    texts[200] *= 200
    content = json.dumps([{"text": text, "n": 12345678} for text in texts], ensure_ascii=False, indent=1)

    table = open_table(written(tmp_path, content.encode(), "in.json"))

    assert [row.values for row in table.rows()] == [{"text": text, "n": 12345678} for text in texts]


def test_an_object_with_a_text_of_its_own_is_the_message(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b'{"text": "a", "items": [{"sku": "x"}]}', "in.json"))

    assert read(table) == [(1, {"text": "a", "items": [{"sku": "x"}]}, None)]


def test_an_object_with_several_lists_is_refused_with_their_names(tmp_path: Path) -> None:
    path = written(tmp_path, b'{"users": [{"a": 1}], "chat": {"posts": [{"b": 2}]}}', "in.json")

    assert refused(path) == "expected one list of objects, found 2: users, chat.posts"


def test_keys_without_end_are_no_columns(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({f"k{number}": "a"}) for number in range(10_001))

    path = written(tmp_path, lines.encode(), "in.jsonl")

    assert refused(path) == "more than 10,000 different keys; expected a table"


KINDS: dict[str, tuple[str, bytes, type[object], list[str]]] = {
    "sentences": ("in.txt", "Ciao, come va?\n\nNo, grazie, è tardi\n".encode(), PlainTable, ["text"]),
    "chat_with_brackets": ("in.txt", b"[10:00] Ada: ciao\n[10:01] Leo: no\n", PlainTable, ["text"]),
    "table_in_a_text_file": ("in.txt", b"id;text\n1;a\n2;b\n", CsvTable, ["id", "text"]),
    "commas_under_names": ("in.txt", b"id,text\n1,a\n2,b\n", CsvTable, ["id", "text"]),
    "tabs_in_a_log": ("in.log", b"1\tciao bello\n2\tno\n", CsvTable, ["column_1", "column_2"]),
    "json_lines_in_a_text_file": ("in.txt", b'{"text": "a"}\n{"text": "b"}\n', JsonTable, ["text"]),
    "list_without_an_ending": ("input", b'[\n{"text": "a"}\n]\n', JsonTable, ["text"]),
    "table_of_an_unknown_ending": ("in.dat", b"id|text\n1|a\n2|b\n", CsvTable, ["id", "text"]),
    "packed_without_saying_so": ("in.csv", gzip.compress(b"id,text\n1,a\n"), CsvTable, ["id", "text"]),
    "gzip": ("in.CSV.GZ", gzip.compress(b"id,text\n1,a\n"), CsvTable, ["id", "text"]),
    "two_archives_in_a_row": (
        "in.csv.gz",
        gzip.compress(b"id,text\n") + gzip.compress(b"1,a\n") + bytes(512),
        CsvTable,
        ["id", "text"],
    ),
    "zstandard": ("in.jsonl.zst", zstandard.compress(b'{"text": "a"}\n'), JsonTable, ["text"]),
    "named_as_packed_and_not": ("in.csv.gz", b"id,text\n1,a\n", CsvTable, ["id", "text"]),
}


@pytest.mark.parametrize(("name", "content", "kind", "columns"), KINDS.values(), ids=KINDS)
def test_a_file_is_what_its_content_says(
    tmp_path: Path, name: str, content: bytes, kind: type[object], columns: list[str]
) -> None:
    table = open_table(written(tmp_path, content, name))

    assert type(table) is kind
    assert table.columns == columns
    assert [row.error for row in table.rows() if row.error is not None] == []


def test_every_line_of_plain_text_is_a_message(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, "Perché, no?\r\n\r\n  \r\n“Ecco”".encode("cp1252"), "in.txt"))

    assert read(table) == [(1, {"text": "Perché, no?"}, None), (4, {"text": "“Ecco”"}, None)]
    assert table.said == (
        "charset Windows-1252",
        "plain text: every line is a message, blank ones left out",
    )


PAGE = (
    "is a web page or XML; expected a table or a text file "
    "(of a chat in Telegram Desktop the export whose format is JSON)"
)
REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty_text": ("in.txt", b"", "the file is empty; expected a message a line"),
    "empty_archive": (
        "in.csv.gz",
        gzip.compress(b""),
        "the file is empty; expected a header and one row a message",
    ),
    "document": ("in.csv", b"%PDF-1.7 ...", "is a PDF document; expected a table or a text file"),
    "page_of_a_chat": (
        "messages.html",
        b"<!DOCTYPE html>\n<html>\n<head>\n<title>Exported Data</title>",
        PAGE,
    ),
    "page_instead_of_a_table": (
        "in.csv",
        b"\xef\xbb\xbf\r\n<html lang='it'><body>Accedi, prego</body></html>",
        PAGE,
    ),
    "feed": (
        "feed.xml",
        b'<?xml version="1.0"?>\n<reviews><review>rotto</review></reviews>',
        PAGE,
    ),
    "other_archive": ("in.bz2", b"BZh91AY&SY...", "is a bzip2 archive; expected a table or a text file"),
    "packed_twice": (
        "in.csv.gz",
        gzip.compress(gzip.compress(b"id,text\n1,a\n")),
        "is an archive inside of an archive; expected a table or a text file",
    ),
    "bytes": ("in.dat", bytes(range(256)) * 9, "holds no text; expected a table or a text file"),
    "archive_without_a_beginning": (
        "in.csv.gz",
        gzip.compress(b"id,text\n1,a\n")[:9],
        "nothing can be read: the archive ends in the middle",
    ),
    "archive_damaged_at_once": (
        "in.csv.zst",
        zstandard.compress(b"id,text\n1,a\n" * 99)[:6] + b"\xff" * 99,
        "nothing can be read: the archive is damaged (Data corruption detected)",
    ),
}


@pytest.mark.parametrize(("name", "content", "said"), REFUSED.values(), ids=REFUSED)
def test_what_holds_no_messages_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    assert refused(written(tmp_path, content, name)) == said


def test_a_line_that_begins_with_a_tag_is_a_message_like_others(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"<b>rotto</b>\n<3 grazie\n", "in.txt"))
    assert read(table) == [(1, {"text": "<b>rotto</b>"}, None), (2, {"text": "<3 grazie"}, None)]


def packed_rows(pack: Callable[[bytes], bytes], head: str, row: str) -> bytes:
    """An archive of 50,000 rows; the numbers in them keep it from shrinking to nothing."""
    rows = "".join(row.format(number, number * 7919 % 10007) for number in range(20_000))
    return pack((head + rows).encode())


DAMAGED = {
    "table": ("in.csv.gz", packed_rows(gzip.compress, "id,text\n", "{},riga {}\n")),
    "table_in_zstandard": ("in.csv.zst", packed_rows(zstandard.compress, "id,text\n", "{},riga {}\n")),
    "json_lines": ("in.jsonl.gz", packed_rows(gzip.compress, "", '{{"id": {}, "text": "riga {}"}}\n')),
    "plain": ("in.txt.gz", packed_rows(gzip.compress, "", "riga {} numero {}\n")),
}


@pytest.mark.parametrize(("name", "content"), DAMAGED.values(), ids=DAMAGED)
def test_of_an_archive_cut_short_all_is_read_and_then_said(tmp_path: Path, name: str, content: bytes) -> None:
    whole = [row.values for row in open_table(written(tmp_path, content, f"whole-{name}")).rows()]
    *rows, last = open_table(written(tmp_path, content[: len(content) * 3 // 4], name)).rows()

    assert len(rows) > 5_000
    assert [row.values for row in rows] == whole[: len(rows)]
    assert [row.error for row in rows if row.error is not None] == []
    assert "the archive ends in the middle" in str(last.error)


def test_an_archive_damaged_in_the_middle_is_read_up_to_there(tmp_path: Path) -> None:
    content = bytearray(DAMAGED["table"][1])
    middle = len(content) // 2
    content[middle : middle + 2000] = b"\xff" * 2000

    *rows, last = open_table(written(tmp_path, bytes(content), "in.csv.gz")).rows()

    assert len(rows) > 5_000
    assert [row.values["id"] for row in rows[:5_000]] == [str(number) for number in range(5_000)]
    assert "the archive is damaged" in str(last.error)


def test_an_archive_that_unpacks_without_end_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp.tables.compression._LARGE", 1 << 18)
    bomb = gzip.compress(b"id,text\n" + b"1,a\n" * 300_000)

    *rows, last = open_table(written(tmp_path, bomb, "in.csv.gz")).rows()

    assert 1 << 16 <= len(rows) < 300_000
    assert "the archive unpacks to more than 200 times its size" in str(last.error)


# Finding the files


def located(folder: Path, *inputs: str, given: bytes = b"") -> tuple[list[str], tuple[str, ...]]:
    """The files found, by their places in the folder, and what is said."""
    found = locate(
        [str(folder / name) if name != "-" else name for name in inputs], io.BytesIO(given), folder
    )
    return [str(path.relative_to(folder)) for path in found.files], found.said


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    hidden = ("sub/.hidden.csv", ".cache/d.csv", "~$open.xlsx")
    names = ("b.csv", "a.jsonl.gz", "sub/c.TXT", "photo.jpg", "Makefile", *hidden)
    for name in names:
        written(tmp_path, b"text\na\n", f"exports/{name}")
    return tmp_path


def test_a_folder_is_read_in_order_and_what_is_left_out_is_said(exports: Path) -> None:
    files, said = located(exports, "exports")

    assert files == ["exports/a.jsonl.gz", "exports/b.csv", "exports/sub/c.TXT"]
    assert said == (
        f"{exports / 'exports'}: 3 files read, left out 3 hidden and 2 of other kinds (.jpg, no ending)",
    )


@pytest.mark.parametrize(
    ("pattern", "files"),
    [
        ("exports/*.csv", ["exports/b.csv"]),
        ("exports/**/*.[cT]*", ["exports/b.csv", "exports/sub/c.TXT"]),
        ("exports/?.*", ["exports/a.jsonl.gz", "exports/b.csv"]),
    ],
    ids=["star", "any_depth", "one_letter"],
)
def test_a_pattern_is_replaced_by_its_files(exports: Path, pattern: str, files: list[str]) -> None:
    assert located(exports, pattern) == (files, ())


def test_a_file_whose_name_looks_like_a_pattern_is_itself(tmp_path: Path) -> None:
    written(tmp_path, b"text\na\n", "a[1].csv")

    assert located(tmp_path, "a[1].csv") == (["a[1].csv"], ())


def test_a_file_that_is_named_twice_is_read_once(exports: Path) -> None:
    files, said = located(exports, "exports/b.csv", "exports/*.csv")

    assert files == ["exports/b.csv"]
    assert said == (f"{exports / 'exports/b.csv'} is named twice and read once",)


def test_the_standard_input_is_told_by_its_content(tmp_path: Path) -> None:
    (name,), _ = located(tmp_path, "-", given=gzip.compress(b'{"text": "a"}\n{"text": "b"}\n'))

    assert [row.values for row in open_table(tmp_path / name).rows()] == [{"text": "a"}, {"text": "b"}]


def test_a_pipe_by_name_is_copied_for_it_can_be_read_only_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    filling = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(b"id;text\n1;a\n2;b\n",))
    filling.start()
    (name,), _ = located(tmp_path, "pipe")
    filling.join()

    assert [row.values["text"] for row in open_table(tmp_path / name).rows()] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("missing.csv", "no such file or folder"),
        ("*.xml", "no file matches"),
        ("bare", "no file in it ends in"),
        ("other", "; there are 1 of other kinds"),
        ("a.csv/b.csv", "cannot be read (Not a directory)"),
        ("x" * 300, "cannot be read (File name too long)"),
    ],
    ids=["missing", "pattern", "empty_folder", "folder_of_others", "file_as_a_folder", "name_too_long"],
)
def test_what_is_not_there_is_named(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "bare").mkdir()
    written(tmp_path, b"a", "other/photo.jpg")
    written(tmp_path, b"text\na\n", "a.csv")

    with pytest.raises(BatchError) as caught:
        located(tmp_path, name)

    assert str(caught.value).startswith(f"{tmp_path / name}: ")
    assert said in str(caught.value)


# Strings that are the texts

TEXTS: dict[str, tuple[str, bytes, str]] = {
    "list": ("in.json", b'["Il pacco non arriva", "Grazie"]', "a JSON list of texts"),
    "list_over_lines": ("in.json", b'[\n "Il pacco non arriva",\n "Grazie"\n]\n', "a JSON list of texts"),
    "begun_in_the_first_line": ("in.json", b'["Il pacco non arriva",\n"Grazie"]\n', "a JSON list of texts"),
    "lines": ("in.jsonl", b'"Il pacco non arriva"\n"Grazie"\n', "JSON lines, each a text"),
    "without_a_name": ("input-0", b'["Il pacco non arriva", "Grazie"]', "a JSON list of texts"),
}


@pytest.mark.parametrize(("name", "content", "shape"), TEXTS.values(), ids=TEXTS)
def test_strings_without_objects_are_the_texts(tmp_path: Path, name: str, content: bytes, shape: str) -> None:
    table = open_table(written(tmp_path, content, name))

    assert table.columns == ["text"]
    assert [row.values for row in table.rows()] == [{"text": "Il pacco non arriva"}, {"text": "Grazie"}]
    assert [row.error for row in table.rows()] == [None, None]
    assert table.said[-1] == shape


def test_a_string_beside_objects_is_a_row_with_an_error(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b'[{"text": "a"}, "b"]', "in.json"))

    assert [row.error for row in table.rows()] == [None, "expected a JSON object, found a text"]
