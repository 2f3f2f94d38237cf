"""JSON: one object a line, a list of objects, or one object with such a list in it."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.given import RECOGNISED, Given
from nlp.tables.json_reading import JsonReader, json_kind, json_text
from nlp.tables.json_values import Item, Values
from nlp.tables.plain_table import TEXT
from nlp.tables.rows import NO_REPEATS, NOTHING, RAW, Cells, Row
from nlp.tables.text_file import TextFile, is_cut
from nlp.tables.text_names import is_text_name

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")

_MOST_COLUMNS = 10_000
_DOUBLED = "values of keys that their object has once more, left out"
_BLANK = " \t\r\n\ufeff"


class JsonTable:
    """A file of JSON objects, each a row; what is none is a row with an error.

    Where there are strings and no object, the strings are the texts.
    """

    delimiter = ","
    cells = Cells.JSON
    repeated = NO_REPEATS

    def __init__(self, path: Path, given: Given = RECOGNISED) -> None:
        """Look at all of a file, and recognise how its objects stand in it.

        Raises:
            BatchError: It cannot be read, has several lists of objects, or more keys than any table.
        """
        self._file = TextFile(path, given.encoding)
        self.encoding = self._file.encoding
        self.left_out: Mapping[str, int] = NOTHING
        head = self._head()
        if not head:
            raise BatchError(f"{path}: the file is empty; expected a list of objects, or one object a line")
        self._is_lines = _has_value_per_line(head)
        is_object = not self._is_lines and head[0].strip(_BLANK).startswith("{")
        self._list = self._list_inside() if is_object else None
        self._objects = self._strings = 0
        self._of_strings = False
        columns = self._columns()
        if self._strings and not self._objects:
            self._of_strings = True
            columns = self._columns()
        if not columns:
            raise BatchError(f"{path}: holds no rows; expected a list of objects, or one object a line")
        self.columns = list(columns)
        doubled = ("of keys that their object has twice the last value counts",) if self.left_out else ()
        self.said = (*self._file.said, self._shape(head), *doubled)

    def _columns(self) -> dict[str, None]:
        columns: dict[str, None] = {}
        for row in self.rows():
            columns.update(dict.fromkeys(row.values))
            if len(columns) > _MOST_COLUMNS:
                raise BatchError(
                    f"{self._file.path}: more than {_MOST_COLUMNS:,} different keys; expected a table"
                )
        return columns

    def rows(self) -> Iterator[Row]:
        """Every object in its order; what a damaged archive ends with is a row with an error."""
        reader = JsonReader()
        self.left_out = doubled = Counter[str]()
        for row in self._rows_of_lines(reader) if self._is_lines else self._rows_of_items(reader):
            if reader.doubled:
                doubled[_DOUBLED] = reader.doubled
            yield row

    def _rows_of_items(self, reader: JsonReader) -> Iterator[Row]:
        line = record = 0
        for record, item in enumerate(self._items(reader), start=1):
            line = item.line
            yield replace(self._row(item), record=record)
        if self._file.damage is not None:
            problem = f"what follows is lost: {self._file.damage}"
            yield Row(values={RAW: ""}, line=line, error=problem, record=record + 1)

    def _rows_of_lines(self, reader: JsonReader) -> Iterator[Row]:
        number, line = 0, "\n"
        for number, line in enumerate(self._file.lines(), start=1):
            if line.strip(_BLANK):
                yield self._parse(reader, line.rstrip("\r\n"), number, self._file.problem_of(line))
        if (loss := self._file.loss_after(line)) is not None:
            yield Row(values={RAW: ""}, line=number + 1, error=loss)

    def _head(self) -> list[str]:
        """The first lines that are not blank, two where there are as many."""
        filled = (line for line in self._file.lines() if line.strip(_BLANK))
        first = list(islice(filled, 1))
        # After a line that is too long the next one may be gigabytes away.
        return first if not first or is_cut(first[0]) else [*first, *islice(filled, 1)]

    def _items(self, reader: JsonReader) -> Iterator[Item]:
        with self._file.opened(newline=None) as text:
            for item in Values(text, reader).items(open_objects=self._list is not None):
                if self._list is None or item.path == self._list or item.error is not None:
                    yield item

    def _list_inside(self) -> tuple[str, ...] | None:
        """The keys that lead to the list of a single object, where it is no message itself."""
        with self._file.opened(newline=None) as text:
            values = Values(text, JsonReader())
            found = dict.fromkeys(item.path for item in values.items(open_objects=True) if item.path)
        if values.objects != 1 or not found or any(is_text_name(key) for key in values.texts):
            return None
        if len(found) > 1:
            names = ", ".join(".".join(path) for path in islice(found, 5))
            raise BatchError(f"{self._file.path}: expected one list of objects, found {len(found)}: {names}")
        return next(iter(found))

    def _shape(self, head: list[str]) -> str:
        if self._is_lines:
            return "JSON lines, each a text" if self._of_strings else "JSON lines"
        if self._list is not None:
            return f"the list {'.'.join(self._list)!r} of a JSON object"
        if self._of_strings:
            return "a JSON list of texts"
        return "a JSON list" if head[0].strip(_BLANK).startswith("[") else "JSON objects one after another"

    def _parse(self, reader: JsonReader, text: str, line: int, problem: str | None) -> Row:
        if problem is not None:
            return Row(values={RAW: text}, line=line, error=problem)
        try:
            # Files that were joined keep the mark that each begins with.
            value = reader.read(text.removeprefix("\ufeff"))
        except json.JSONDecodeError as error:
            return Row(
                values={RAW: text}, line=line, error=f"not JSON: {error.msg} at character {error.colno}"
            )
        except (ValueError, RecursionError) as error:  # a number of 5000 digits is a plain ValueError
            return Row(values={RAW: text}, line=line, error=f"not JSON: {error}")
        return self._row(Item(value=value, line=line))

    def _row(self, item: Item) -> Row:
        if item.error is not None:
            return Row(values={RAW: item.value}, line=item.line, error=item.error)
        if isinstance(item.value, str):
            self._strings += 1
            if self._of_strings:
                return Row(values={TEXT: item.value}, line=item.line)
        if not isinstance(item.value, dict):
            raw = item.value if isinstance(item.value, str) else json_text(item.value)
            problem = f"expected a JSON object, found {json_kind(item.value)}"
            return Row(values={RAW: raw}, line=item.line, error=problem)
        self._objects += 1
        return Row(values=item.value, line=item.line)


def _has_value_per_line(head: list[str]) -> bool:
    """Whether a file with these first lines that are not blank has one value a line."""
    if not head or is_cut(head[0]):
        return not head
    first = head[0].strip(_BLANK)
    with suppress(ValueError, RecursionError):
        value, end = json.JSONDecoder(strict=False).raw_decode(first)
        if end == len(first):
            return len(head) > 1 or not isinstance(value, dict | list)
        if isinstance(value, dict) and first[end:].lstrip(_BLANK).startswith("{"):
            return False  # written one behind the other, without an end of line
    inside = first[1:].lstrip()[:1]
    if first.startswith("["):
        return inside not in ("", "{", "]", '"')
    # What is spread over lines goes on with a key or an element; a broken line is followed by a whole one.
    following = head[1].strip(_BLANK) if len(head) > 1 else ""
    is_spread = following.startswith(('"', "}")) or (following and first.endswith((",", "[", ":")))
    return not (first.startswith("{") and is_spread)
