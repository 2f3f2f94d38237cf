from datetime import date

import pytest

from nlp.entities.deadlines import find_deadlines
from nlp.joint import days_ahead

TODAY = date(2026, 11, 25)  # a Wednesday

FRIDAY, SATURDAY, SUNDAY = (date(2026, 11, day) for day in (27, 28, 29))


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("it", "Mi serve entro venerdì", FRIDAY),
        ("it", "mi serve PER SABATO!!", SATURDAY),
        ("it", "La festa è questo sabato", SATURDAY),
        ("it", "prima di sabato per favore", SATURDAY),
        ("it", "Aspetto risposta entro 24 ore", date(2026, 11, 26)),
        ("it", "rispondete entro tre giorni o disdico", SATURDAY),
        ("it", "lo voglio entro fine settimana", SUNDAY),
        ("it", "entro mercoledì", TODAY),
        ("en", "I need it by Friday", FRIDAY),
        ("en", "please answer within 48 hours", FRIDAY),
        ("en", "it has to be here before the weekend", SUNDAY),
        ("es", "lo necesito antes del viernes", FRIDAY),
        ("es", "para el sábado", SATURDAY),
        ("es", "contesten en menos de 24 horas", date(2026, 11, 26)),
        ("fr", "il me le faut avant vendredi", FRIDAY),
        ("fr", "répondez sous 48 h", FRIDAY),
        ("fr", "d'ici samedi, merci", SATURDAY),
        ("de", "ich brauche es bis Freitag", FRIDAY),
        ("de", "innerhalb von zwei Tagen", FRIDAY),
        ("de", "bis zum Wochenende", SUNDAY),
        ("pt", "preciso até sexta-feira", FRIDAY),
        ("pt", "respondam em até 24 horas", date(2026, 11, 26)),
    ],
)
def test_a_term_is_found(language: str, text: str, day: date) -> None:
    assert find_deadlines(text, language=language, today=TODAY) == [day]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "Sabato ho aspettato tutto il giorno"),
        ("it", "è passato per caso, tre giorni fa"),
        ("it", "lavoro 24 ore su 24"),
        ("it", "questa settimana ho chiamato tre volte"),
        ("en", "I waited for hours on Saturday"),
        ("en", "this week nobody answered"),
        ("es", "esta mañana llegó roto"),
        ("fr", "ce matin le colis est arrivé"),
        ("de", "vor drei Tagen bestellt, am Freitag geliefert"),
        ("pt", "na sexta-feira chegou"),
        ("it", ""),
    ],
)
def test_what_sets_no_term_is_left_alone(language: str, text: str) -> None:
    assert find_deadlines(text, language=language, today=TODAY) == []


def test_urgency_is_told_of_terms_and_of_days_alike() -> None:
    assert days_ahead("Mi serve entro giovedì", "it", TODAY).tolist() == [1, 1, 1]
    assert days_ahead("Mi serve domani", "it", TODAY).tolist() == [1, 1, 1]
    assert days_ahead("Mi serve entro lunedì", "it", TODAY).tolist() == [0, 1, 1]
    assert days_ahead("Rispondete entro due settimane", "it", TODAY).tolist() == [0, 0, 1]
    assert days_ahead("L'ho ordinato ieri", "it", TODAY).tolist() == [0, 0, 0]
