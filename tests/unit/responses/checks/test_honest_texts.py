"""What agents write every day and no check may stop."""

import pytest

from responses.checks import Severity, check_text
from tests.unit.responses.checks.checked import about, codes, only

MORNING = "Guten Morgen Marta, wir schicken Ihnen einen Gutschein über 10 €: der Code ist {voucher:1}."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", MORNING),
        ("it", "Buon pomeriggio Marta, le mandiamo un buono da 10 €: {voucher:1}"),
        ("en", "Good morning Marta, we're giving you a €10 voucher: {voucher:1}"),
        ("es", "Buenas tardes, Marta. Le enviamos un vale de 10 €: {voucher:1}"),
        ("fr", "Bon après-midi Marta, nous vous envoyons un bon d'achat de 10 € : {voucher:1}"),
    ],
)
def test_a_greeting_names_no_day(language: str, text: str) -> None:
    assert codes(text, about("voucher10", language=language)) == []


def test_tomorrow_is_a_day_beside_a_greeting_too() -> None:
    text = "Guten Morgen Marta, das Paket kommt morgen."
    assert only(text, about(language="de")).words == "morgen"


CAME = [
    ("it", "Abbiamo ricevuto il bonifico di 45 €. Grazie."),
    ("it", "Il suo bonifico di 45 € è arrivato."),
    ("it", "La caparra di 45 € che ha versato resta valida."),
    ("it", "Ha già pagato 45 € con la carta."),
    ("en", "We have received your transfer of €45."),
    ("en", "The €45 you paid is on our books."),
    ("es", "Hemos recibido su transferencia de 45 €."),
    ("es", "Los 45 € que ha ingresado constan en nuestra cuenta."),
    ("fr", "Nous avons bien reçu votre virement de 45 €."),
    ("fr", "L'acompte, soit 45 € que vous avez versés, est enregistré."),
    ("de", "Ihre Überweisung über 45 € ist angekommen."),
    ("de", "Wir haben Ihre Zahlung von 45 € erhalten."),
]


@pytest.mark.parametrize(("language", "text"), CAME)
def test_money_that_came_from_the_customer_is_no_gift(language: str, text: str) -> None:
    assert [(one.code, one.severity) for one in check_text(text, about(language=language))] == [
        ("amount_unknown", Severity.WARNING)
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Le facciamo un bonifico di 45 €."),
        ("it", "Le rimborsiamo il suo bonifico di 45 €."),
        ("it", "Il bonifico di 45 € parte oggi."),
        ("en", "We're refunding your payment of €45."),
        ("es", "Le hacemos una transferencia de 45 €."),
        ("fr", "Nous vous faisons un virement de 45 €."),
        ("de", "Wir überweisen Ihnen 45 €."),
        ("de", "Wir erstatten Ihre Zahlung von 45 €."),
    ],
)
def test_money_that_goes_to_the_customer_is(language: str, text: str) -> None:
    assert "amount_above" in codes(text, about(language=language))


@pytest.mark.parametrize(
    "text",
    [
        "Wir erstatten Ihnen die Versandkosten nicht.",
        "Wir erstatten Ihnen den Kaufpreis nicht, denn der Artikel war getragen.",
        "Die Versandkosten erstatten wir Ihnen diesmal nicht.",
        "Wir schicken Ihnen keinen neuen Artikel.",
        "Wir tauschen das Gerät nicht um.",
        "Wir rufen Sie nicht zurück.",
        "Den Preis ersetzen wir Ihnen leider nicht mehr.",
    ],
)
def test_a_german_no_at_the_end_promises_and_gives_nothing(text: str) -> None:
    found = codes(text, about("voucher10", language="de"))
    assert {"remedy_undecided", "promise_undated", "promise_untracked"}.isdisjoint(found)


@pytest.mark.parametrize(
    "text",
    [
        "Wir erstatten Ihnen die nicht gelieferte Ware.",
        "Wir erstatten Ihnen die Versandkosten, kein Problem.",
        "Wir schicken Ihnen einen neuen Artikel und keinen Gutschein.",
    ],
)
def test_a_no_to_something_else_hides_no_gift(text: str) -> None:
    assert "remedy_undecided" in codes(text, about("voucher10", language="de"))
