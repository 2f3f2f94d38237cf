"""The days that a text names with their month, in words or in figures."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from responses.checks.unaccented import also_unaccented, spellings
from responses.checks.wordlists import any_of, day_pattern, months, names_in, weekdays, word_lists

# The longer words first: "dopodomani" holds "domani".
_NEAR = {
    "it": (("dopodomani", 2), ("domani", 1), ("oggi", 0), ("stasera", 0), ("stamattina", 0), ("giornata", 0)),
    "en": (("tomorrow", 1), ("today", 0), ("tonight", 0)),
    "es": (("pasado mañana", 2), ("mañana", 1), ("hoy", 0), ("esta noche", 0)),
    "fr": (("après-demain", 2), ("demain", 1), ("aujourd", 0), ("ce soir", 0), ("journée", 0)),
    "de": (("übermorgen", 2), ("morgen", 1), ("heute", 0)),
}
_BEFORE_A_DAY = {
    "it": "entro(?: e non oltre)?(?: il)?|prima del|per il|dal|fino al|giorno|oltre il|il",
    "en": "by|on|before|until|from",
    "es": "antes del|el|hasta el|para el|desde el|día|del?",
    "fr": "avant le|pour le|d'ici le|d'ici au|le|dès le|jusqu'au|du",
    "de": "bis zum|bis|am|vor dem|zum|ab|ab dem|den|dem|spätestens",
}
# "24/48 ore", "3/5 giorni lavorativi" say how long, "il 24/12 ore 18" says when.
_HOW_LONG = (
    r"(?![ \u00a0]?(?:lavorativ[aei]|h[áa]biles|laborables|ouvr(?:[ée]|able)e?s"
    r"|(?:business|working) (?:hour|day)s"
    r"|ore|hours?|hrs?|hs?|horas?|heures?|Stunden?|Std|minut[io]s?|minutes?|Minuten?"
    r"|giorni|days?|d[ií]as?|jours?|Tagen?|Werktagen?|settimane|weeks|semanas|semaines|Wochen|mesi|months|meses|mois)"
    r"(?!\w)(?!\.?[ \u00a0]?\d))"
)
# So written nobody means a day, whatever stands before.
_HOURS_OF_DAYS = r"(?!24/(?:36|48|72)(?!\d))"
# "Heute Morgen" is no other day.
_OF_TODAY = re.compile(r"\bheute morgen\b|\b(?:hoy|esta)(?: por la)? ma[ñn]ana\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b([01]?\d|2[0-3])(?::| ?h ?)([0-5]\d)(?: ?([ap])\.?m\b)?", re.IGNORECASE)
_SPANS = {
    1: re.compile(r"\b(?:giorn|day|d[ií]a|jour|tag|werktag|arbeitstag)", re.IGNORECASE),
    7: re.compile(r"\b(?:settiman|week|seman|woche)", re.IGNORECASE),
    30: re.compile(r"\b(?:mes[ei]|month|mes|mois|monat)", re.IGNORECASE),
    0: re.compile(r"\b(?:or[ae]|minut|hour|hora|heure|stunde)", re.IGNORECASE),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A day that a text names, with the number of the weekday said before it (Monday 0), and its place."""

    start: int
    end: int
    day: date
    weekday: int | None


def days_in(text: str, language: str, today: date) -> list[Named]:
    """The days with their month in a text; of a day without a year the one nearest to today."""
    found = []
    for match in _expression(language).finditer(text):
        day = _read(match["day"], language, today)
        if day is not None:
            weekday = match["weekday"]
            found.append(
                Named(
                    start=match.start(),
                    end=match.end(),
                    day=day,
                    weekday=_number_of(weekday, language) if weekday else None,
                )
            )
    return found


def impossible_in(text: str, language: str, today: date) -> list[tuple[int, int]]:
    """The places of days that no year has: "il 32/12", "31 novembre"; not "taglia 40/42", "lunedì 14/18"."""
    places = [
        match.span("day")
        for match in _expression(language).finditer(text)
        if _read(match["day"], language, today) is None
    ]
    for match in _in_figures(language).finditer(text):
        day, month = int(match["day_of"]), int(match["month"])
        # Of a day one half at least looks like one; "bis 13.30." is an hour.
        if (1 <= day <= 31) is (1 <= month <= 12) or (language == "de" and day < 25 and month % 5 == 0):
            continue
        places.append(match.span("day"))
    return sorted(places)


@cache
def _in_figures(language: str) -> re.Pattern[str]:
    """A number and another after a word that a day follows, whether or not there is such a day."""
    sign, end = (r"\.", r"\.") if language == "de" else ("/", "")
    before = also_unaccented(_BEFORE_A_DAY[language], language)
    numbers = rf"\d{{1,2}}{sign}\d{{1,2}}"
    # Behind the bare name of a day of the week two numbers may be hours: "lunedì 14/18".
    weekday = rf"(?:{any_of(weekdays(language))}),? (?:(?={numbers}{sign}\d{{2,4}}(?!\d))|(?:{before}) )"
    return re.compile(
        rf"\b(?:{weekday}|(?:{before}),? (?:(?:{before}) )?){_HOURS_OF_DAYS}"
        rf"(?P<day>(?P<day_of>\d{{1,2}}){sign}(?P<month>\d{{1,2}}){end}(?:{sign}?\d{{2,4}})?)"
        rf"(?![\w%€/]){_HOW_LONG}",
        re.IGNORECASE,
    )


@cache
def _expression(language: str) -> re.Pattern[str]:
    weekday = any_of(weekdays(language))
    return re.compile(
        rf"(?<![\w/.])(?:(?P<weekday>{weekday})[,.]? (?:den |dem |the |le |el |il )?)?"
        rf"(?P<day>{day_pattern(language)})(?![\w%€/]){_HOW_LONG}",
        re.IGNORECASE,
    )


def _read(written: str, language: str, today: date) -> date | None:
    lowered = written.lower()
    month = next((number + 1 for number in names_in(lowered, months(language))), None)
    numbers = [int(number) for number in re.findall(r"\d+", lowered)]
    if month is not None:
        day, rest = numbers[0], numbers[1:]
    else:
        (day, month), rest = (numbers[0], numbers[1]), numbers[2:]
    year = rest[0] if rest else None
    return _in_year(day, month, year + 2000 if year is not None and year < 100 else year, today)


def _in_year(day: int, month: int, year: int | None, today: date) -> date | None:
    years = [year] if year is not None else [today.year - 1, today.year, today.year + 1]
    possible = []
    for one in years:
        try:
            possible.append(date(one, month, day))
        except ValueError:
            continue
    return min(possible, key=lambda each: abs((each - today).days), default=None)


def _number_of(weekday: str, language: str) -> int:
    return names_in(weekday.lower(), weekdays(language))[0]


def latest_day(text: str, language: str, today: date) -> date | None:
    """The last day by which something with that deadline is to be done; None where no day can be made of it.

    A day of the week is the next one of that name; "in three days" are three, working days or not.
    """
    named = [found.day for found in days_in(text, language, today)]
    if named:
        return max(named)
    lowered = text.lower()
    named_weekdays = names_in(lowered, weekdays(language))
    if named_weekdays:
        return today + timedelta(days=(named_weekdays[0] - today.weekday() - 1) % 7 + 1)
    near = near_day(text, language, today)
    if near is not None:
        return near
    for days, unit in _SPANS.items():
        if unit.search(lowered):
            return today + timedelta(days=days * _count(lowered, language))
    return None


def near_day(text: str, language: str, today: date) -> date | None:
    """The day that "oggi" or "domani" means; None where no such word stands."""
    lowered = text.lower()
    if _OF_TODAY.search(lowered):
        return today
    return next(
        (
            today + timedelta(days=days)
            for words, days in _NEAR[language]
            if any(spelling in lowered for spelling in spellings(words))
        ),
        None,
    )


def minute_in(text: str) -> int | None:
    """The minute of the day that a text names last: of "11:15", "11 h 15" or "3:30 pm"; None for none."""
    found = next(reversed(list(_CLOCK.finditer(text))), None)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    return 60 * hour + minute


def _count(text: str, language: str) -> int:
    """How many, in figures or in words; one where nothing is said ("in un giorno")."""
    figures = re.search(r"\d+", text)
    if figures is not None:
        return int(figures.group())
    numbers = word_lists(language).numbers
    return next((numbers[word] for word in text.split() if word in numbers), 1)
