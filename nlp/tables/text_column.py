"""Which column of a table holds the messages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from unicodedata import normalize

from nlp.errors import BatchError, WrongUsageError
from nlp.tables.message_text import text_of_bytes
from nlp.tables.nested import Path, leaves, path_of
from nlp.tables.rows import RAW, Table
from nlp.tables.text_names import closeness_inside, is_text_name

_SAMPLE_RECORDS = 200
_SHOWN = 12
_LONGEST_VALUE = 200  # whatever is no words is shorter, save for JSON
_VALUE = re.compile(
    r"[\W\d_]*"  # numbers, prices, dates
    r"|(https?://|www\.|s3://)\S+|\S+@\S+\.\S+|[a-z]:\\\S+|/\S+/\S+"
    r"|(?=\S*\d)[\w:./+#-]+|[0-9a-f]{16,}"  # ids, days and times in one word
    r"|[\d./-]{8,10}[T ][\d:.,]{4,}\s?\S*"
    r"|(\w{2,9}\.?,? )?\d{1,2}\.? \w{3,9}\.? \d{4}( [\d:]+)?( \S+)?"
    r"|true|false|yes|no|null|none|nan|n/a",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class TextColumn:
    """The column with the messages, or a path to them in its objects; `why` says by what it was found."""

    name: str
    why: str


def find_text_column(table: Table) -> str:
    """The column that holds the messages, as `choose_text_column` finds it."""
    return choose_text_column(table).name


def choose_text_column(table: Table) -> TextColumn:
    """The column that holds the messages: by its name, or one near to it, else the one with most words.

    A name does not make up for a column of nothing but numbers, dates, ids or addresses where another has
    words. Where a column holds objects, what is in them counts, as `review.text`, and not the column. What is
    in lists is only read where somebody names it: of a conversation not all is the customer's.

    Raises:
        BatchError: No column holds text, or none as much as some list.
    """
    texts = _sampled(table)
    distances = {path: far for path in texts if (far := closeness_inside(path)) is not None}
    named = sorted(distances, key=lambda path: distances[path])
    wordy = [path for path in texts if _has_words(texts[path])]
    for path in named:
        if path in wordy or not texts[path]:
            return _by_name(path)
    best = max(wordy, key=lambda path: _extent(texts[path]), default=None)
    _check_no_list_is_longer(table, () if best is None else texts[best])
    if best is not None:
        return _by_content(best, texts[best])
    if named:
        return _by_name(named[0])
    _check_some_row_is_read(table)
    raise BatchError(f"no column holds text; columns found: {listed(table.columns)}")


def _check_some_row_is_read(table: Table) -> None:
    if table.columns == [RAW] and (first := next(table.rows(), None)) is not None and first.error:
        raise BatchError(f"no row can be read; the first, in line {first.line}: {first.error}")


def _check_no_list_is_longer(table: Table, texts: Sequence[str]) -> None:
    in_lists = _in_lists(table)
    longest = max(in_lists, key=lambda path: _extent(in_lists[path]), default=None)
    if longest is not None and _extent(in_lists[longest]) > _extent(texts):
        which = "no column holds as much text as a list does" if texts else "no column holds text"
        raise BatchError(
            f"{which}; columns found: {listed(table.columns)}; --text-column {'.'.join(longest)} reads the "
            "texts of each row's list as one message, whoever wrote them"
        )


def has_column(table: Table, name: str) -> bool:
    """Whether a table has a column of this name, or in some row an object with a value at this path."""
    return name in table.columns or (
        "." in name and any(path_of(row.values, name) is not None for row in table.rows())
    )


def named_column(table: Table, name: str) -> str | None:
    """The column, or path to values, that somebody calls by this name; None where a table has none.

    Of columns to which the file gives one name the first is meant by that name with `_1` behind it, as the
    next ones are called with `_2` and so on.

    Raises:
        WrongUsageError: The file gives this name to several columns.
    """
    if alike := table.repeated.get(name):
        raise WrongUsageError(
            f"{len(alike)} columns are called {name!r}; say which by {_first(name)!r} or {alike[1]!r}"
            f"{' and so on' if len(alike) > 2 else ''}; columns found: {listed(table.columns)}"
        )
    if has_column(table, name):
        return name
    # A Mac writes "à" as two letters, a keyboard as one.
    whole = normalize("NFC", name)
    composed = (column for column in table.columns if normalize("NFC", column) == whole)
    firsts = (alike[0] for one, alike in table.repeated.items() if name == _first(one))
    return next(composed, None) or next(firsts, None)


def _first(name: str) -> str:
    return f"{name}_1"


def _by_content(path: Path, texts: Sequence[str]) -> TextColumn:
    mean = round(sum(map(len, texts)) / len(texts))
    why = f"by its content, the longest texts: {mean} characters on average"
    return TextColumn(name=".".join(path), why=why)


def _by_name(path: Path) -> TextColumn:
    why = "by its name" if is_text_name(path[-1]) else "by its name, near to a usual one"
    return TextColumn(name=".".join(path), why=why)


def _sampled(table: Table) -> dict[Path, list[str]]:
    """The texts of the first rows that are not blank, for each column and for what is in its objects.

    Columns of nothing but objects and lists are left out.
    """
    texts: dict[Path, list[str]] = {(column,): [] for column in table.columns}
    opened: set[Path] = set()
    for row in islice(table.rows(), _SAMPLE_RECORDS):
        # A line that cannot be read may be the longest; it is nobody's message.
        if row.error is not None and row.values.keys() == {RAW}:
            continue
        for path, value in leaves(row.values):
            own = texts.setdefault(path, [])
            if isinstance(value, bytes):
                value = text_of_bytes(value)
            if isinstance(value, str) and value.strip():
                own.append(value.strip())
            elif isinstance(value, dict | list):
                opened.add(path)
            opened.update(path[:end] for end in range(1, len(path)))
    return {path: own for path, own in texts.items() if own or path not in opened}


def _in_lists(table: Table) -> dict[Path, list[str]]:
    """The texts in lists of the first rows, and in the objects of lists, for those that have words."""
    texts: dict[Path, list[str]] = {}
    for row in islice(table.rows(), _SAMPLE_RECORDS):
        lists = ((path, value) for path, value in leaves(row.values) if isinstance(value, list))
        for path, item in ((path, item) for path, items in lists for item in items):
            for inner, value in leaves(item, path) if isinstance(item, dict) else [(path, item)]:
                if isinstance(value, str) and value.strip():
                    texts.setdefault(inner, []).append(value.strip())
    return {path: own for path, own in texts.items() if _has_words(own) and _extent(own)[0]}


def _has_words(texts: Sequence[str]) -> bool:
    return bool(texts) and sum(map(_is_words, texts)) * 2 >= len(texts)


def _is_words(text: str) -> bool:
    if text.startswith(("{", "[")) and text.endswith(("}", "]")):
        return False
    return len(text) > _LONGEST_VALUE or _VALUE.fullmatch(text) is None


def _extent(texts: Sequence[str]) -> tuple[int, int]:
    """Blank cells count as well: a column with one long remark is not the one with the messages."""
    return sum(len(text) for text in texts if " " in text), sum(map(len, texts))


def listed(columns: Sequence[str]) -> str:
    """Names of columns for a message to a person: all of few, the first of many."""
    more = f" and {len(columns) - _SHOWN:,} more" if len(columns) > _SHOWN else ""
    return (", ".join(columns[:_SHOWN]) or "none") + more
