"""Dates and times as other programs write them into tables."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_NUMBERS = re.compile(
    r"(?P<first>\d{1,2})[./-](?P<second>\d{1,2})[./-](?P<year>\d{4}|\d{2})"
    r"(?:[ T,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<seconds>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[AaPp][Mm])?)?"
)
_SINCE_1970 = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_YEARS = range(1990, 2101)
_NOON = time(12)


def parse_moment(value: object, zone: ZoneInfo, *, month_first: bool = False) -> datetime | None:
    """An aware time, in `zone` where the table names none; noon where there is only a day.

    Reads ISO 8601, `3/11/2026 9:30`, `03.11.26` and seconds or milliseconds since 1970. None for anything
    else, and for years before 1990 or after 2100.
    """
    text = str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    try:
        found = _read(text, zone, month_first=month_first)
    except (ValueError, OverflowError):
        return None
    return found if found is not None and found.year in _YEARS else None


def reads_month_first(value: object) -> bool | None:
    """Whether it is written like `11/30/2026`; None where it does not tell."""
    match = _NUMBERS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or (int(match["first"]) <= 12 and int(match["second"]) <= 12):
        return None
    return int(match["first"]) <= 12


def is_ambiguous(value: object) -> bool:
    """Whether the order of day and month is not plain from how it is written."""
    return isinstance(value, str) and _NUMBERS.fullmatch(value.strip()) is not None


def _read(text: str, zone: ZoneInfo, *, month_first: bool) -> datetime | None:
    match = _NUMBERS.fullmatch(text)
    if match is not None:
        day, month = int(match["first"]), int(match["second"])
        if month_first:
            day, month = month, day
        year = int(match["year"])
        at = date(year if year > 99 else 2000 + year, month, day)
        if match["hour"] is None:
            return datetime.combine(at, _NOON, zone)
        hour = int(match["hour"])
        if match["half"] is not None:
            hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
        return datetime.combine(at, time(hour, int(match["minute"]), int(match["seconds"] or 0)), zone)
    if _SINCE_1970.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC)
    if len(text) == len("2026-11-03"):
        return datetime.combine(date.fromisoformat(text), _NOON, zone)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
