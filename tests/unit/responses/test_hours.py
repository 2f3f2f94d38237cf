from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decision import Duration, DurationUnit
from responses.hours import (
    Interval,
    NeverOpenError,
    OpeningHours,
    Season,
    UnknownPlaceError,
    add_months,
    check_place,
    public_holidays,
)

ROME = ZoneInfo("Europe/Rome")
MORNING = Interval(start=9 * 60, end=13 * 60)
AFTERNOON = Interval(start=14 * 60 + 30, end=18 * 60 + 30)
SATURDAY = Interval(start=9 * 60, end=12 * 60 + 30)
SHOP = OpeningHours(
    zone=ROME,
    week=((MORNING, AFTERNOON),) * 5 + ((SATURDAY,), ()),
    holidays="IT",
    closed=((date(2027, 8, 10), date(2027, 8, 20)),),
)
OFFICE = OpeningHours(zone=ROME, week=((MORNING, AFTERNOON),) * 5 + ((), ()), holidays="IT")


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME)


def span(count: int, unit: str) -> Duration:
    return Duration(count=count, unit=DurationUnit(unit))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-11-23T09:00", True, id="at the minute of opening"),
        pytest.param("2026-11-23T08:59", False, id="just before"),
        pytest.param("2026-11-23T13:00", False, id="at the minute of closing"),
        pytest.param("2026-11-23T14:30", True, id="second interval"),
        pytest.param("2026-11-28T12:29", True, id="saturday morning"),
        pytest.param("2026-11-29T10:00", False, id="sunday"),
        pytest.param("2026-12-08T10:00", False, id="a public holiday on a tuesday"),
        pytest.param("2027-08-10T10:00", False, id="first day of the summer closure"),
        pytest.param("2027-08-20T10:00", False, id="last day of the summer closure"),
        pytest.param("2027-08-23T10:00", True, id="after the summer closure"),
    ],
)
def test_open_and_closed_moments(at: str, expected: bool) -> None:
    assert SHOP.is_open(rome(at)) is expected


def test_times_of_another_zone_are_read_in_the_zone_of_the_business() -> None:
    assert SHOP.is_open(datetime(2026, 11, 23, 8, 30, tzinfo=UTC))
    assert not SHOP.is_open(datetime(2026, 11, 23, 17, 45, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-11-23T10:15", "2026-11-23T10:15", id="open already"),
        pytest.param("2026-11-23T13:30", "2026-11-23T14:30", id="lunch break"),
        pytest.param("2026-11-28T15:00", "2026-11-30T09:00", id="saturday afternoon to monday"),
        pytest.param("2026-12-24T19:00", "2026-12-28T09:00", id="over christmas and a sunday"),
    ],
)
def test_next_opening(at: str, expected: str) -> None:
    assert SHOP.next_opening(rome(at)) == rome(expected)


@pytest.mark.parametrize(
    ("hours", "count", "unit", "start", "expected"),
    [
        pytest.param(OFFICE, 2, "working_days", "2026-11-26T11:00", "2026-11-30T18:30", id="thursday"),
        pytest.param(SHOP, 2, "working_days", "2026-11-26T11:00", "2026-11-28T12:30", id="saturday works"),
        pytest.param(SHOP, 1, "working_days", "2026-11-29T11:00", "2026-11-30T18:30", id="from a sunday"),
        pytest.param(SHOP, 1, "working_days", "2026-12-07T11:00", "2026-12-09T18:30", id="holiday skipped"),
        pytest.param(SHOP, 4, "hours", "2026-11-23T17:00", "2026-11-24T11:30", id="hours while open"),
        pytest.param(SHOP, 1, "hours", "2026-11-23T12:30", "2026-11-23T15:00", id="hours over lunch"),
        pytest.param(SHOP, 1, "hours", "2026-11-23T12:00", "2026-11-23T13:00", id="hours up to closing"),
        pytest.param(SHOP, 30, "minutes", "2026-11-29T03:00", "2026-11-29T03:30", id="minutes by clock"),
        pytest.param(SHOP, 3, "days", "2026-11-27T11:00", "2026-11-30T11:00", id="calendar days"),
        pytest.param(SHOP, 1, "months", "2027-01-31T11:00", "2027-02-28T11:00", id="shorter month"),
    ],
)
def test_durations(hours: OpeningHours, count: int, unit: str, start: str, expected: str) -> None:
    assert hours.add(span(count, unit), rome(start)) == rome(expected)


def test_the_due_day_is_the_local_day() -> None:
    assert SHOP.due_day(span(30, "minutes"), datetime(2026, 11, 23, 22, 45, tzinfo=UTC)) == date(2026, 11, 24)


def test_without_hours_the_business_is_always_open_and_every_day_counts() -> None:
    always = OpeningHours.always(ROME)
    sunday = rome("2026-12-06T23:00")
    assert always.is_open(sunday)
    assert always.add(span(4, "hours"), sunday) == sunday + timedelta(hours=4)
    assert always.due_day(span(2, "working_days"), sunday) == date(2026, 12, 8)


def test_open_hours_across_a_clock_change_are_hours_that_pass() -> None:
    always = OpeningHours.always(ROME)
    late = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert always.add(span(6, "hours"), late).astimezone(UTC) == late + timedelta(hours=6)


@pytest.mark.parametrize(
    ("day", "now", "end"),
    [
        pytest.param("2026-11-26", "2026-11-23T10:00", "2026-11-26T18:30", id="closing"),
        pytest.param("2026-11-28", "2026-11-23T10:00", "2026-11-28T23:59", id="a closed day"),
        pytest.param("2026-12-08", "2026-11-23T10:00", "2026-12-08T23:59", id="a holiday"),
        pytest.param("2026-11-26", "2026-11-26T20:00", "2026-11-26T23:59", id="after closing"),
    ],
)
def test_what_was_promised_for_a_day_is_due_when_it_closes(day: str, now: str, end: str) -> None:
    assert OFFICE.end_of(date.fromisoformat(day), rome(now)) == rome(end)


def test_hours_that_never_come_are_an_error() -> None:
    closed = OpeningHours(zone=ROME, week=((),) * 7)
    with pytest.raises(NeverOpenError, match="no opening"):
        closed.next_opening(rome("2026-11-23T10:00"))


@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis wants bounds without a zone
    hours=st.integers(1, 60),
)
def test_a_deadline_in_hours_falls_at_an_open_moment_or_at_closing(start: datetime, hours: int) -> None:
    due = SHOP.add(span(hours, "hours"), start)
    assert due > start
    assert SHOP.is_open(due - timedelta(microseconds=1))


@given(day=st.dates(date(2000, 1, 1), date(2090, 12, 31)), months=st.integers(0, 240))
def test_months_never_overflow_into_the_next(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day <= day.day


@pytest.mark.parametrize("place", ["IT", "IT-BZ", "DEU"])
def test_places_with_a_calendar_are_accepted(place: str) -> None:
    check_place(place)


@pytest.mark.parametrize("place", ["XX", "it", "IT-XX", "", "holidays"])
def test_places_without_a_calendar_are_refused(place: str) -> None:
    with pytest.raises(UnknownPlaceError, match="no calendar"):
        check_place(place)


def test_a_subdivision_has_holidays_of_its_own() -> None:
    assert public_holidays("IT-MI", 2026) - public_holidays("IT", 2026) == {date(2026, 12, 7)}


@pytest.mark.parametrize(
    ("at", "since", "until"),
    [
        pytest.param("2026-11-24T09:00", "2026-11-23T18:30", "2026-11-24T09:00", id="a night"),
        pytest.param("2026-11-24T15:00", "2026-11-24T13:00", "2026-11-24T14:30", id="lunch"),
        pytest.param("2026-11-30T10:00", "2026-11-28T12:30", "2026-11-30T09:00", id="a weekend"),
        pytest.param("2027-08-21T10:00", "2027-08-09T18:30", "2027-08-21T09:00", id="the summer closure"),
    ],
)
def test_what_was_closed_before_an_opening(at: str, since: str, until: str) -> None:
    assert SHOP.closed_before(rome(at)) == (rome(since), rome(until))


@pytest.mark.parametrize("at", ["2026-11-24T08:59", "2026-11-24T13:00", "2026-11-29T10:00"])
def test_while_closed_there_is_no_opening_to_speak_of(at: str) -> None:
    assert SHOP.closed_before(rome(at)) is None


def test_who_never_closes_never_opens() -> None:
    assert OpeningHours.always(ROME).closed_before(rome("2026-11-24T10:00")) is None


# The first use of a year builds its calendar of holidays, which a busy machine does slowly.
UNHURRIED = settings(deadline=None)
MINUTES = st.integers(min_value=0, max_value=2 * 365 * 24 * 60)


@UNHURRIED
@given(MINUTES)
def test_an_opening_is_spoken_of_exactly_while_open(minutes: int) -> None:
    at = rome("2026-01-01T00:00") + timedelta(minutes=minutes)
    assert (SHOP.closed_before(at) is not None) == SHOP.is_open(at)


@UNHURRIED
@given(MINUTES)
def test_from_the_closing_before_the_next_opening_is_the_one_that_ended_it(minutes: int) -> None:
    at = SHOP.next_opening(rome("2026-01-01T00:00") + timedelta(minutes=minutes))
    closed = SHOP.closed_before(at)
    assert closed is not None
    assert closed[0] < closed[1] <= at
    assert SHOP.next_opening(closed[0]) == closed[1]


LIDO = OpeningHours(
    zone=ROME,
    week=((MORNING,),) * 5 + ((), ()),
    seasons=(
        Season(first=(6, 1), last=(9, 15), week=((Interval(start=8 * 60, end=23 * 60),),) * 7),
        Season(first=(12, 20), last=(1, 6), week=((),) * 5 + ((SATURDAY,), ())),
    ),
    yearly_closed=frozenset({(7, 15), (12, 7)}),
)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2027-05-31T22:00", False, id="the day before the season"),
        pytest.param("2027-06-01T22:00", True, id="its first day"),
        pytest.param("2027-09-15T22:00", True, id="its last day"),
        pytest.param("2027-09-16T22:00", False, id="the day after it"),
        pytest.param("2027-09-16T10:00", True, id="the usual hours after it"),
        pytest.param("2026-12-23T10:00", False, id="in a season over new year, before it"),
        pytest.param("2027-01-05T10:00", False, id="in a season over new year, after it"),
        pytest.param("2027-01-02T10:00", True, id="a saturday of that season"),
        pytest.param("2027-01-07T10:00", True, id="after that season"),
        pytest.param("2026-12-07T10:00", False, id="the patron's day"),
        pytest.param("2027-12-07T10:00", False, id="the patron's day in another year"),
        pytest.param("2027-07-15T10:00", False, id="another town's patron, in a season"),
    ],
)
def test_seasons_and_the_patrons_day(at: str, expected: bool) -> None:
    assert LIDO.is_open(rome(at)) is expected


DAYS_OF_YEAR = st.dates(min_value=date(2000, 1, 1), max_value=date(2000, 12, 31)).map(
    lambda day: (day.month, day.day)
)


@given(DAYS_OF_YEAR, DAYS_OF_YEAR, st.dates(min_value=date(2026, 1, 1), max_value=date(2032, 12, 31)))
def test_a_season_and_what_is_left_of_the_year_share_no_day_and_miss_none(
    first: tuple[int, int], last: tuple[int, int], day: date
) -> None:
    season = Season(first=first, last=last, week=((),) * 7)
    other = Season(first=next_day(last), last=day_before(first), week=((),) * 7)
    whole_year = next_day(last) == first
    assert season.has(day) is (whole_year or not other.has(day))


def next_day(day: tuple[int, int]) -> tuple[int, int]:
    after = date(2000, *day) + timedelta(days=1)
    return after.month, after.day


def day_before(day: tuple[int, int]) -> tuple[int, int]:
    before = date(2000, *day) - timedelta(days=1)
    return before.month, before.day


# Every hour of the lido begins and ends at a full or half one, so that half hours can be counted exactly.
HALF_HOURS = st.integers(min_value=0, max_value=2 * 365 * 48)


@UNHURRIED
@given(HALF_HOURS, st.integers(min_value=1, max_value=60))
def test_a_deadline_in_hours_is_as_much_open_time_later_whatever_the_season(start: int, hours: int) -> None:
    step = timedelta(minutes=30)
    begin = rome("2026-01-01T00:00") + step * start
    due = LIDO.add(span(hours, "hours"), begin)
    moments = [begin + step * number for number in range((due - begin) // step)]
    assert step * sum(LIDO.is_open(moment) for moment in moments) == timedelta(hours=hours)
