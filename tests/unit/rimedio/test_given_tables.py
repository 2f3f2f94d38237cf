"""Tables as they are given on the command line: many at once, and what is said of them by options."""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from nlp.batch.engine import Counts, Watch
from nlp.batch.exports import Input, Task, classify_export
from nlp.batch.labels import Labeller
from nlp.batch.packing import source_of, unread_source
from nlp.errors import BatchError
from nlp.tables import Table, open_table
from rimedio.cli import app
from tests.batch_bench import ByLength
from tests.spreadsheet import write_archive


@dataclass(frozen=True)
class LengthModel:
    """What the command loads instead of the model."""

    names = ("encoder", "heads")
    identity = "by length"

    def __call__(self) -> Labeller:
        return ByLength()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    monkeypatch.setattr("rimedio.batch_model.batch_model", lambda _settings, *, fast: LengthModel())


def classify(*words: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(app, ["classify", *words], input=given)


def written(folder: Path, content: bytes, name: str) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


# Several files, one of which cannot be read


@pytest.mark.parametrize("bad", ["a.csv", "z.csv"], ids=["first", "last"])
def test_a_file_that_cannot_be_read_is_a_row_and_the_others_are_classified(tmp_path: Path, bad: str) -> None:
    written(tmp_path, b"\x89PNG\r\n\x1a\n", bad)
    written(tmp_path, b"id;text\n1;ciao\n2;rotto\n", "m.csv")
    result = classify("*.csv", "-o", "labelled.jsonl")
    assert result.exit_code == 3, result.output
    assert f"not read at all, each a row with its error: 1 file ({bad})" in result.stderr
    assert f"  {bad}: is a picture; expected a table or a text file" in result.stderr
    assert classify(*sorted(["m.csv", bad]), "-o", "out.csv").exit_code == 3
    rows = {(row["file"], row["text"], row["error"]) for row in rows_of(tmp_path / "out.csv")}
    assert rows == {
        (bad, "", "is a picture; expected a table or a text file"),
        ("m.csv", "ciao", ""),
        ("m.csv", "rotto", ""),
    }


def test_a_file_without_texts_among_others_is_a_row(tmp_path: Path) -> None:
    written(tmp_path, b"id,n\n1,2\n", "a.csv")
    written(tmp_path, b'{"text": "ciao"}\n', "b.jsonl")
    assert classify("a.csv", "b.jsonl", "-o", "out.jsonl").exit_code == 3
    first, second = lines_of(tmp_path / "out.jsonl")
    assert first["error"].startswith("no column holds text")
    assert (second["text"], second.get("error")) == ("ciao", None)


def test_where_no_file_can_be_read_nothing_is_written(tmp_path: Path) -> None:
    written(tmp_path, b"", "a.csv")
    written(tmp_path, b"%PDF-1.7", "b.csv")
    result = classify("a.csv", "b.csv", "-o", "out.csv")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "(and 1 more files that cannot be read)" in result.stderr
    assert not (tmp_path / "out.csv").exists()


def test_the_types_of_parquet_are_kept_beside_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    written(tmp_path, b"PAR1 and no more", "a.parquet")
    # What a file says is never missing is missing in the row of the file that cannot be read.
    schema = pa.schema([pa.field("text", pa.string(), nullable=False), pa.field("n", pa.int16())])
    pq.write_table(pa.table({"text": ["ciao"], "n": [7]}, schema=schema), tmp_path / "b.parquet")
    assert classify("a.parquet", "b.parquet", "-o", "out.parquet").exit_code == 3
    table = pq.read_table(tmp_path / "out.parquet")
    assert table["n"].to_pylist() == [None, 7]
    assert table.schema.field("n").type == pa.int16()


def test_an_unread_file_that_can_be_read_later_is_not_gone_on_with(tmp_path: Path) -> None:
    unread, read = written(tmp_path, b"text\nciao\n", "a.csv"), written(tmp_path, b"text\nrotto\n", "b.csv")
    inputs = [
        Input(source=unread_source("a.csv", "cannot be read"), path=unread),
        Input(source=source_of("b.csv", open_table(read), None), path=read),
    ]
    with pytest.raises(OSError, match="page"):
        classify_export(
            inputs, tmp_path / "o.csv", ByLength(), Task(model="m"), watch=Watch(finished=no_page)
        )
    inputs[0] = Input(source=source_of("a.csv", open_table(unread), None), path=unread)
    with pytest.raises(BatchError, match="cannot be resumed"):
        classify_export(inputs, tmp_path / "o.csv", ByLength(), Task(model="m"), resume=True)


def no_page(counts: Counts) -> None:
    raise OSError("no page")


# What is said of the input


def test_a_wrong_guess_is_put_right_by_what_is_said(tmp_path: Path) -> None:
    written(tmp_path, "Ада^Посылка\nБоб^Верните деньги\n".encode("cp1251"), "in.txt")
    options = ("--input-encoding", "cp1251", "--input-delimiter", "^", "--no-header")
    result = classify("in.txt", "-o", "out.jsonl", *options)
    assert result.exit_code == 0, result.output
    assert "charset cp1251, as given" in result.stderr
    assert "if that is wrong: --text-column, --input-encoding, --input-delimiter" in result.stderr
    assert [list(line.values())[:2] for line in lines_of(tmp_path / "out.jsonl")] == [
        ["Ада", "Посылка"],
        ["Боб", "Верните деньги"],
    ]


@pytest.mark.parametrize(
    "options",
    [
        ("--input-encoding", "klingon"),
        ("--input-encoding", "base64"),
        ("--input-delimiter", ";;"),
        ("--input-quote", ""),
    ],
    ids=" ".join,
)
def test_what_cannot_be_said_of_an_input_is_wrong_usage(tmp_path: Path, options: tuple[str, ...]) -> None:
    written(tmp_path, b"text\nciao\n", "in.csv")
    result = classify("in.csv", "-o", "out.csv", *options)
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_what_was_said_of_the_input_must_be_said_again(tmp_path: Path) -> None:
    inputs = [Input(source=source_of("in", table, None), path=path) for path, table in [opened(tmp_path)]]
    with pytest.raises(OSError, match="page"):
        classify_export(
            inputs,
            tmp_path / "o.csv",
            ByLength(),
            Task(model="m", options={"--input-encoding": "x"}),
            watch=Watch(finished=no_page),
        )
    with pytest.raises(BatchError, match="--input-encoding x then, cp1251 now"):
        classify_export(
            inputs,
            tmp_path / "o.csv",
            ByLength(),
            Task(model="m", options={"--input-encoding": "cp1251"}),
            resume=True,
        )


def opened(folder: Path) -> tuple[Path, Table]:
    path = written(folder, b"text\nciao\n", "in.csv")
    return path, open_table(path)


# Workbooks


def rows_in_xml(*texts: str) -> str:
    rows = (f'<row><c t="inlineStr"><is><t>{text}</t></is></c></row>' for text in texts)
    return f"<sheetData>{''.join(rows)}</sheetData>"


@pytest.fixture
def workbook(tmp_path: Path) -> str:
    sheets = {
        "Gennaio": rows_in_xml("testo", "Il pacco è rotto", "Non risponde nessuno"),
        "Febbraio": rows_in_xml("corpo", "Vorrei un rimborso"),
        "Note": rows_in_xml("esportato ieri"),
    }
    write_archive(tmp_path / "in.xlsx", sheets)
    return "in.xlsx"


def test_a_sheet_that_is_read_is_said_and_those_that_are_not_as_well_at_the_end(workbook: str) -> None:
    result = classify(workbook, "-o", "out.jsonl")
    assert result.exit_code == 0, result.output
    began, ended = result.stderr.split("if that is wrong:")
    left_out = "sheets left out beside 'Gennaio' (Febbraio: 2 filled rows, Note: 1 filled row)"
    assert f"in.xlsx: sheet 'Gennaio'; {left_out}; texts in the column 'testo'" in began
    assert "--sheet" in ended.splitlines()[0]
    assert f"in.xlsx: {left_out}: 2\n" in ended


def test_all_sheets_with_texts_are_read_each_by_its_own_column(tmp_path: Path, workbook: str) -> None:
    result = classify(workbook, "-o", "out.csv", "--sheet", "all")
    assert result.exit_code == 0, result.output
    assert (
        "in.xlsx, sheet 'Febbraio': sheets left out beside 'Febbraio' (Note: 1 filled row): 1"
        in result.stderr
    )
    assert [(row["sheet"], row["testo"], row["corpo"]) for row in rows_of(tmp_path / "out.csv")] == [
        ("Gennaio", "Il pacco è rotto", ""),
        ("Gennaio", "Non risponde nessuno", ""),
        ("Febbraio", "", "Vorrei un rimborso"),
    ]


def test_a_sheet_beside_other_files_says_which_file_and_which_sheet(tmp_path: Path, workbook: str) -> None:
    written(tmp_path, b"sheet,testo\nA4,grazie mille\n", "b.csv")
    assert classify(workbook, "b.csv", "-o", "out.jsonl", "--sheet", "all").exit_code == 0
    places = [(row["file"], row["sheet"], row["input_sheet"]) for row in lines_of(tmp_path / "out.jsonl")]
    assert places == [
        ("in.xlsx", "Gennaio", None),
        ("in.xlsx", "Gennaio", None),
        ("in.xlsx", "Febbraio", None),
        ("b.csv", None, "A4"),
    ]


def test_a_sheet_that_there_is_not_is_wrong_usage(tmp_path: Path, workbook: str) -> None:
    result = classify(workbook, "-o", "out.csv", "--sheet", "Marzo")
    assert (result.exit_code, result.stderr) == (
        2,
        "rimedio: in.xlsx: no sheet 'Marzo'; there are Gennaio, Febbraio, Note\n",
    )


@pytest.mark.parametrize(
    ("names", "told"), [(["b.csv"], "b.csv"), (["b.csv", "c.csv"], "b.csv, c.csv")], ids=["one", "several"]
)
def test_a_sheet_of_what_has_none_is_wrong_usage(tmp_path: Path, names: list[str], told: str) -> None:
    for name in names:
        written(tmp_path, b"id,testo\n1,grazie mille\n", name)
    result = classify(*names, "-o", "out.csv", "--sheet", "Gennaio")
    assert result.exit_code == 2
    looked_for = "no workbook; sheets are looked for in .xlsx, .xlsm, .xls, .ods"
    assert result.stderr == f"rimedio: --sheet 'Gennaio': {told}: {looked_for}\n"
    assert not (tmp_path / "out.csv").exists()


def test_a_workbook_that_cannot_be_read_says_why_and_not_that_it_is_none(tmp_path: Path) -> None:
    written(tmp_path, b"PK\x03\x04 broken", "a.xlsx")
    result = classify("a.xlsx", "-o", "out.csv", "--sheet", "Gennaio")
    assert result.exit_code == 1
    assert "a.xlsx: not a spreadsheet that can be read" in result.stderr
