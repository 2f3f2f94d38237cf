from decimal import Decimal

import pytest

from models.decision import Duration, DurationUnit
from models.money import Money
from responses.drafts.numbers import format_money, format_percentage, format_span, percentage_forms


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        ("20", "EUR", "it", "20 €"),
        ("20.00", "EUR", "it", "20 €"),
        ("4.9", "EUR", "it", "4,90 €"),
        ("1250", "EUR", "it", "1.250 €"),
        ("1250.5", "EUR", "it", "1.250,50 €"),
        ("20", "EUR", "en", "€20"),
        ("4.9", "GBP", "en", "£4.90"),
        ("4.9", "EUR", "es", "4,90\u00a0€"),
        ("1250", "EUR", "fr", "1\u202f250\u00a0€"),
        ("20", "CHF", "de", "20\u00a0CHF"),
    ],
)
def test_money_is_written_as_the_language_writes_it(
    amount: str, currency: str, language: str, text: str
) -> None:
    assert format_money(Money(amount=Decimal(amount), currency=currency), language) == text


@pytest.mark.parametrize(
    ("percent", "language", "text"),
    [("15", "it", "15%"), ("12.5", "it", "12,5%"), ("15", "en", "15%"), ("15", "de", "15\u00a0%")],
)
def test_percentages_keep_their_decimals(percent: str, language: str, text: str) -> None:
    assert format_percentage(Decimal(percent), language) == text


@pytest.mark.parametrize(
    ("percent", "the", "of"),
    [
        ("15", "il 15%", "del 15%"),
        ("8", "l'8%", "dell'8%"),
        ("11", "l'11%", "dell'11%"),
        ("80", "l'80%", "dell'80%"),
        ("18", "il 18%", "del 18%"),
        ("100", "il 100%", "del 100%"),
    ],
)
def test_italian_percentages_have_the_article_they_are_read_with(percent: str, the: str, of: str) -> None:
    forms = percentage_forms(Decimal(percent), "it")
    assert (forms["the_percent"], forms["of_percent"]) == (the, of)


@pytest.mark.parametrize(
    ("count", "unit", "language", "text"),
    [
        (1, DurationUnit.MONTHS, "it", "un mese"),
        (3, DurationUnit.MONTHS, "it", "3 mesi"),
        (2, DurationUnit.WORKING_DAYS, "en", "2 working days"),
        (1, DurationUnit.HOURS, "fr", "une heure"),
    ],
)
def test_spans_agree_in_number(count: int, unit: DurationUnit, language: str, text: str) -> None:
    assert format_span(Duration(count=count, unit=unit), language) == text


@pytest.mark.parametrize(
    ("language", "pounds", "dollars"),
    [
        ("it", "12,50 £", "12,50 $"),
        ("en", "£12.50", "$12.50"),
        ("es", "12,50 £", "12,50 $"),
        ("fr", "12,50 £", "12,50 $"),
        ("de", "12,50 £", "12,50 $"),
    ],
)
def test_currencies_have_their_plain_sign(language: str, pounds: str, dollars: str) -> None:
    amounts = [Money(amount=Decimal("12.50"), currency=currency) for currency in ("GBP", "USD")]
    written = [format_money(one, language).replace("\u00a0", " ") for one in amounts]
    assert written == [pounds, dollars]
