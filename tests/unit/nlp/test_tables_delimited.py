"""Delimited files as people have them: what is read of each, and what is said of it."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.errors import BatchError
from nlp.tables import CsvTable, Given, choose_text_column, open_table
from nlp.tables.text_file import LONGEST_LINE


def written(folder: Path, content: bytes, name: str = "in.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def cells(table: CsvTable) -> list[list[object]]:
    return [list(row.values.values()) for row in table.rows()]


READ: dict[str, tuple[bytes, list[str], list[list[object]], str]] = {
    "byte_order_mark": (
        b"\xef\xbb\xbfid;testo\n1;ciao\n",
        ["id", "testo"],
        [["1", "ciao"]],
        "charset UTF-8 with a byte order mark",
    ),
    "utf16": (
        "id;testo\n1;è rotto\n".encode("utf-16"),
        ["id", "testo"],
        [["1", "è rotto"]],
        "charset UTF-16",
    ),
    "utf16_without_a_mark": (
        "id;testo\n1;è rotto\n".encode("utf-16-be"),
        ["id", "testo"],
        [["1", "è rotto"]],
        "charset UTF-16 without a byte order mark",
    ),
    "utf32": ("id,testo\n1,è\n".encode("utf-32"), ["id", "testo"], [["1", "è"]], "charset UTF-32"),
    "cp1252": (
        "id;testo\n1;l’ordine è già qui: € 5 “nuovi”\n".encode("cp1252"),
        ["id", "testo"],
        [["1", "l’ordine è già qui: € 5 “nuovi”"]],
        "charset Windows-1252",
    ),
    "latin9_with_a_euro": (
        "id;testo\n1;perché 5 €\n".encode("iso8859_15"),
        ["id", "testo"],
        [["1", "perché 5 €"]],
        "charset ISO 8859-15",
    ),
    "mac_roman": (
        "id;testo\n1;perché no\n2;è così\n".encode("mac_roman"),
        ["id", "testo"],
        [["1", "perché no"], ["2", "è così"]],
        "charset Mac Roman",
    ),
    "cyrillic_of_windows": (
        "id;отзыв\n1;Посылка не пришла, очень плохо\n2;Верните деньги, пожалуйста\n".encode("cp1251"),
        ["id", "отзыв"],
        [["1", "Посылка не пришла, очень плохо"], ["2", "Верните деньги, пожалуйста"]],
        "charset cp1251",
    ),
    "two_charsets_in_one_file": (
        "id;testo\n1;perché no\n".encode() + "2;così, 3 €\n".encode("cp1252"),
        ["id", "testo"],
        [["1", "perché no"], ["2", "così, 3 €"]],
        "charset UTF-8; 2 other bytes read as Windows-1252 where they are letters",
    ),
    "damaged_utf8": (
        "id;testo\n1;perché\n2;rott".encode() + b"\xff\n3;met\xe2\x80\n",
        ["id", "testo"],
        [["1", "perché"], ["2", "rott�"], ["3", "met�"]],
        "charset UTF-8; 3 other bytes read as Windows-1252 where they are letters",
    ),
    "letters_that_were_lost_before": (
        "id;testo\n1;perch\ufffd\n".encode(),
        ["id", "testo"],
        [["1", "perch�"]],
        "charset UTF-8",
    ),
    "mixed_line_ends": (
        b"id,text\r\n1,a\n2,b\r3,c\r\n",
        ["id", "text"],
        [["1", "a"], ["2", "b"], ["3", "c"]],
        "mixed line ends: 2 of Windows, 1 of Unix, 1 of old Mac",
    ),
    "nul": (b"id,text\n1,a\x00b\n", ["id", "text"], [["1", "a\x00b"]], "1 NUL characters"),
    "excel_says_the_delimiter": (
        b"sep=|\r\nid|text\r\n1|a, b; c\r\n",
        ["id", "text"],
        [["1", "a, b; c"]],
        "the line sep=| before the header skipped",
    ),
    "title_above_the_header": (
        b"Esportazione, marzo\n\nid;data;recensione\n1;2026-03-02;rotto\n2;2026-03-03;bene\n",
        ["id", "data", "recensione"],
        [["1", "2026-03-02", "rotto"], ["2", "2026-03-03", "bene"]],
        "1 line before the header skipped",
    ),
    "padded_title_of_a_spreadsheet": (
        b"Recensioni di marzo;;\n;;\nid;data;recensione\n1;2026-03-02;rotto\n2;2026-03-03;bene\n",
        ["id", "data", "recensione"],
        [["1", "2026-03-02", "rotto"], ["2", "2026-03-03", "bene"]],
        "2 lines before the header skipped",
    ),
    "names_of_groups_above_the_header": (
        b"Ordine;;Cliente;;\nnumero;data;nome;testo;voto\nA1;2026-03-02;Ada;rotto;1\nA2;2026-03-03;Ida;;5\n",
        ["numero", "data", "nome", "testo", "voto"],
        [["A1", "2026-03-02", "Ada", "rotto", "1"], ["A2", "2026-03-03", "Ida", "", "5"]],
        "1 line before the header skipped",
    ),
    "a_header_with_a_gap": (
        b";testo;nome;\n1;commento lungo;Ada;x\n2;nome mio;Ida;y\n",
        ["column_1", "testo", "nome", "column_4"],
        [["1", "commento lungo", "Ada", "x"], ["2", "nome mio", "Ida", "y"]],
        "line 1 is the header: unnamed, testo, nome, unnamed",
    ),
    "no_header": (
        b"1;2026-01-02;tutto rotto\n2;2026-01-03;bene, dai\n",
        ["column_1", "column_2", "column_3"],
        [["1", "2026-01-02", "tutto rotto"], ["2", "2026-01-03", "bene, dai"]],
        "no header: columns are called column_1 to column_3",
    ),
    "no_header_and_one_column": (
        b"Il pacco non arriva mai, aiuto\nOggi e arrivato\n",
        ["column_1"],
        [["Il pacco non arriva mai, aiuto"], ["Oggi e arrivato"]],
        "no header: the column is column_1",
    ),
    "questions_as_a_header": (
        b"Timestamp,How do you like the service so far?\n2026/01/02 10:00:00,so so\n",
        ["Timestamp", "How do you like the service so far?"],
        [["2026/01/02 10:00:00", "so so"]],
        "delimiter ,",
    ),
    "tabs": (b"id\ttext\n1\ta, b\n", ["id", "text"], [["1", "a, b"]], "delimiter tab"),
    "single_quotes": (
        b"'id';'text'\n'1';'it''s; so'\n'2';'b'\n",
        ["id", "text"],
        [["1", "it's; so"], ["2", "b"]],
        "cells quoted with '",
    ),
    "single_quotes_around_texts_alone": (
        b"id,text,note\n1,'it''s; so, they say',x\n2,'b\nc',\n3,d,\n4,'e',y\n",
        ["id", "text", "note"],
        [["1", "it's; so, they say", "x"], ["2", "b\nc", ""], ["3", "d", ""], ["4", "e", "y"]],
        "cells quoted with '",
    ),
    "a_word_cut_at_its_beginning_is_not_quoted": (
        b"id,text\n1,'no'\n2,'yes'\n3,'ndrangheta\n4,'maybe'\n",
        ["id", "text"],
        [["1", "'no'"], ["2", "'yes'"], ["3", "'ndrangheta"], ["4", "'maybe'"]],
        "delimiter ,",
    ),
    "single_quotes_inside_of_double_ones": (
        b"id,text\n1,\"'no', he said\"\n2,'yes'\n3,'maybe'\n",
        ["id", "text"],
        [["1", "'no', he said"], ["2", "'yes'"], ["3", "'maybe'"]],
        "delimiter ,",
    ),
    "apostrophes_are_no_quotes": (
        b"id;text\n1;'tis late\n2;l'ordine\n",
        ["id", "text"],
        [["1", "'tis late"], ["2", "l'ordine"]],
        "delimiter ;",
    ),
    "backslashes_before_quotes": (
        b'id,text\n1,"say \\"no\\", then go"\n2,"c:\\new"\n',
        ["id", "text"],
        [["1", 'say "no", then go'], ["2", "c:\\new"]],
        'quotation marks inside cells written as \\"',
    ),
    "quotes_in_quotes": (
        b'id,text\n1,"a ""b"", ""c"""\n2,say "hi"\n',
        ["id", "text"],
        [["1", 'a "b", "c"'], ["2", 'say "hi"']],
        "delimiter ,",
    ),
    "blanks_after_delimiters": (
        b'id, text\n1, "a, b"\n2, c\n',
        ["id", "text"],
        [["1", "a, b"], ["2", "c"]],
        "delimiter ,",
    ),
    "line_breaks_in_a_cell": (
        b'id,text\r\n1,"a\r\n\r\nb"\r\n2,c\r\n',
        ["id", "text"],
        [["1", "a\r\n\r\nb"], ["2", "c"]],
        "delimiter ,",
    ),
    "columns_of_one_name": (
        b"text,text,,text_2\na,b,c,d\n",
        ["text", "text_2", "column_3", "text_2_2"],
        [["a", "b", "c", "d"]],
        "columns renamed: text → text_2, unnamed → column_3, text_2 → text_2_2",
    ),
    "header_only": (b"id,text\r\n", ["id", "text"], [], "delimiter ,"),
    "delimiters_after_the_last_cell": (b"id;text\n1;a;;\n", ["id", "text"], [["1", "a"]], "delimiter ;"),
    "leading_zeros_dates_and_formulas": (
        b"id;data;testo\n0012;01/02/2026;=1+1\n",
        ["id", "data", "testo"],
        [["0012", "01/02/2026", "=1+1"]],
        "delimiter ;",
    ),
    "right_to_left_and_emoji": (
        "id,text\n1,\u202eمرحبا 😡\n".encode(),
        ["id", "text"],
        [["1", "\u202eمرحبا 😡"]],
        "charset UTF-8",
    ),
}


@pytest.mark.parametrize(("content", "columns", "rows", "said"), READ.values(), ids=READ)
def test_a_table_is_read_as_it_is_meant(
    tmp_path: Path, content: bytes, columns: list[str], rows: list[list[object]], said: str
) -> None:
    table = CsvTable(written(tmp_path, content))

    assert table.columns == columns
    assert cells(table) == rows
    assert [row.error for row in table.rows()] == [None] * len(rows)
    assert said in table.said


AGAIN: dict[str, tuple[bytes, list[list[object]], dict[str, int]]] = {
    "joined": (
        b"id,text\n1,a\n id , text \n2,b\nid,text,,\n",
        [["1", "a"], ["2", "b"]],
        {"the header once more, left out (lines 3, 5)": 2},
    ),
    "joined_with_marks_and_quotes": (
        b'\xef\xbb\xbf"id";"text"\r\n"1";"a"\r\n\xef\xbb\xbf"id";"text"\r\n"2";"b;\r\nc"\r\n',
        [["1", "a"], ["2", "b;\r\nc"]],
        {"the header once more, left out (line 3)": 1},
    ),
    "joined_in_utf16": (
        "id\ttext\n1\ta\n".encode("utf-16") + "id\ttext\n2\tb\n".encode("utf-16"),
        [["1", "a"], ["2", "b"]],
        {"the header once more, left out (line 3)": 1},
    ),
    "rows_with_a_mark_without_a_header_of_their_own": (
        b'id,text\n1,a\n\xef\xbb\xbf"2","b, c"\n',
        [["1", "a"], ["2", "b, c"]],
        {},
    ),
    "one_column": (
        b"text\nciao\ntext\nText\n",
        [["ciao"], ["text"], ["Text"]],
        {"the header once more, read as a row, as there is one column (line 3)": 1},
    ),
    "one_named_column": (
        b"text,,\nciao,,\ntext,,\n",
        [["ciao", "", ""], ["text", "", ""]],
        {"the header once more, read as a row, as there is one column (line 3)": 1},
    ),
    "half_of_it_or_other_letters": (
        b"id,text\nid,a\n1,text\nID,Text\ntext,id\n",
        [["id", "a"], ["1", "text"], ["ID", "Text"], ["text", "id"]],
        {},
    ),
    "more_than_a_few": (
        b"id,text\n" * 14 + b"1,a\n",
        [["1", "a"]],
        {"the header once more, left out (lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 3 more)": 13},
    ),
}


@pytest.mark.parametrize(("content", "rows", "counted"), AGAIN.values(), ids=AGAIN)
def test_a_header_that_comes_again_is_no_row_and_is_counted(
    tmp_path: Path, content: bytes, rows: list[list[object]], counted: dict[str, int]
) -> None:
    table = CsvTable(written(tmp_path, content))
    assert cells(table) == rows
    assert table.left_out == counted


def test_where_there_is_no_header_no_line_repeats_it(tmp_path: Path) -> None:
    table = CsvTable(written(tmp_path, b"id,text\n1,a\nid,text\n"), Given(has_header=False))
    assert cells(table) == [["id", "text"], ["1", "a"], ["id", "text"]]
    assert table.left_out == {}


BROKEN: dict[str, tuple[bytes, list[tuple[int, list[object], str | None]]]] = {
    "too_few_and_too_many": (
        b"id,text\n1,a\n2\n3,c,d\n",
        [
            (2, ["1", "a"], None),
            (3, ["2", ""], "expected 2 columns, found 1"),
            (4, ["3", "c,d"], "expected 2 columns, found 3"),
        ],
    ),
    "quote_never_closed": (
        b'id,text\n1,"open\n2,b\n',
        [(2, ["1", '"open'], "a quotation mark that opens is never closed"), (3, ["2", "b"], None)],
    ),
    "quote_of_the_next_row_closes_nothing": (
        b'id,text\n1,"open\n2,"b" c\n3,"x\ny"\n',
        [
            (2, ["1", '"open'], "a quotation mark that opens is never closed"),
            (3, ["2", "b c"], None),
            (4, ["3", "x\ny"], None),
        ],
    ),
}


@pytest.mark.parametrize(("content", "rows"), BROKEN.values(), ids=BROKEN)
def test_a_broken_row_says_so_and_stops_none(
    tmp_path: Path, content: bytes, rows: list[tuple[int, list[object], str | None]]
) -> None:
    table = CsvTable(written(tmp_path, content))

    assert [(row.line, list(row.values.values()), row.error) for row in table.rows()] == rows


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\r\n"], ids=["nothing", "mark", "blank"])
def test_an_empty_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BatchError) as caught:
        CsvTable(path)
    assert str(caught.value) == f"{path}: the file is empty; expected a header and one row a message"


def test_a_cell_of_five_megabytes_is_read(tmp_path: Path) -> None:
    text = 'Il pacco "non" arriva, ' * 220_000 + "\nfine"
    content = io.StringIO(newline="")
    csv.writer(content).writerows([["id", "text"], ["1", text], ["2", "b"]])

    table = CsvTable(written(tmp_path, content.getvalue().encode()))

    assert cells(table) == [["1", text], ["2", "b"]]


def test_two_thousand_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    table = CsvTable(written(tmp_path, b";".join([b"a"] * 2000) + b"\n" + b";".join([b"1"] * 2000) + b"\n"))

    assert len(set(table.columns)) == 2000
    assert len(next(table.rows()).values) == 2000


def test_a_line_without_end_is_cut_and_what_follows_is_read(tmp_path: Path) -> None:
    table = CsvTable(written(tmp_path, b"id,text\n1," + b"x" * (LONGEST_LINE + 9) + b"\n2,b\n"))

    long, short = table.rows()

    assert long.error == "a line has more than 16,777,216 characters: the rest of it is left out"
    assert long.values == {"id": "1", "text": "x" * (LONGEST_LINE - 2)}
    assert (short.values, short.error) == ({"id": "2", "text": "b"}, None)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"]))] * 3), max_size=6))
def test_any_table_reads_back_equal(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str, charset: str
) -> None:
    content = io.StringIO(newline="")
    csv.writer(content, delimiter=delimiter).writerows([("order", "text", "shop"), *rows])
    table = CsvTable(written(tmp_path, content.getvalue().encode(charset)))

    assert table.columns == ["order", "text", "shop"]
    assert cells(table) == [list(row) for row in rows]


WORDS = (
    *("perché", "città", "così", "più", "è", "ordine", "rotto", "“male”", "l’ordine è", "5 €", "mañana"),
    *(
        "¿dónde",
        "größer",
        "Ärger",
        "français",
        "à l’hôtel",
        "garçon",
        '"no"',
        "a,b",
        "c;d",
        "e|f",
        "g\th",
        "x\ny",
    ),
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("charset", ["cp1252", "mac_roman"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(*[st.lists(st.sampled_from(WORDS)).map(" ".join)] * 2), max_size=6))
def test_a_table_in_a_charset_of_our_languages_reads_back_equal(
    tmp_path: Path, rows: list[tuple[str, ...]], delimiter: str, charset: str
) -> None:
    content = io.StringIO(newline="")
    known = ("perché", "il pacco non è arrivato in città")
    csv.writer(content, delimiter=delimiter).writerows([("order", "text"), known, *rows])
    table = CsvTable(written(tmp_path, content.getvalue().encode(charset)))

    assert cells(table) == [list(row) for row in [known, *rows]]


COLUMNS: dict[str, tuple[bytes, str, str]] = {
    "usual_name": (b"note lunghe,testo\nuna nota molto lunga,ok\n", "testo", "by its name"),
    "name_of_several_words": (
        b"id;Testo del messaggio;note generali del caso\n1;ok;una nota molto lunga\n",
        "Testo del messaggio",
        "by its name, near to a usual one",
    ),
    "name_in_camels": (
        b"reviewId,reviewText,reviewDate\n1,ok fine,2026-01-01\n",
        "reviewText",
        "by its name, near to a usual one",
    ),
    "name_of_something_else": (
        b"message_id,message_date,parole\nabc-12,2026-01-02,ciao bello\n",
        "parole",
        "by its content, the longest texts: 10 characters on average",
    ),
    "name_of_a_column_of_addresses": (
        b"text,body\nhttps://a.example/1,ciao come va\n",
        "body",
        "by its name",
    ),
    "content": (
        b'7;{"a": "b c d e f g h i"};https://a.example/c/d/e/f/g/h;2026-01-02 10:00:00;ciao come va\n',
        "column_5",
        "by its content, the longest texts: 12 characters on average",
    ),
    "long_remark_in_one_row": (
        b"a,b\nuna frase,\nun'altra frase,\nancora una frase,una nota sola di molte parole\n"
        b"e ancora una frase,\nquinta frase di tutte,\n",
        "a",
        "by its content, the longest texts: 16 characters on average",
    ),
    "header_only": (b"id,message body\n", "message body", "by its name, near to a usual one"),
}


@pytest.mark.parametrize(("content", "column", "why"), COLUMNS.values(), ids=COLUMNS)
def test_the_column_with_the_messages_is_found(tmp_path: Path, content: bytes, column: str, why: str) -> None:
    found = choose_text_column(CsvTable(written(tmp_path, content)))

    assert (found.name, found.why) == (column, why)


def test_a_table_without_texts_is_refused_with_its_columns(tmp_path: Path) -> None:
    table = open_table(written(tmp_path, b"id,price,day\n1,2.50,2026-01-02\n2,3,2026-01-03\n"))

    with pytest.raises(BatchError) as caught:
        choose_text_column(table)

    assert str(caught.value) == "no column holds text; columns found: id, price, day"


def test_of_two_thousand_columns_a_few_are_named(tmp_path: Path) -> None:
    header = b",".join(b"c%d" % number for number in range(2000))
    table = open_table(written(tmp_path, header + b"\n" + b",".join([b"1"] * 2000) + b"\n"))

    with pytest.raises(BatchError, match=r"c10, c11 and 1,988 more$"):
        choose_text_column(table)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_a_mark_for_excel_in_front_of_a_later_file_is_no_row(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "in.csv"
    one = mark + b"sep=;\r\nid;testo\r\n1;Il pacco, rotto\r\n"
    path.write_bytes(one * 3)
    table = CsvTable(path)
    assert [list(row.values.values()) for row in table.rows()] == [["1", "Il pacco, rotto"]] * 3
    assert table.left_out == {
        "the header once more, left out (lines 5, 8)": 2,
        "the line sep=; once more, left out": 2,
    }


def test_a_mark_of_another_delimiter_is_a_row(tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    path.write_bytes(b"testo;id\nsep=,;1\nsep=,\n")
    assert [row.values["testo"] for row in CsvTable(path).rows()] == ["sep=,", "sep=,"]
