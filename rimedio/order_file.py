"""A file of orders: which column is what, and the orders in it, row by row."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ruamel.yaml import YAML

from nlp.tables import SHEET_SUFFIXES, Given, SheetTable, Table, open_table
from responses.errors import OrderValueError
from responses.orders.values import FIELDS, NUMBER, VALUE, OrderEntry, Reader
from responses.policy.situation import PRICE
from rimedio.errors import ProgramError

_UNNAMED = re.compile(r"column_\d+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One row: its place in the file, the order (None where there is none), and what could not be read.

    `warnings` say what was read and no rule can use.
    """

    line: int
    entry: OrderEntry | None
    problems: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFile:
    """A table of orders. `mapping` says for each name of ours which column holds it."""

    table: Table
    mapping: Mapping[str, str]
    reader: Reader

    @property
    def unused(self) -> list[str]:
        """The columns that nothing is taken from."""
        return [column for column in self.table.columns if column not in self.mapping.values()]

    def rows(self) -> Iterator[Found]:
        """Every row of the file, those that cannot be read included."""
        for row in self.table.rows():
            if row.error is not None:
                yield Found(line=row.line, entry=None, problems=(row.error,))
                continue
            values = {name: row.values.get(column) for name, column in self.mapping.items()}
            try:
                entry, problems = self.reader.read(values)
            except OrderValueError as error:
                yield Found(line=row.line, entry=None, problems=(str(error),))
                continue
            warnings = tuple(self.reader.uncounted(entry))
            gaps = tuple(row.gaps[column] for column in self.mapping.values() if column in row.gaps)
            yield Found(line=row.line, entry=entry, problems=(*problems, *gaps), warnings=warnings)


def open_orders(path: Path, sheet: str | None, said: Sequence[str], reader: Reader) -> OrderFile:
    """Looks at a file and says which of its columns is what.

    Args:
        path: the file.
        sheet: the spreadsheet's sheet, None for the first.
        said: what the user says, each `NAME=COLUMN`.
        reader: it knows which facts there are.

    Raises:
        ProgramError: a name or column that there is not, or no column with the numbers.
        BatchError: the file cannot be read.
    """
    table = _open(path, sheet)
    names = [*FIELDS, *reader.specs]
    mapping = _as_said(said, table.columns, names)
    for column in table.columns:
        name = _guess(column, names)
        if name is not None and name not in mapping and column not in mapping.values():
            mapping[name] = column
    if NUMBER not in mapping:
        raise ProgramError(
            f"{path}: no column looks like the order number; there are {', '.join(table.columns)}. "
            f'Say which with --map number="…"'
        )
    return OrderFile(table=table, mapping=mapping, reader=reader)


def _open(path: Path, sheet: str | None) -> Table:
    if path.suffix.lower() in SHEET_SUFFIXES:
        return SheetTable(path, sheet, as_kept=True)
    table = open_table(path)
    # A table of orders has a header, however little the rows below differ from it.
    unnamed = all(_UNNAMED.fullmatch(column) for column in table.columns)
    return open_table(path, Given(has_header=True)) if unnamed else table


def _as_said(said: Sequence[str], columns: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    plain = {_plain(column): column for column in columns}
    mapping: dict[str, str] = {}
    for one in said:
        name, equals, column = (part.strip() for part in one.partition("="))
        name = {"order_id": NUMBER, PRICE: VALUE}.get(name, name)
        if not equals or name not in names:
            raise ProgramError(f"--map {one!r}: expected NAME=COLUMN with a name of {', '.join(names)}")
        if _plain(column) not in plain:
            raise ProgramError(f"--map {one!r}: no column {column!r}; there are {', '.join(columns)}")
        mapping[name] = plain[_plain(column)]
    return mapping


def _guess(column: str, names: Sequence[str]) -> str | None:
    header = _plain(column)
    own = header.replace(" ", "_")
    if own in names:
        return own
    if own in ("order_id", PRICE):
        return NUMBER if own == "order_id" else VALUE
    return _usual_names().get(header)


@cache
def _usual_names() -> Mapping[str, str]:
    """Which of our names a column's usual one stands for."""
    text = files("responses").joinpath("phrases", "order_columns.yaml").read_text(encoding="utf-8")
    tree: Mapping[str, list[str]] = YAML(typ="safe").load(text)
    return {str(header): name for name, headers in tree.items() for header in headers}


def _plain(header: str) -> str:
    """A header for comparing: small letters without accents, words with one blank between."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", header.casefold())
        if not unicodedata.combining(character)
    )
    return " ".join(re.findall(r"[^\W_]+", bare))
