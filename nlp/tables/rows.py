"""What every messy table of messages comes down to: columns, and rows in their order."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

RAW = "raw"
"""Where the line of a row that cannot be read is kept."""

NOTHING: Mapping[str, int] = MappingProxyType({})
"""What a table leaves out whose rows are all there is in the file."""

NO_REPEATS: Mapping[str, Sequence[str]] = MappingProxyType({})
"""Of a table whose columns have a name each."""

_NO_GAPS: Mapping[str, str] = MappingProxyType({})


class Cells(StrEnum):
    """What the cells of a table are."""

    TEXT = "text"  # words as they stand in the file
    JSON = "json"  # whatever JSON can say
    NATIVE = "native"  # values of the types in the table's `schema`


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row as it stands in the file from `line` on, counted from 1; `error` says what is wrong with it.

    A `line` of 0 stands for the file as a whole. `record` is the row's own number in a file where many rows
    may share a line, counted from 1. `gaps` says of columns whose value is lost why it is.
    """

    values: dict[str, object]
    line: int
    error: str | None = None
    record: int | None = None
    gaps: Mapping[str, str] = field(default_factory=lambda: _NO_GAPS)


class Table(Protocol):
    """A file of rows that can be read more than once, in order and one row at a time."""

    columns: list[str]
    repeated: Mapping[str, Sequence[str]]
    """Names that the file gives to several columns, with what these are called in `columns`."""
    delimiter: str
    encoding: str
    cells: Cells
    said: tuple[str, ...]
    """What was recognised of the file, in short sentences for the person who gave it."""
    left_out: Mapping[str, int]
    """What the last reading has left out, cut or doubted so far, in words, and of how many."""

    def rows(self) -> Iterator[Row]:
        """Every row of the file, broken ones included."""
        ...


def repeats(header: Sequence[str], columns: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """What a table's `repeated` is, of the names in the file and the distinct ones that were made of them."""
    called: dict[str, list[str]] = {}
    for name, column in zip(header, columns, strict=True):
        called.setdefault(name.strip(), []).append(column)
    return {name: own for name, own in called.items() if name and len(own) > 1}


def distinct(header: Sequence[str]) -> list[str]:
    """Column names without repeats or gaps, so that no column hides another."""
    names: dict[str, None] = {}
    copies: Counter[str] = Counter()
    for position, name in enumerate(header, start=1):
        plain = unique = name.strip() or f"column_{position}"
        while unique in names:
            copies[plain] += 1
            unique = f"{plain}_{copies[plain] + 1}"
        names[unique] = None
    return list(names)
