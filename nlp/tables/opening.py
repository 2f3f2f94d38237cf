"""Which kind of table a file is."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.charset import is_wide
from nlp.tables.compression import open_bytes, plain_suffix
from nlp.tables.csv_table import CsvTable, sample_lines
from nlp.tables.dialect import is_clearly_table
from nlp.tables.given import RECOGNISED, Given
from nlp.tables.json_table import JSON_SUFFIXES, JsonTable
from nlp.tables.mbox_table import MAIL_SUFFIXES, MailTable, is_mail
from nlp.tables.plain_table import PlainTable
from nlp.tables.rows import Table
from nlp.tables.sheet_table import SHEET_SUFFIXES, in_utf8, is_plain_table
from nlp.tables.sheets import open_sheets
from nlp.tables.telegram_table import HEAD_BYTES, TelegramTable, is_telegram_export
from nlp.tables.text_file import TextFile
from nlp.tables.whatsapp_table import WhatsAppTable, is_whatsapp_export

Kind = Callable[[Path, Given, Path | None], Table]

PARQUET_SUFFIXES = (".parquet", ".pq")


def _open_csv(path: Path, given: Given, _scratch: Path | None) -> Table:
    return CsvTable(path, given)


def _open_json(path: Path, given: Given, _scratch: Path | None) -> Table:
    return JsonTable(path, given)


def _open_plain(path: Path, given: Given, _scratch: Path | None) -> Table:
    return PlainTable(path, given)


def _open_mails(path: Path, _given: Given, _scratch: Path | None) -> Table:
    return MailTable(path)


def _open_sheet(path: Path, given: Given, scratch: Path | None) -> Table:
    return open_sheets(path, given, scratch)[-1]


def _open_telegram(path: Path, _given: Given, _scratch: Path | None) -> Table:
    return TelegramTable(path)


def _open_whatsapp(path: Path, given: Given, _scratch: Path | None) -> Table:
    return WhatsAppTable(path, given)


def _open_parquet(path: Path, _given: Given, scratch: Path | None) -> Table:
    # Imported where needed: few tables are, and it takes a while.
    from nlp.tables.parquet_table import ParquetTable

    return ParquetTable(path, scratch=scratch)


_BY_SUFFIX: Mapping[str, Kind] = {
    **dict.fromkeys((".csv", ".tsv", ".tab"), _open_csv),
    **dict.fromkeys(JSON_SUFFIXES, _open_json),
    **dict.fromkeys(SHEET_SUFFIXES, _open_sheet),
    **dict.fromkeys(PARQUET_SUFFIXES, _open_parquet),
    **dict.fromkeys(MAIL_SUFFIXES, _open_mails),
}
KNOWN_SUFFIXES = (*_BY_SUFFIX, ".txt")
"""Endings of what is taken from a folder, each also with .gz or .zst behind it."""

_MARKS: Mapping[bytes, Kind] = {
    b"PK\x03\x04": _open_sheet,
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": _open_sheet,
    b"PAR1": _open_parquet,
}
_FOREIGN = {
    b"%PDF-": "a PDF document",
    b"{\\rtf": "an RTF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3\x00": "an SQLite database",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a": "a RAR archive",
    b"BZh91AY&SY": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    # What is packed once has been unpacked before these bytes are looked at.
    b"\x1f\x8b": "an archive inside of an archive",
    b"\x28\xb5\x2f\xfd": "an archive inside of an archive",
}
_PAGE_HEAD = re.compile(
    rb"\s*<(?:(?:!doctype html|html|head|meta|style|body|table|\?xml)\b|!--)", re.IGNORECASE
)
_JSON_HEAD = re.compile(r'\{\s*["}]|\[\s*([{\]]|$|"(?:[^"\\]|\\.)*"\s*[,\]])')
_TEXT_CONTROLS = bytes((0x09, 0x0A, 0x0C, 0x0D, 0x1B))
_CONTROLS = bytes(code for code in range(0x20) if code not in _TEXT_CONTROLS)
_DIFFERENT_CONTROLS = 8  # a text may be full of one or two, which part its cells or fill it up


def open_table(path: Path, given: Given = RECOGNISED, *, scratch: Path | None = None) -> Table:
    """Look at a file and say how to read it: by its first bytes, then by its ending, then by its lines.

    What has to be unpacked goes into the folder `scratch`, or where the system has its temporary files.

    Raises:
        BatchError: The file is missing, empty, damaged from the beginning, or no table of messages.
    """
    return _kind_of_file(path, given)(path, given, scratch)


def open_tables(path: Path, given: Given = RECOGNISED, *, scratch: Path | None = None) -> Sequence[Table]:
    """The tables of a file: one, as `open_table` has it, or of a workbook as many as `given` wants.

    Raises:
        WrongUsageError: It has no sheet as `given` wants it.
        BatchError: As `open_table` says.
    """
    kind = _kind_of_file(path, given)
    if kind is _open_sheet:
        return open_sheets(path, given, scratch)
    return [kind(path, given, scratch)]


def _kind_of_file(path: Path, given: Given) -> Kind:
    if not path.is_file():
        raise BatchError(f"{path}: no such file")
    reader, _ = open_bytes(path)
    with reader:
        head = reader.read(HEAD_BYTES)
    suffix = plain_suffix(path)
    for mark, name in _FOREIGN.items():
        if head.startswith(mark):
            raise BatchError(f"{path}: is {name}; expected a table or a text file")
    # Line by line its tags would be taken for messages. What spreadsheets are, `open_sheets` says.
    if _PAGE_HEAD.match(in_utf8(head)) and suffix not in SHEET_SUFFIXES and not given.is_of_cells:
        raise BatchError(
            f"{path}: is a web page or XML; expected a table or a text file "
            "(of a chat in Telegram Desktop the export whose format is JSON)"
        )
    kind = kind_of(head) or _BY_SUFFIX.get(suffix)
    if kind is None or (kind is _open_sheet and is_plain_table(head)):
        kind = _kind_by_lines(path, head, given)
    if kind is _open_csv and not is_wide(head) and _is_no_text(head):
        raise BatchError(f"{path}: holds no text; expected a table or a text file")
    if kind is _open_json and is_telegram_export(head):
        return _open_telegram
    return kind


def kind_of(head: bytes) -> Kind | None:
    """The kind of table whose files begin with these bytes, whatever their names; None where that is open."""
    return next((kind for mark, kind in _MARKS.items() if head.startswith(mark)), None)


def _is_no_text(head: bytes) -> bool:
    """Whether a file that begins with these bytes holds no text, although its name says that it does."""
    controls = {code: count for code in _CONTROLS if code and (count := head.count(code))}
    return len(controls) >= _DIFFERENT_CONTROLS and sum(controls.values()) > len(head) / 20


def _kind_by_lines(path: Path, head: bytes, given: Given) -> Kind:
    if is_mail(head):
        return _open_mails
    file = TextFile(path, given.encoding)
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if not file.encoding.startswith(("utf-16", "utf-32")) and controls > len(head) / 20:
        raise BatchError(f"{path}: holds no text; expected a table or a text file")
    lines, is_all = sample_lines(file)
    first = next((line.strip(" \t\r\n\ufeff") for line in lines if line.strip(" \t\r\n\ufeff")), "")
    if _JSON_HEAD.match(first):
        return _open_json
    if not given.is_of_cells and is_whatsapp_export(lines):
        return _open_whatsapp
    return _open_csv if given.is_of_cells or is_clearly_table(lines, is_all=is_all) else _open_plain
