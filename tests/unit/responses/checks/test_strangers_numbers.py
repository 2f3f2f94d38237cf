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
    [
        ("it", "L'articolo 10000008 e la fattura sono a posto."),
        ("it", "Le ho rimandato la ricevuta 10000012 a casa."),
        ("en", "The receipt 10000012 a colleague found is attached."),
        ("es", "El recibo 10000015 y la factura están bien."),
        ("fr", "Le reçu 10000012 a bien été envoyé."),
        ("de", "Der Beleg des Vereins 10000008 e. V. liegt vor."),
        ("es", "El modelo x y el recibo y 1234567 x."),
    ],
)
def test_the_next_word_is_no_check_letter(language: str, text: str) -> None:
    assert found(language, text) == []


def test_the_number_of_an_order_before_a_capital_is_known_by_its_figures() -> None:
    assert found("it", "L'ordine 10000008 E il reso sono a posto.", "ordine 10000008") == []
    assert found("it", "L'ordine 10000008 e la fattura sono a posto.", "ordine 10000008") == []


@pytest.mark.parametrize("number", ["12345678 Z", "12345678-Z", "12345678z", "X-1234567-L", "x1234567l"])
def test_a_dni_or_nie_is_found_as_it_is_written(number: str) -> None:
    assert found("es", f"Su número es {number}, ¿verdad?") == [(number, Severity.ERROR)]


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
