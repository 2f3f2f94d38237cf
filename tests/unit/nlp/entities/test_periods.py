from datetime import date

import pytest

from nlp.entities.finder import EntityFinder

TODAY = date(2025, 11, 23)  # a Sunday
LAST_MONTH = (date(2025, 10, 1), date(2025, 10, 31))
LAST_WEEK = (date(2025, 11, 10), date(2025, 11, 16))
THREE_WEEKS = (date(2025, 11, 2), TODAY)


def periods_in(text: str, language: str) -> list[tuple[date, date]]:
    found = EntityFinder().find(text, language=language, today=TODAY)
    return [(period.first, period.last) for period in found.periods]


@pytest.mark.parametrize(
    ("text", "language", "period"),
    [
        ("ho ordinato il mese scorso", "it", LAST_MONTH),
        ("la settimana scorsa", "it", LAST_WEEK),
        ("l'anno prossimo", "it", (date(2026, 1, 1), date(2026, 12, 31))),
        ("aspetto da tre settimane", "it", THREE_WEEKS),
        ("da quasi 2 mesi senza caldaia", "it", (date(2025, 9, 23), TODAY)),
        ("fermo da 10gg", "it", (date(2025, 11, 13), TODAY)),
        ("last month I ordered", "en", LAST_MONTH),
        ("I've been waiting for three weeks", "en", THREE_WEEKS),
        ("over the past three weeks", "en", THREE_WEEKS),
        ("el mes pasado", "es", LAST_MONTH),
        ("desde hace tres semanas", "es", THREE_WEEKS),
        ("llevamos tres semanas sin agua", "es", THREE_WEEKS),
        ("le mois dernier", "fr", LAST_MONTH),
        ("depuis trois semaines", "fr", THREE_WEEKS),
        ("ça fait trois semaines qu'on attend", "fr", THREE_WEEKS),
        ("letzten Monat bestellt", "de", LAST_MONTH),
        ("seit drei Wochen", "de", THREE_WEEKS),
        ("no mês passado", "pt", LAST_MONTH),
        ("faz três semanas que espero", "pt", THREE_WEEKS),
    ],
)
def test_periods_are_found_in_six_languages(text: str, language: str, period: tuple[date, date]) -> None:
    assert periods_in(text, language) == [period]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("da un giorno all'altro", "it"),
        ("tra tre settimane", "it"),
        ("l'ultima settimana di maggio", "it"),
        ("da anni", "it"),
        ("the warranty is good for two years", "en"),
        ("the last week of my holiday", "en"),
        ("los fines de semana", "es"),
        ("la dernière semaine de mai", "fr"),
        ("in der letzten Woche des Monats", "de"),
        ("garantia de dois anos", "pt"),
    ],
)
def test_what_lasts_or_lies_elsewhere_is_no_period(text: str, language: str) -> None:
    assert periods_in(text, language) == []


def test_whoever_names_a_period_names_none_of_its_days() -> None:
    found = EntityFinder().find("il mese scorso, da tre settimane", language="it", today=TODAY)

    assert found.dates == ()


def test_the_end_of_a_month_is_a_day_and_not_the_month_as_well() -> None:
    found = EntityFinder().find("alla fine del mese scorso", language="it", today=TODAY)

    assert (found.dates, found.periods) == ((date(2025, 10, 31),), ())


def test_days_far_beyond_the_calendar_are_no_period() -> None:
    today = date(1, 1, 20)

    assert EntityFinder().find("da 90 anni, il mese scorso", language="it", today=today).periods == ()
