"""Which kind of table a file is."""

from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.csv_table import CSV_SUFFIXES, CsvTable
from nlp.tables.json_table import JSON_SUFFIXES, JsonTable
from nlp.tables.rows import Table


def open_table(path: Path) -> Table:
    """Look at a file and say how to read it.

    Raises:
        BatchError: The file is missing, of an unknown kind, or has no header.
    """
    if not path.is_file():
        raise BatchError(f"{path}: no such file")
    suffix = path.suffix.lower()
    if suffix in JSON_SUFFIXES:
        return JsonTable(path)
    if suffix in CSV_SUFFIXES:
        return CsvTable(path)
    raise BatchError(f"{path}: expected a file ending in {', '.join(CSV_SUFFIXES + JSON_SUFFIXES)}")
