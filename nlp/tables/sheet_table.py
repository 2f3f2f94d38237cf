"""Spreadsheets: one sheet with a header."""

import codecs
import io
import pickle
import subprocess
import sys
import tempfile
import weakref
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from nlp.errors import BatchError, WrongUsageError
from nlp.tables.header import filled, has_usual_name, names_groups
from nlp.tables.repeated_header import RepeatedHeader
from nlp.tables.rows import NOTHING, Cells, Row, distinct, repeats
from nlp.tables.text_column import listed
from nlp.tables.uncalculated import NO_GAPS, Uncalculated, column_name, uncalculated
from nlp.tables.unpacking import is_packed, unpacked

SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")
ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_PROCESS = Path(__file__).with_name("sheet_process.py")
_CANNOT_BE_READ, _NO_SUCH_SHEET = 3, 4  # the process says why
_MEMORY = 4 << 30  # bytes the process may take: a million rows of thirty columns fit
_MEMORY_TO_COUNT = 1 << 30
_COUNTED = 32 << 20  # bytes of a file whose sheets are all looked at only to say how large they are
_LARGEST = 4 << 30  # bytes an archive may unpack to
_DENSEST = 250  # times its own size that a large archive may unpack to; sheets of real rows stay below 100
_LARGE = 64 << 20
_PIECE = 1 << 20
_HEADER_WITHIN = 20  # rows
_ROWS_AT_ONCE = 100
_WHOLE_PAGE = b"mime-version:"
_LAST_MOMENT = datetime(9999, 12, 31, 23, 59, 59)  # noqa: DTZ001 (cells have no zone)


def is_plain_table(head: bytes) -> bool:
    """Whether a file that begins so is plain text: many programs call such exports .xls."""
    if _is_page(head):
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return not head.startswith((ZIP_MARK, OLE_MARK)) and b"\0" not in head


def _is_page(head: bytes) -> bool:
    """Whether it is markup, or a page as browsers save it whole: a mail with the page and its pictures."""
    plain = in_utf8(head).lstrip()
    return plain.startswith(b"<") or plain[: len(_WHOLE_PAGE)].lower() == _WHOLE_PAGE


def in_utf8(head: bytes) -> bytes:
    """The first bytes of a file in UTF-8 and without a mark, where that says that they are UTF-16."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head.decode("utf-16", "ignore").encode("utf-8", "ignore")
    return head.removeprefix(codecs.BOM_UTF8)


class SheetTable:
    """One sheet of a spreadsheet. The header is its first row with at least half as many cells as the widest.

    Cells come as people see them, as text: days and times in ISO form, 12.0 as "12", an empty cell as "".
    With `as_kept` they come as the file keeps them: text, numbers (float), days and yes or no. A merged cell
    has its value in its first row and column; one with a formula that was never calculated is None, a gap of
    its row. `line` is the row in the sheet. `sheet` is its name, `sheets` are those of the file.
    """

    # Who has a spreadsheet opens the CSV that is made of it in one: Excel wants the mark to see UTF-8, and a
    # semicolon wherever numbers have a comma.
    delimiter = ";"
    encoding = "utf-8-sig"
    cells = Cells.TEXT
    said: tuple[str, ...] = ()

    def __init__(
        self, path: Path, sheet: str | None = None, *, as_kept: bool = False, scratch: Path | None = None
    ) -> None:
        """Open a sheet by its name or number; without one the first that has a header and rows.

        Its rows are unpacked into files without a name in the folder `scratch`, or where the system has its
        temporary files.

        Raises:
            WrongUsageError: There is no such sheet.
            BatchError: The file is missing or no spreadsheet, is locked, would take more memory than it
                should, nothing is in it, or there is no room for its rows.
        """
        if not path.is_file():
            raise BatchError(f"{path}: no such file")
        self._as_kept = as_kept
        packed = is_packed(path)
        with unpacked(path, scratch) if packed else path.open("rb") as file:
            _check(path, file)
            file.seek(0)
            self._rows = _told(path, file if packed else None, "rows", sheet or "", scratch)
            weakref.finalize(self, self._rows.close)
            found: Mapping[str, Any] = pickle.load(self._rows)
            file.seek(0)
            gaps = _gaps_of(file, found["sheet"])
        self.sheet: str = found["sheet"]
        self.sheets: list[str] = found["sheets"]
        self._start = self._rows.tell()
        self._column: int = found["column"]
        if gaps:
            try:
                self._mark(gaps, scratch)
            except OSError as error:
                raise BatchError(f"{path}: cannot be unpacked ({error.strerror})") from error
        self._always: Mapping[str, int] = {gaps.said: len(gaps)} if gaps else NOTHING
        self.left_out = self._always
        first = list(islice(self._numbered(), _HEADER_WITHIN))
        widest = max(_filled(cells) for _, cells in first)
        before = next(at for at, (_, cells) in enumerate(first) if 2 * _filled(cells) >= widest)
        seen = [[_as_seen(cell) for cell in cells] for _, cells in first[before : before + 3]]
        above = int(_is_title(seen[:2]))
        above += len(seen) > above + 1 and names_groups(seen[above], seen[above + 1])
        before += above
        self._header = before + 1
        self._names = [_as_seen(cell) for cell in first[before][1]]
        self.columns = distinct(self._names)
        self.repeated = repeats(self._names, self.columns)
        self.said = (*_said(found, before), *(f"{len(gaps):,} {what}" for what in self._always))

    def leave_out(self, others: Mapping[str, int | None]) -> None:
        """Say of other sheets that they are not read, each with its number of rows where that is known."""
        if others:
            told = [name if rows is None else f"{name}: {_counted(rows)}" for name, rows in others.items()]
            what = f"sheets left out beside {self.sheet!r} ({', '.join(told)})"
            self._always = self.left_out = {**self._always, what: len(others)}
            self.said = (self.said[0], what, *self.said[1:])

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty; the header is none where it comes again."""
        header = RepeatedHeader(self._names)
        self.left_out = self._always
        for line, cells in islice(self._numbered(), self._header, None):
            if header.comes_again([_as_seen(cell) for cell in cells], line):
                self.left_out = {**self._always, **header.counted}
                if not header.is_row:
                    continue
            values = cells if self._as_kept else [None if cell is None else _as_seen(cell) for cell in cells]
            gaps = {
                self.columns[place]: f"the formula in {column_name(self._column + place)}{line} was never "
                "calculated, so the cell has no value"
                for place, cell in enumerate(cells)
                if cell is None
            }
            yield Row(values=dict(zip(self.columns, values, strict=True)), line=line, gaps=gaps)

    def _mark(self, gaps: Uncalculated, scratch: Path | None) -> None:
        """Keep the rows anew, with the cells that have no value."""
        width = len(next((cells for _, cells in self._numbered()), []))
        rows = gaps.marked(self._numbered(), self._column, width)
        marked = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 (it lives as long as the table)
        weakref.finalize(self, marked.close)
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            pickle.dump(some, marked)
        marked.flush()
        self._rows, self._start = marked, 0

    def _numbered(self) -> Iterator[tuple[int, list[object]]]:
        at = self._start
        while True:
            self._rows.seek(at)
            try:
                some = pickle.load(self._rows)
            except EOFError:
                return
            at = self._rows.tell()
            yield from some


# What says of a ZIP archive that it is a workbook: of Excel, of OpenDocument.
_SHEET_MEMBERS = frozenset(("[Content_Types].xml", "mimetype", "content.xml"))


def _check(path: Path, file: BinaryIO) -> None:
    """Refuses what is no spreadsheet, and archives that unpack to more than a spreadsheet does."""
    head = file.read(_PIECE)
    if head.startswith(OLE_MARK):
        return
    if _is_page(head):
        raise BatchError(
            f"{path}: a web page or XML under the name of a spreadsheet; open it in a spreadsheet program "
            f"and save it as .xlsx or CSV"
        )
    if not head.startswith(ZIP_MARK):
        raise BatchError(f"{path}: not a spreadsheet that can be read, whatever its name says")
    packed = file.seek(0, io.SEEK_END)
    try:
        with ZipFile(file) as archive:
            members = archive.infolist()
            names = archive.namelist()
            if names and not _SHEET_MEMBERS.intersection(names):
                raise BatchError(
                    f"{path}: is a ZIP archive ({listed(names)}); unpack it, and give what is in it"
                )
            unpacked = sum(member.file_size for member in members)
            if unpacked > _LARGEST or (unpacked > _LARGE and unpacked > _DENSEST * packed):
                raise BatchError(
                    f"{path}: would unpack from {packed:,} to {unpacked:,} bytes, which no spreadsheet does; "
                    f"expected at most {_DENSEST} times its size and {_LARGEST:,} bytes"
                )
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    # The directory may lie: this stops with a wrong checksum where it says a part ends.
                    with archive.open(member) as part:
                        while part.read(_PIECE):
                            pass
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise BatchError(f"{path}: not a spreadsheet that can be read: {error}") from error


def sheets_in(path: Path, *, scratch: Path | None = None) -> dict[str, int] | None:
    """The sheets of a file that can be opened, hidden ones last, and how many rows of each are filled.

    None where that would take much time or memory.
    """
    if path.stat().st_size > _COUNTED:
        return None
    packed = is_packed(path)
    with unpacked(path, scratch) if packed else path.open("rb") as file:
        try:
            with _told(path, file if packed else None, "sheets", "", scratch) as told:
                return dict(pickle.load(told))
        except BatchError:
            return None


def _told(path: Path, plain: BinaryIO | None, what: str, sheet: str, scratch: Path | None) -> BinaryIO:
    """What the process writes of a file, or of `plain`, which was unpacked of it and has no name."""
    memory = _MEMORY if what == "rows" else _MEMORY_TO_COUNT
    try:
        rows = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 (it lives as long as the table)
    except OSError as error:
        raise BatchError(f"{path}: cannot be unpacked ({error.strerror})") from error
    # `-P`: a module here must not be taken for one of the standard library.
    named = str(path) if plain is None else "/dev/stdin"
    command = [sys.executable, "-P", str(_PROCESS), what, named, sheet, str(memory)]
    given = subprocess.DEVNULL if plain is None else plain
    done = subprocess.run(command, stdin=given, stdout=rows, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        rows.close()
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
        if done.returncode == _NO_SUCH_SHEET:
            raise WrongUsageError(f"{path}: {lines[-1]}")
        if done.returncode == _CANNOT_BE_READ:
            raise BatchError(f"{path}: {lines[-1]}")
        raise BatchError(
            f"{path}: cannot be unpacked within {memory >> 30} GB of memory (is a cell filled far away from "
            f"the others?); save the sheet as CSV"
        )
    rows.seek(0)
    return rows


def _gaps_of(file: BinaryIO, sheet: str) -> Uncalculated:
    """The cells that have a formula without a value; there are none where the file is no archive."""
    is_archive = file.read(len(ZIP_MARK)) == ZIP_MARK
    file.seek(0)
    return uncalculated(file, sheet) if is_archive else NO_GAPS


def _filled(cells: list[object]) -> int:
    return sum(1 for cell in cells if cell != "")


def _is_title(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of two rows is a title, alone above the names of two columns or more."""
    if len(rows) < 2:
        return False
    title, header = rows
    if not filled(title) == 1 < filled(header):
        return False
    # "Recensioni" may be the name of a column as well, but not above a row of nothing but names.
    names = [has_usual_name([cell]) for cell in header if cell.strip()]
    return all(names) or (any(names) and not has_usual_name(title))


def _said(found: Mapping[str, Any], before: int) -> tuple[str, ...]:
    said = [f"sheet {found['sheet']!r}"]
    if before:
        said.append(f"{before} row{'' if before == 1 else 's'} before the header skipped")
    if found["merged"]:
        said.append(f"{found['merged']} merged cells, each read as its first cell")
    return tuple(said)


def _counted(rows: int) -> str:
    return f"{rows:,} filled row{'' if rows == 1 else 's'}"


def _as_seen(cell: object) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            # Fifteen digits are what a spreadsheet shows: 0.1 + 0.2 is 0.3 there.
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else f"{cell:.15g}"
        case datetime():
            # A moment is kept as a fraction of a day, a little less than what was typed.
            rounded = min(cell, _LAST_MOMENT) + timedelta(milliseconds=500)
            return rounded.isoformat(timespec="seconds")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(cell)
