"""Which kind of table a file is."""

from collections.abc import Callable, Mapping
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.csv_table import CSV_SUFFIXES, CsvTable
from nlp.tables.json_table import JSON_SUFFIXES, JsonTable
from nlp.tables.mbox_table import MAIL_SUFFIXES, MailTable
from nlp.tables.rows import Table
from nlp.tables.sheet_table import SHEET_SUFFIXES, SheetTable, is_plain_table
from nlp.tables.telegram_table import HEAD_BYTES, TelegramTable, is_telegram_export

PARQUET_SUFFIXES = (".parquet", ".pq")


def _open_parquet(path: Path) -> Table:
    # Imported where needed: few tables are, and it takes a while.
    from nlp.tables.parquet_table import ParquetTable

    return ParquetTable(path)


_BY_SUFFIX: Mapping[str, Callable[[Path], Table]] = {
    **dict.fromkeys(JSON_SUFFIXES, JsonTable),
    **dict.fromkeys(CSV_SUFFIXES, CsvTable),
    **dict.fromkeys(PARQUET_SUFFIXES, _open_parquet),
    **dict.fromkeys(SHEET_SUFFIXES, SheetTable),
    **dict.fromkeys(MAIL_SUFFIXES, MailTable),
}


def open_table(path: Path) -> Table:
    """Look at a file and say how to read it.

    Raises:
        BatchError: The file is missing, of an unknown kind, or has no header.
    """
    if not path.is_file():
        raise BatchError(f"{path}: no such file")
    suffix = path.suffix.lower()
    if suffix not in _BY_SUFFIX:
        raise BatchError(f"{path}: expected a file ending in {', '.join(_BY_SUFFIX)}")
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if suffix in JSON_SUFFIXES and is_telegram_export(head):
        return TelegramTable(path)
    if suffix in SHEET_SUFFIXES and is_plain_table(head):
        return CsvTable(path)
    return _BY_SUFFIX[suffix](path)
