"""Languages of short texts, and what is found in them."""

from datetime import date

import pytest

from nlp.entities.finder import EntityFinder
from nlp.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("il pacco non è ancora arrivato", "it"),
        ("my parcel still hasn't arrived", "en"),
        ("el paquete todavía no ha llegado", "es"),
        ("le colis n'est toujours pas arrivé", "fr"),
        ("das Paket ist immer noch nicht da", "de"),
    ],
    ids=["it", "en", "es", "fr", "de"],
)
def test_a_short_sentence_has_its_language(text: str, language: str) -> None:
    assert detect_language(text, fallback="it") == language


def test_what_has_no_words_falls_back() -> None:
    assert detect_language("😡 12", fallback="de") == "de"


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    return EntityFinder()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ordine RS20418 mai arrivato", ("RS20418",)),
        ("order number AB-1234", ("AB-1234",)),
        ("il 3 maggio alle 10", ()),
    ],
    ids=["it", "en", "none"],
)
def test_order_numbers(finder: EntityFinder, text: str, found: tuple[str, ...]) -> None:
    assert finder.find(text, language="it", today=date(2026, 11, 23)).order_ids == found


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("12,50€", "12.50", "EUR"),
        ("€ 1.234,56", "1234.56", "EUR"),
        ("30 euro", "30", "EUR"),
        ("$20", "20", "USD"),
    ],
    ids=["comma", "thousands", "word", "dollar"],
)
def test_amounts(finder: EntityFinder, text: str, value: str, currency: str) -> None:
    (amount,) = finder.find(f"ho pagato {text} ieri", language="it", today=date(2026, 11, 23)).amounts
    assert (str(amount.value), amount.currency) == (value, currency)


def test_relative_dates_count_from_the_given_day(finder: EntityFinder) -> None:
    found = finder.find("ho ordinato ieri", language="it", today=date(2026, 11, 23))
    assert date(2026, 11, 22) in found.dates


def test_addresses_and_numbers(finder: EntityFinder) -> None:
    found = finder.find(
        "scrivetemi a marta@esempio.it o al 333 1234567", language="it", today=date(2026, 11, 23)
    )
    assert found.emails == ("marta@esempio.it",)
    assert len(found.phone_numbers) == 1
