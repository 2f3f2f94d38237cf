"""What agents type for a fact."""

from decimal import Decimal

import pytest

from models.money import Money
from responses.errors import BlockedError
from responses.facts import parse_fact
from responses.policy.schema import FactSpec, FactType

SUM = FactSpec(name="exit_costs", type=FactType.MONEY, suppliers=frozenset())


@pytest.mark.parametrize("typed", ["50", "50 EUR", "50 eur", "50EUR", "EUR 50", "50 €", "€ 50", "50,00 EUR"])
def test_a_sum_with_its_currency_or_without(typed: str) -> None:
    assert parse_fact(SUM, typed, "EUR") == Money(amount=Decimal(50), currency="EUR")


@pytest.mark.parametrize(
    ("typed", "currency"), [("50 USD", "EUR"), ("50 €", "CHF"), ("EUR", "EUR"), ("-5 EUR", "EUR")]
)
def test_a_sum_in_another_currency_or_without_a_figure_is_refused(typed: str, currency: str) -> None:
    with pytest.raises(BlockedError, match="fact_invalid"):
        parse_fact(SUM, typed, currency)
