"""How many messages there were by day, week, month or year."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from nlp.batch.days import DAYS, FIRST, NO_DAY, read_days
from nlp.batch.parts import Part, encoded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int32]

_STRAY = 0.001  # the part of the rows at either end that may be left out
_STRETCHED = 2  # where they make the time so many times as long
_FEW = 1000  # rows below which every one of them counts


class Step(StrEnum):
    """What stands beside what in a picture over time."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


_LONGEST = ((Step.DAY, 45), (Step.WEEK, 366), (Step.MONTH, 3700))
"""The most days that are told in such steps."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """Messages from `first` to `last` by step, each beginning at one of `starts`; weeks begin on Monday.

    `undated` rows have no date, `outside` a stray one far from all others. `month_first` says whether dates
    were read as `12/31/2025`, and is None where nothing in the table told.
    """

    step: Step
    first: date
    last: date
    starts: tuple[date, ...]
    rows: tuple[int, ...]
    types: Mapping[str, tuple[int, ...]]
    urgencies: Mapping[str, tuple[int, ...]]
    undated: int
    outside: int
    month_first: bool | None


class DayCounts:
    """Counts by day, under both ways to read `3/11/2026` until the whole column has told which it is."""

    def __init__(self) -> None:
        self._ways: tuple[_ByDay, _ByDay] = defaultdict(_no_counts), defaultdict(_no_counts)
        self._undated: Counter[bool] = Counter()
        self._say = {False: 0, True: 0}
        self._differ = False

    def add(self, part: Part, column: str) -> None:
        """Counts the classified rows of a part by the days in `column`."""
        days = read_days(part.batch.column(column))
        self._say[False] += days.say_day
        self._say[True] += days.say_month
        self._differ |= not np.array_equal(days.day_first, days.month_first)
        urgencies, urgency_names = encoded(part.batch.column("urgency"))
        types, type_names = encoded(part.type_names)
        for month_first, read in ((False, days.day_first), (True, days.month_first)):
            by_day, dated = self._ways[month_first], part.known & (read != NO_DAY)
            self._undated[month_first] += int((part.known & ~dated).sum())
            by_day["rows", ""] += _bins(read[dated])
            for code, name in enumerate(urgency_names):
                by_day["urgency", name] += _bins(read[dated & (urgencies == code)])
            for code, name in enumerate(type_names):
                rows = part.type_rows[types == code]
                by_day["type", name] += _bins(read[rows[dated[rows]]])

    def timeline(self) -> Timeline | None:
        """The counts in the steps that fit their span; None where no row has a date."""
        month_first = self._say[True] > self._say[False]
        by_day = self._ways[month_first]
        every = by_day["rows", ""]
        total = int(every.sum())
        if not total:
            return None
        stray = int(total * _STRAY) if total > _FEW else 0
        running = np.cumsum(every, dtype=np.int64)
        first, last = _span(running, 0)
        near_first, near_last = _span(running, stray)
        if last - first > _STRETCHED * (near_last - near_first + 1):
            first, last = near_first, near_last
        step = next((step for step, longest in _LONGEST if last - first < longest), Step.YEAR)
        starts = tuple(_starts(FIRST + timedelta(first), FIRST + timedelta(last), step))
        edges = [max((one - FIRST).days, first) for one in starts]

        def folded(counts: "Counts") -> tuple[int, ...]:
            return tuple(int(one) for one in np.add.reduceat(counts[: last + 1], edges))

        told = any(self._say.values()) or not self._differ
        return Timeline(
            step=step,
            first=FIRST + timedelta(first),
            last=FIRST + timedelta(last),
            starts=starts,
            rows=folded(every),
            types={name: folded(counts) for (kind, name), counts in by_day.items() if kind == "type"},
            urgencies={name: folded(counts) for (kind, name), counts in by_day.items() if kind == "urgency"},
            undated=self._undated[month_first],
            outside=total - int(every[first : last + 1].sum()),
            month_first=month_first if told else None,
        )


_ByDay = defaultdict[tuple[str, str], "Counts"]


def _no_counts() -> "Counts":
    return np.zeros(DAYS, np.int32)


def _bins(days: "NDArray[np.int64]") -> "Counts":
    return np.bincount(days, minlength=DAYS).astype(np.int32)


def _span(running: "NDArray[np.int64]", stray: int) -> tuple[int, int]:
    """The first and last day but for so many rows at either end; `running` counts the rows up to each day."""
    first = np.searchsorted(running, stray, side="right")
    return int(first), int(np.searchsorted(running, running[-1] - stray))


def _starts(first: date, last: date, step: Step) -> Iterator[date]:
    day = first
    if step is Step.WEEK:
        day -= timedelta(day.weekday())
    elif step is not Step.DAY:
        day = day.replace(day=1, month=day.month if step is Step.MONTH else 1)
    while day <= last:
        yield day
        if step is Step.MONTH:
            day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        elif step is Step.YEAR:
            day = date(day.year + 1, 1, 1)
        else:
            day += timedelta(7 if step is Step.WEEK else 1)
