"""The days in a column of dates, however they are written: whole columns at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.tables.date_names import DATE_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

FIRST, LAST = date(1990, 1, 1), date(2100, 12, 31)
"""What is outside of these is no date."""

NO_DAY = -1
DAYS = (LAST - FIRST).days + 1

_EPOCH = (date(1970, 1, 1) - FIRST).days
_EXCEL = (date(1899, 12, 30) - FIRST).days
_SAMPLE = 200
# Cells of JSON keep their quotes.
_ISO = r'^\s*"?(?P<a>\d{4})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{1,2})(?:"?\s*$|[T ,])'
_NUMBERS = r'^\s*"?(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{4}|\d{2})(?:"?\s*$|[T ,])'
_PLAIN_NUMBER = r'^\s*"?(?P<a>\d{5,19})(?:\.\d+)?"?\s*$'


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """Days counted from `FIRST`, `NO_DAY` where there is none, by each way to read `3/11/2026`.

    `say_day`, `say_month` : cells that can only be read with the day first, with the month first.
    """

    day_first: "Numbers"
    month_first: "Numbers"
    say_day: int = 0
    say_month: int = 0

    @property
    def found(self) -> int:
        """Cells that are a date by either way."""
        return int(((self.day_first != NO_DAY) | (self.month_first != NO_DAY)).sum())


def read_days(column: pa.Array) -> Days:
    """Reads ISO dates, `31/12/2025`, `12/31/2025`, numbers since 1970 or as Excel has them, native dates.

    A time of day and its zone are left out: the day is the one that is written; seconds count in UTC.
    """
    kind = column.type
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        # Floored where the zone is known: the day is that of the place, not of Greenwich.
        days = pc.floor_temporal(column, unit="day").cast(pa.date32(), safe=False).cast(pa.int32())
        return _same(_inside(_numpy(days, NO_DAY - _EPOCH) + _EPOCH))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _same(_days_of_numbers(pc.fill_null(column, 0).to_numpy(zero_copy_only=False)))
    if pa.types.is_dictionary(kind):
        return read_days(column.dictionary_decode())
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return _same(np.full(len(column), NO_DAY, np.int64))
    return _days_of_texts(column)


def find_date_column(batch: pa.RecordBatch, columns: Sequence[str]) -> str | None:
    """Which of `columns` says when a message was written: by its name, else by dates in most of its cells."""
    by_name = {name.strip().casefold(): name for name in reversed(columns)}
    named = [by_name[name] for name in DATE_NAMES if name in by_name]
    for name in named:
        if _mostly_dates(batch.column(name), read_days):
            return name
    for name in columns:
        # A number may be anything; only named columns count seconds or days.
        if name not in named and _mostly_dates(batch.column(name), _written_dates):
            return name
    return None


def _mostly_dates(column: pa.Array, read: Callable[[pa.Array], Days]) -> bool:
    cells = column.slice(0, _SAMPLE)
    filled = pc.drop_null(cells)
    return len(filled) > 0 and 2 * read(filled).found > len(filled)


def _written_dates(column: pa.Array) -> Days:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _same(np.full(len(column), NO_DAY, np.int64))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return read_days(pc.replace_substring_regex(column, _PLAIN_NUMBER.replace("?P<a>", ""), ""))
    return read_days(column)


def _days_of_texts(column: pa.Array) -> Days:
    year, month, day = _three(column, _ISO)
    days = _days_of(year, month, day)
    day_first, month_first, say_day, say_month = days, days, 0, 0
    if (days == NO_DAY).any():
        first, second, year = _three(column, _NUMBERS)
        year = np.where((year > 0) & (year < 100), year + 2000, year)
        one, other = _days_of(year, second, first), _days_of(year, first, second)
        say_day = int(((one != NO_DAY) & (other == NO_DAY)).sum())
        say_month = int(((other != NO_DAY) & (one == NO_DAY)).sum())
        numbers = pc.struct_field(pc.extract_regex(column, _PLAIN_NUMBER), "a")
        counted = _days_of_numbers(_numpy(numbers.cast(pa.float64()), 0))
        day_first, month_first = (np.maximum(np.maximum(days, read), counted) for read in (one, other))
    return Days(day_first=day_first, month_first=month_first, say_day=say_day, say_month=say_month)


def _three(column: pa.Array, pattern: str) -> tuple["Numbers", "Numbers", "Numbers"]:
    found = pc.extract_regex(column, pattern)
    first, second, third = (_numpy(pc.struct_field(found, name).cast(pa.int64()), 0) for name in "abc")
    return first, second, third


def _days_of(year: "Numbers", month: "Numbers", day: "Numbers") -> "Numbers":
    right = (
        (year >= FIRST.year) & (year <= LAST.year) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    )
    months = np.where(right, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(np.int64) + day - 1
    # The 31st of a month of thirty days is in the next one.
    same = days.astype("datetime64[D]").astype("datetime64[M]") == months
    return np.where(right & same, _inside(days + _EPOCH), NO_DAY)


def _days_of_numbers(numbers: "NDArray[np.float64 | np.int64]") -> "Numbers":
    """By their size: days of Excel, seconds since 1970 or thousandths and millionths of these."""
    numbers = np.clip(np.nan_to_num(numbers.astype(np.float64)), 0, 1e20)
    seconds = np.select(
        [numbers < 1e9, numbers < 1e11, numbers < 1e14, numbers < 1e17],
        [-1.0, numbers, numbers / 1e3, numbers / 1e6],
        numbers / 1e9,
    )
    since_1970 = np.clip(seconds // 86_400, -1, DAYS + 1_000_000).astype(np.int64)
    days = np.where(seconds >= 0, since_1970 + _EPOCH, NO_DAY)
    excel = np.where(numbers < 1e5, numbers, 0).astype(np.int64) + _EXCEL
    return np.where(numbers < 1e5, _inside(excel), _inside(days))


def _inside(days: "Numbers") -> "Numbers":
    return np.where((days >= 0) & (days < DAYS), days, NO_DAY)


def _numpy(column: pa.Array, null: float) -> "NDArray[np.int64]":
    kept: NDArray[np.int64] = pc.fill_null(column, null).to_numpy(zero_copy_only=False)
    return kept


def _same(days: "Numbers") -> Days:
    return Days(day_first=days, month_first=days)
