"""Files with voucher codes: one code a line, or a column of a CSV file."""

import csv
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

MAX_CODE = 40
"""How long a code may be, in characters."""
_HEADERS = frozenset(
    {
        *(
            "code",
            "codes",
            "vouchercode",
            "vouchercodes",
            "couponcode",
            "discountcode",
            "giftcode",
            "promocode",
        ),
        *("codice", "codici", "codicebuono", "codicibuono", "codicecoupon", "codicevoucher", "codicesconto"),
        *("codicepromo", "codicepromozionale", "código", "códigos", "codigo", "códigodescuento"),
        *("códigopromocional", "códigocupón", "codepromo", "codebon", "codecadeau", "codederéduction"),
        *("gutscheincode", "gutscheincodes", "gutscheinnummer", "rabattcode"),
    }
)
_NAMES = frozenset(
    {
        *("voucher", "vouchers", "coupon", "coupons", "buono", "buoni", "vale", "vales", "cupón", "cupones"),
        *("bon", "bons", "gutschein", "gutscheine"),
    }
)
"""Headings of codes as well, where no other column is one: beside a code they are its name."""
_DELIMITERS = ";,\t"
_TELLS_DELIMITER = re.compile(r"\s*\"?sep=([;,\t|])\"?\s*", re.IGNORECASE)  # Excel's own first line
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.IGNORECASE)


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
    rows = _rows(text.removeprefix("\ufeff").splitlines(keepends=True), column)
    place, begin = _place(rows, column)
    taken = dict.fromkeys(known, 0)
    codes: list[str] = []
    left_out: list[tuple[int, str]] = []
    for number, row in rows[begin:]:
        code = _normalised(row[place]) if place < len(row) else ""
        reason = _reason(code, taken)
        if reason is not None:
            left_out.append((number, reason))
            continue
        taken[code.casefold()] = number
        codes.append(code)
    return CodesRead(codes=tuple(codes), left_out=tuple(left_out))


_Rows = Sequence[tuple[int, list[str]]]
"""The cells of each row, after the number of the line in which it begins."""


def _rows(lines: list[str], column: str | None) -> _Rows:
    """The rows by the delimiter that suits best: by which a heading is found, or all rows are alike.

    Raises:
        CodesFileError: by none of them the file is a table.
    """
    told = _TELLS_DELIMITER.fullmatch(lines[0]) if lines else None
    begin = 1 if told is not None else 0
    readings, wrong = [], ""
    for delimiter in (told[1],) if told is not None else _DELIMITERS:
        try:
            readings.append(_cells(lines, begin, delimiter))
        except csv.Error as error:
            wrong = wrong or str(error)
    if not readings:
        raise CodesFileError(f"a quotation mark is opened and not closed: {wrong}")
    # Of several that suit as well the first.
    best = max(readings, key=lambda rows: (_heading(rows, column) is not None, _columns(rows)))
    if wrong and _columns(best) == 1:
        # It is a table by the delimiter that failed, and whole rows would be taken for codes.
        raise CodesFileError(f"a quotation mark is opened and not closed: {wrong}")
    return best


def _cells(lines: list[str], begin: int, delimiter: str) -> _Rows:
    # Else a quotation mark that nobody closes would make one code out of all that follow.
    reader = csv.reader(lines[begin:], delimiter=delimiter, strict=True)
    rows, number = [], begin + 1
    for row in reader:
        rows.append((number, row))
        number = begin + reader.line_num + 1
    return rows


def _columns(rows: _Rows) -> int:
    """How many cells every row has that has any; 1 where they differ."""
    counts = {len(row) for _, row in rows if any(map(_normalised, row))}
    return counts.pop() if len(counts) == 1 else 1


def _heading(rows: _Rows, column: str | None) -> tuple[int, int] | None:
    """In which row the headings stand, the first that is not blank, and under which of them the codes are."""
    first = _first(rows)
    if first is None:
        return None
    head = [_normalised(cell).casefold() for cell in rows[first][1]]
    if column is not None:
        wanted = _normalised(column).casefold()
        return (first, head.index(wanted)) if wanted in head else None
    for names in (_HEADERS, _NAMES):
        named = [place for place, heading in enumerate(head) if _letters(heading) in names]
        if named:
            return (first, named[0]) if len(named) == 1 else None
    return None


def _first(rows: _Rows) -> int | None:
    return next((place for place, (_, row) in enumerate(rows) if any(map(_normalised, row))), None)


def _place(rows: _Rows, column: str | None) -> tuple[int, int]:
    """In which column the codes are, and in which row they begin."""
    found = _heading(rows, column)
    if found is not None:
        return found[1], found[0] + 1
    if column is not None:
        first = _first(rows)
        number, row = rows[first] if first is not None else (1, [])
        head = ", ".join(_normalised(cell).casefold() for cell in row)
        raise CodesFileError(f"no column {column!r} in line {number}: there are {head or 'none'}")
    if any(sum(bool(_normalised(cell)) for cell in row) > 1 for _, row in rows):
        raise CodesFileError("several columns: say with --column which one holds the codes")
    return 0, 0


def _letters(heading: str) -> str:
    return "".join(sign for sign in heading if sign.isalpha())


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
    if code.casefold() in _HEADERS:
        return f"{code}: a heading"
    if _SHORTENED.fullmatch(code):
        return f"{code}: a number that a spreadsheet has shortened; save the column as text"
    before = taken.get(code.casefold())
    if before is None:
        return None
    return f"{code}: already in line {before}" if before else f"{code}: already loaded"
