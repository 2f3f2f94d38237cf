"""Physical lines of a delimited file as the records they make up."""

import csv
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nlp.tables.text_file import is_cut

_LONGEST_RECORD = 2000  # physical lines; a quote that is open for longer was never meant to be one
# A backslash before the quote; two of them are one of the text's own.
_ESCAPED_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


@dataclass(frozen=True, kw_only=True, slots=True)
class Quoting:
    """What parts cells and what surrounds them.

    With `has_backslashes` a quote inside a cell is written `\\"`; with `has_blanks` there are blanks behind
    every delimiter, and a quote after them surrounds its cell as well.
    """

    delimiter: str
    quote: str = '"'
    has_backslashes: bool = False
    has_blanks: bool = False

    def read(self, records: Iterable[str], *, is_quoted: bool = True) -> Iterator[list[str]]:
        """The cells of each record; without `is_quoted` quotes are letters like others."""
        # The module's limit is meant for what comes from strangers over a wire; one message may be longer.
        csv.field_size_limit(sys.maxsize)
        return csv.reader(
            records,
            delimiter=self.delimiter,
            quotechar=self.quote,
            skipinitialspace=self.has_blanks,
            quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
        )


class Record(NamedTuple):  # a tuple, for there are millions of them
    """One record from its physical line `line` on, counted from 1; a quote in it may never be closed."""

    line: int
    text: str
    is_closed: bool


def whole_records(lines: Iterator[str], quoting: Quoting) -> Iterator[Record]:
    """Join physical lines into records. A quote that never closes stays with its own line."""
    quote = quoting.quote
    waiting: deque[str] = deque()
    number = 1
    while line := waiting.popleft() if waiting else next(lines, ""):
        # Files that were joined keep the mark that each begins with, and a quote may stand behind it.
        line = line.removeprefix("\ufeff") or "\n"
        if quote not in line:
            yield Record(number, line, True)
            number += 1
            continue
        taken = [line]
        end = _end(line, quoting, opened=False)
        while end == _OPEN and len(taken) < _LONGEST_RECORD and not is_cut(taken[-1]):
            following = waiting.popleft() if waiting else next(lines, "")
            if not following:
                break
            taken.append(following)
            end = _end(following, quoting, opened=True)
        if end == _CLOSED:
            yield Record(number, _standard("".join(taken), quoting), True)
            number += len(taken)
        else:
            waiting.extendleft(reversed(taken[1:]))
            yield Record(number, line, False)
            number += 1


_CLOSED, _OPEN, _NEVER_OPENED = "closed", "open", "never opened"


def _end(line: str, quoting: Quoting, *, opened: bool) -> str:
    """How a line ends: within a quoted cell, or not.

    A later line with a quote in the middle of its words says that the earlier one never opened any.
    """
    # By searching, not letter by letter: a cell may have megabytes.
    line = _standard(line, quoting)
    delimiter, quote = quoting.delimiter, quoting.quote
    closing_earlier = opened
    position, at_start = 0, not opened
    while True:
        if opened:
            position = line.find(quote, position) + 1
            if position == 0:
                return _OPEN
            if line.startswith(quote, position):
                position += 1
                continue
            opened = False
            if closing_earlier and not (
                position == len(line) or line.startswith((delimiter, "\r", "\n"), position)
            ):
                return _NEVER_OPENED
            closing_earlier = False
            continue
        if not at_start:
            position = line.find(delimiter, position) + 1
            if position == 0:
                return _CLOSED
        at_start = False
        while quoting.has_blanks and line.startswith(" ", position):
            position += 1
        if line.startswith(quote, position):
            opened = True
            position += 1


def _standard(text: str, quoting: Quoting) -> str:
    """The text with the quotes inside its cells doubled."""
    return _ESCAPED_QUOTE.sub(r'\1""', text) if quoting.has_backslashes else text
