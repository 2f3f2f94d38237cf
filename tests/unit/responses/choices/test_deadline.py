"""Until when a choice is open: to the end of the day that its text names, where the business is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.decision import Decision, DecisionKind, Duration, DurationUnit
from responses.choices.deadline import choose_by, open_until
from responses.hours import OpeningHours

A_WEEK = Duration(count=7, unit=DurationUnit.DAYS)
THREE_HOURS = Duration(count=3, unit=DurationUnit.HOURS)
LATE_EVENING = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
"""Still the 17th in New York, and the 18th in Rome already."""


def choosing_within(within: Duration | None) -> Decision:
    return Decision(
        kind=DecisionKind.OFFER,
        policy="p",
        policy_sha256="0",
        complaint_types=(),
        choose_within=within,
    )


@pytest.mark.parametrize(
    ("zone", "day", "words"),
    [
        ("Europe/Rome", 25, "entro mercoledì 25 novembre"),
        ("America/New_York", 24, "entro martedì 24 novembre"),
    ],
)
def test_the_whole_day_that_is_told_is_left_to_choose(zone: str, day: int, words: str) -> None:
    hours = OpeningHours.always(ZoneInfo(zone))
    end = open_until(A_WEEK, hours, LATE_EVENING)
    assert end == datetime(2026, 11, day, 23, 59, tzinfo=ZoneInfo(zone))
    assert choose_by(choosing_within(A_WEEK), "it", hours, LATE_EVENING) == words


@pytest.mark.parametrize(
    ("language", "hour", "words"),
    [
        ("it", 9, "entro le 13:30 di oggi"),
        ("en", 9, "by 13:30 today"),
        ("it", 22, "entro le 2:30 di domani"),
        ("es", 22, "antes de las 2:30 de mañana"),
        ("fr", 22, "avant 2 h 30 demain"),
        ("de", 22, "bis morgen um 2:30 Uhr"),
    ],
)
def test_a_few_hours_end_at_the_hour_that_is_told(language: str, hour: int, words: str) -> None:
    # Not "domani entro le 2:30": that sounds as though one could not choose before midnight.
    hours = OpeningHours.always(ZoneInfo("Europe/Rome"))
    now = datetime(2026, 11, 17, hour, 30, tzinfo=UTC)
    assert open_until(THREE_HOURS, hours, now) == now + timedelta(hours=3)
    assert choose_by(choosing_within(THREE_HOURS), language, hours, now) == words


def test_where_choices_have_no_end_no_day_is_told() -> None:
    hours = OpeningHours.always(ZoneInfo("Europe/Rome"))
    assert choose_by(choosing_within(None), "it", hours, LATE_EVENING) is None
    assert choose_by(None, "it", hours, LATE_EVENING) is None
