"""Values as the cells of a table that a spreadsheet opens."""

import json
import re

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-][\d\s.,:/()%€-]*")  # amounts and telephone numbers begin with a sign as well


def spreadsheet_cell(value: object) -> object:
    """What is written for a value; what a spreadsheet would take for a formula is made plain text."""
    plain = _written(value)
    return f"'{plain}" if isinstance(plain, str) and _is_formula(plain) else plain


def _is_formula(cell: str) -> bool:
    return cell.startswith(_BEGINS_FORMULA) and _NUMBER.fullmatch(cell) is None


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
