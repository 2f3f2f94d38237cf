"""One sheet of a spreadsheet as a stream of rows: a program of its own, run by `sheet_table`.

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

CANNOT_BE_READ = 3
"""The exit status when the last line of standard error says why."""

_ROWS_AT_ONCE = 100


def main(path: str, wanted: str, memory: str) -> None:
    """Write a sheet to standard output: its names first, then lists of numbered rows that are not empty."""
    _limit(int(memory))
    try:
        book = _opened(path)
        sheet = _chosen(book, wanted)
    except PasswordError:
        _stop("is locked with a password; save a copy without one")
    except CalamineError as error:
        _stop(f"not a spreadsheet that can be read: {error}")
    names = book.sheet_names
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
    """The sheet of a name; without one the first with a header and a row, hidden sheets last."""
    if wanted:
        if wanted not in book.sheet_names:
            _stop(f"no sheet {wanted!r}; there are {', '.join(book.sheet_names)}")
        return book.get_sheet_by_name(wanted)
    kept = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    with_header = None
    for one in sorted(kept, key=lambda one: one.visible != SheetVisibleEnum.Visible):
        sheet = book.get_sheet_by_name(one.name)
        filled = len(list(islice(_numbered(sheet), 2)))
        if filled == 2:
            return sheet
        if filled == 1 and with_header is None:
            with_header = sheet
    if with_header is None:
        _stop("the spreadsheet is empty; expected a sheet with a header and one row an entry")
    return with_header


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


def _stop(problem: str) -> NoReturn:
    print(" ".join(problem.split()), file=sys.stderr)  # noqa: T201 (it is told to the program that runs this)
    sys.exit(CANNOT_BE_READ)


if __name__ == "__main__":
    main(*sys.argv[1:])
