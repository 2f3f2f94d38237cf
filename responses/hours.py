"""Opening hours: when the business is open, and when a deadline falls due."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from models.decision import Duration, DurationUnit
from responses.errors import ResponsesError

if TYPE_CHECKING:
    from holidays import HolidayBase

# Far beyond any closure that a person writes down; reached only when nothing ever opens.
_LOOKAHEAD_DAYS = 1000
_OPEN_FOR_EVER = 31


class NeverOpenError(ResponsesError):
    """The opening hours leave no moment open."""

    def __init__(self, after: datetime) -> None:
        super().__init__(f"no opening within {_LOOKAHEAD_DAYS} days after {after.isoformat()}")


class UnknownPlaceError(ResponsesError):
    """There is no calendar of public holidays for a place."""

    def __init__(self, place: str) -> None:
        super().__init__(
            f'no calendar of public holidays for "{place}": expected a country such as IT, or IT-BZ'
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A stretch of one day, from `start` up to but not including `end`, in minutes after midnight."""

    start: int
    end: int


WHOLE_DAY = Interval(start=0, end=24 * 60)


Week = tuple[tuple[Interval, ...], ...]
"""The intervals of Monday to Sunday, in order and without overlap."""

DayOfYear = tuple[int, int]
"""A day that comes every year: month and day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """A part of every year with hours of its own, from `first` to `last`, both included.

    A season whose first day comes after its last goes on over New Year.
    """

    first: DayOfYear
    last: DayOfYear
    week: Week

    def has(self, day: date) -> bool:
        """Whether the day is in the season."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


@dataclass(frozen=True, kw_only=True, slots=True)
class OpeningHours:
    """When people are at work.

    `week` holds outside of `seasons`, of which no two share a day. `holidays` is a country or
    `COUNTRY-SUBDIVISION` as the `holidays` package names them (`IT`, `IT-BZ`); its public holidays are
    closed, as are the days of `closed` (first and last day of each stretch, both included) and those of
    `yearly_closed`, such as the day of the town's patron.
    """

    zone: ZoneInfo
    week: Week
    seasons: tuple[Season, ...] = ()
    holidays: str | None = None
    closed: tuple[tuple[date, date], ...] = ()
    yearly_closed: frozenset[DayOfYear] = frozenset()

    @classmethod
    def always(cls, zone: ZoneInfo) -> "OpeningHours":
        """Open day and night: what holds where a policy gives no hours."""
        return cls(zone=zone, week=((WHOLE_DAY,),) * 7)

    def is_open(self, at: datetime) -> bool:
        """Whether the business is open at that moment (an aware time)."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(interval.start <= minute < interval.end for interval in self._intervals(local.date()))

    def next_opening(self, at: datetime) -> datetime:
        """The first moment from `at` on that is open: `at` itself when it is.

        Raises:
            NeverOpenError: nothing opens within a thousand days.
        """
        return next(self._stretches(at))[0]

    def opening(self, day: date) -> datetime | None:
        """When the business opens on that day; None where it stays closed."""
        intervals = self._intervals(day)
        return self._moment(day, intervals[0].start) if intervals else None

    def closing(self, day: date) -> datetime:
        """When the business closes on that day, and the last minute of one on which it stays closed."""
        intervals = self._intervals(day)
        # 24:00 would carry the date of the next day into texts and reminders.
        last = min(intervals[-1].end, WHOLE_DAY.end - 1) if intervals else WHOLE_DAY.end - 1
        return self._moment(day, last)

    def end_of(self, day: date, now: datetime) -> datetime:
        """Until when something can be done that was promised for a day: its closing.

        The last minute of a day on which the business stays closed, for whoever was told that day counts on
        it, and of a day whose closing is over at `now`.
        """
        closing = self.closing(day)
        return closing if closing > now else self.last_minute(day)

    def last_minute(self, day: date) -> datetime:
        """The last minute of that day, open or not."""
        return self._moment(day, WHOLE_DAY.end - 1)

    def closed_before(self, at: datetime) -> tuple[datetime, datetime] | None:
        """The stretch that was closed before the one in which the business is open at `at`: closing, opening.

        None when it is closed at `at`, and when it has been open for a month without a break.
        """
        local = at.astimezone(self.zone)
        opening: datetime | None = None
        for offset in range(_LOOKAHEAD_DAYS):
            day = local.date() - timedelta(days=offset)
            for interval in reversed(self._intervals(day)):
                start, end = self._moment(day, interval.start), self._moment(day, interval.end)
                if start > local:
                    continue
                if opening is None and end <= local:
                    return None
                if opening is not None and end < opening:
                    return end, opening
                opening = start
            if opening is not None and offset > _OPEN_FOR_EVER and opening.date() == day:
                return None
        return None

    def add(self, duration: Duration, start: datetime) -> datetime:
        """The moment at which `duration` from `start` is over, in the business's time zone.

        Minutes run by the clock, open or not: they are for what cannot wait. Hours are counted while the
        business is open (4 hours from 17:00 with closing at 18:30 leave two and a half for the next
        morning). Days and months are of the calendar and keep the time of day. Working days are days with
        an opening: the moment is the closing time of the nth one after the day of `start`.

        Raises:
            NeverOpenError: the hours or working days never come together.
        """
        local = start.astimezone(self.zone)
        match duration.unit:
            case DurationUnit.MINUTES:
                return (start.astimezone(UTC) + timedelta(minutes=duration.count)).astimezone(self.zone)
            case DurationUnit.HOURS:
                return self._add_open_time(timedelta(hours=duration.count), start)
            case DurationUnit.DAYS:
                return local + timedelta(days=duration.count)
            case DurationUnit.MONTHS:
                return datetime.combine(add_months(local.date(), duration.count), local.time(), self.zone)
            case DurationUnit.WORKING_DAYS:
                return self._closing_of_working_day(duration.count, local)

    def due_day(self, duration: Duration, start: datetime) -> date:
        """The local day on which `duration` from `start` is over: the one to name in a text."""
        return self.add(duration, start).date()

    def _add_open_time(self, needed: timedelta, start: datetime) -> datetime:
        for opening, closing in self._stretches(start):
            # Elapsed time must be taken in UTC: local subtraction forgets the hour of a clock change.
            length = closing.astimezone(UTC) - opening.astimezone(UTC)
            if needed <= length:
                return (opening.astimezone(UTC) + needed).astimezone(self.zone)
            needed -= length
        raise NeverOpenError(start)

    def _closing_of_working_day(self, count: int, local: datetime) -> datetime:
        for offset in range(1, _LOOKAHEAD_DAYS):
            day = local.date() + timedelta(days=offset)
            count -= bool(self._intervals(day))
            if count == 0:
                return self.closing(day)
        raise NeverOpenError(local)

    def _stretches(self, after: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches from `after` on, the first one cut to begin there."""
        local = after.astimezone(self.zone)
        for offset in range(_LOOKAHEAD_DAYS):
            day = local.date() + timedelta(days=offset)
            for interval in self._intervals(day):
                opening, closing = self._moment(day, interval.start), self._moment(day, interval.end)
                if closing > local:
                    yield max(opening, local), closing
        raise NeverOpenError(after)

    def _intervals(self, day: date) -> tuple[Interval, ...]:
        week = next((season.week for season in self.seasons if season.has(day)), self.week)
        intervals = week[day.weekday()]
        if not intervals or any(first <= day <= last for first, last in self.closed):
            return ()
        if (day.month, day.day) in self.yearly_closed:
            return ()
        if self.holidays is not None and day in public_holidays(self.holidays, day.year):
            return ()
        return intervals

    def _moment(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, 24 * 60)
        return datetime.combine(day + timedelta(days=days), time(*divmod(minute, 60)), self.zone)


# A past has a few hundred days, and each case of it looks back from its own.
@lru_cache(maxsize=4096)
def add_months(day: date, months: int) -> date:
    """The same day of a later (or, below zero, earlier) month, or its last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@lru_cache(maxsize=64)
def public_holidays(place: str, year: int) -> frozenset[date]:
    """The public holidays of a country or `COUNTRY-SUBDIVISION` in one year.

    Raises:
        UnknownPlaceError: there is no calendar for the place.
    """
    return frozenset(_calendar(place, year))


def check_place(place: str) -> None:
    """Make sure that there is a calendar of public holidays for `place`.

    Raises:
        UnknownPlaceError: there is none.
    """
    from holidays.registry import COUNTRIES

    country, _, subdivision = place.partition("-")
    # Building a calendar doubles the time that a policy takes to load; the names alone do for a country.
    if not any(country in codes for codes in COUNTRIES.values()):
        raise UnknownPlaceError(place)
    if subdivision:
        _calendar(place, None)


def _calendar(place: str, year: int | None) -> "HolidayBase":
    import holidays  # takes 50 ms to import, and most runs of the command line need no calendar

    country, _, subdivision = place.partition("-")
    try:
        return holidays.country_holidays(country, subdiv=subdivision or None, years=year)
    except NotImplementedError as error:
        raise UnknownPlaceError(place) from error
