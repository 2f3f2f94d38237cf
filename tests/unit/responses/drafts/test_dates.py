from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from models.decision import Commitment, Duration, DurationUnit
from responses.drafts.dates import day_forms, format_due, format_due_day, format_when, needs_time

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 11, 19, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "entro giovedì 19 novembre"),
        ("en", "by Thursday 19 November"),
        ("es", "a más tardar el jueves 19 de noviembre"),
        ("fr", "d'ici jeudi 19 novembre"),
        ("de", "bis Donnerstag, 19. November"),
    ],
)
def test_a_deadline_is_a_day(language: str, text: str) -> None:
    assert format_due(NOW, language, ROME) == text
    assert format_due_day(date(2026, 11, 19), language) == text


def test_the_day_is_counted_where_the_business_is() -> None:
    assert format_due(datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "it", ROME) == "entro giovedì 19 novembre"


def test_a_promise_of_hours_names_the_hour() -> None:
    hours = Commitment(what={}, within=Duration(count=4, unit=DurationUnit.HOURS), rule_id="r")
    days = Commitment(what={}, within=Duration(count=2, unit=DurationUnit.WORKING_DAYS), rule_id="r")
    assert needs_time(hours)
    assert not needs_time(days)
    assert format_due(NOW, "it", ROME, with_time=True) == "entro le 10:00 di giovedì 19 novembre"


@pytest.mark.parametrize(
    ("language", "same", "next_day"),
    [
        ("it", "oggi entro le 11:15", "domani entro le 11:15"),
        ("en", "by 11:15 today", "by 11:15 tomorrow"),
        ("es", "hoy antes de las 11:15", "mañana antes de las 11:15"),
        ("fr", "aujourd'hui avant 11 h 15", "demain avant 11 h 15"),
        ("de", "heute bis 11:15 Uhr", "morgen bis 11:15 Uhr"),
    ],
)
def test_an_hour_of_today_or_of_the_day_after_is_said_so(language: str, same: str, next_day: str) -> None:
    due, today = datetime(2026, 11, 17, 10, 15, tzinfo=UTC), date(2026, 11, 17)
    yesterday = date(2026, 11, 16)
    assert format_due(due, language, ROME, with_time=True, today=today) == same
    assert format_due(due, language, ROME, with_time=True, today=yesterday) == next_day


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("it", "domani entro l'1:15"),
        ("en", "by 1:15 tomorrow"),
        ("es", "mañana antes de la 1:15"),
        ("fr", "demain avant 1 h 15"),
        ("de", "morgen bis 1:15 Uhr"),
    ],
)
def test_one_o_clock_is_in_the_singular(language: str, text: str) -> None:
    due, today = datetime(2026, 11, 18, 0, 15, tzinfo=UTC), date(2026, 11, 17)
    assert format_due(due, language, ROME, with_time=True, today=today) == text


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (datetime(2026, 11, 19, 17, 30, tzinfo=UTC), "oggi entro le 18:30"),
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), "domani entro le 0:30"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "entro le 10:00 di lunedì 23 novembre"),
    ],
)
def test_when_somebody_answers_is_said_as_seen_from_now(due: datetime, text: str) -> None:
    assert format_when(due, NOW, "it", ROME) == text


@pytest.mark.parametrize(
    ("language", "day", "on", "of"),
    [
        ("it", date(2026, 5, 3), "il 3 maggio", "del 3 maggio"),
        ("it", date(2026, 5, 8), "l'8 maggio", "dell'8 maggio"),
        ("it", date(2026, 5, 11), "l'11 maggio", "dell'11 maggio"),
        ("it", date(2026, 5, 1), "il 1º maggio", "del 1º maggio"),
        ("fr", date(2026, 5, 1), "le 1er mai", "du 1er mai"),
        ("es", date(2026, 5, 3), "el 3 de mayo", "del 3 de mayo"),
        ("de", date(2026, 5, 3), "am 3. Mai", "vom 3. Mai"),
        ("en", date(2026, 5, 3), "on 3 May", "of 3 May"),
    ],
)
def test_days_have_the_article_they_are_read_with(language: str, day: date, on: str, of: str) -> None:
    forms = day_forms(day, language)
    assert (forms["on"], forms["of"]) == (on, of)


@pytest.mark.parametrize(
    ("language", "of", "by"),
    [
        ("it", "del 12 marzo 2020", "entro giovedì 12 marzo 2020"),
        ("en", "of 12 March 2020", "by Thursday 12 March 2020"),
        ("es", "del 12 de marzo de 2020", "a más tardar el jueves 12 de marzo de 2020"),
        ("fr", "du 12 mars 2020", "d'ici jeudi 12 mars 2020"),
        ("de", "vom 12. März 2020", "bis Donnerstag, 12. März 2020"),
    ],
)
def test_a_day_of_another_year_is_told_with_its_year(language: str, of: str, by: str) -> None:
    day, today = date(2020, 3, 12), date(2026, 11, 27)
    assert day_forms(day, language, today=today)["of"] == of
    assert format_due_day(day, language, today=today) == by
    assert "2026" not in day_forms(today, language, today=today)["of"]
