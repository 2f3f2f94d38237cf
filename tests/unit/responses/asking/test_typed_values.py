"""What agents type for a fact."""

from datetime import date
from decimal import Decimal

import pytest

from models.money import Money
from responses.asking.typed_values import parse_fact
from responses.errors import BlockedError
from responses.policy.schema import FactSpec, FactType

SUM = FactSpec(name="exit_costs", type=FactType.MONEY, suppliers=frozenset())
DAYS = FactSpec(name="days_late", type=FactType.DAYS, suppliers=frozenset())
NUMBER = FactSpec(name="pieces", type=FactType.NUMBER, suppliers=frozenset())
DAY = FactSpec(name="withdrawn_on", type=FactType.DATE, suppliers=frozenset())
CHOICE = FactSpec(name="kind", type=FactType.CHOICE, suppliers=frozenset(), choices=("twin_room", "spa"))
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    "typed",
    [
        "50",
        "50 EUR",
        "50 eur",
        "50EUR",
        "EUR 50",
        "50 €",
        "€ 50",
        "50,00 EUR",
        "50 euro",
        "50 Euros",
        "50.00",
    ],
)
def test_a_sum_with_its_currency_or_without(typed: str) -> None:
    assert parse_fact(SUM, typed, "EUR", TODAY) == Money(amount=Decimal(50), currency="EUR")


@pytest.mark.parametrize(
    "typed", ["1500", "1.500", "1.500 €", "1,500.00", "1.500,00", "1 500 euro", "€ 1'500", "1,500"]
)
def test_a_sum_over_a_thousand_is_read_as_an_import_reads_it(typed: str) -> None:
    assert parse_fact(SUM, typed, "EUR", TODAY) == Money(amount=Decimal(1500), currency="EUR")


@pytest.mark.parametrize(("typed", "currency"), [("50 USD", "EUR"), ("50 €", "CHF"), ("50 £", "EUR")])
def test_a_sum_in_another_currency_is_refused_with_the_policys(typed: str, currency: str) -> None:
    with pytest.raises(BlockedError, match="fact_currency") as refused:
        parse_fact(SUM, typed, currency, TODAY)
    assert refused.value.details["currency"] == currency


@pytest.mark.parametrize("typed", ["EUR", "-5 EUR", "1.5.0", "50 euro circa", "tra 50 e 60", ""])
def test_what_is_no_sum_is_refused(typed: str) -> None:
    with pytest.raises(BlockedError, match="fact_invalid"):
        parse_fact(SUM, typed, "EUR", TODAY)


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("8", "8"),
        ("8 giorni", "8"),
        ("8gg.", "8"),
        ("1,5 days", "1.5"),
        ("una settimana", "7"),
        ("2 weeks", "14"),
        ("tre giorni", "3"),
    ],
)
def test_days_with_their_unit_or_without(typed: str, days: str) -> None:
    assert parse_fact(DAYS, typed, "EUR", TODAY) == Decimal(days)


@pytest.mark.parametrize("typed", ["circa 8 giorni", "5-8 giorni", "8 ore", "2 mesi", "-8", "presto"])
def test_what_is_no_certain_number_of_days_is_refused(typed: str) -> None:
    with pytest.raises(BlockedError, match="fact_invalid"):
        parse_fact(DAYS, typed, "EUR", TODAY)


def test_a_number_groups_its_thousands() -> None:
    assert parse_fact(NUMBER, "1.500", "EUR", TODAY) == Decimal(1500)


@pytest.mark.parametrize(
    "typed", ["3/11/2026", "3/11/26", "3-11-2026", "03.11.26", "2026-11-03", "3/11", "3-11", "03.11."]
)
def test_a_day_however_it_is_written(typed: str) -> None:
    assert parse_fact(DAY, typed, "EUR", TODAY) == date(2026, 11, 3)


def test_a_day_without_its_year_may_be_of_the_year_that_begins() -> None:
    assert parse_fact(DAY, "7/1", "EUR", TODAY) == date(2027, 1, 7)


@pytest.mark.parametrize("typed", ["1/6", "29/2"])
def test_a_day_that_may_be_of_two_years_is_asked_for_with_its_year(typed: str) -> None:
    with pytest.raises(BlockedError) as refused:
        parse_fact(DAY, typed, "EUR", TODAY)
    assert refused.value.details["expected"] == "date_with_year"


@pytest.mark.parametrize("typed", ["31/2/2026", "11/2026", "domani"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(BlockedError, match="fact_invalid"):
        parse_fact(DAY, typed, "EUR", TODAY)


def test_an_option_is_typed_as_it_is_spoken() -> None:
    assert parse_fact(CHOICE, "Twin room", "EUR", TODAY) == "twin_room"
