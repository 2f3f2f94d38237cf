"""Files with voucher codes: one code a line, or a column of a CSV file."""

import csv
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

MAX_CODE = 40
"""How long a code may be, in characters."""
_HEADERS = frozenset({"code", "codes", "codice", "codici", "código", "codigo", "gutscheincode"})
_DELIMITERS = ";,\t"


class CodesFileError(ValueError):
    """The file as a whole cannot be read as codes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CodesRead:
    """The codes of a file in its order, and the lines that were left out, each with the reason."""

    codes: tuple[str, ...]
    left_out: tuple[tuple[int, str], ...]


def read_codes(text: str, known: Collection[str] = (), column: str | None = None) -> CodesRead:
    """Reads codes from `text`; a code that stands there twice or is `known` (casefolded) is left out.

    Args:
        text: one code a line, with or without a heading; or CSV with commas, semicolons or tabs.
        known: the codes there are already.
        column: the heading of the column with the codes, where there are several.

    Raises:
        CodesFileError: there are several columns and none is named, or none has that heading.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    delimiter = next((one for one in _DELIMITERS if any(one in line for line in lines)), ",")
    rows = list(csv.reader(lines, delimiter=delimiter))
    place, begin = _place(rows, column)
    taken = dict.fromkeys(known, 0)
    codes: list[str] = []
    left_out: list[tuple[int, str]] = []
    for number, row in enumerate(rows[begin:], start=begin + 1):
        code = _normalised(row[place]) if place < len(row) else ""
        reason = _reason(code, taken)
        if reason is not None:
            left_out.append((number, reason))
            continue
        taken[code.casefold()] = number
        codes.append(code)
    return CodesRead(codes=tuple(codes), left_out=tuple(left_out))


def _place(rows: list[list[str]], column: str | None) -> tuple[int, int]:
    """In which column the codes are, and in which row they begin."""
    head = [_normalised(cell).casefold() for cell in rows[0]] if rows else []
    if column is not None:
        if column.strip().casefold() not in head:
            raise CodesFileError(f"no column {column!r} in line 1: there are {', '.join(head) or 'none'}")
        return head.index(column.strip().casefold()), 1
    named = [place for place, heading in enumerate(head) if heading in _HEADERS]
    if len(named) == 1:
        return named[0], 1
    if any(sum(bool(_normalised(cell)) for cell in row) > 1 for row in rows):
        raise CodesFileError("several columns: say with --column which one holds the codes")
    return 0, 0


def _normalised(cell: str) -> str:
    """The code without what only looks: blanks around it, and what has no width."""
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", cell) if unicodedata.category(sign) != "Cf")
    return kept.strip()


def _reason(code: str, taken: dict[str, int]) -> str | None:
    if not code:
        return "blank"
    if len(code) > MAX_CODE:
        return f"{code[:MAX_CODE]}…: longer than {MAX_CODE} characters"
    if not code.isprintable() or " " in code:
        return f"{code!r}: a code has no blanks inside"
    before = taken.get(code.casefold())
    if before is None:
        return None
    return f"{code}: already in line {before}" if before else f"{code}: already loaded"
