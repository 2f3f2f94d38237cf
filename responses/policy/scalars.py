"""The small notations of a policy file: money, percentages, spans of time, dates, hours."""

import re
from datetime import date
from decimal import Decimal

from models.decision import Duration, DurationUnit
from models.money import Money

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,4})?"
_MONEY = re.compile(rf"({_NUMBER})\s?([A-Z]{{3}}|€)")
_PERCENT = re.compile(rf"({_NUMBER})\s?%")
_DURATION = re.compile(r"([0-9]{1,4}) (minute|hour|day|working day|week|month|year)s?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMES = re.compile(r"([0-9]{1,2}):([0-9]{2})\s?-\s?([0-9]{1,2}):([0-9]{2})")
_DAY = 24 * 60

_UNITS: dict[str, tuple[DurationUnit, int]] = {
    "minute": (DurationUnit.MINUTES, 1),
    "hour": (DurationUnit.HOURS, 1),
    "day": (DurationUnit.DAYS, 1),
    "working day": (DurationUnit.WORKING_DAYS, 1),
    "week": (DurationUnit.DAYS, 7),
    "month": (DurationUnit.MONTHS, 1),
    "year": (DurationUnit.MONTHS, 12),
}


def parse_number(text: str) -> Decimal | None:
    """`4`, `4.5` or `4,5`; None for anything else."""
    return _decimal(text) if re.fullmatch(_NUMBER, text) else None


def parse_money(text: str) -> Money | None:
    """`80 EUR`, `4,90 EUR` or `80 €`; None for anything else and for fractions of a cent."""
    match = _MONEY.fullmatch(text)
    if match is None:
        return None
    money = Money(amount=_decimal(match[1]), currency="EUR" if match[2] == "€" else match[2])
    return money if money.rounded().amount == money.amount else None


def parse_percent(text: str) -> Decimal | None:
    """`15%` as 0.15; None for anything else."""
    match = _PERCENT.fullmatch(text)
    return _decimal(match[1]) / 100 if match else None


def parse_duration(text: str) -> Duration | None:
    """`2 working days`, `30 minutes`; a week is 7 days, a year 12 months. None for anything else."""
    match = _DURATION.fullmatch(text)
    if match is None or int(match[1]) == 0:
        return None
    unit, factor = _UNITS[match[2]]
    return Duration(count=int(match[1]) * factor, unit=unit)


def parse_date(text: str) -> date | None:
    """`2026-11-01`; None for anything else, also for a day that does not exist."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_day_of_year(text: str) -> tuple[int, int] | None:
    """`12-07` as month and day; None for anything else, also for a day that no year has."""
    # The 29th of February exists in some years.
    day = parse_date(f"2000-{text}")
    return (day.month, day.day) if day is not None else None


def parse_times(text: str) -> tuple[int, int] | None:
    """`9:00-13:00` as minutes after midnight; `24:00` is the end of the day. None for anything else."""
    times = _two_times(text)
    return times if times is not None and times[0] < times[1] else None


def parse_shift(text: str) -> tuple[int, int] | None:
    """Like `parse_times`, but `20:00-8:00` ends on the next day, so that its end is above 24 hours."""
    times = _two_times(text)
    if times is None or times[0] == times[1] or times[0] == _DAY:
        return None
    start, end = times
    return (start, end) if start < end else (start, end + _DAY)


def parse_weekdays(text: str) -> tuple[int, ...] | None:
    """`sat` or `mon-fri` as days counted from 0 (Monday); None for anything else."""
    first, _, last = text.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        return None
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return tuple(range(start, end + 1)) if start <= end else None


def _two_times(text: str) -> tuple[int, int] | None:
    match = _TIMES.fullmatch(text)
    if match is None or int(match[2]) >= 60 or int(match[4]) >= 60:
        return None
    start, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
    return (start, end) if max(start, end) <= _DAY else None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
