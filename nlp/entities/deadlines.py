"""Days by which something must have happened: "entro venerdì", "within 24 hours".

No days of the calendar as `nlp.entities.dates` finds them: "entro tre giorni" is a stretch, and an answer
must not repeat it as a date. How urgent a message is depends on it all the same.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nlp.entities.day_words import UNITS, WORDS, counted, index_of, pattern, shifted

_SUNDAY = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrases:
    """How one language sets a term; `|` parts alternatives.

    `by` stands before a weekday, `within` before a number of `hours` or of the units of days, `week` is the
    end of this week.
    """

    by: str
    within: str
    hours: str
    week: str


_PHRASES: Mapping[str, _Phrases] = {
    "it": _Phrases(
        by="(?:entro|per|prima d[ei]|fino a|non oltre)(?: (?:il|la|quest[oa]))?|quest[oa]",
        within="entro(?: e non oltre)?(?: (?:le|i)(?: prossim[ei])?)?|nel giro di|al massimo in",
        hours="or[ea]|h",
        week="(?:entro|per|prima (?:di|del)) (?:(?:la|il|questo) )?(?:fine (?:della )?settimana|week-?end)",
    ),
    "en": _Phrases(
        by="(?:by|before|until|for|no later than)(?: this| coming)?|this(?: coming)?",
        within="within(?: the next)?|in the next",
        hours="hours?|hrs?|h",
        week="(?:by|before|for) (?:the end of the week|(?:the|this) weekend)",
    ),
    "es": _Phrases(
        by="(?:antes del?|para el|hasta el|a más tardar el)(?: pr[óo]ximo)?|este",
        within="en menos de|en un plazo de|en las próximas|en los próximos|antes de",
        hours="horas?|h",
        week="(?:antes del|para el|para este) (?:fin de semana|finde)|antes de que acabe la semana",
    ),
    "fr": _Phrases(
        by="(?:avant|d['’]ici(?: à)?|pour|jusqu['’]à)(?: (?:le|ce))?|ce",
        within="sous|d['’]ici|dans les|en moins de",
        hours="heures?|h",
        week="(?:avant|pour|d['’]ici) (?:la fin de (?:la )?semaine|(?:le|ce) week-?end)",
    ),
    "de": _Phrases(
        by="(?:bis(?: spätestens)?|vor|spätestens)(?: (?:zum|am|diesem|diesen|kommenden))?|diesen",
        within="innerhalb(?: von| der nächsten)?|binnen|in den nächsten",
        hours="stunden?|std|h",
        week="(?:bis|vor) (?:zum |zu )?(?:dem |diesem )?(?:wochenende|ende der woche)",
    ),
    "pt": _Phrases(
        by="(?:até|antes d[eao]|para)(?: (?:a|à|o|ao|esta|este))?|est[ae]",
        within="em até|no prazo de|dentro de|nas próximas|nos próximos",
        hours="horas?|h",
        week="(?:até|antes d[oe]|para) (?:(?:o|ao|este) )?(?:fim de semana|fim da semana)",
    ),
}


def find_deadlines(text: str, *, language: str, today: date) -> list[date]:
    """The days by which a text wants something, counted from `today`, in no order.

    A weekday is the next one, today among them. Source: our own grammar of six languages.
    """
    language = language if language in _PHRASES else "it"
    phrases = _PHRASES[language]
    # Most texts have none of these words, and are spared the longer patterns.
    if pattern(rf"(?<!\w)(?:{phrases.by}|{phrases.within}|{phrases.week})\s").search(f"{text} ") is None:
        return []
    return [*_weekdays(text, language, today), *_terms(text, language, today), *_weeks(text, language, today)]


def _weekdays(text: str, language: str, today: date) -> Iterator[date]:
    names = WORDS[language].weekdays
    form = rf"(?<!\w)(?:{_PHRASES[language].by})\s+(?P<name>{names})(?!\w)"
    for match in pattern(form).finditer(text):
        weekday = index_of(match["name"], tuple(names.split("|")))
        yield today + timedelta(days=(weekday - today.weekday()) % 7)


def _terms(text: str, language: str, today: date) -> Iterator[date]:
    words, phrases = WORDS[language], _PHRASES[language]
    units = "|".join(words.units)
    form = (
        rf"(?<!\w)(?:{phrases.within})\s+(?P<count>\d{{1,3}}|[^\W\d_]+)\s*"
        rf"(?:(?P<hours>{phrases.hours})|(?P<unit>{units}))(?!\w)"
    )
    for match in pattern(form).finditer(text):
        count = counted(match["count"], language, words)
        if count is None:
            continue
        if match["hours"]:
            yield today + timedelta(days=math.ceil(count / 24))
            continue
        day = shifted(today, count, UNITS[index_of(match["unit"], words.units)])
        if day is not None:
            yield day


def _weeks(text: str, language: str, today: date) -> Iterator[date]:
    if pattern(rf"(?<!\w)(?:{_PHRASES[language].week})(?!\w)").search(text) is not None:
        yield today + timedelta(days=_SUNDAY - today.weekday())
