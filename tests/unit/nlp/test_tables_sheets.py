"""Spreadsheets of all kinds come out as rows of text, and what is none is refused in one line."""

import gzip
import resource
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest

from nlp.errors import BatchError, WrongUsageError
from nlp.tables import CsvTable, Given, SheetTable, open_table
from nlp.tables.sheets import open_sheets
from tests.spreadsheet import old_workbook, write_archive, write_ole, write_xlsx


def text_cell(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def sheet(*rows: str) -> str:
    return "<sheetData>" + "".join(f"<row>{row}</row>" for row in rows) + "</sheetData>"


def read(path: Path) -> list[dict[str, object]]:
    return [row.values for row in open_table(path).rows()]


SEEN = {
    "whole_number": ("<c><v>12</v></c>", "12"),
    "whole_number_with_a_point": ("<c><v>12.0</v></c>", "12"),
    "long_number": ("<c><v>393331234567890</v></c>", "393331234567890"),
    "sum_of_tenths": ("<c><v>0.30000000000000004</v></c>", "0.3"),
    "text_with_zeros": (text_cell("0012"), "0012"),
    "day": ('<c s="1"><v>45000</v></c>', "2023-03-15"),
    "day_and_time": ('<c s="2"><v>45000.427083333336</v></c>', "2023-03-15T10:15:00"),
    "a_moment_before_midnight": ('<c s="2"><v>45000.99999999</v></c>', "2023-03-16T00:00:00"),
    "the_last_moment_there_is": ('<c s="2"><v>2958465.99999999</v></c>', "9999-12-31T23:59:59"),
    "time": ('<c s="3"><v>0.5</v></c>', "12:00:00"),
    "more_than_a_day": ('<c s="4"><v>1.25</v></c>', "30:00:00"),
    "yes": ('<c t="b"><v>1</v></c>', "true"),
    "error": ('<c t="e"><v>#N/A</v></c>', ""),
    "result_of_a_formula": ('<c t="str"><f>A1&amp;"!"</f><v>rotto!</v></c>', "rotto!"),
    "text_in_pieces": ('<c t="inlineStr"><is><r><t>mez</t></r><r><t>zo</t></r></is></c>', "mezzo"),
    "line_break": (text_cell("uno&#10;due"), "uno\ndue"),
    "emoji_and_hebrew": (text_cell("😡 החבילה לא הגיעה"), "😡 החבילה לא הגיעה"),
    "formula_as_text": (text_cell("=1+1"), "=1+1"),
}


@pytest.mark.parametrize(("cell", "seen"), SEEN.values(), ids=SEEN)
def test_a_cell_is_read_as_people_see_it(tmp_path: Path, cell: str, seen: str) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"A": sheet(text_cell("valore") + text_cell("testo"), cell + text_cell("x"))})
    assert read(path) == [{"valore": seen, "testo": "x"}]


FORMULA = "<c><f>A1</f><v></v></c>"


def test_a_formula_without_a_value_is_a_gap_of_its_row_and_said_with_its_address(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    rows = [
        "",
        text_cell("id") + text_cell("testo") + text_cell("voto"),
        f"<c><v>1</v></c>{text_cell('rotto')}<c><f>LEN(B3)</f></c>",
        f"<c><v>2</v></c>{FORMULA}<c><v>5</v></c>",
        '<c><v>3</v></c><c t="str"><f>""</f><v></v></c><c><f>1+1</f><v>2</v></c>',
        FORMULA * 3,
    ]
    write_archive(path, {"A": sheet(*rows)})
    table = SheetTable(path)
    assert [(row.line, list(row.values.values()), list(row.gaps)) for row in table.rows()] == [
        (3, ["1", "rotto", None], ["voto"]),
        (4, ["2", None, "5"], ["testo"]),
        (5, ["3", "", "2"], []),
        (6, [None, None, None], ["id", "testo", "voto"]),
    ]
    ((what, count),) = table.left_out.items()
    assert what.startswith("cells whose formula was never calculated, read as empty (C3, B4, A6, B6, C6;")
    assert count == 5
    assert f"5 {what}" in table.said


def test_gaps_are_counted_where_cells_begin_late_and_have_addresses(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    rows = (
        '<row r="4"><c r="AB4" t="inlineStr"><is><t>testo</t></is></c></row>'
        '<row r="7"><c r="AB7"><f>A1</f></c></row><row r="9"><c r="Z9"><f>A1</f></c></row>'
    )
    write_archive(path, {"Vuoto": "<sheetData/>", "A": f"<sheetData>{rows}</sheetData>"})
    table = SheetTable(path)
    assert [(row.line, row.values) for row in table.rows()] == [(7, {"testo": None})]
    assert "(AB7, Z9;" in next(iter(table.left_out))


def test_gaps_of_a_packed_workbook_are_found(tmp_path: Path) -> None:
    plain, path = tmp_path / "in.xlsx", tmp_path / "in.xlsx.gz"
    write_archive(plain, {"A": sheet(text_cell("testo"), text_cell("rotto"), FORMULA)})
    path.write_bytes(gzip.compress(plain.read_bytes()))
    assert [row.values["testo"] for row in open_table(path).rows()] == ["rotto", None]


def test_cells_can_be_had_as_they_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [["n", "giorno"], [12, date(2026, 11, 12)]])
    (row,) = SheetTable(path, as_kept=True).rows()
    assert row.values == {"n": 12.0, "giorno": date(2026, 11, 12)}


def test_the_first_sheet_with_rows_is_read_and_said(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    full = sheet(text_cell("testo"), text_cell("rotto"))
    write_archive(path, {"Vuoto": "<sheetData/>", "Note": sheet(text_cell("solo titolo")), "Dati": full})
    table = open_table(path)
    assert [row.values for row in table.rows()] == [{"testo": "rotto"}]
    assert table.said[:2] == ("sheet 'Dati'", "sheets left out beside 'Dati' (Note: 1 filled row)")
    assert table.left_out == {"sheets left out beside 'Dati' (Note: 1 filled row)": 1}


SHEETS = {
    "Voti": sheet(text_cell("id") + text_cell("voto"), "<c><v>1</v></c><c><v>5</v></c>"),
    "Gennaio": sheet(text_cell("testo"), text_cell("Il pacco è rotto"), text_cell("Non risponde nessuno")),
    "Febbraio": sheet(text_cell("corpo"), text_cell("Vorrei un rimborso")),
}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (Given(), ["Gennaio"]),
        (Given(text_columns=("corpo",)), ["Febbraio"]),
        (Given(text_columns=("recensione",)), ["Voti"]),
        (Given(sheet="Voti"), ["Voti"]),
        (Given(sheet="3"), ["Febbraio"]),
        (Given(sheet="all"), ["Gennaio", "Febbraio"]),
        (Given(sheet="all", text_columns=("corpo", "testo")), ["Gennaio", "Febbraio"]),
    ],
    ids=[
        "first with texts",
        "first with the column",
        "none with it",
        "name",
        "number",
        "all",
        "all with one",
    ],
)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_the_sheets_that_are_wanted_are_read(
    tmp_path: Path, packed: bool, given: Given, read: list[str]
) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, SHEETS)
    path.write_bytes(gzip.compress(path.read_bytes()) if packed else path.read_bytes())
    assert [table.sheet for table in open_sheets(path, given, tmp_path)] == read


def test_of_sheets_that_nobody_can_count_the_names_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, SHEETS)
    monkeypatch.setattr("nlp.tables.sheet_table._COUNTED", 1)
    (table,) = open_sheets(path, Given(), None)
    assert table.left_out == {"sheets left out beside 'Gennaio' (Voti, Febbraio)": 2}


def test_a_sheet_too_large_to_count_hides_no_other(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"Dati": SHEETS["Gennaio"], "Vasto": FAR.format(far="XFD1048576")})
    (table,) = open_sheets(path, Given(), None)
    assert table.left_out == {"sheets left out beside 'Dati' (Vasto)": 1}


@pytest.mark.parametrize("wanted", ["Marzo", "0", "4"])
def test_a_sheet_that_there_is_not_is_wrong_usage(tmp_path: Path, wanted: str) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, SHEETS)
    with pytest.raises(WrongUsageError, match=f"no sheet '{wanted}'; there are Voti, Gennaio, Febbraio$"):
        open_sheets(path, Given(sheet=wanted), None)


def test_a_hidden_sheet_comes_after_those_that_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    sheets = {name: sheet(text_cell("testo"), text_cell(name)) for name in ("Elenchi", "Dati")}
    write_archive(path, sheets, {"Elenchi": "hidden"})
    assert read(path) == [{"testo": "Dati"}]


def test_a_hidden_header_and_hidden_rows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    hidden = f'<row r="1" hidden="1">{text_cell("testo")}</row><row r="2" hidden="1">{text_cell("a")}</row>'
    write_archive(path, {"A": f"<sheetData>{hidden}</sheetData>"})
    assert read(path) == [{"testo": "a"}]


def test_a_title_before_the_header_is_skipped_and_said(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [["Recensioni di novembre"], [], ["id", "testo", "voto"], [1, "buono", 5]])
    table = SheetTable(path)
    assert [(row.line, row.values) for row in table.rows()] == [
        (4, {"id": "1", "testo": "buono", "voto": "5"})
    ]
    assert "1 row before the header skipped" in table.said


@pytest.mark.parametrize(
    ("first", "second", "columns"),
    [
        ("Recensioni", ["data", "testo"], ["data", "testo"]),
        ("Esportato ieri", ["filiale", "testo"], ["filiale", "testo"]),
        ("testo", ["rotto", "testo"], ["testo", "column_2"]),
        ("Esportato ieri", ["rotto", "bello"], ["Esportato ieri", "column_2"]),
    ],
    ids=["a title that could be a name", "a title", "one name of two", "no names"],
)
def test_a_title_above_two_names_is_no_header(
    tmp_path: Path, first: str, second: list[str], columns: list[str]
) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [[first, ""], second, ["12", "rotto"]])
    assert SheetTable(path).columns == columns


def test_names_of_groups_above_the_header_are_skipped_and_said(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    head = [["Reclami 2026", "", "", ""], ["Cliente", "", "Reclamo", ""], ["nome", "sede", "testo", "data"]]
    write_xlsx(path, [*head, ["Ada", "Roma", "rotto", "ieri"]])
    table = SheetTable(path)

    assert table.columns == ["nome", "sede", "testo", "data"]
    assert [row.values["testo"] for row in table.rows()] == ["rotto"]
    assert "2 rows before the header skipped" in table.said


def test_a_merged_cell_has_its_value_once(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    rows = (
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>ordine</t></is></c>{text_cell("testo")}</row>'
        f'<row r="2"><c r="A2"><v>7</v></c>{text_cell("a")}</row>'
        '<row r="3"><c r="B3" t="inlineStr"><is><t>b</t></is></c></row>'
    )
    merged = '<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    write_archive(path, {"A": f"<sheetData>{rows}</sheetData>{merged}"})
    table = SheetTable(path)
    assert [row.values for row in table.rows()] == [
        {"ordine": "7", "testo": "a"},
        {"ordine": "", "testo": "b"},
    ]
    assert table.said[-1] == "1 merged cells, each read as its first cell"


def test_empty_rows_and_names_that_repeat_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [["testo", "testo", ""], [], ["a", "b", "c"], [], ["d"]])
    assert [(row.line, *row.values.values()) for row in SheetTable(path).rows()] == [
        (3, "a", "b", "c"),
        (5, "d", "", ""),
    ]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [["id", "testo"]])
    table = SheetTable(path)
    assert (table.columns, list(table.rows())) == (["id", "testo"], [])


def test_a_header_that_was_pasted_once_more_is_no_row_and_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [["id", "testo"], [1, "a"], ["id", "testo "], [2, "b"]])
    table = SheetTable(path)
    assert [row.values["testo"] for row in table.rows()] == ["a", "b"]
    assert table.left_out == {"the header once more, left out (line 3)": 1}


def test_two_thousand_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [[f"c{number}" for number in range(2000)], list(range(2000))])
    (row,) = read(path)
    assert row["c1999"] == "1999"


def test_rows_can_be_read_twice_and_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_xlsx(path, [["testo"], *[[f"riga {number}"] for number in range(250)]])
    table = SheetTable(path)
    pairs = list(zip(table.rows(), table.rows(), strict=True))
    assert len(pairs) == 250
    assert all(one == other for one, other in pairs)


def test_an_old_excel_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.xls"
    write_ole(path, "Workbook", old_workbook([["id", "testo"], [7.0, "perché no"]]))
    assert read(path) == [{"id": "7", "testo": "perché no"}]


def test_a_new_excel_file_under_an_old_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.xls"
    write_xlsx(path, [["testo"], ["a"]])
    assert read(path) == [{"testo": "a"}]


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Dati">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)
ODS_CELL = '<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def write_ods(path: Path, rows: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", ODS.format(rows=rows))


def test_an_open_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.ods"
    cells = [ODS_CELL.format(more="", text=text) for text in ("testo", "0012")]
    write_ods(path, "".join(f"<table:table-row>{cell}</table:table-row>" for cell in cells))
    assert read(path) == [{"testo": "0012"}]


@pytest.mark.parametrize(
    "content", [b"id;testo\r\n1;perch\xe9\r\n", "id\ttesto\r\n1\tperché\r\n".encode("utf-16")]
)
def test_a_text_table_under_the_name_of_a_spreadsheet_is_read_as_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.xls"
    path.write_bytes(content)
    assert isinstance(open_table(path), CsvTable)
    assert read(path) == [{"id": "1", "testo": "perché"}]


def assert_refused(path: Path, why: str) -> None:
    with pytest.raises(BatchError) as refused:
        open_table(path)
    assert why in str(refused.value)
    assert str(refused.value).startswith(str(path))
    assert "\n" not in str(refused.value)


FOREIGN = {
    "web_page": (b"\xef\xbb\xbf\n<html><table><tr><td>testo</td></tr></table></html>", "a web page or XML"),
    "web_page_in_utf16": ("<table><tr><td>testo</td></tr></table>".encode("utf-16"), "a web page or XML"),
    "web_page_and_its_pictures": (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
        b"Content-Type: text/html\r\n\r\n<html><table><tr><td>testo</td></tr></table></html>\r\n--x--\r\n",
        "a web page or XML",
    ),
    "xml_of_2003": (b'<?xml version="1.0"?><Workbook></Workbook>', "a web page or XML"),
    "noise": (b"\x00\x01\x02\x03" * 100, "not a spreadsheet"),
    "half_an_archive": (b"PK\x03\x04nothing", "not a spreadsheet"),
    "old_file_cut_off": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "not a spreadsheet"),
}


@pytest.mark.parametrize(("content", "why"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "in.xls"
    path.write_bytes(content)
    assert_refused(path, why)


def test_an_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("foto.txt", "ciao")
    assert_refused(path, "is a ZIP archive (foto.txt); unpack it")


def test_a_locked_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_ole(path, "EncryptedPackage", b"secret")
    assert_refused(path, "locked with a password")


def test_a_workbook_without_anything_in_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"A": "<sheetData/>", "B": "<sheetData/>"})
    assert_refused(path, "is empty")


def test_an_archive_that_says_it_unpacks_to_gigabytes_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"A": sheet(text_cell("testo"), text_cell(" " * (80 << 20)))})
    assert path.stat().st_size < 1 << 20
    assert_refused(path, "would unpack from")


def test_an_archive_that_lies_about_its_size_does_not_fill_memory(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"A": sheet(text_cell("testo"), text_cell(" " * (80 << 20)))})
    content = bytearray(path.read_bytes())
    name = content.rindex(b"xl/worksheets/sheet1.xml")  # in the directory: its size stands 22 bytes before
    struct.pack_into("<I", content, name - 22, 1000)
    path.write_bytes(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert_refused(path, "not a spreadsheet")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 << 10


FAR = (
    '<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="9"><c r="{far}"><v>1</v></c></row></sheetData>'
)


def test_a_cell_far_out_ends_neither_the_program_nor_its_memory(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"A": FAR.format(far="XFD1048576")})
    assert_refused(path, "cannot be unpacked within 4 GB")


def test_a_stray_cell_in_the_last_row_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "in.xlsx"
    write_archive(path, {"A": FAR.format(far="A1048576")})
    assert [row.line for row in open_table(path).rows()] == [1048576]
