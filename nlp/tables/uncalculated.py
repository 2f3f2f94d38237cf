"""Cells of a workbook whose formula has no value: programs that write formulas leave reckoning to Excel."""

import posixpath
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import BinaryIO
from xml.parsers import expat
from zipfile import ZipFile

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CUT_MARK = 64  # bytes; no longer beginning of a formula can be cut by the end of a piece
_ADDRESS = re.compile(r"([A-Z]+)([0-9]+)")
_PIECE = 1 << 20
_COLUMN_BITS = 20
_SHOWN = 5


class Uncalculated:
    """The cells of one sheet that have a formula and no value, in the order of the sheet."""

    def __init__(self, places: "array[int]") -> None:
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @property
    def said(self) -> str:
        """What they are, with the first of them by name."""
        first = [f"{column_name(column)}{line}" for line, column in _parted(self._places[:_SHOWN])]
        more = f" and {len(self) - _SHOWN:,} more" if len(self) > _SHOWN else ""
        return (
            f"cells whose formula was never calculated, read as empty ({', '.join(first)}{more}; "
            "to have their values open the file in a spreadsheet program and save it)"
        )

    def marked(
        self, rows: Iterator[tuple[int, list[object]]], start: int, width: int
    ) -> Iterator[tuple[int, list[object]]]:
        """Numbered rows whose cells begin in the column `start`, with None in these cells.

        A row that has no other cells is added; what is beside the columns of the others is in none.
        """
        waiting = self._by_line(start, width)
        gap = next(waiting, None)
        for line, cells in rows:
            while gap is not None and gap[0] < line:
                yield gap[0], _with_gaps([""] * width, gap[1])
                gap = next(waiting, None)
            if gap is not None and gap[0] == line:
                yield line, _with_gaps(cells, gap[1])
                gap = next(waiting, None)
            else:
                yield line, cells
        while gap is not None:
            yield gap[0], _with_gaps([""] * width, gap[1])
            gap = next(waiting, None)

    def _by_line(self, start: int, width: int) -> Iterator[tuple[int, list[int]]]:
        """Of each line the places of the cells among those from `start` on."""
        current, own = 0, list[int]()
        for line, column in _parted(self._places):
            if line != current and own:
                yield current, own
                own = []
            current = line
            if start <= column < start + width:
                own.append(column - start)
        if own:
            yield current, own


NO_GAPS = Uncalculated(array("Q"))


def uncalculated(file: BinaryIO, sheet: str) -> Uncalculated:
    """Look through a sheet of an Excel workbook; other kinds of spreadsheets always keep values."""
    with ZipFile(file) as archive:
        part = _part_of(archive, sheet)
        if part is None or not _has_formulas(archive, part):
            return NO_GAPS
        cells = _Cells()
        _parse(archive, part, cells)
    places = cells.places
    # Rows stand in their order wherever a spreadsheet program wrote them.
    is_sorted = all(one <= other for one, other in pairwise(places))
    return Uncalculated(places if is_sorted else array("Q", sorted(places)))


def column_name(column: int) -> str:
    """What a spreadsheet calls a column, counted from 0."""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def _parted(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    for place in places:
        yield place >> _COLUMN_BITS, place & ((1 << _COLUMN_BITS) - 1)


def _with_gaps(cells: list[object], places: Sequence[int]) -> list[object]:
    for place in places:
        cells[place] = None
    return cells


class _Elements:
    """Hears of the elements of a part; `begin` gets a name without its prefix."""

    def begin(self, name: str, attributes: Mapping[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


class _Named(_Elements):
    """Collects of all elements of a name two of their attributes."""

    def __init__(self, name: str, key: str, value: str) -> None:
        self._name, self._key, self._value = name, key, value
        self.found: dict[str, str] = {}

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == self._name:
            plain = {_local(own): value for own, value in attributes.items()}
            if self._key in attributes and self._value in plain:
                self.found.setdefault(attributes[self._key], plain[self._value])


class _Cells(_Elements):
    """Collects the cells that have a formula and no value."""

    def __init__(self) -> None:
        self.places: array[int] = array("Q")
        self._line = self._column = 0
        self._has_formula = self._has_value = self._is_in_value = False

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            named = _ADDRESS.fullmatch(attributes.get("r", ""))
            if named is not None:
                self._line, self._column = int(named[2]), _column(named[1])
            self._has_formula = False
            # An empty text is a value as well, and is said to be a text.
            self._has_value = attributes.get("t") == "str"
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._is_in_value = True
        elif name == "row":
            given = attributes.get("r", "")
            self._line, self._column = int(given) if given.isdecimal() else self._line + 1, 0

    def text(self, text: str) -> None:
        self._has_value = self._has_value or self._is_in_value

    def end(self, name: str) -> None:
        if name == "v":
            self._is_in_value = False
        elif name == "c":
            if self._has_formula and not self._has_value:
                self.places.append(self._line << _COLUMN_BITS | self._column)
            self._column += 1


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return min(number - 1, (1 << _COLUMN_BITS) - 1)


def _part_of(archive: ZipFile, sheet: str) -> str | None:
    """The name of the part with the cells of a sheet; None where this is no workbook of Excel."""
    sheets, parts = _Named("sheet", "name", "id"), _Named("Relationship", "Id", "Target")
    if not {_WORKBOOK, _RELATIONS} <= set(archive.namelist()):
        return None
    _parse(archive, _WORKBOOK, sheets)
    _parse(archive, _RELATIONS, parts)
    target = parts.found.get(sheets.found.get(sheet, ""), "")
    part = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
    return part if part in archive.namelist() else None


def _has_formulas(archive: ZipFile, part: str) -> bool:
    """Whether there is any: most sheets have none, and are passed by quickly."""
    before = b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            if _FORMULA.search(before + piece):
                return True
            before = piece[-_CUT_MARK:]
    return False


def _parse(archive: ZipFile, part: str, elements: _Elements) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda name, attributes: elements.begin(_local(name), attributes)
    parser.EndElementHandler = lambda name: elements.end(_local(name))
    parser.CharacterDataHandler = elements.text
    # What reads the cells is not as strict, and says itself what it cannot read.
    with archive.open(part) as file, suppress(expat.ExpatError):
        parser.ParseFile(file)


def _local(name: str) -> str:
    return name.rpartition(":")[2]
