"""Danger: which words of a critical message speak of body or life, and which of work that stands still."""

import pytest

from responses.customers.danger import in_danger

SAFETY = ("safety_privacy",)


@pytest.mark.parametrize(
    "text",
    [
        "La batteria ha preso fuoco e mi sono bruciata una mano",
        "My son swallowed a part of it and can't breathe",
        "El enchufe echa chispas y hay humo en la cocina",
        "Forte odeur de gaz dans l'appartement, que faire ?",
        "Nach dem Stromschlag ist er bewusstlos",
    ],
    ids=["it", "en", "es", "fr", "de"],
)
def test_words_of_danger_are_seen_whatever_the_type(text: str) -> None:
    assert in_danger(("service_down",), [text], dangerous=SAFETY)


@pytest.mark.parametrize(
    "text",
    [
        "Il vostro sito è crollato e oggi è l'ultimo giorno dei saldi: la mia attività è in pericolo",
        "Your brand new site is down and my shop is losing money every hour, please kindly act",
        "La web no funciona y hoy vence el plazo de mi declaración",
        "Votre site s'est effondré, mon colis est coincé et le délai expire ce soir",
        "Die Seite ist seit heute früh weg, die Frist läuft um Mitternacht ab",
    ],
    ids=["it", "en", "es", "fr", "de"],
)
def test_an_outage_is_no_danger_unless_its_type_is_one(text: str) -> None:
    assert not in_danger(("service_down",), [text], dangerous=SAFETY)
    assert in_danger(("service_down",), [text], dangerous=("service_down",))
