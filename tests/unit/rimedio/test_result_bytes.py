"""The very bytes of a result, which a spreadsheet takes for what they are."""

from pathlib import Path

import pytest

from tests.spreadsheet import write_xlsx
from tests.unit.rimedio.table_model import TableClassifier, classifier, home, rimedio, written

__all__ = ["classifier", "home"]

MARK = b"\xef\xbb\xbf"
LABELS = {
    "act": "complaint",
    "act_probability": "0.9",
    "complaint_types": "delivery_late",
    "complaint_probabilities": "0.8",
    "tone": "calm",
    "tone_probability": "0.7",
    "urgency": "normal",
    "asks": "refund",
    "own_error": "false",
    "language": "it",
    "needs_review": "false",
}


def in_utf8(mark: bytes, delimiter: str, *rows: str) -> bytes:
    """The bytes of a result whose own columns are these, a header first."""
    header, *others = rows
    lines = [[header, *LABELS], *([row, *LABELS.values()] for row in others)]
    return mark + "".join(f"{delimiter.join(line)}\n" for line in lines).encode("utf-8")


BYTES = {
    "cp1252": (
        b"id;testo\r\n1;\x93\xc8 rotto\x94\r\n2;perch\xe9 no, \x80 5\r\n",
        [],
        in_utf8(MARK, ";", "id;testo", "1;“È rotto”", "2;perché no, € 5"),
    ),
    "utf-8 with a mark": (
        MARK + b"id,text\n1,perch\xc3\xa9\n",
        [],
        in_utf8(MARK, ",", "id,text", "1,perché"),
    ),
    "utf-8 without": (b"id,text\n1,perch\xc3\xa9\n", [], in_utf8(b"", ",", "id,text", "1,perché")),
    "asked for without": (
        b"id;testo\r\n1;perch\xe9 no\r\n",
        ["--encoding", "utf-8", "--delimiter", ","],
        in_utf8(b"", ",", "id,testo", "1,perché no"),
    ),
    "asked for cp1252": (
        b"id;testo\n1;\xe2\x82\xac 5 perch\xc3\xa9\n",
        ["--encoding", "cp1252"],
        in_utf8(b"", ";", "id;testo", "1;€ 5 perché").decode("utf-8").encode("cp1252"),
    ),
    "asked for with a mark": (
        b"id;testo\n1;perch\xc3\xa9\n",
        ["--encoding", "utf-8-sig"],
        in_utf8(MARK, ";", "id;testo", "1;perché"),
    ),
}


@pytest.mark.parametrize(("content", "options", "expected"), BYTES.values(), ids=BYTES)
def test_a_result_has_the_bytes_that_a_spreadsheet_needs(
    tmp_path: Path, classifier: TableClassifier, content: bytes, options: list[str], expected: bytes
) -> None:
    result = rimedio("classify", written(tmp_path, content), "-o", "out.csv", *options)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out.csv").read_bytes() == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], in_utf8(MARK, ";", "id;testo", "1;perché no, € 5")),
        (["--delimiter", ",", "--encoding", "utf-8"], in_utf8(b"", ",", "id,testo", '1,"perché no, € 5"')),
    ],
    ids=["usual", "asked for"],
)
def test_a_workbook_becomes_a_table_that_excel_opens(
    tmp_path: Path, classifier: TableClassifier, options: list[str], expected: bytes
) -> None:
    write_xlsx(tmp_path / "in.xlsx", [["id", "testo"], [1, "perché no, € 5"]])
    result = rimedio("classify", "in.xlsx", "-o", "out.csv", *options)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out.csv").read_bytes() == expected
