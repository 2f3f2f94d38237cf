"""Messy tables of messages, read one row at a time without losing one."""

from nlp.tables.csv_table import CSV_SUFFIXES, CsvTable
from nlp.tables.json_table import JSON_SUFFIXES, JsonTable
from nlp.tables.opening import open_table
from nlp.tables.rows import RAW, Cells, Row, Table
from nlp.tables.sheet_table import SHEET_SUFFIXES, SheetTable
from nlp.tables.text_column import TEXT_NAMES, find_text_column

__all__ = [
    "CSV_SUFFIXES",
    "JSON_SUFFIXES",
    "RAW",
    "SHEET_SUFFIXES",
    "TEXT_NAMES",
    "Cells",
    "CsvTable",
    "JsonTable",
    "Row",
    "SheetTable",
    "Table",
    "find_text_column",
    "open_table",
]
