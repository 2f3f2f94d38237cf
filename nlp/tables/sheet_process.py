"""A spreadsheet's sheets as streams of rows: a program of its own, run by `sheet_table`.

A sheet is unpacked in memory as a rectangle. A million rows take half a gigabyte; one cell far out takes the
whole machine, and running out of memory ends the process at once. Both happen here, under a limit, and not
in the program that needs the rows.
"""

import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import BinaryIO, NoReturn

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

CANNOT_BE_READ, NO_SUCH_SHEET = 3, 4
"""The exit statuses when the last line of standard error says why."""

_ROWS_AT_ONCE = 100


def main(what: str, path: str, wanted: str, memory: str) -> None:
    """Write to standard output a sheet (`rows`), or how many rows each has that are not empty (`sheets`).

    A sheet is a mapping of what is said of it, then lists of numbered rows that are not empty.
    """
    _limit(int(memory))
    try:
        book = _opened(path)
        if what == "sheets":
            pickle.dump([(name, _rows_in(book, name)) for name in _by_visibility(book)], sys.stdout.buffer)
            return
        sheet = _chosen(book, wanted)
    except PasswordError:
        _stop("is locked with a password; save a copy without one")
    except CalamineError as error:
        _stop(f"not a spreadsheet that can be read: {error}")
    names = _worksheets(book)
    book.close()
    try:
        _write(sheet, names, sys.stdout.buffer)
        sys.stdout.flush()
    except OSError as error:
        _stop(f"cannot be unpacked ({error.strerror})")


def _opened(path: str) -> CalamineWorkbook:
    try:
        with open(path, "rb") as file:
            # By content: exports are often called .xls whatever they are.
            return CalamineWorkbook.from_filelike(file)
    except CalamineError:
        return CalamineWorkbook.from_path(path)  # says what is wrong: a password, a part that is missing


def _limit(memory: int) -> None:
    with suppress(ImportError, ValueError, OSError):  # not every system knows such limits
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _chosen(book: CalamineWorkbook, wanted: str) -> CalamineSheet:
    """The sheet of a name or number; without one the first with a header and a row, hidden sheets last."""
    if wanted:
        return book.get_sheet_by_name(_name_of(_worksheets(book), wanted))
    with_header = None
    for name in _by_visibility(book):
        sheet = book.get_sheet_by_name(name)
        filled = len(list(islice(_numbered(sheet), 2)))
        if filled == 2:
            return sheet
        if filled == 1 and with_header is None:
            with_header = sheet
    if with_header is None:
        _stop("the spreadsheet is empty; expected a sheet with a header and one row an entry")
    return with_header


def _name_of(names: list[str], wanted: str) -> str:
    if wanted in names:
        return wanted
    number = int(wanted) if wanted.isdecimal() else 0
    if not 1 <= number <= len(names):
        _stop(f"no sheet {wanted!r}; there are {', '.join(names)}", NO_SUCH_SHEET)
    return names[number - 1]


def _worksheets(book: CalamineWorkbook) -> list[str]:
    """Sheets with cells; others are pictures of them, or programs."""
    return [one.name for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]


def _by_visibility(book: CalamineWorkbook) -> list[str]:
    visible = {one.name: one.visible == SheetVisibleEnum.Visible for one in book.sheets_metadata}
    return sorted(_worksheets(book), key=lambda name: not visible[name])


def _rows_in(book: CalamineWorkbook, name: str) -> int:
    return sum(1 for _ in _numbered(book.get_sheet_by_name(name)))


def _numbered(sheet: CalamineSheet) -> Iterator[tuple[int, list[object]]]:
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        if any(cell != "" for cell in cells):
            yield line, list(cells)


def _write(sheet: CalamineSheet, names: list[str], target: BinaryIO) -> None:
    merged = len(sheet.merged_cell_ranges or ())
    column = sheet.start[1] if sheet.start else 0
    pickle.dump({"sheet": sheet.name, "sheets": names, "merged": merged, "column": column}, target)
    rows = _numbered(sheet)
    while some := list(islice(rows, _ROWS_AT_ONCE)):
        pickle.dump(some, target)


def _stop(problem: str, status: int = CANNOT_BE_READ) -> NoReturn:
    print(" ".join(problem.split()), file=sys.stderr)  # noqa: T201 (it is told to the program that runs this)
    sys.exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
