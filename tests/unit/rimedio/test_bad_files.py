"""Messy tables given to classify: one clear line, the right status, every row kept, nothing half-written."""

import csv
import errno
import io
import json
import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal
from unicodedata import normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.assessment import Assessment
from nlp.batch.exports import Input, Outcome, Task, classify_export
from nlp.batch.labels import Labeller
from nlp.batch.packing import SHARD_ROWS, Source, source_of
from nlp.batch.workspace import InputFile, Manifest
from nlp.errors import BatchError
from nlp.render import COLUMNS
from nlp.tables import PlainTable, Row, open_table
from tests.spreadsheet import write_archive, write_xlsx
from tests.unit.rimedio.table_model import (
    LoadedTable,
    TableClassifier,
    assert_one_clear_line,
    classifier,
    home,
    rimedio,
    written,
)

__all__ = ["classifier", "home"]


class FailingClassifier(TableClassifier):
    """Gives up at the second shard."""

    def classify(self, texts: Sequence[str]) -> list[Assessment]:
        if self.shown:
            raise BatchError("the model has gone")
        return super().classify(texts)


def classified(source: Path, target: Path, table: Labeller) -> Outcome:
    tables = [Input(source=source_of(source.name, open_table(source), None), path=source)]
    return classify_export(tables, target, LoadedTable(table), Task(model="table"))


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# classify: files that can be read, whatever they look like

MESSY = {
    "invalid_utf8": (
        b"id,text\n1,perch\xc3\xa9 no\n2,rotto\xff\n3,tardi\n",
        ["perché no", "rotto�", "tardi"],
    ),
    "cp1252_semicolon": (
        b"id;testo\r\n1;\x93\xc8 rotto\x94\r\n2;perch\xe9 no, \x80 5\r\n",
        ["“È rotto”", "perché no, € 5"],
    ),
    "byte_order_mark": (b"\xef\xbb\xbftext,id\nciao,1\n", ["ciao"]),
    "utf16": ("text;id\nè rotto;1\n".encode("utf-16"), ["è rotto"]),
    "nul_inside": (b"id,text\n1,a\x00b\n2,\x00\n", ["a\x00b", "\x00"]),
    "one_column": (b"text\nciao, mondo\naltro\n", ["ciao, mondo", "altro"]),
    "line_breaks_in_a_cell": (b'id,text\n1,"a\r\nb"\n2,c\n', ["a\r\nb", "c"]),
    "old_mac_line_ends": (b"id,text\r1,a\r2,b\r", ["a", "b"]),
    "no_line_end_at_the_end": (b"id,text\n1,a", ["a"]),
    "empty_text": (b"id,text\n1,\n2,b\n", ["", "b"]),
    "duplicated_columns": (b"text,text,id\na,b,1\n", ["a"]),
    "gaps_in_the_header": (b"text,,\na,b,c\n", ["a"]),
    "quotes_inside": (b'id,text\n1,say "hi"\n2,"a ""b"" c"\n', ['say "hi"', 'a "b" c']),
    "header_only": (b"id,text\n", []),
    "formulas": (b"id,text\n1,=1+1\n", ["=1+1"]),
}


@pytest.mark.parametrize(("content", "texts"), MESSY.values(), ids=MESSY)
def test_a_messy_table_is_classified_row_by_row(
    tmp_path: Path, classifier: TableClassifier, content: bytes, texts: list[str]
) -> None:
    result = rimedio("classify", written(tmp_path, content), "-o", tmp_path / "out.csv")
    assert result.exit_code == 0, result.output
    assert classifier.shown == texts
    assert len(rows_of(tmp_path / "out.csv")) == len(texts)
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.csv", "out.csv"}


def test_ragged_rows_are_kept_in_their_order_and_named(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"id,text\n1,a\n2\n3,c,d\n\n4,e\n")
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 3
    rows = rows_of(tmp_path / "out.csv")
    assert [(row["id"], row["text"]) for row in rows] == [("1", "a"), ("2", ""), ("3", "c,d"), ("4", "e")]
    assert [bool(row["error"]) for row in rows] == [False, True, True, False]


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b'id,text\n1,"open\n2,b\n3,c\n')
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 3
    assert [row["id"] for row in rows_of(tmp_path / "out.csv")] == ["1", "2", "3"]


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
def test_a_cell_of_five_megabytes_is_read_in_seconds(
    tmp_path: Path, classifier: TableClassifier, quote: str
) -> None:
    text = "Il pacco non arriva. " * 250_000
    source = written(tmp_path, f"id,text\n1,{quote}{text}{quote}\n2,b\n".encode())
    assert rimedio("classify", source, "-o", tmp_path / "out.jsonl").exit_code == 0
    assert classifier.shown == [text, "b"]


@pytest.mark.parametrize("target", ["out.jsonl", "out.csv"])
def test_broken_lines_of_json_are_kept_in_their_order(
    tmp_path: Path, classifier: TableClassifier, target: str
) -> None:
    lines = [
        b'{"text": "uno", "n": 1}',
        b"{broken",
        b'["a", "list"]',
        b"null",
        b"7",
        b'{"n": 2}',
        b'{"text": 5}',
        b'{"text": null}',
        b'{"text": "half \\ud83d"}',
        b'{"text": "bad \xff byte"}',
        b'{"n": ' + b"9" * 5000 + b', "text": "x"}',
        b"[" * 100_000,
        b'{"text": "ultimo"}',
    ]
    source = written(tmp_path, b"\n\n".join(lines), "in.jsonl")
    result = rimedio("classify", source, "-o", tmp_path / target)
    assert result.exit_code == 3, repr(result.exception)
    rows: list[dict[str, Any]] = (
        lines_of(tmp_path / target) if target.endswith("l") else list(rows_of(tmp_path / target))
    )
    assert len(rows) == len(lines)
    assert [position for position, row in enumerate(rows) if row["act"]] == [0, 8, 9, 12]
    assert [position for position, row in enumerate(rows) if row.get("error")] == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        10,
        11,
    ]
    assert rows[-1]["text"] == "ultimo"


@pytest.mark.parametrize("target", ["out.jsonl", "out.csv"])
@pytest.mark.parametrize("depth", [100, 400, 900])
def test_nested_values_of_json_are_kept_or_named(
    tmp_path: Path, classifier: TableClassifier, target: str, depth: int
) -> None:
    nested = "[" * depth + "]" * depth
    source = written(tmp_path, f'{{"text": "a", "x": {nested}}}\n{{"text": "b"}}\n'.encode(), "in.jsonl")
    result = rimedio("classify", source, "-o", tmp_path / target)
    assert result.exit_code in (0, 3), repr(result.exception)
    assert len((tmp_path / target).read_text(encoding="utf-8").splitlines()) in (2, 3)


def test_names_of_half_a_character_do_not_stop_a_table(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b'{"text": "a", "\\ud83d": "\\ude00"}\n', "in.jsonl")
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 0, repr(result.exception)
    assert len(rows_of(tmp_path / "out.csv")) == 1


def test_broken_lines_do_not_decide_which_column_holds_the_texts(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b'{"parole": "ciao"}\n{broken and much longer than any text\n', "in.jsonl")
    assert rimedio("classify", source, "-o", tmp_path / "out.jsonl").exit_code == 3
    assert classifier.shown == ["ciao"]


@pytest.mark.parametrize(("name", "ending"), [("in.csv", "csv"), ("in.jsonl", "jsonl")])
def test_no_column_of_the_input_is_lost_to_ours(
    tmp_path: Path, classifier: TableClassifier, name: str, ending: str
) -> None:
    own = {"text": "a", "act": "mine", "input_act": "too", "error": "own", "language": "xx"}
    content = (
        f"{','.join(own)}\n{','.join(own.values())}\n" if ending == "csv" else json.dumps(own) + "\n"
    ).encode()
    assert rimedio("classify", written(tmp_path, content, name), "-o", f"out.{ending}").exit_code == 0
    (row,) = rows_of(tmp_path / "out.csv") if ending == "csv" else lines_of(tmp_path / "out.jsonl")
    assert set(own.values()) <= {str(value) for value in row.values()}
    assert row["act"] == "complaint"
    assert set(COLUMNS) <= set(row)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.one_of(
        st.binary(max_size=300),
        st.text(alphabet='a"\n\r,;\t|\x00è{}[]:1\\', max_size=120).map(str.encode),
    ),
    name=st.sampled_from(["in.csv", "in.jsonl"]),
    target=st.sampled_from(["out.csv", "out.jsonl"]),
)
def test_any_bytes_are_classified_or_refused(tmp_path: Path, content: bytes, name: str, target: str) -> None:
    source, out = written(tmp_path, content, name), tmp_path / target
    out.unlink(missing_ok=True)
    try:
        counts = classified(source, out, TableClassifier()).counts
    except BatchError:
        assert not out.exists()
    else:
        assert counts.rows == len(lines_of(out) if target == "out.jsonl" else _csv_records(out))


def _csv_records(path: Path) -> list[list[str]]:
    csv.field_size_limit(10**9)
    text = path.read_text(encoding="utf-8-sig")
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row][1:]


# classify: what cannot be done

EVERY_ROW_WRONG = {
    "empty.csv": b"",
    "empty.jsonl": b"",
    "blank.csv": b"\n\n\n",
    "no_text.jsonl": b'{"a": 1}\n{"b": [2]}\n',
    "only_broken.jsonl": b"{broken\nbroken too\n",
    "nothing_but_a_mark.csv": b"\xef\xbb\xbf",
    "header_without_text.csv": b"id,price\n",
}


@pytest.mark.parametrize(("name", "content"), EVERY_ROW_WRONG.items(), ids=EVERY_ROW_WRONG)
def test_a_file_without_messages_is_refused(
    tmp_path: Path, classifier: TableClassifier, name: str, content: bytes
) -> None:
    result = rimedio("classify", written(tmp_path, content, name), "-o", "out.csv")
    assert_one_clear_line(result, 1)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("content", [b"// all of them\n{}\n", b"{broken\n"], ids=["comment", "broken"])
def test_a_file_of_which_no_row_can_be_read_says_why(
    tmp_path: Path, classifier: TableClassifier, content: bytes
) -> None:
    result = rimedio("classify", written(tmp_path, content, "in.jsonl"), "-o", "out.csv")
    assert_one_clear_line(result, 1)
    assert "in.jsonl: no row can be read; the first, in line 1: not JSON" in result.stderr


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_column_is_found_however_its_accents_are_written(
    tmp_path: Path, classifier: TableClassifier, form: Literal["NFC", "NFD"]
) -> None:
    header = normalize("NFD" if form == "NFC" else "NFC", "id;qualità")
    source = written(tmp_path, f"{header}\nuno due tre;rotto\n".encode())
    words = ("--text-column", normalize(form, "qualità"), "--id-column", normalize(form, "qualità"))
    result = rimedio("classify", source, "-o", "out.csv", *words)
    assert result.exit_code == 0, result.output
    assert classifier.shown == ["rotto"]


@pytest.mark.parametrize("option", ["--encoding", "--input-encoding"])
@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode_escape", "raw-unicode-escape", "hex"])
def test_what_no_file_is_written_in_is_no_charset(
    tmp_path: Path, classifier: TableClassifier, option: str, charset: str
) -> None:
    result = rimedio("classify", written(tmp_path, b"text\na\n"), "-o", "out.csv", option, charset)
    assert_one_clear_line(result, 2)


def test_an_unknown_column_is_refused_with_those_there_are(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b"id,text\n1,a\n")
    result = rimedio("classify", source, "-o", "out.csv", "--text-column", "testo")
    assert_one_clear_line(result, 2)
    assert "id, text" in result.stderr


ALIKE = "id,text,text,id\n1,ciao,rotto,2\n"


@pytest.mark.parametrize("option", ["--text-column", "--id-column"])
def test_a_name_that_several_columns_have_is_refused_with_those_there_are(
    tmp_path: Path, classifier: TableClassifier, option: str
) -> None:
    source, name = written(tmp_path, ALIKE.encode()), option.strip("-").partition("-")[0]
    result = rimedio("classify", source, "-o", "out.csv", option, name)
    assert result.exit_code == 2
    (told,) = (line for line in result.stderr.splitlines() if line.startswith("rimedio: "))
    assert f"in.csv: 2 columns are called '{name}'; say which by '{name}_1' or '{name}_2'" in told
    assert "columns found: id, text, text_2, id_2" in told
    assert not (tmp_path / "out.csv").exists()


def test_of_columns_of_one_name_each_can_be_had(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, (ALIKE + "3,eccola,qui,4,zuviel\n").encode())
    for column, number, texts in (("_1", "3", ["ciao", "eccola"]), ("_2", "4|zuviel", ["rotto", "qui"])):
        classifier.shown.clear()
        words = ("--text-column", f"text{column}", "--id-column", f"id{column}", "--delimiter", "|")
        result = rimedio("classify", source, "-o", "out.csv", *words)
        assert classifier.shown == texts
        assert f"  {number.replace('|', ',')}, line 3: expected 4 columns, found 5" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--text-column", "text", "--text-column", "text"),
        ("--id-column", "id", "--id-column", "text"),
    ],
    ids=["text", "id"],
)
def test_a_column_that_is_given_twice_is_refused_before_anything_is_read(
    tmp_path: Path, classifier: TableClassifier, words: tuple[str, ...]
) -> None:
    result = rimedio("classify", "missing.csv", "-o", "out.csv", *words)
    assert_one_clear_line(result, 2)
    assert f"columns given: {', '.join(words[1::2])}" in result.stderr


def test_rows_are_named_by_a_column_that_has_the_name_of_one_of_ours(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b"act;text\nA7;ciao;zu;viel\n")
    result = rimedio("classify", source, "-o", "out.csv", "--id-column", "act")
    assert "  A7, line 2: expected 2 columns, found 4" in result.stderr


@pytest.mark.parametrize("source", ["missing.csv", "folder.csv", "."])
def test_an_input_that_is_no_file_is_wrong_usage(
    tmp_path: Path, classifier: TableClassifier, source: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    assert_one_clear_line(rimedio("classify", source, "-o", "out.csv"), 2)


OUTPUTS = {
    "folder_missing": "no/such/out.csv",
    "folder_instead": "folder.csv",
    "file_instead_of_folder": "in.csv/out.csv",
    "unknown_ending": "out.xlsx",
    "no_ending": "out",
    "name_too_long": "x" * 300 + ".csv",
    "the_input_itself": "in.csv",
    "the_input_by_another_name": "./folder.csv/../in.csv",
    "the_input_through_a_link": "link.csv",
}


@pytest.mark.parametrize("target", OUTPUTS.values(), ids=OUTPUTS)
def test_an_output_that_cannot_be_is_refused_and_the_input_is_untouched(
    tmp_path: Path, classifier: TableClassifier, target: str
) -> None:
    (tmp_path / "folder.csv").mkdir()
    content = b"id;text\n1;\xe8 rotto\n"
    source = written(tmp_path, content)
    (tmp_path / "link.csv").symlink_to(source)
    result = rimedio("classify", source, "-o", target)
    assert_one_clear_line(result, 2)
    assert source.read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.csv", "folder.csv", "link.csv"}


def test_an_input_of_an_unknown_kind_is_refused(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"\x89PNG\r\n\x1a\n", "in.csv")
    assert_one_clear_line(rimedio("classify", source, "-o", "out.csv"), 1)


def test_what_fails_midway_leaves_the_earlier_output_as_it_was(tmp_path: Path) -> None:
    source = written(tmp_path, b"text\n" + b"ciao\n" * 2 * SHARD_ROWS)
    target = written(tmp_path, b"earlier", "out.csv")
    with pytest.raises(BatchError, match="has gone"):
        classified(source, target, FailingClassifier())
    assert target.read_bytes() == b"earlier"
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv", ".out.csv.run"}


def test_what_fails_before_anything_was_classified_leaves_nothing(tmp_path: Path) -> None:
    source = written(tmp_path, b"text\nciao\n")
    failing = FailingClassifier()
    failing.classify(["before"])
    with pytest.raises(BatchError, match="has gone"):
        classified(source, tmp_path / "out.csv", failing)
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv"}


def test_what_is_left_out_of_an_export_is_said_before_and_counted_at_the_end(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    notice = {"id": 1, "type": "service", "action": "pin_message", "text": ""}
    message = {"id": 2, "type": "message", "from": "Ada", "text": "Il pacco non arriva"}
    export = {"name": "Negozio", "type": "personal_chat", "id": 7, "messages": [notice, message, notice]}
    source = written(tmp_path, json.dumps(export).encode(), "result.json")
    result = rimedio("classify", source, "-o", "out.csv")
    assert result.exit_code == 0, result.output
    assert "notices of the service (joined, called, pinned) are left out" in result.stderr.splitlines()[0]
    assert f"{source}: notices of the service left out: 2" in result.stderr.splitlines()[1:]


def test_the_page_is_not_written_over_an_input(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"id,text\n1,ciao\n", "in.html")
    result = rimedio("classify", source, "-o", "out.csv", "--report", "./in.html")
    assert_one_clear_line(result, 2)
    assert "is an input" in result.stderr
    assert source.read_bytes() == b"id,text\n1,ciao\n"


@pytest.mark.parametrize("page", ["page.pdf", "page", "page.html.gz", "in.csv", "out.csv", "pa\nge.htm"])
def test_a_page_by_the_name_of_something_else_is_refused_before_anything_is_read(
    tmp_path: Path, classifier: TableClassifier, page: str
) -> None:
    result = rimedio("classify", "missing.csv", "-o", "out.csv", "--report", page)
    assert_one_clear_line(result, 2)
    assert "whose name ends in .html; expected one such as report.html" in result.stderr


def test_a_file_that_two_arguments_mean_is_read_once(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b"id,text\n1,ciao\n")
    result = rimedio("classify", source, tmp_path / "*.csv", "-o", tmp_path / "out.jsonl")
    assert "is named twice and read once" in result.stderr
    assert len(lines_of(tmp_path / "out.jsonl")) == 1


def test_lines_of_json_joined_from_files_with_a_mark_are_all_read(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    mark = b"\xef\xbb\xbf"
    source = written(tmp_path, mark + b'{"text": "uno"}\n' + mark + b'{"text": "due"}\n', "in.jsonl")
    result = rimedio("classify", source, "-o", "out.csv")
    assert result.exit_code == 0, result.output
    assert classifier.shown == ["uno", "due"]


def test_what_is_no_object_is_named_as_in_json(tmp_path: Path, classifier: TableClassifier) -> None:
    source = written(tmp_path, b'["ciao", null, true, [1], 2.50]', "in.json")
    result = rimedio("classify", source, "-o", "out.jsonl")
    assert result.exit_code == 3
    found = ["null", "true or false", "a list", "a number"]
    errors = [row["error"] for row in lines_of(tmp_path / "out.jsonl") if row.get("error")]
    assert errors == [f"expected a JSON object, found {kind}" for kind in found]


def test_standard_input_named_twice_is_read_once(tmp_path: Path, classifier: TableClassifier) -> None:
    result = rimedio("classify", "-", "-", "-o", "out.csv", given=b"id,text\n1,ciao\n")
    assert result.exit_code == 0, result.output
    assert result.stderr.splitlines()[0] == "- is named twice and read once"
    assert classifier.shown == ["ciao"]


@pytest.mark.parametrize(
    ("name", "words", "status"),
    [
        ("a\nb.csv", [], 1),
        ("\x1b[2Ja.csv", [], 1),
        ("a.csv", ["-o", "no\nfolder/out.csv"], 2),
        ("a.csv", ["-o", "no\nending"], 2),
    ],
    ids=["line_break", "escape", "folder_of_the_output", "output"],
)
def test_a_name_with_controls_is_said_in_one_line(
    tmp_path: Path, classifier: TableClassifier, name: str, words: list[str], status: int
) -> None:
    result = rimedio("classify", written(tmp_path, b"", name), "-o", "out.csv", *words)
    assert_one_clear_line(result, status)
    assert "\x1b" not in result.stderr


def test_all_that_is_said_of_a_name_with_line_breaks_stays_in_its_line(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b"id,text\n1,ciao\n2\n", "a\nb.csv")
    result = rimedio("classify", source, source, "-o", "out\n.csv")
    assert result.exit_code == 3
    assert [line for line in result.stderr.splitlines() if line.startswith(("b.csv", ".csv"))] == []
    assert "a\\nb.csv: charset UTF-8" in result.stderr
    assert "written to out\\n.csv" in result.stderr


@contextmanager
def room_for_files_of(size: int) -> Iterator[None]:
    """Files may not grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_standard_input_that_the_disk_has_no_room_for_is_a_failure_and_leaves_nothing(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    with room_for_files_of(100_000):
        result = rimedio("classify", "-", "-o", "out.csv", given=b"text\n" + b"ciao\n" * 50_000)
    assert_one_clear_line(result, 1)
    assert "standard input: cannot be copied to" in result.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == set()


def test_a_disk_that_fills_up_while_the_output_is_written_costs_nothing(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = written(tmp_path, b"id,text\n" + b"7,ciao\n" * 3 * SHARD_ROWS)
    with room_for_files_of(200_000):
        result = rimedio("classify", source, "-o", "out.csv", "-q")
    assert_one_clear_line(result, 1)
    assert (
        "out.csv: cannot be written (File too large); what is classified is kept, and --resume goes on"
        in (result.stderr)
    )
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.csv", ".out.csv.run"}
    shown = len(classifier.shown)
    assert rimedio("classify", source, "-o", "out.csv", "-q", "--resume").exit_code == 0
    assert (len(rows_of(tmp_path / "out.csv")), len(classifier.shown)) == (3 * SHARD_ROWS, shown)


def test_a_page_that_the_disk_has_no_room_for_is_named_and_can_be_had_later(
    tmp_path: Path, classifier: TableClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, wish = written(tmp_path, b"id,text\n7,ciao\n"), ("-o", "out.csv", "-q", "--report", "page.html")
    with room_for_files_of(20_000):
        result = rimedio("classify", source, *wish)
    assert_one_clear_line(result, 1)
    assert "page.html: cannot be written (File too large); what is classified is kept" in result.stderr
    assert rimedio("classify", source, *wish, "--resume").exit_code == 0
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.csv", "out.csv", "page.html"}


def test_a_page_that_cannot_be_is_refused_before_a_row_is_read(
    tmp_path: Path, classifier: TableClassifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    result = rimedio("classify", written(tmp_path, b"text\na\n"), "-o", "out.csv", "--report", "page.html")
    assert_one_clear_line(result, 2)
    assert "--report page.html: cannot be written" in result.stderr


def test_a_spreadsheet_that_the_disk_has_no_room_for_is_said(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    write_xlsx(tmp_path / "in.xlsx", [["text"], *[["il pacco non arriva " * 50]] * 500])
    with room_for_files_of(100_000):
        result = rimedio("classify", "in.xlsx", "-o", "out.csv")
    assert_one_clear_line(result, 1)
    assert "in.xlsx: cannot be unpacked (File too large)" in result.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"var"} == {"in.xlsx"}


def test_an_input_that_can_no_longer_be_read_is_told_from_one_that_has_changed(tmp_path: Path) -> None:
    file = InputFile(name="in.csv", size=5, modified_ns=1, sha256="ab")
    begun = Manifest(inputs=(file,), options={}, model="m", day="2026-11-28")
    now = replace(begun, inputs=(replace(file, sha256=""),))
    assert begun.difference(now) == "in.csv cannot be read any more"


class TornTable(PlainTable):
    """Breaks off as a disk does that fails."""

    def rows(self) -> Iterator[Row]:
        yield from islice(super().rows(), 1)
        raise OSError(errno.EIO, "Input/output error")


def test_a_disk_that_fails_in_the_middle_is_said_with_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, b"ciao\ngrazie\n", "in.txt")
    source = Source(name="in.txt", table=TornTable(path), text_column="text")
    with pytest.raises(BatchError, match=r"^in.txt: cannot be read on \(Input/output error\)$"):
        classify_export(
            [Input(source=source, path=path)],
            tmp_path / "out.csv",
            LoadedTable(TableClassifier()),
            Task(model="table"),
        )
    assert {one.name for one in tmp_path.iterdir()} - {"var"} == {"in.txt"}


def test_a_text_whose_formula_was_never_calculated_is_an_error_and_all_are_counted(
    tmp_path: Path, classifier: TableClassifier
) -> None:
    source = tmp_path / "in.xlsx"
    text, formula = '<c t="inlineStr"><is><t>{}</t></is></c>'.format, "<c><f>A1</f><v/></c>"
    rows = [text("testo") + text("voto"), text("rotto") + formula, formula + text("5"), formula + formula]
    cells = "".join(f"<row>{row}</row>" for row in rows)
    write_archive(source, {"A": f"<sheetData>{cells}</sheetData>"})
    result = rimedio("classify", source, "-o", tmp_path / "out.csv")
    assert result.exit_code == 3, result.output
    out = rows_of(tmp_path / "out.csv")
    assert [(row["testo"], row["voto"], row["act"], row["error"]) for row in out] == [
        ("rotto", "", "complaint", ""),
        ("", "5", "", "the formula in A3 was never calculated, so the cell has no value"),
        ("", "", "", "the formula in A4 was never calculated, so the cell has no value"),
    ]
    assert "never calculated, read as empty (B2, A3, A4, B4; to have their values" in result.stderr
    assert "and save it): 4\n" in result.stderr
