"""Delimited files of any delimiter and charset, without losing a row."""

import csv
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.charset import detect_encoding
from nlp.tables.rows import Cells, Row, distinct

CSV_SUFFIXES = (".csv", ".tsv", ".txt")

_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"  # splits nothing: a file with one column may have commas in its texts
_SAMPLE_RECORDS = 200
_LONGEST_RECORD = 2000  # physical lines; a quote that is open for longer was never meant to be one


class CsvTable:
    """A delimited file with a header."""

    cells = Cells.TEXT

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = detect_encoding(path)
        # The module's limit is meant for what comes from strangers over a wire; one message may be longer.
        csv.field_size_limit(sys.maxsize)
        self.delimiter = self._detect_delimiter()
        header = next((fields for _, fields, _ in self._records()), None)
        if header is None:
            raise BatchError(f"{path}: the file is empty; expected a header and one row a message")
        self.columns = distinct(header)

    def rows(self) -> Iterator[Row]:
        """Every row; one with too many fields has the surplus in its last column, rejoined."""
        for line, fields, error in islice(self._records(), 1, None):
            yield self._row(line, fields, error)

    def _row(self, line: int, fields: list[str], error: str | None) -> Row:
        expected = len(self.columns)
        if len(fields) != expected and error is None:
            error = f"expected {expected} columns, found {len(fields)}"
        if len(fields) > expected:
            fields = [*fields[: expected - 1], self.delimiter.join(fields[expected - 1 :])]
        padded = [*fields, *[""] * (expected - len(fields))]
        return Row(values=dict(zip(self.columns, padded, strict=True)), line=line, error=error)

    def _records(self, delimiter: str | None = None) -> Iterator[tuple[int, list[str], str | None]]:
        chosen = delimiter or self.delimiter
        with self._path.open(encoding=self.encoding, errors="replace", newline="") as lines:
            for line, record, closed in _whole_records(lines, chosen):
                fields = next(_reader(record, chosen, quoted=closed), [])
                if fields:
                    yield line, fields, None if closed else "a quotation mark that opens is never closed"

    def _detect_delimiter(self) -> str:
        def agreement(delimiter: str) -> tuple[float, int]:
            widths = [len(fields) for _, fields, _ in islice(self._records(delimiter), _SAMPLE_RECORDS)]
            if not widths or widths[0] == 1:
                return 0.0, 0
            return widths.count(widths[0]) / len(widths), widths[0]

        best = max(_DELIMITERS, key=agreement)
        return best if agreement(best)[1] > 1 else _NO_DELIMITER


def _reader(record: str, delimiter: str, *, quoted: bool) -> Iterator[list[str]]:
    if quoted:
        return csv.reader([record], delimiter=delimiter)
    return csv.reader([record], delimiter=delimiter, quoting=csv.QUOTE_NONE)


def _whole_records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, str, bool]]:
    """Join physical lines into records, each with the number of its first line and whether its quotes close.

    A quote that never closes stays with its own line.
    """
    waiting: list[str] = []
    number = 1
    while line := waiting.pop(0) if waiting else next(lines, ""):
        taken = [line]
        still_open = _ends_quoted(line, delimiter, opened=False)
        while still_open and len(taken) < _LONGEST_RECORD:
            following = waiting.pop(0) if waiting else next(lines, "")
            if not following:
                break
            taken.append(following)
            still_open = _ends_quoted(following, delimiter, opened=True)
        if still_open:
            waiting = taken[1:] + waiting
            yield number, line.rstrip("\r\n"), False
            number += 1
        else:
            yield number, "".join(taken), True
            number += len(taken)


def _ends_quoted(line: str, delimiter: str, *, opened: bool) -> bool:
    """Whether a quoted field is still open at the end of a line."""
    # By searching, not letter by letter: a cell may have megabytes.
    position, at_start = 0, not opened
    while True:
        if opened:
            position = line.find('"', position) + 1
            if position == 0:
                return True
            if line.startswith('"', position):
                position += 1
            else:
                opened = False
            continue
        if not at_start:
            position = line.find(delimiter, position) + 1
            if position == 0:
                return False
        at_start = False
        if line.startswith('"', position):
            opened = True
            position += 1
