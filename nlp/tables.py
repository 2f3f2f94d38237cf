"""Messy tables of messages: CSV of any delimiter and charset, and JSON lines, without losing a row."""

import codecs
import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from nlp.errors import BatchError

JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")
CSV_SUFFIXES = (".csv", ".tsv", ".txt")
SHEET_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".ods")

RAW = "raw"
"""Where the line of a row that cannot be read is kept."""

_DELIMITERS = (",", ";", "\t", "|")
_NO_DELIMITER = "\x1f"  # splits nothing: a file with one column may have commas in its texts
_SAMPLE_BYTES = 1 << 20
_SAMPLE_RECORDS = 200
_LONGEST_RECORD = 2000  # physical lines; a quote that is open for longer was never meant to be one


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row as it stands in the file from `line` on, counted from 1; `error` says what is wrong with it."""

    values: dict[str, object]
    line: int
    error: str | None = None


class Table(Protocol):
    """A file of rows that can be read more than once, in order and one row at a time."""

    columns: list[str]
    delimiter: str
    encoding: str

    def rows(self) -> Iterator[Row]:
        """Every row of the file, broken ones included."""
        ...


def open_table(path: Path) -> Table:
    """Look at a file and say how to read it.

    Raises:
        BatchError: The file is missing, of an unknown kind, or has no header.
    """
    if not path.is_file():
        raise BatchError(f"{path}: no such file")
    suffix = path.suffix.lower()
    if suffix in JSON_SUFFIXES:
        return JsonTable(path)
    if suffix in CSV_SUFFIXES:
        return CsvTable(path)
    raise BatchError(f"{path}: expected a file ending in {', '.join(CSV_SUFFIXES + JSON_SUFFIXES)}")


class CsvTable:
    """A delimited file with a header."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = detect_encoding(path)
        # The module's limit is meant for what comes from strangers over a wire; one message may be longer.
        csv.field_size_limit(sys.maxsize)
        self.delimiter = self._detect_delimiter()
        header = next((fields for _, fields, _ in self._records()), None)
        if header is None:
            raise BatchError(f"{path}: the file is empty; expected a header and one row a message")
        self.columns = _distinct(header)

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


class SheetTable:
    """One sheet of a spreadsheet whose first row that is not empty is the header.

    Cells come as they are kept: text, numbers (float), days and yes or no. `line` is the row in the sheet.
    """

    delimiter = ","
    encoding = "utf-8"

    def __init__(self, path: Path, sheet: str | None = None) -> None:
        """Open a sheet by its name; without one the first.

        Raises:
            BatchError: The file is missing or no spreadsheet, has no such sheet, or nothing is in it.
        """
        # Imported where needed: most tables are text.
        from python_calamine import CalamineError, CalamineWorkbook

        if not path.is_file():
            raise BatchError(f"{path}: no such file")
        try:
            book = CalamineWorkbook.from_path(str(path))
            names = book.sheet_names
            if sheet is not None and sheet not in names:
                raise BatchError(f"{path}: no sheet {sheet!r}; there are {', '.join(names)}")
            found = book.get_sheet_by_name(sheet or names[0]) if names else None
            cells = found.to_python(skip_empty_area=False) if found is not None else []
        except CalamineError as error:
            raise BatchError(f"{path}: not a spreadsheet that can be read: {error}") from error
        numbered = [(line, row) for line, row in enumerate(cells, start=1) if any(cell != "" for cell in row)]
        if not numbered:
            raise BatchError(f"{path}: the sheet is empty; expected a header and one row an entry")
        self.columns = _distinct([str(cell) for cell in numbered[0][1]])
        self._rows = numbered[1:]

    def rows(self) -> Iterator[Row]:
        """Every row that is not empty."""
        for line, cells in self._rows:
            yield Row(values=dict(zip(self.columns, cells, strict=True)), line=line)


class JsonTable:
    """A file with one JSON object a line; a line that is none is a row with an error."""

    delimiter = ","

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = detect_encoding(path)
        self.columns = list(dict.fromkeys(key for row in self.rows() for key in row.values))

    def rows(self) -> Iterator[Row]:
        """Every line that is not blank."""
        with self._path.open(encoding=self.encoding, errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _parse(line.rstrip("\n"), number)


def detect_encoding(path: Path) -> str:
    """The charset of a file: UTF-8 where it is, else what its bytes look like, else Windows-1252."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    broken = _first_bad_byte(path)
    if broken is None:
        return "utf-8-sig"
    # Imported where needed: most files are UTF-8.
    from charset_normalizer import from_bytes

    with path.open("rb") as file:
        file.seek(max(0, broken - _SAMPLE_BYTES // 2))
        sample = file.read(_SAMPLE_BYTES)
    text = sample.decode("utf-8", "replace")
    wide = sum(1 for character in text if character > "\x7f" and character != "�")
    # Bytes that are UTF-8 by chance are rarer than damage.
    if wide and wide >= text.count("�"):
        return "utf-8-sig"  # mostly right: a few bytes were damaged on the way
    # Not cp1250: it has other letters where cp1252 has our languages', and short files pass for it.
    guess = from_bytes(sample, cp_isolation=["cp1252", "iso8859_15", "mac_roman", "cp850"]).best()
    return "cp1252" if guess is None else guess.encoding


def find_text_column(table: Table) -> str:
    """The column that holds the messages: by its name, else the one with the longest texts.

    Raises:
        BatchError: No column holds text.
    """
    by_name = {column.strip().lower(): column for column in reversed(table.columns)}
    for name in TEXT_NAMES:
        if name in by_name:
            return by_name[name]
    lengths: Counter[str] = Counter()
    for row in islice(table.rows(), _SAMPLE_RECORDS):
        # A line that cannot be read may be the longest; it is nobody's message.
        unread = row.error is not None and row.values.keys() == {RAW}
        texts = {} if unread else row.values
        lengths.update({key: len(value) for key, value in texts.items() if isinstance(value, str)})
    if not lengths:
        raise BatchError(f"no column holds text; columns found: {', '.join(table.columns) or 'none'}")
    return lengths.most_common(1)[0][0]


TEXT_NAMES = (
    *("text", "testo", "message", "messaggio", "body", "review", "recensione", "comment", "commento"),
    *("content", "contenuto", "feedback", "description", "descrizione", "texto", "mensaje", "mensagem"),
    *("reseña", "texte", "avis", "nachricht", "bewertung", "kommentar", "corpo", "reclamo", "complaint"),
)
"""Names of the column that holds the messages, in order of preference."""


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


def _distinct(header: Sequence[str]) -> list[str]:
    """Column names without repeats or gaps, so that no column hides another."""
    names: list[str] = []
    for position, name in enumerate(header, start=1):
        plain = name.strip() or f"column_{position}"
        copy = 2
        unique = plain
        while unique in names:
            unique = f"{plain}_{copy}"
            copy += 1
        names.append(unique)
    return names


def _parse(text: str, line: int) -> Row:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5000 digits is a plain ValueError
        return Row(values={RAW: text}, line=line, error=f"not JSON: {error}")
    if not isinstance(value, dict):
        problem = f"expected a JSON object, found {type(value).__name__}"
        return Row(values={RAW: text}, line=line, error=problem)
    return Row(values=value, line=line)


def _first_bad_byte(path: Path) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(_SAMPLE_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return done
            done += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, done - 1)
    return None
