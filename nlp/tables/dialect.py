"""How a delimited file is written: what parts its cells, how they are quoted, and where its header is."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from nlp.tables.given import RECOGNISED, Given
from nlp.tables.header import filled, has_usual_name, is_header, names_groups
from nlp.tables.records import Quoting, whole_records
from nlp.tables.text_column import listed
from nlp.tables.text_names import is_text_name

DELIMITERS = (",", ";", "\t", "|")
NO_DELIMITER = "\x1f"
"""Parts nothing: a file with one column may have commas in its texts."""

_SAMPLE_RECORDS = 200
_MOST_PREAMBLE = 20
_MOSTLY = 0.8
_EXCEL_MARK = re.compile(r"sep=([^\w\s\"']|\t)\s*", re.IGNORECASE)
_ESCAPED_QUOTE = re.compile(r'\\"[^,;\t|\r\n"]')
_LONGEST_NAME = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """How a file is written.

    `names` are those of its header, which begins at the physical line `header_line`. Without a header `names`
    is None and the rows begin after `header_line`; `width` is the number of columns.
    """

    quoting: Quoting
    names: tuple[str, ...] | None
    header_line: int
    width: int
    said: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Layout:
    records: list[tuple[int, list[str]]]
    start: int
    agreement: float

    @property
    def width(self) -> int:
        return len(self.records[self.start][1])

    @property
    def merit(self) -> tuple[bool, bool, bool, float]:
        is_even = self.agreement >= _MOSTLY
        rows = [cells for _, cells in self.records[self.start + 1 :]]
        # Sentences with a comma here and there are no columns.
        has_columns = self.width > 1 and (is_even or is_header(self.records[self.start][1], rows))
        return has_columns, is_even, self.start == 0, self.agreement * self.width


def is_excel_mark(line: str, delimiter: str) -> bool:
    """Whether a line only tells Excel that this delimiter parts the cells."""
    mark = _EXCEL_MARK.fullmatch(line)
    return mark is not None and mark[1] == delimiter


def recognise(lines: Sequence[str], *, is_all: bool, given: Given = RECOGNISED) -> Dialect | None:
    """How the file is written that begins with these lines; None where there is nothing in them."""
    said: list[str] = []
    first = 0
    choices: Sequence[str] = DELIMITERS
    mark = _EXCEL_MARK.fullmatch(lines[0]) if lines else None
    if mark is not None:
        first, choices = 1, [mark[1]]
        said.append(f"the line sep={mark[1]} before the header skipped")
    if given.delimiter is not None:
        choices = [given.delimiter]
    quote = given.quote or _quote(lines[first:], choices)
    has_backslashes = _ESCAPED_QUOTE.search("".join(lines)) is not None and quote == '"'
    layouts = {}
    for delimiter in choices if given.delimiter is not None else [*choices, NO_DELIMITER]:
        quoting = Quoting(delimiter=delimiter, quote=quote, has_backslashes=has_backslashes)
        records = [(first + line, cells) for line, cells in _sample(lines[first:], quoting, is_all=is_all)]
        if not records:
            return None
        layouts[quoting] = _layout(records, given.has_header)
    best = max(layouts, key=lambda quoting: layouts[quoting].merit)
    return _dialect(best, layouts[best], said, given.has_header)


def shown(delimiter: str) -> str:
    """A delimiter in words."""
    return {"\t": "tab", NO_DELIMITER: "none, one column"}.get(delimiter, delimiter)


def is_clearly_table(lines: Sequence[str], *, is_all: bool) -> bool:
    """Whether these lines of a file whose name says nothing are rows and not sentences with commas."""
    dialect = recognise(lines, is_all=is_all)
    if dialect is None or dialect.width < 2:
        return False
    records = list(_sample(lines, dialect.quoting, is_all=is_all))
    rows = [cells for line, cells in records if line >= dialect.header_line]
    agreement = sum(len(cells) == dialect.width for cells in rows) / (len(rows) or 1)
    if agreement < _MOSTLY or (len(rows) < 2 and not has_usual_name(dialect.names or ())):
        return False
    # A comma is in every second sentence.
    return (
        dialect.quoting.delimiter != ","
        or has_usual_name(dialect.names or ())
        or (agreement == 1 and dialect.width > 2 and len(rows) > 4)
    )


def _dialect(quoting: Quoting, layout: _Layout, said: list[str], has_header: bool | None) -> Dialect:
    said.append(f"delimiter {shown(quoting.delimiter)}")
    if quoting.quote != '"':
        said.append(f"cells quoted with {quoting.quote}")
    if quoting.has_backslashes:
        said.append('quotation marks inside cells written as \\"')
    line, header = layout.records[layout.start]
    if len(header) > 1 and all(name.startswith(" ") for name in header[1:]):
        quoting = replace(quoting, has_blanks=True)
        said.append("blanks behind a delimiter left out")
    if layout.start:
        before = f"{layout.start} lines" if layout.start > 1 else "1 line"
        said.append(f"{before} before the header skipped")
    rows = [cells for _, cells in layout.records[layout.start + 1 :]]
    if has_header is None:
        has_header = layout.start > 0 or is_header(header, rows)
    if has_header:
        names = listed([name.strip()[:_LONGEST_NAME] or "unnamed" for name in header])
        said.append(f"line {line} is the header: {names}")
        return Dialect(
            quoting=quoting, names=tuple(header), header_line=line, width=len(header), said=tuple(said)
        )
    width = Counter(len(cells) for _, cells in layout.records).most_common(1)[0][0]
    columns = f"columns are called column_1 to column_{width}" if width > 1 else "the column is column_1"
    said.append(f"no header: {columns}")
    return Dialect(quoting=quoting, names=None, header_line=line - 1, width=width, said=tuple(said))


def _sample(lines: Sequence[str], quoting: Quoting, *, is_all: bool) -> Iterator[tuple[int, list[str]]]:
    for record in islice(whole_records(iter(lines), quoting), _SAMPLE_RECORDS):
        if not record.is_closed and not is_all:
            return  # it may well be closed beyond the sample
        cells = next(quoting.read([record.text], is_quoted=record.is_closed), [])
        if cells:
            yield record.line, cells


def _layout(records: list[tuple[int, list[str]]], has_header: bool | None) -> _Layout:
    start = 0 if has_header is False else _header_index([cells for _, cells in records])
    if has_header is None and len(records) > start + 1:
        start += names_groups(records[start][1], records[start + 1][1])
    widths = [len(cells) for _, cells in records[start:]]
    return _Layout(records=records, start=start, agreement=widths.count(widths[0]) / len(widths))


def _header_index(records: Sequence[Sequence[str]]) -> int:
    """Which record is the header, after titles and the like that some programs write above it."""
    width = Counter(len(cells) for cells in records).most_common(1)[0][0]
    # "Reviews of March" alone in its line is a title, "text" is not.
    is_named = has_usual_name(records[0]) and filled(records[0]) > 1
    if width < 2 or is_named or any(is_text_name(cell) for cell in records[0]):
        return 0
    for place, cells in enumerate(records[: _MOST_PREAMBLE + 1]):
        if len(cells) == width and filled(cells) > 1:
            agreement = sum(len(row) == width for row in records[place:]) / (len(records) - place)
            names_them = is_header(cells, records[place + 1 :]) and len(records) > place + 1
            return place if names_them and agreement >= _MOSTLY else 0
        if filled(cells) > (2 if width > 3 else 1):
            return 0
    return 0


def _quote(lines: Sequence[str], delimiters: Iterable[str]) -> str:
    head = [line.strip() for line in islice(lines, _SAMPLE_RECORDS) if line.strip()]
    cell = "'[^']*'"
    header = re.compile(rf"{cell}([,;\t|]{cell})*")
    plain = bool(head) and header.fullmatch(head[0]) is not None
    if plain and sum(line.startswith("'") for line in head) > len(head) / 2:
        return "'"
    return "'" if any(_has_single_quotes(lines, delimiter) for delimiter in delimiters) else '"'


def _has_single_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether single quotes surround cells of most records, in which no other cell begins with a quote.

    The header may well be bare: many programs quote texts alone. An apostrophe that a word begins with has no
    partner at the end of its cell.
    """
    quoted, bare = "'[^']*(?:''[^']*)*'", rf"(?!['\"])[^{re.escape(delimiter)}]*"
    between = re.escape(delimiter)
    shape = re.compile(rf"(?:{quoted}|{bare})(?:{between}(?:{quoted}|{bare}))*")
    begins = re.compile(rf"(?:^|{between})'")
    quoting = Quoting(delimiter=delimiter, quote="'")
    records = 0
    surrounded = 0
    for record in islice(whole_records(iter(lines), quoting), _SAMPLE_RECORDS):
        text = record.text.rstrip("\r\n")
        if not record.is_closed or shape.fullmatch(text) is None:
            return False
        records += bool(text)
        surrounded += begins.search(text) is not None
    return surrounded > 1 and surrounded > (records - 1) / 2
