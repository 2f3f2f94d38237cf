"""Whether the first record of a delimited file names its columns, or is a row like those below it."""

import re
from collections.abc import Iterable, Sequence

from nlp.tables.text_names import is_usual_name

_MOSTLY = 0.8
_VALUE = re.compile(
    r"[-+]?[\d.,' ]*\d\s?[%€$£]?|[€$£]\s?[\d.,]+"  # a number or a price
    r"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ].*)?|\d{1,2}:\d{2}(:\d{2})?"  # a date or a time
    r"|\S+@\S+\.\S+|https?://\S+|true|false|null",
    re.IGNORECASE,
)
_LONGEST_NAME = 60
_MOST_WORDS = 3
_SOME = 0.1
"""The share of a column's cells that are as short as its first one where that is a cell as well."""
_END_OF_SENTENCE = re.compile(r"(?:[!?…。！？]|\s\S+[.:])[\"'»”’)]*$")


def is_header(cells: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether `cells` are the names of the columns of `rows`."""
    if has_usual_name(cells):
        return True
    if any(_VALUE.fullmatch(cell.strip()) for cell in cells):
        return False
    columns = [
        [row[place].strip() for row in rows if len(row) == len(cells) and row[place].strip()]
        for place in range(len(cells))
    ]
    for values in columns:
        if values and sum(_VALUE.fullmatch(value) is not None for value in values) >= _MOSTLY * len(values):
            return True
    if any(len(cell) > _LONGEST_NAME or len(cell.split()) > _MOST_WORDS for cell in cells):
        return False
    return not _is_row(cells, rows, columns)


def _is_row(cells: Sequence[str], rows: Sequence[Sequence[str]], columns: Sequence[Sequence[str]]) -> bool:
    """Whether short words read as what is below them does."""
    if any(_END_OF_SENTENCE.search(cell.strip()) for cell in cells):
        return True
    has_words = any(len(cell.split()) > 1 for cell in cells)
    if rows and not any(columns):  # no row has as many cells: these are commas between words
        return has_words
    # Files that were put together repeat their whole header.
    own = [cell.strip().casefold() for cell in cells]
    is_repeated = len(cells) > 1 and any([cell.strip().casefold() for cell in row] == own for row in rows)
    for name, values in zip(own, columns, strict=True):
        if name and not is_repeated and any(value.casefold() == name for value in values):
            return True
        words, counts = len(name.split()), [len(value.split()) for value in values]
        # Where all are shorter ("Punto vendita" above towns) it is the name of another kind of thing.
        is_of_them = max(counts, default=0) >= words
        if words > 1 and is_of_them and sum(count <= words for count in counts) > _SOME * len(counts):
            return True
    return False


def names_groups(cells: Sequence[str], below: Sequence[str]) -> bool:
    """Whether these cells name groups of columns, and those in the row below them the columns."""
    if len(cells) != len(below) or not 1 < filled(cells) < filled(below):
        return False
    names = [cell for cell in below if cell.strip()]
    return sum(map(is_usual_name, names)) * 2 >= len(names) and not any(
        _VALUE.fullmatch(name.strip()) for name in names
    )


def has_usual_name(cells: Iterable[str]) -> bool:
    """Whether one of the cells is what people call a column."""
    return any(is_usual_name(cell) for cell in cells)


def filled(cells: Iterable[str]) -> int:
    """How many cells have something in them."""
    return sum(1 for cell in cells if cell.strip())
