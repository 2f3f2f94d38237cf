"""Values as the cells of a table that a spreadsheet opens, and what a spreadsheet would run of them.

The two patterns are read by Python's `re` and by Arrow's RE2 alike, which is why they name every character
instead of a class that the two understand differently.
"""

import json
import re

# A program that opens the file may drop blanks and signs without a shape before it looks for a formula.
_UNSEEN = "\\x00-\\x20\\x7f-\xa0\u200b-\u200f\u202f\ufeff"

RUNS = f"[\\t\\n\\r]|[{_UNSEEN}]*[=+\\-@＝＋－＠]"
"""How a cell begins that a spreadsheet may take for more than text."""

_BLANK = "[ \xa0\u202f]"
_SIGNS = "€$£¥₹₩₪₫₱₴₺₽₿¢"
_CODES = "EUR|USD|GBP|CHF|BRL|[Ee]uro"
_DIGITS = f"[0-9 \xa0\u202f.,…/()%{_SIGNS}|-]*"

# EUR12 is a cell of a spreadsheet, EUR 12 is none: a code stands apart from the number behind it.
NUMBER = (
    f"{_BLANK}*[+-](?:{_BLANK}*(?:(?:R|US)[$]{_BLANK}*|(?:{_CODES}){_BLANK}+)[0-9])?"
    f"{_DIGITS}(?:[eE][+-]?[0-9]+)?(?:[0-9.,]{_BLANK}*(?:{_CODES}))?"
)
"""All of a cell that begins like a formula and is none: an amount, a telephone number, several of them."""

# Behind a telephone number: "int. 12", "ext 5", "Durchwahl 3". One word and one number call nothing, unless
# a sign joins them to what stands before: then a spreadsheet reckons with a cell of that name.
_EXTENSION = re.compile(r"(?:[ ,;]{0,3}[^\W\d_]{1,12}[.:]?[ ]?[0-9]{1,6})?[ ]*")

_DIALLED = re.compile("[0-9 \xa0\u202f.,/()+-]*")
_LONGEST_PHONE = 60

_runs = re.compile(RUNS)
_number = re.compile(NUMBER)


def spreadsheet_cell(value: object) -> object:
    """What is written for a value; what a spreadsheet would take for a formula is made plain text."""
    plain = _written(value)
    return f"'{plain}" if isinstance(plain, str) and _is_formula(plain) else plain


def is_phone(cell: str) -> bool:
    """Whether a cell is one telephone number with its country code and nothing else but its extension."""
    number = cell.strip(" ")
    dialled = _DIALLED.match(number)
    if dialled is None or not number.startswith("+") or len(number) > _LONGEST_PHONE:
        return False
    # The reader of telephone numbers is large, and most tables have no such cell.
    from nlp.entities.finder import find_phones

    (start, end), _ = next(find_phones(number, "IT"), ((-1, 0), ""))
    # An extension that the reader knows is part of what it found; others stand behind it.
    end = min(end, len(dialled[0]))
    return start == 0 and _EXTENSION.fullmatch(number[end:]) is not None


def _is_formula(cell: str) -> bool:
    return _runs.match(cell) is not None and _number.fullmatch(cell) is None and not is_phone(cell)


def _written(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    nested = isinstance(value, list) and any(isinstance(item, list | dict) for item in value)
    if isinstance(value, list) and not nested:
        return "|".join(str(_written(item)) for item in value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return value
