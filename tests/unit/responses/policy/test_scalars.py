from datetime import date
from decimal import Decimal

import pytest

from models.decision import Duration, DurationUnit
from models.money import Money
from responses.policy.scalars import (
    parse_date,
    parse_duration,
    parse_money,
    parse_number,
    parse_percent,
    parse_times,
    parse_weekdays,
)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("80 EUR", "80", "EUR"),
        ("4,90 EUR", "4.90", "EUR"),
        ("4.90 €", "4.90", "EUR"),
        ("500 JPY", "500", "JPY"),
    ],
)
def test_money(text: str, amount: str, currency: str) -> None:
    assert parse_money(text) == Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    "text", ["80", "EUR 80", "-5 EUR", "1.234 EUR", "5 eur", "1 000 EUR", "5.5 JPY", "٥ EUR"]
)
def test_what_is_not_money(text: str) -> None:
    assert parse_money(text) is None


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("30 minutes", 30, DurationUnit.MINUTES),
        ("1 hour", 1, DurationUnit.HOURS),
        ("2 working days", 2, DurationUnit.WORKING_DAYS),
        ("2 weeks", 14, DurationUnit.DAYS),
        ("1 year", 12, DurationUnit.MONTHS),
    ],
)
def test_spans(text: str, count: int, unit: DurationUnit) -> None:
    assert parse_duration(text) == Duration(count=count, unit=unit)


@pytest.mark.parametrize("text", ["0 days", "days", "1.5 days", "2 moons", "-1 day", "2days"])
def test_what_is_no_span(text: str) -> None:
    assert parse_duration(text) is None


def test_percentages_and_numbers() -> None:
    assert parse_percent("7,5%") == Decimal("0.075")
    assert parse_percent("15") is None
    assert parse_number("4,5") == Decimal("4.5")
    assert parse_number("4e5") is None


def test_dates() -> None:
    assert parse_date("2026-02-28") == date(2026, 2, 28)
    assert parse_date("2026-02-30") is None
    assert parse_date("28/02/2026") is None


def test_times_of_the_day() -> None:
    assert parse_times("9:00-13:00") == (540, 780)
    assert parse_times("0:00-24:00") == (0, 1440)
    assert parse_times("13:00-9:00") is None
    assert parse_times("9:75-10:00") is None


def test_weekdays() -> None:
    assert parse_weekdays("mon-fri") == (0, 1, 2, 3, 4)
    assert parse_weekdays("sat") == (5,)
    assert parse_weekdays("fri-mon") is None
    assert parse_weekdays("lun") is None
