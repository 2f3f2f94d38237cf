"""Numbers that name a person by their check digits, and those of parcels."""

from datetime import date

import pytest

from responses.checks import CheckContext, Severity
from responses.checks.strangers import check_strangers


def found(language: str, text: str, *said: str) -> list[tuple[str, Severity]]:
    about = CheckContext(language=language, kind="ask", today=date(2026, 11, 27), said=said)
    return [(one.words, one.severity) for one in check_strangers(text, about)]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("es", "Su DNI es 12345678Z.", "12345678Z"),
        ("es", "El NIE X1234567L consta.", "X1234567L"),
        ("fr", "Le numéro 2 55 08 14 168 025 38 est le vôtre ?", "2 55 08 14 168 025 38"),
        ("it", "La partita IVA è 00743110157.", "00743110157"),
    ],
)
def test_a_persons_number_stops_unless_the_case_knows_it(language: str, text: str, number: str) -> None:
    assert found(language, text) == [(number, Severity.ERROR)]
    assert found(language, text, f"sono {number}") == []


@pytest.mark.parametrize(
    ("language", "text"),
    [("es", "El modelo 12345678A está agotado."), ("fr", "Le modèle 2 55 08 14 168 025 39 est épuisé.")],
)
def test_a_wrong_check_digit_is_something_else(language: str, text: str) -> None:
    assert found(language, text) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Il suo ordine viaggia con BRT con il numero 163025678901."),
        ("en", "Your order is with the courier as 163025678901."),
        ("de", "Ihre Bestellung ist bei DHL unter 163025678901 unterwegs."),
    ],
)
def test_a_parcels_number_stops_nothing(language: str, text: str) -> None:
    assert [severity for _, severity in found(language, text)] in ([], [Severity.WARNING])
    assert found(language, text, "163025678901") == []


def test_a_number_that_is_called_the_orders_stops() -> None:
    assert found("it", "Il suo ordine n. 163025678901 è partito.") == [("163025678901", Severity.ERROR)]
