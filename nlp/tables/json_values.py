"""The values of a JSON text, one after another from a stream, in flat memory."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from nlp.tables.json_reading import JsonReader

LONGEST_VALUE = 1 << 24
"""Characters of one value; what has more is no message, and would not fit into memory."""

_PIECE = 1 << 18
_REACH = 1 << 20  # how far the end of a broken value is looked for
_DEEPEST = 3
_BETWEEN = re.compile(r"[\s,\ufeff]*")
_COLON = re.compile(r"\s*:\s*")
# A quotation mark without a partner in its line is a letter like others.
_STRUCTURE = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}\[\]]')
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)|\n\s*(?=\{)")
_SCALAR = re.compile(r"[^,\]}\n]*")
_CUT_OFF = 12  # characters at the end of what was read, in which an escape or a word may be incomplete


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One value, from `line` on, counted from 1; a broken one is its own text, and `error` says why.

    `path` has the keys of the objects around the list that it is in.
    """

    value: object
    line: int
    path: tuple[str, ...] = ()
    error: str | None = None


class Values:
    """Reads a stream of JSON values; of lists that are not inside of others, every element is an item.

    `objects` counts the objects at the top that were opened, `texts` has their keys with a text.
    """

    def __init__(self, text: TextIO, reader: JsonReader) -> None:
        self.objects = 0
        self.texts: set[str] = set()
        self._text = text
        self._reader = reader
        self._buffer = ""
        self._place = 0
        self._line = 1
        self._is_over = False

    def items(self, *, open_objects: bool) -> Iterator[Item]:
        """Every value from here to the end.

        With `open_objects` an object that is in no list is no item, but what its lists of objects hold.
        """
        while sign := self._peek():
            if sign == "[":
                yield from self._elements(())
            elif sign == "{" and open_objects:
                self.objects += 1
                yield from self._members(())
            elif sign in "]}":
                line = self._line
                self._take(self._place + 1)
                yield Item(value=sign, line=line, error=f"not JSON: a {sign} that closes nothing")
            else:
                yield self._item(())

    def _elements(self, path: tuple[str, ...]) -> Iterator[Item]:
        opened = self._line
        self._take(self._place + 1)
        while (sign := self._peek()) not in ("]", ""):
            if sign == "}":  # what is left of a broken element
                self._take(self._place + 1)
                continue
            yield self._item(path)
        if not sign:
            yield Item(value="", line=self._line, path=path, error=f"the list of line {opened} has no end")
        self._take(self._place + len(sign))

    def _members(self, path: tuple[str, ...]) -> Iterator[Item]:
        self._take(self._place + 1)
        while (sign := self._peek()) not in ("}", ""):
            line = self._line
            key = self._item(path) if sign == '"' else None
            colon = _COLON.match(self._buffer, self._place) if self._peek() else None
            if key is None or key.error is not None or colon is None:
                end = _SCALAR.match(self._buffer, self._place)
                self._take(max(self._place + 1, end.end() if end is not None else 0))
                yield Item(value=sign, line=line, path=path, error='not JSON: expected "name": value')
                continue
            self._take(colon.end())
            inner = (*path, str(key.value))
            sign = self._peek()
            if sign == "{" and len(inner) < _DEEPEST:
                yield from self._members(inner)
            elif sign == "[" and self._is_list_of_objects():
                yield from self._elements(inner)
            elif isinstance(self._item(inner).value, str) and not path:
                self.texts.add(str(key.value))
        self._take(self._place + len(sign))

    def _is_list_of_objects(self) -> bool:
        while True:
            space = _BETWEEN.match(self._buffer, self._place + 1)
            after = space.end() if space is not None else len(self._buffer)
            if after < len(self._buffer) or not self._read_more():
                return self._buffer.startswith("{", after)

    def _item(self, path: tuple[str, ...]) -> Item:
        line = self._line
        while True:
            try:
                value, end = self._reader.read_from(self._buffer, self._place)
            except json.JSONDecodeError as error:
                if self._may_go_on(error) and self._read_more():
                    continue
                problem = f"not JSON: {error.msg}"
            except (ValueError, RecursionError) as error:  # a number of 5000 digits is a plain ValueError
                problem = f"not JSON: {error}"
            else:
                if end == len(self._buffer) and self._read_more():  # a number may go on
                    continue
                self._take(end)
                return Item(value=value, line=line, path=path)
            if len(self._buffer) - self._place >= LONGEST_VALUE:
                problem = f"a value has more than {LONGEST_VALUE:,} characters: what follows it is left out"
                end, self._is_over = len(self._buffer), True
            else:
                end = self._end_of_broken()
            text = self._buffer[self._place : end]
            self._take(end)
            return Item(value=text.strip(), line=line, path=path, error=problem)

    def _may_go_on(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated string") or error.pos > len(self._buffer) - _CUT_OFF

    def _end_of_broken(self) -> int:
        """Where a broken value ends by its brackets, else before what looks like the next one."""
        while len(self._buffer) - self._place < _REACH and self._read_more():
            pass
        limit = self._place + _REACH
        if self._buffer[self._place] not in "{[":
            scalar = _SCALAR.match(self._buffer, self._place, limit)
            return max(self._place + 1, scalar.end() if scalar is not None else 0)
        depth = 0
        for part in _STRUCTURE.finditer(self._buffer, self._place, limit):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(part[0], 0)
            if depth == 0:
                return part.end()
        following = _NEXT_OBJECT.search(self._buffer, self._place + 1, limit)
        return following.end() if following is not None else min(limit, len(self._buffer))

    def _peek(self) -> str:
        """The next character that is neither blank nor a comma; empty at the end."""
        while True:
            between = _BETWEEN.match(self._buffer, self._place)
            self._take(between.end() if between is not None else self._place)
            if self._place < len(self._buffer):
                return self._buffer[self._place]
            if not self._read_more():
                return ""

    def _take(self, end: int) -> None:
        self._line += self._buffer.count("\n", self._place, end)
        self._place = end

    def _read_more(self) -> bool:
        kept = self._buffer[self._place :]
        if self._is_over or len(kept) >= LONGEST_VALUE:
            return False
        # As much again, so that a long value is not tried a hundred times.
        piece = self._text.read(max(_PIECE, len(kept)))
        self._buffer, self._place = kept + piece, 0
        self._is_over = not piece
        return bool(piece)
