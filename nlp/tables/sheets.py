"""Which sheets of a workbook are read, and which are not."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.given import Given
from nlp.tables.sheet_table import SheetTable, sheets_in
from nlp.tables.text_column import choose_text_column, named_column

ALL_SHEETS = "all"
"""What is said instead of a name where every sheet with texts is to be read."""


def open_sheets(path: Path, given: Given, scratch: Path | None) -> list[SheetTable]:
    """The sheets of a file that are read; the last of them says which others are not.

    That is the one that `given` names, or all with texts; where it names none, the first with texts, or the
    first with a header and rows. Of a sheet with nothing in it nothing is said.

    Raises:
        WrongUsageError: There is no such sheet.
        BatchError: As `SheetTable` says.
    """
    is_for_all = given.sheet == ALL_SHEETS
    first = SheetTable(path, None if is_for_all else given.sheet, scratch=scratch)
    if len(first.sheets) == 1:
        return [first]
    filled = sheets_in(path, scratch=scratch)
    others: Mapping[str, int | None] = dict.fromkeys(first.sheets) if filled is None else filled
    chosen = [first]
    if is_for_all or (given.sheet is None and not _has_texts(first, given)):
        names = [name for name, rows in others.items() if rows is None or rows > 1]
        found = _with_texts(path, names, given, scratch)
        chosen = list(found if is_for_all else islice(found, 1)) or [first]
    read = {table.sheet for table in chosen}
    chosen[-1].leave_out({name: rows for name, rows in others.items() if name not in read and rows != 0})
    return chosen


def _with_texts(path: Path, names: Iterable[str], given: Given, scratch: Path | None) -> Iterator[SheetTable]:
    for name in names:
        table = SheetTable(path, name, scratch=scratch)
        if _has_texts(table, given):
            yield table


def _has_texts(table: SheetTable, given: Given) -> bool:
    if given.text_columns:
        return any(name in table.repeated or named_column(table, name) for name in given.text_columns)
    try:
        choose_text_column(table)
    except BatchError:
        return False
    return True
