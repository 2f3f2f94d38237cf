"""Delimited files of any delimiter and charset, without losing a row."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from nlp.errors import BatchError
from nlp.tables.dialect import is_excel_mark, recognise
from nlp.tables.given import RECOGNISED, Given
from nlp.tables.records import Record, whole_records
from nlp.tables.repeated_header import RepeatedHeader
from nlp.tables.rows import NOTHING, Cells, Row, distinct, repeats
from nlp.tables.text_file import TextFile

CSV_SUFFIXES = (".csv", ".tsv", ".txt")

_SAMPLE_LINES, _SAMPLE_CHARACTERS = 1000, 1 << 24
_BATCH_RECORDS, _BATCH_CHARACTERS = 1000, 1 << 20
_Parsed = tuple[Record, list[str]]


class CsvTable:
    """A delimited file. Without a header its columns are `column_1` and so on."""

    cells = Cells.TEXT

    def __init__(self, path: Path, given: Given = RECOGNISED) -> None:
        """Look at all of a file once, and recognise how it is written.

        Raises:
            BatchError: There is nothing in it, or it cannot be read.
        """
        self._file = TextFile(path, given.encoding)
        lines, is_all = sample_lines(self._file)
        dialect = recognise(lines, is_all=is_all, given=given)
        if dialect is None:
            raise BatchError(f"{path}: the file is empty; expected a header and one row a message")
        self._quoting = dialect.quoting
        self._header_line = dialect.header_line
        self._names = dialect.names or ()
        self.left_out: Mapping[str, int] = NOTHING
        self.encoding = self._file.encoding
        self.delimiter = dialect.quoting.delimiter
        names = dialect.names if dialect.names is not None else [""] * dialect.width
        self.columns = distinct(names)
        self.repeated = repeats(names, self.columns)
        self.said = (*self._file.said, *dialect.said, *_renamed(self._names, self.columns))

    def rows(self) -> Iterator[Row]:
        """Every row; one with too many fields has the surplus in its last column, rejoined.

        What a damaged archive ends with is a row with an error. The header is none where it comes again, nor
        is the line in front of it that tells Excel the delimiter.
        """
        header = RepeatedHeader(self._names)
        marks = Counter[str]()
        self.left_out = NOTHING
        last = Record(self._header_line, "\n", True)
        for last, fields in self._parsed():
            if last.line <= self._header_line:
                continue
            if last.is_closed and header.comes_again(fields, last.line):
                self.left_out = {**header.counted, **marks}
                if not header.is_row:
                    continue
            if is_excel_mark(last.text, self.delimiter):
                marks[f"the line sep={self.delimiter} once more, left out"] += 1
                self.left_out = {**header.counted, **marks}
                continue
            yield self._row(last, fields)
        if (loss := self._file.loss_after(last.text)) is not None:
            values: dict[str, object] = dict.fromkeys(self.columns, "")
            yield Row(values=values, line=last.line + last.text.count("\n"), error=loss)

    def _row(self, record: Record, fields: list[str]) -> Row:
        expected = len(self.columns)
        error = self._file.problem_of(record.text)
        if error is None and not record.is_closed:
            error = "a quotation mark that opens is never closed"
        if len(fields) > expected and not any(fields[expected:]):
            fields = fields[:expected]
        if len(fields) != expected and error is None:
            error = f"expected {expected} columns, found {len(fields)}"
        if len(fields) > expected:
            fields = [*fields[: expected - 1], self.delimiter.join(fields[expected - 1 :])]
        padded = [*fields, *[""] * (expected - len(fields))]
        return Row(values=dict(zip(self.columns, padded, strict=True)), line=record.line, error=error)

    def _parsed(self) -> Iterator[_Parsed]:
        batch: list[Record] = []
        characters = 0
        for record in whole_records(self._file.lines(), self._quoting):
            batch.append(record)
            characters += len(record.text)
            if not record.is_closed or len(batch) == _BATCH_RECORDS or characters > _BATCH_CHARACTERS:
                yield from self._parse(batch)
                batch, characters = [], 0
        yield from self._parse(batch)

    def _parse(self, batch: list[Record]) -> Iterator[_Parsed]:
        """The fields of records, blank ones left out; only the last may have a quote that never closes."""
        closed = batch if not batch or batch[-1].is_closed else batch[:-1]
        parsed = self._quoting.read(record.text for record in closed)
        yield from ((record, fields) for record, fields in zip(closed, parsed, strict=True) if fields)
        for record in batch[len(closed) :]:
            fields = next(self._quoting.read([record.text], is_quoted=False), [])
            if fields:
                yield record, fields


def sample_lines(file: TextFile) -> tuple[list[str], bool]:
    """The first lines of a file, and whether they are all of it."""
    lines: list[str] = []
    characters = 0
    for line in islice(file.lines(), _SAMPLE_LINES + 1):
        if len(lines) == _SAMPLE_LINES or characters > _SAMPLE_CHARACTERS:
            return lines, False
        lines.append(line)
        characters += len(line)
    return lines, True


def _renamed(names: tuple[str, ...], columns: list[str]) -> list[str]:
    new = [
        f"{old.strip() or 'unnamed'} → {name}"
        for old, name in zip(names, columns, strict=False)
        if old.strip() != name
    ]
    if not new:
        return []
    more = f" and {len(new) - 5:,} more" if len(new) > 5 else ""
    return [f"columns renamed: {', '.join(new[:5])}{more}"]
