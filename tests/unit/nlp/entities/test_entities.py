from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.assessment import Amount, Entities
from nlp.entities.finder import EntityFinder
from nlp.errors import NlpError

TODAY = date(2025, 11, 23)


def find(text: str, language: str = "it") -> Entities:
    return EntityFinder().find(text, language=language, today=TODAY)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("il mio ordine 88213 non arriva", ("88213",)),
        ("Ordine n. VN-20418, grazie", ("VN-20418",)),
        ("numero d'ordine: 4567.", ("4567",)),
        ("ordine nr.12345/A", ("12345/A",)),
        ("ORD.N.88213 mai visto", ("88213",)),
        ("prenotazione #AB12345", ("AB12345",)),
        ("my order no. A-1234", ("A-1234",)),
        ("Bestellnummer 445566", ("445566",)),
        ("commande n° 778899 et commande 778899", ("778899",)),
        ("pedido 10001 y pedido 10002", ("10001", "10002")),
        ("ordine 12/11/2025", ()),
        ("in ordine alfabetico", ()),
        ("ho ordinato 3 maglie", ()),
        ("l'ordine è arrivato", ()),
    ],
)
def test_order_numbers_follow_a_word_for_an_order(text: str, ids: tuple[str, ...]) -> None:
    assert find(text).order_ids == ids


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Il pacco RS4821 doveva arrivare martedì 12/11/2025, ordine 88213", ("RS4821",)),
        ("il mio ordine 88213 non arriva da 3 giorni, scrivetemi a io99@example.org", ()),
    ],
)
def test_what_only_looks_like_an_order_number_is_kept_apart(text: str, others: tuple[str, ...]) -> None:
    assert find(text).other_numbers == others


@pytest.mark.parametrize(
    ("text", "ids", "only"),
    [
        ("ZX-99 e RMA1234, ordine 55555", ("ZX-99", "1234"), ("ZX-99", "1234")),
        ("ordine ZX-4821, fattura n. 88213", ("ZX-4821",), ("ZX-4821",)),
        ("il mio ordine numero 88213 non arriva", ("88213",), ()),
        ("my order no. 445566 never came", ("445566",), ()),
        ("ordine del 12/11/2025", (), ()),
        ("ho ordinato 3 maglie", (), ()),
    ],
)
def test_a_business_has_order_patterns_of_its_own(
    text: str, ids: tuple[str, ...], only: tuple[str, ...]
) -> None:
    patterns = [r"\bRMA(?P<id>\d{4})\b", r"\bZX-\d+\b"]
    found = [
        EntityFinder(patterns, patterns_only=strict).find(text, language="it", today=TODAY)
        for strict in (False, True)
    ]
    assert [one.order_ids for one in found] == [ids, only]


def test_what_no_pattern_matches_is_kept_among_the_other_numbers() -> None:
    finder = EntityFinder([r"\bZX-\d+\b"], patterns_only=True)
    found = finder.find("ordine ZX-4821, fattura n. 88213", language="it", today=TODAY)
    assert found.other_numbers == ("88213",)


def test_a_pattern_that_is_none_is_named() -> None:
    with pytest.raises(NlpError, match=r"order pattern '\(' is not"):
        EntityFinder(["("])


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("ho pagato 12,50€", "12.50", "EUR"),
        ("€ 94,80 in tutto", "94.80", "EUR"),
        ("sono 1.234,56 euro", "1234.56", "EUR"),
        ("EUR 20", "20", "EUR"),
        ("49,- €", "49", "EUR"),
        ("1.000 €", "1000", "EUR"),
        ("it was $9.99", "9.99", "USD"),
        ("£1,200.50 gone", "1200.50", "GBP"),
        ("R$ 50,00", "50.00", "BRL"),
        ("30 CHF", "30", "CHF"),
    ],
)
def test_amounts_have_value_and_currency(text: str, value: str, currency: str) -> None:
    assert find(text).amounts == (Amount(value=Decimal(value), currency=currency),)


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [
        ("fattura di 1.234,56 mai vista", "it", "1234.56"),
        ("mi avete addebitato 45,90 due volte", "it", "45.90"),
        ("bolletta di 62,40!", "it", "62.40"),
        ("you charged me 45.90 twice", "en", "45.90"),
        ("total: 1,234.56", "en", "1234.56"),
        ("m'avez facturé 19,99", "fr", "19.99"),
        ("me habéis cobrado 12,50", "es", "12.50"),
        ("es kostete 30,00", "de", "30.00"),
    ],
)
def test_sums_that_can_be_nothing_else_need_no_currency(text: str, language: str, value: str) -> None:
    assert find(text, language).amounts == (Amount(value=Decimal(value), currency="EUR"),)


@pytest.mark.parametrize(
    "text",
    [
        "ho 3 figli",
        "voto 8/10",
        "12345 eurobond",
        "le 10,30",
        "$",
        "consumo di 1.234,56 kWh",
        "ho pagato il 12.11 la rata",
        "pagato alle 10,30",
        "pagato 10.30 di mattina",
        "costa 12,50%",
        "rata 12,11,2026",
        "ip 192.168.10,20",
    ],
)
def test_numbers_without_a_currency_are_no_amounts(text: str) -> None:
    assert find(text).amounts == ()


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("chiamatemi al 333 1234567", "it", "+393331234567"),
        ("call +44 20 7946 0958", "it", "+442079460958"),
        ("Rückruf: 030 901820", "de", "+4930901820"),
    ],
)
def test_phone_numbers_are_read_by_the_language_of_the_message(text: str, language: str, number: str) -> None:
    assert find(text, language).phone_numbers == (number,)


def test_an_order_number_is_no_phone_number() -> None:
    found = find("ordine 3331234567")

    assert (found.order_ids, found.phone_numbers) == (("3331234567",), ())


def test_addresses_are_found_once_and_without_the_full_stop() -> None:
    found = find("scrivete a anna.rossi+shop@example.co.uk. Ripeto: anna.rossi+shop@example.co.uk.")

    assert found.emails == ("anna.rossi+shop@example.co.uk",)


@given(st.text(alphabet="ordine0123456789 .,€$@-/#'ù🎉\0\u200f", max_size=200))
def test_any_text_is_searched_without_an_error(text: str) -> None:
    find(text)


@pytest.mark.parametrize(
    "text", ["1" * 100_000, "a@" * 50_000, "ordine " * 15_000], ids=["digits", "at", "words"]
)
def test_a_text_of_100000_characters_is_searched_to_its_end(text: str) -> None:
    assert find(f"{text} ordine RS-20418").order_ids == ("RS-20418",)
