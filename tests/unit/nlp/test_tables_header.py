"""The first line is a header where it names the lines below, and a row where it reads as they do."""

from pathlib import Path

import pytest

from nlp.tables import CsvTable, Given, PlainTable, open_table

ROWS_ONLY = {
    "short messages": "Non arriva\nRotto ieri\nGrazie\n",
    "names and messages": "Ada;ciao bello\nBob;tutto rotto\nIda;il pacco non è mai arrivato\n",
    "commas in sentences": "Il pacco, che aspetto, non arriva\nGrazie\nVorrei i soldi, subito\n",
    "a question": "Dove siete?\nIl pacco non arriva da dieci giorni\nChiamatemi quando potete, per favore\n",
    "the same again": "Grazie\nIl pacco non arriva\nGrazie\nTutto bene\n",
    "a person who writes twice": "Ada|rotto di nuovo\nBob|il pacco non è mai arrivato\nAda|allora?\n",
}
HEADERS = {
    "usual name": "testo\nNon arriva\nGrazie\n",
    "one rare word": "parole\nIl pacco non arriva\nGrazie\nTutto bene\n",
    "two rare words": "Parole loro\nIl pacco non arriva da ieri\nVorrei i soldi indietro\n",
    "rare words beside numbers": "cosa dice;quanto\nrotto ieri;3\nbello;5\n",
    "rare words beside days": "Stadt;Tag\nRom;2026-01-02\nMailand;2026-01-03\n",
    "put together of two": "Stadt;Satz\nRom;alles kaputt\nStadt;Satz\nBonn;danke schön\n",
    "nothing below": "Stadt;Satz\n",
    "longer names than cells": "Punto vendita;Parola del cliente\nRoma;non mi hanno mai risposto\n",
    "abbreviations": "Nr.;Abt.;Satz\nA;Lager;alles ist kaputt\nB;Kasse;nichts geht mehr\n",
}


def table(folder: Path, text: str | bytes, given: Given | None = None, name: str = "in.csv") -> CsvTable:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = open_table(path, given or Given())
    assert isinstance(found, CsvTable)
    return found


@pytest.mark.parametrize("text", ROWS_ONLY.values(), ids=ROWS_ONLY)
def test_a_first_line_that_reads_as_the_others_is_a_row(tmp_path: Path, text: str) -> None:
    found = table(tmp_path, text)
    assert [row.line for row in found.rows()] == list(range(1, text.count("\n") + 1))
    assert [name for name in found.columns if not name.startswith("column_")] == []


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS)
def test_a_first_line_that_names_the_others_is_the_header_and_said(tmp_path: Path, text: str) -> None:
    found = table(tmp_path, text)
    names = text.split("\n")[0].split(";")
    assert found.columns == names
    assert f"line 1 is the header: {', '.join(names)}" in found.said
    assert len(list(found.rows())) + sum(found.left_out.values()) == text.count("\n") - 1


def test_what_is_said_of_the_header_counts(tmp_path: Path) -> None:
    without = table(tmp_path, "testo\nciao\n", Given(has_header=False))
    assert [row.values for row in without.rows()] == [{"column_1": "testo"}, {"column_1": "ciao"}]
    with_one = table(tmp_path, "Non arriva\nRotto ieri\n", Given(has_header=True))
    assert [row.values for row in with_one.rows()] == [{"Non arriva": "Rotto ieri"}]


def test_what_is_said_of_cells_counts(tmp_path: Path) -> None:
    found = table(tmp_path, "id,testo^nota\n1^%a^b%\n2^c\n", Given(delimiter="^", quote="%"))
    assert [list(row.values.values()) for row in found.rows()] == [["1", "a^b"], ["2", "c"]]


def test_a_file_of_no_known_kind_is_a_table_where_cells_are_spoken_of(tmp_path: Path) -> None:
    found = table(tmp_path, "a/b\nc/d\n", Given(delimiter="/", has_header=False), "in.txt")
    assert [list(row.values.values()) for row in found.rows()] == [["a", "b"], ["c", "d"]]


@pytest.mark.parametrize("name", ["in.csv", "in.txt", "in.jsonl"])
def test_what_is_said_of_the_charset_counts(tmp_path: Path, name: str) -> None:
    text = '{"text": "Посылка"}\n' if name == "in.jsonl" else "text\nПосылка\n"
    path = tmp_path / name
    path.write_bytes(text.encode("cp1251"))
    found = open_table(path, Given(encoding="cp1251"))
    assert "Посылка" in [row.values["text"] for row in found.rows()]
    assert "charset cp1251, as given" in found.said


@pytest.mark.parametrize(
    ("content", "given", "told"),
    [
        ("perché è così".encode("cp1252"), "utf-8", "charset utf-8, as given; 3 other bytes read as �"),
        ("perché è così".encode(), "latin1", "charset latin1, as given, though it can be read as UTF-8"),
        ("perché è così".encode("cp1252"), "latin1", "charset latin1, as given"),
        (b"perche", "cp1252", "charset cp1252, as given"),
    ],
    ids=["no UTF-8", "UTF-8 after all", "so it is", "nothing to tell by"],
)
def test_what_speaks_against_a_charset_is_said(tmp_path: Path, content: bytes, given: str, told: str) -> None:
    assert table(tmp_path, b"testo\n" + content, Given(encoding=given)).said[0] == told


def test_a_mark_is_no_part_of_the_first_name_where_utf8_is_said(tmp_path: Path) -> None:
    found = table(tmp_path, b"\xef\xbb\xbftesto\nciao\n", Given(encoding="utf-8"))
    assert found.columns == ["testo"]


def test_lines_of_plain_text_have_no_header(tmp_path: Path) -> None:
    path = tmp_path / "in.txt"
    path.write_text("Non arriva\nRotto ieri\n")
    assert isinstance(open_table(path), PlainTable)
