"""Spreadsheets: one sheet with a header."""

from collections.abc import Iterator
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.rows import Cells, Row, distinct

SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")


class SheetTable:
    """One sheet of a spreadsheet whose first row that is not empty is the header.

    Cells come as they are kept: text, numbers (float), days and yes or no. `line` is the row in the sheet.
    """

    delimiter = ","
    cells = Cells.TEXT
    encoding = "utf-8"

    def __init__(self, path: Path, sheet: str | None = None) -> None:
        """Open a sheet by its name; without one the first.

        Raises:
            BatchError: The file is missing or no spreadsheet, has no such sheet, or nothing is in it.
        """
        # Imported where needed: most tables are text.
        from python_calamine import CalamineError, CalamineWorkbook

        if not path.is_file():
            raise BatchError(f"{path}: no such file")
        try:
            book = CalamineWorkbook.from_path(str(path))
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                raise BatchError(f"{path}: no sheet {sheet!r}; there are {', '.join(names)}")
            found = book.get_sheet_by_name(sheet or names[0]) if names else None
            cells = found.to_python(skip_empty_area=False) if found is not None else []
        except CalamineError as error:
            raise BatchError(f"{path}: not a spreadsheet that can be read: {error}") from error
        numbered = [(line, row) for line, row in enumerate(cells, start=1) if any(cell != "" for cell in row)]
        if not numbered:
            raise BatchError(f"{path}: the sheet is empty; expected a header and one row an entry")
        self.columns = distinct([str(cell) for cell in numbered[0][1]])
        self._rows = numbered[1:]

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty."""
        for line, cells in self._rows:
            yield Row(values=dict(zip(self.columns, cells, strict=True)), line=line)
