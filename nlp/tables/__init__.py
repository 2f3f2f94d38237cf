"""Messy tables of messages, read one row at a time without losing one."""

from nlp.tables.csv_table import CSV_SUFFIXES, CsvTable
from nlp.tables.given import Given
from nlp.tables.json_table import JSON_SUFFIXES, JsonTable
from nlp.tables.locating import STANDARD_INPUT, Located, locate
from nlp.tables.mbox_table import MAIL_SUFFIXES, MailTable
from nlp.tables.nested import value_at
from nlp.tables.opening import KNOWN_SUFFIXES, PARQUET_SUFFIXES, open_table, open_tables
from nlp.tables.plain_table import PlainTable
from nlp.tables.remote import fetch, is_remote, matching
from nlp.tables.rows import RAW, Cells, Row, Table
from nlp.tables.sheet_table import SHEET_SUFFIXES, SheetTable
from nlp.tables.sheets import ALL_SHEETS
from nlp.tables.telegram_table import TelegramTable
from nlp.tables.text_column import (
    TextColumn,
    choose_text_column,
    find_text_column,
    has_column,
    listed,
    named_column,
)
from nlp.tables.text_names import TEXT_NAMES
from nlp.tables.unread_table import UnreadTable
from nlp.tables.whatsapp_table import WhatsAppTable

__all__ = [
    "ALL_SHEETS",
    "CSV_SUFFIXES",
    "JSON_SUFFIXES",
    "KNOWN_SUFFIXES",
    "MAIL_SUFFIXES",
    "PARQUET_SUFFIXES",
    "RAW",
    "SHEET_SUFFIXES",
    "STANDARD_INPUT",
    "TEXT_NAMES",
    "Cells",
    "CsvTable",
    "Given",
    "JsonTable",
    "Located",
    "MailTable",
    "PlainTable",
    "Row",
    "SheetTable",
    "Table",
    "TelegramTable",
    "TextColumn",
    "UnreadTable",
    "WhatsAppTable",
    "choose_text_column",
    "fetch",
    "find_text_column",
    "has_column",
    "is_remote",
    "listed",
    "locate",
    "matching",
    "named_column",
    "open_table",
    "open_tables",
    "value_at",
]
