"""Days in a text, and what looks like one: hours, spans and opening times."""

from datetime import date

import pytest

from responses.checks import CheckContext
from responses.checks.dates import check_dates


def found(language: str, text: str) -> list[tuple[str, str]]:
    about = CheckContext(language=language, kind="ask", today=date(2026, 11, 27))
    return [(one.code, one.words) for one in check_dates(text, about)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Riceverà risposta entro 24/48 ore."),
        ("it", "Riceverà risposta entro 48/72 ore lavorative."),
        ("it", "Di solito passa entro 24/48."),
        ("it", "Di solito arriva dopo 3/5 giorni lavorativi."),
        ("it", "Siamo aperti lunedì 14/18 e sabato 9/13."),
        ("en", "You usually hear from us within 24/48 hours."),
        ("en", "We usually answer by 24/48 h."),
        ("en", "We are open on Monday 9/17."),
        ("es", "Le respondemos en un plazo de 24/48 horas."),
        ("es", "El taller abre el lunes 14/18 y el sábado 9/13."),
        ("fr", "La réponse part d'habitude avant le délai de 24/48 heures."),
        ("fr", "Le magasin ouvre lundi 14/18 et samedi 9/13."),
        ("fr", "Le colis met de 3/5 jours ouvrés."),
        ("de", "Die Antwort dauert 24/48 Stunden."),
        ("it", "Siamo reperibili 24/7."),
        ("it", "Il servizio 24/7 è sospeso, il numero verde risponde 7/7."),
        ("it", "Siamo aperti 24h/24, h24, dal lunedì alla domenica 24/24 e 7/7."),
        ("en", "The 24/7 hotline is staffed 24/7/365, Monday to Sunday 7/7."),
        ("es", "Atendemos de lunes a domingo 24/7."),
        ("fr", "Nous sommes joignables du lundi au dimanche, 24h/24 et 7/7."),
        ("de", "Wir sind rund um die Uhr 24/7 da."),
        ("de", "Der Laden ist am Montag 9/17 offen."),
    ],
)
def test_hours_and_spans_are_no_days(language: str, text: str) -> None:
    assert found(language, text) == []


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("it", "Mi scriva entro venerdì il 32/12.", "32/12"),
        ("it", "Mi scriva venerdì 32/12/2026.", "32/12/2026"),
        ("it", "Mi scriva entro il 32/12 alle ore 18.", "32/12"),
        ("it", "Mi scriva entro il 32/12 ore 18.", "32/12"),
        ("en", "Please write on Friday, 32/12/2026.", "32/12/2026"),
        ("en", "Please write by 32/12.", "32/12"),
        ("es", "Escríbame antes del 32/12 a las 18 horas.", "32/12"),
        ("fr", "Écrivez-moi avant le 32/12, 18 heures.", "32/12"),
        ("de", "Schreiben Sie mir am Freitag, den 32.12. bitte.", "32.12."),
    ],
)
def test_a_day_that_no_year_has_is_told_all_the_same(language: str, text: str, words: str) -> None:
    assert ("date_impossible", words) in found(language, text)


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("it", "Mi scriva entro il 24/7.", "24/7"),
        ("en", "Please write by 7/7.", "7/7"),
        ("es", "Lo enviamos el 24/7.", "24/7"),
        ("fr", "Écrivez avant le 7/7.", "7/7"),
    ],
)
def test_behind_a_word_that_a_day_follows_it_is_one(language: str, text: str, words: str) -> None:
    assert words in [where for _, where in found(language, text)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Il pacco era pronto il 24/12 ore 18."),
        ("en", "The parcel was there on 24/12 h 18."),
        ("es", "El paquete estaba listo el 24/12 h. 18."),
    ],
)
def test_a_day_with_its_hour_is_a_day(language: str, text: str) -> None:
    assert [(code, words[-5:]) for code, words in found(language, text)] == [("date_unknown", "24/12")]
