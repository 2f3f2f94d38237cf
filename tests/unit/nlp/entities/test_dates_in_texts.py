from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.entities import dates
from nlp.entities.dates import find_dates

TODAY = date(2025, 11, 23)  # a Sunday


def days_in(text: str, language: str) -> list[date]:
    return [day for _, _, day in find_dates(text, language=language, today=TODAY)]


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("arrivato ieri", "it", date(2025, 11, 22)),
        ("l'altro ieri", "it", date(2025, 11, 21)),
        ("dopodomani parto", "it", date(2025, 11, 25)),
        ("ordinato due settimane fa", "it", date(2025, 11, 9)),
        ("fra 3 giorni", "it", date(2025, 11, 26)),
        ("un mese fa", "it", date(2025, 10, 23)),
        ("lunedì scorso", "it", date(2025, 11, 17)),
        ("il 12 novembre", "it", date(2025, 11, 12)),
        ("entro il 1° dicembre", "it", date(2025, 12, 1)),
        ("12/11/2025", "it", date(2025, 11, 12)),
        ("12.11.25", "it", date(2025, 11, 12)),
        ("dal 12/11", "it", date(2025, 11, 12)),
        ("2025-11-03", "it", date(2025, 11, 3)),
        ("il 28 dicembre 2024", "it", date(2024, 12, 28)),
        ("November 12, 2024", "en", date(2024, 11, 12)),
        ("on the 3rd of May", "en", date(2026, 5, 3)),
        ("two weeks ago", "en", date(2025, 11, 9)),
        ("the day before yesterday", "en", date(2025, 11, 21)),
        ("hace dos semanas", "es", date(2025, 11, 9)),
        ("pasado mañana", "es", date(2025, 11, 25)),
        ("il y a deux semaines", "fr", date(2025, 11, 9)),
        ("le 1er décembre", "fr", date(2025, 12, 1)),
        ("vor zwei Wochen", "de", date(2025, 11, 9)),
        ("letzten Montag", "de", date(2025, 11, 17)),
        ("há duas semanas", "pt", date(2025, 11, 9)),
        ("quindici giorni fa", "it", date(2025, 11, 8)),
        ("martedì prossimo", "it", date(2025, 11, 25)),
        ("next Sunday", "en", date(2025, 11, 30)),
        ("el lunes que viene", "es", date(2025, 11, 24)),
        ("stamattina", "it", TODAY),
        ("tonight", "en", TODAY),
        ("esta mañana", "es", TODAY),
        ("abgelesen am 31.10.", "de", date(2025, 10, 31)),
        ("i biglietti del 30.11 annullati", "it", date(2025, 11, 30)),
        ("lunedì 17 vi ho scritto", "it", date(2025, 11, 17)),
        ("il tecnico doveva venire mercoledì 26.", "it", date(2025, 11, 26)),
        ("on Monday the 17th nobody came", "en", date(2025, 11, 17)),
        ("el lunes 17 no vino nadie", "es", date(2025, 11, 17)),
        ("lundi 17, personne", "fr", date(2025, 11, 17)),
        ("am Montag, den 17. kam niemand", "de", date(2025, 11, 17)),
        ("na segunda-feira 17 não veio", "pt", date(2025, 11, 17)),
        ("pago a fine mese", "it", date(2025, 11, 30)),
        ("entro la fine dell'anno scorso", "it", date(2024, 12, 31)),
        ("by the end of next month", "en", date(2025, 12, 31)),
        ("by year-end", "en", date(2025, 12, 31)),
        ("a finales de enero", "es", date(2026, 1, 31)),
        ("à la fin du mois", "fr", date(2025, 11, 30)),
        ("bis Monatsende", "de", date(2025, 11, 30)),
        ("Ende Februar", "de", date(2026, 2, 28)),
        ("no fim do mês", "pt", date(2025, 11, 30)),
        ("arriva a Natale?", "it", date(2025, 12, 25)),
        ("la vigilia di Natale", "it", date(2025, 12, 24)),
        ("lo scorso Natale", "it", date(2024, 12, 25)),
        ("before Easter", "en", date(2026, 4, 5)),
        ("last Christmas it was late", "en", date(2024, 12, 25)),
        ("para Reyes", "es", date(2026, 1, 6)),
        ("avant Noël", "fr", date(2025, 12, 25)),
        ("ordinato il 24/7", "it", date(2025, 7, 24)),
        ("before 7/7", "en", date(2025, 7, 7)),
        ("lo pedí el 24/7", "es", date(2025, 7, 24)),
        ("depuis le 7/7", "fr", date(2025, 7, 7)),
        ("encomendei no dia 24/7", "pt", date(2025, 7, 24)),
        ("zu Weihnachten", "de", date(2025, 12, 25)),
        ("depois da Páscoa", "pt", date(2026, 4, 5)),
        ("il 3 nov ho scritto", "it", date(2025, 11, 3)),
        ("ordinato il 5 dic. 2025", "it", date(2025, 12, 5)),
        ("el 7 ene no llegó", "es", date(2026, 1, 7)),
        ("reçu le 3 juil.", "fr", date(2025, 7, 3)),
        ("am 12. Okt. bestellt", "de", date(2025, 10, 12)),
        ("chegou em 5 fev", "pt", date(2026, 2, 5)),
        ("entro il primo dicembre", "it", date(2025, 12, 1)),
        ("fermo dal ventisei settembre", "it", date(2025, 9, 26)),
        ("il due di ottobre", "it", date(2025, 10, 2)),
        ("il 2 di ottobre", "it", date(2025, 10, 2)),
        ("le premier décembre", "fr", date(2025, 12, 1)),
        ("le vingt-deux août", "fr", date(2025, 8, 22)),
        ("lo pedí el tres de marzo", "es", date(2026, 3, 3)),
        ("no dia vinte e dois de agosto", "pt", date(2025, 8, 22)),
        ("the first of May", "en", date(2026, 5, 1)),
        ("3 gg fa", "it", date(2025, 11, 20)),
        ("10gg fa", "it", date(2025, 11, 13)),
        ("2 sett. fa", "it", date(2025, 11, 9)),
        ("3 wks ago", "en", date(2025, 11, 2)),
        ("comprei faz 6 dias", "pt", date(2025, 11, 17)),
        ("ha 3 dias", "pt", date(2025, 11, 20)),
        ("ieri l'altro", "it", date(2025, 11, 21)),
        ("l altro ieri", "it", date(2025, 11, 21)),
        ("dopo domani", "it", date(2025, 11, 25)),
        ("day before yesterday", "en", date(2025, 11, 21)),
        ("come tmrw pls", "en", date(2025, 11, 24)),
        ("avant hier", "fr", date(2025, 11, 21)),
        ("apres demain", "fr", date(2025, 11, 25)),
        ("antes de ontem", "pt", date(2025, 11, 21)),
        ("pasado manana", "es", date(2025, 11, 25)),
        ("à payer dans trois jours", "fr", date(2025, 11, 26)),
    ],
)
def test_days_are_found_in_six_languages(text: str, language: str, day: date) -> None:
    assert days_in(text, language) == [day]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("voto 8/10", "it"),
        ("aperti 24/7", "it"),
        ("numero verde 7/7", "it"),
        ("the 7/7 line", "en"),
        ("for 24/7 support", "en"),
        ("el servicio 24/7", "es"),
        ("du lundi au dimanche, 7/7", "fr"),
        ("der 24/7-Service", "de"),
        ("o atendimento ao 24/7", "pt"),
        ("il 31/02/2025", "it"),
        ("alle 12.30", "it"),
        ("guten Morgen", "de"),
        ("por la mañana", "es"),
        ("333-12-12345", "it"),
        ("qualche giorno fa", "it"),
        ("aspetto da due settimane", "it"),
        ("lunedì 14 vi ho scritto", "it"),  # neither of the fourteenths beside that day is a Monday
        ("lunedì 17 pezzi rotti", "it"),
        ("il fine settimana", "it"),
        ("alla fine ho rinunciato", "it"),
        ("il panettone di Natale", "it"),
        ("ho scritto a Natale Rossi", "it"),
        ("for Christmas presents", "en"),
        ("at the end of the day", "en"),
        ("por fin este mes", "es"),
        ("am Wochenende", "de"),
        ("desde hace tres semanas", "es"),
        ("da febbraio 24.90 €", "it"),
        ("abito in via 4 novembre 12", "it"),
        ("in piazza Primo Maggio", "it"),
        ("12 rue du 4 septembre", "fr"),
        ("un novembre piovoso", "it"),
        ("due bollette, tutte e due di ottobre", "it"),
        ("2 set di lenzuola", "it"),
        ("two may come", "en"),
        ("faz 3 dias que espero", "pt"),
    ],
)
def test_what_only_looks_like_a_day_is_none(text: str, language: str) -> None:
    assert days_in(text, language) == []


def test_days_come_in_the_order_of_the_text() -> None:
    days = days_in("ieri, il 3 novembre e domani", "it")

    assert days == [date(2025, 11, 22), date(2025, 11, 3), date(2025, 11, 24)]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("dal 3 al 7 maggio 2025", "it"),
        ("from 3 to 7 May 2025", "en"),
        ("vom 3. bis 7. Mai 2025", "de"),
        ("du 3 au 7 mai 2025", "fr"),
        ("del 3 al 7 de mayo de 2025", "es"),
        ("de 3 a 7 de maio de 2025", "pt"),
    ],
)
def test_of_a_range_both_ends_are_found(text: str, language: str) -> None:
    assert days_in(text, language) == [date(2025, 5, 3), date(2025, 5, 7)]


def test_a_month_ago_is_the_last_day_of_a_shorter_month() -> None:
    (found,) = find_dates("un mese fa", language="it", today=date(2026, 3, 31))

    assert found[2] == date(2026, 2, 28)


WORDS = (
    "quest",
    "questa",
    "mattina",
    "ieri",
    "l'altro",
    "tra",
    "due",
    "giorni",
    "fa",
    "lunedì",
    "scorso",
    "May",
    "3",
    "12/11",
    "il",
    "al",
    "novembre",
    "la",
    "mañana",
    "in",
    "weeks",
    "last",
    "ſunday",
    "3 ſept",
    "٣",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from([*WORDS, " ", ".", "\n"])).map("".join), st.sampled_from(["it", "en", "es"]))
def test_a_text_is_spared_only_patterns_that_would_find_nothing(text: str, language: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nlp.entities.dates._holds", lambda text, mark: True)
        unspared = find_dates(text, language=language, today=TODAY)

    assert find_dates(text, language=language, today=TODAY) == unspared


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(
            ("it", text)
            for text in ("3 maggio", "28 FEBBRAIO 2024", "31 gennaio", "7/7", "31/12", "03/04/2027")
        ),
        *(("en", text) for text in ("3rd of May", "1st Sept", "12 november 2025", "2025-11-03", "23 Nov")),
        *(("es", text) for text in ("12 de mayo", "7 setiembre de 2026", "31 de enero del 2026", "1.4")),
        *(("fr", text) for text in ("1er août", "14 fevrier", "2-11-2025", "9 DÉCEMBRE 2024")),
        *(("de", text) for text in ("3. März", "3 Oktober 2026", "31. Januar", "5.6.2026", "2.5")),
        *(("pt", text) for text in ("12 de março", "7 setembro de 2026", "1 MAIO", "30/6")),
    ],
)
@pytest.mark.parametrize("today", [TODAY, date(2024, 2, 29), date(2026, 7, 1)], ids=str)
def test_what_is_read_without_the_library_is_what_it_would_say(language: str, text: str, today: date) -> None:
    plain = dates._plain(text, language, dates.WORDS[language], today)
    by_library = [dates._parse(text, language, today, direction) for direction in ("past", "future")]
    assert plain == min((day for day in by_library if day), key=lambda day: abs(day - today))


@pytest.mark.parametrize(
    "text", ["29 febbraio", "31 giugno", "0/5", "14.09", "12.11.25", "1 febb", "3 di maggio"]
)
def test_what_is_not_written_plainly_is_left_to_the_library(text: str) -> None:
    assert dates._plain(text, "it", dates.WORDS["it"], TODAY) is None
