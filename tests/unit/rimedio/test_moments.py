"""Dates as other programs write them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rimedio.moments import is_ambiguous, parse_moment, reads_month_first

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-03", "2026-11-03T11:00Z"),
        ("2026-11-03 09:30", "2026-11-03T08:30Z"),
        ("2026-11-03T09:30:15+00:00", "2026-11-03T09:30:15Z"),
        ("2026-11-03T09:30:15.123Z", "2026-11-03T09:30:15.123Z"),
        ("3/11/2026", "2026-11-03T11:00Z"),
        ("03.11.26 9:30", "2026-11-03T08:30Z"),
        ("03-11-2026, 9.30", "2026-11-03T08:30Z"),
        ("3/11/2026 9:30 PM", "2026-11-03T20:30Z"),
        (1793698200, "2026-11-03T09:30Z"),
        ("1793698200000", "2026-11-03T09:30Z"),
    ],
)
def test_a_moment_is_read(written: object, meant: str) -> None:
    assert parse_moment(written, ROME) == datetime.fromisoformat(meant).astimezone(UTC)


@pytest.mark.parametrize(
    "written", ["", "ieri", "31/02/2026", "2026-13-01", "3/11", "0001-01-01", "9999-12-31", None, True, 7, []]
)
def test_what_is_no_moment_is_none(written: object) -> None:
    assert parse_moment(written, ROME) is None


def test_the_month_may_come_first() -> None:
    assert parse_moment("11/03/2026", ROME, month_first=True) == parse_moment("3/11/2026", ROME)


@pytest.mark.parametrize(
    ("written", "month_first"),
    [("11/30/2026", True), ("30/11/2026", False), ("11/03/2026", None), ("x", None)],
)
def test_a_day_above_twelve_tells_which_comes_first(written: str, month_first: bool | None) -> None:
    assert reads_month_first(written) is month_first


def test_only_written_out_numbers_are_ambiguous() -> None:
    assert is_ambiguous("11/03/2026")
    assert not is_ambiguous("2026-11-03")
