"""Days that the calendar gives a name: "lunedì 14", "fine mese", "a Natale"."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from nlp.entities.day_words import WORDS, DayWords, index_of, pattern, shifted

Found = tuple[int, int, date]

_NEAR = 45  # days: further off, nobody names a day without its month


@dataclass(frozen=True, kw_only=True, slots=True)
class _Names:
    """How one language names the ends of months and years, and feasts; `|` parts alternatives.

    `end` stands before a month's name and before `month` and `year`; `last` and `next` stand before these
    where `turned_before`, else after them. `whole` are words that say the end and the month or the year in
    one. `when` must stand before a feast, unless `last` or `next` stands beside it. A text without any of
    the letters of `ends_hold` or `feasts_hold` holds no end, or no feast.
    """

    end: str
    turned_before: bool = False
    month: str
    year: str
    last: str
    next: str
    whole: tuple[str, str]
    when: str
    feasts: Mapping[str, str]
    ends_hold: tuple[str, ...]
    feasts_hold: tuple[str, ...]


_NAMES: Mapping[str, _Names] = {
    "it": _Names(
        end=r"(?:la )?fine(?: (?:di|del)|(?: dell['’])| d['’])?",
        month="(?:questo |corrente )?mese",
        year="(?:quest['’])?anno",
        last="scors[oa]|passat[oa]",
        next="prossim[oa]|ventur[oa]|che viene",
        whole=("", ""),
        when="a|da|per|entro|prima di|dopo|fino a|sotto|verso|il giorno di",
        feasts={
            "christmas_eve": "(?:la )?vigilia di natale",
            "christmas": "natale",
            "second_christmas": "santo stefano",
            "last_of_year": "san silvestro",
            "new_year": "capodanno",
            "epiphany": "(?:l['’])?epifania|(?:la )?befana",
            "valentine": "san valentino",
            "august": "ferragosto",
            "all_saints": "ognissanti",
            "halloween": "halloween",
            "easter": "pasqua",
            "easter_monday": "pasquetta",
        },
        ends_hold=("fine",),
        feasts_hold=(
            "natale",
            "stefano",
            "silvestro",
            "capod",
            "epif",
            "befana",
            "valent",
            "ferrag",
            "ognis",
            "hallow",
            "pasqu",
        ),
    ),
    "en": _Names(
        end="(?:the )?end of(?: the)?",
        turned_before=True,
        month="(?:this |current )?month",
        year="(?:this )?year",
        last="last",
        next="next",
        whole=("month[- ]end", "year[- ]end"),
        when="at|on|for|by|before|after|since|until|till|over|from|this",
        feasts={
            "christmas_eve": "christmas eve|xmas eve",
            "christmas": "christmas(?: day)?|xmas(?: day)?",
            "second_christmas": "boxing day",
            "last_of_year": "new year['’]s eve",
            "new_year": "new year(?:['’]?s(?: day)?)?",
            "epiphany": "epiphany",
            "valentine": "valentine['’]?s(?: day)?",
            "all_saints": "all saints['’]? day",
            "halloween": "halloween",
            "easter": "easter(?: sunday)?",
            "easter_monday": "easter monday",
        },
        ends_hold=("end",),
        feasts_hold=("mas", "boxing", "new year", "epiph", "valent", "saints", "hallow", "easter"),
    ),
    "es": _Names(
        end="(?:el )?(?:fin|final|finales) de(?:l| este)?",
        month="mes",
        year="año",
        last="pasad[oa]",
        next="que viene|pr[óo]xim[oa]",
        whole=("", ""),
        when="en|por|para|antes de|después de|desde|hasta|el día de|el",
        feasts={
            "christmas_eve": "nochebuena",
            "christmas": "(?:la )?navidad",
            "last_of_year": "nochevieja",
            "new_year": "año nuevo",
            "epiphany": "(?:los )?reyes|(?:la )?epifanía",
            "valentine": "san valentín",
            "all_saints": "todos los santos",
            "halloween": "halloween",
            "easter": "domingo de (?:pascua|resurrección)",
            "easter_monday": "lunes de pascua",
        },
        ends_hold=("fin",),
        feasts_hold=(
            "navidad",
            "noche",
            "año n",
            "reyes",
            "epifan",
            "valent",
            "santos",
            "hallow",
            "pascua",
            "resurr",
        ),
    ),
    "fr": _Names(
        end="(?:la )?fin(?: (?:du|de ce|de|d['’]|de l['’]|de cette))?",
        month="mois",
        year="an|année",
        last="dernier|dernière|passé|passée",
        next="prochain|prochaine",
        whole=("", ""),
        when="à|a|pour|avant|après|depuis|dès|jusqu['’]à|le jour de|au|le|la",
        feasts={
            "christmas_eve": "(?:la )?veille de noël|réveillon de noël",
            "christmas": "noël",
            "last_of_year": "(?:la )?saint-sylvestre",
            "new_year": "nouvel an|jour de l['’]an",
            "epiphany": "(?:l['’])?épiphanie",
            "valentine": "(?:la )?saint-valentin",
            "all_saints": "(?:la )?toussaint",
            "halloween": "halloween",
            "easter": "pâques",
            "easter_monday": "lundi de pâques",
        },
        ends_hold=("fin",),
        feasts_hold=(
            "noël",
            "sylvestre",
            "l'an",
            "l’an",
            "nouvel an",
            "épiph",
            "valent",
            "toussaint",
            "hallow",
            "pâques",
        ),
    ),
    "de": _Names(
        end="ende(?: (?:des|dieses))?",
        turned_before=True,
        month="monats?",
        year="jahres?",
        last="letzte[nrs]?|vorige[nrs]?|vergangene[nrs]?",
        next="nächste[nrs]?|kommende[nrs]?",
        whole=("monatsende", "jahresende"),
        when="zu|an|am|vor|nach|seit|bis|bis zu|über|auf|dem|den|der",
        feasts={
            "christmas_eve": "heiligabend|heiligen abend",
            "christmas": "weihnachten|(?:ersten|1\\.) weihnachts(?:feier)?tag",
            "second_christmas": "(?:zweiten|2\\.) weihnachts(?:feier)?tag",
            "last_of_year": "silvester",
            "new_year": "neujahr",
            "epiphany": "dreikönig|dreikönigstag",
            "valentine": "valentinstag",
            "all_saints": "allerheiligen",
            "halloween": "halloween",
            "easter": "ostern|ostersonntag",
            "easter_monday": "ostermontag",
            "whit_sunday": "pfingsten|pfingstsonntag",
            "whit_monday": "pfingstmontag",
        },
        ends_hold=("ende",),
        feasts_hold=(
            "weihnacht",
            "abend",
            "silvester",
            "neujahr",
            "dreik",
            "valent",
            "heiligen",
            "hallow",
            "oster",
            "pfingst",
        ),
    ),
    "pt": _Names(
        end="(?:o )?(?:fim|final|fins|finais) d(?:e|o|este)",
        month="m[êe]s",
        year="ano",
        last="passad[oa]",
        next="que vem|pr[óo]xim[oa]",
        whole=("", ""),
        when="no|na|pel[oa]|para [oa]|antes d[oa]|depois d[oa]|até(?: ao|à| [oa])|desde [oa]|n?o dia de",
        feasts={
            "christmas_eve": "véspera de natal|consoada",
            "christmas": "natal|dia de natal",
            "last_of_year": "réveillon|passagem de ano",
            "new_year": "ano novo",
            "epiphany": "dia de reis",
            "valentine": "são valentim",
            "all_saints": "dia de todos os santos",
            "halloween": "halloween",
            "easter": "páscoa|domingo de páscoa",
        },
        ends_hold=("fim", "final", "fins", "finais"),
        feasts_hold=(
            "natal",
            "consoada",
            "éveillon",
            "passagem",
            "ano novo",
            "reis",
            "valent",
            "santos",
            "hallow",
            "páscoa",
        ),
    ),
}

_FIXED = {
    "christmas_eve": (12, 24),
    "christmas": (12, 25),
    "second_christmas": (12, 26),
    "last_of_year": (12, 31),
    "new_year": (1, 1),
    "epiphany": (1, 6),
    "valentine": (2, 14),
    "august": (8, 15),
    "all_saints": (11, 1),
    "halloween": (10, 31),
}
_AFTER_EASTER = {"easter": 0, "easter_monday": 1, "whit_sunday": 49, "whit_monday": 50}  # days

# What follows a day of the month, and not the number of something that is counted ("lunedì 14 pezzi"): a
# pause, or one of the small words that no noun is.
_SMALL = (
    r"e|ed|o|il|lo|la|i|gli|le|l['’]|un|uno|una|di|da|a|al|alla|alle|ai|in|nel|nella|con|su|sul|per|tra|fra|ma|mi|ti|ci|vi"
    "|si|non|ho|hai|ha|abbiamo|avete|hanno|è|sono|era|ero|sarà|sarò|avevo|aveva|avevamo|avevate|doveva|dovevano"
    r"|che|perché|quando|se|dove|come|poi|però|invece|anche|ore\s\d|mattina|pomeriggio|sera|scorso|prossimo"
    "|and|or|the|an?|of|at|to|from|for|in|on|by|but|i|you|we|they|he|she|it|my|your|is|was|were|are|will|has|have|had"
    "|not|nobody|because|when|if|as|so|then|morning|afternoon|evening|last|next"
    "|y|el|los|las|una?|del?|en|con|por|para|pero|me|te|se|nos|os|lo|no|he|has|hemos|habéis|han|es|fue|era|que|porque"
    "|cuando|si|yo|nadie|nunca"
    r"|et|ou|les?|une?|du|des|à|au|aux|en|dans|avec|sur|pour|mais|je|j['’]\w*|tu|vous|nous|ils?|elles?|on|ne|n['’]\w*"
    r"|qui|quand|parce|c['’]\w*|était|est|personne|matin|soir"
    "|und|oder|der|die|das|dem|den|ein|eine|im|am|um|zu|zum|mit|für|von|bis|aber|ich|du|sie|wir|ihr|er|es|mir|uns|ist"
    "|war|hat|habe|haben|hatte|hatten|wird|wurde|wurden|kam|soll|sollte|nicht|weil|wenn|als|niemand"
    "|os|as|ao|às|do|da|no|na|com|mas|eu|ele|ela|eles|vocês?|foi|estava|está|tenho|tem|não|quando|porque|ninguém"
)
_GOES_ON = rf"(?=\s*(?:$|[,;!?)\n]|\.(?!\d)|[–-]\s|\s(?:{_SMALL})(?!\w)))"


_SAYS_WHEN = frozenset({"christmas_eve"})
"""Feasts that no other noun is made of: without a word before them they are a day as well."""

# In English a feast also stands before what is made for it ("for Christmas presents"); elsewhere a name that
# is a person's as well ("a Natale Rossi") has another one after it, but German writes all nouns so.
_FEAST_ENDS = {"en": _GOES_ON, "de": r"(?!\w|-\w)"}


def find_ends_and_feasts(text: str, *, language: str, today: date) -> Iterator[Found]:
    """The ends of months and years, and feasts; of several years the day nearest to `today`."""
    known = language if language in _NAMES else "it"
    names = _NAMES[known]
    # Nearly all texts hold none of the letters that must be there, and are spared the patterns.
    small = text.lower()
    if any(letters in small for letters in names.ends_hold):
        yield from _ends(text, WORDS[known], names, today)
    if any(letters in small for letters in names.feasts_hold):
        yield from _feasts(text, known, names, today)


def find_days_of_the_week(text: str, words: DayWords, today: date) -> Iterator[Found]:
    """ "Lunedì 14" is a day where a fourteenth near today is a Monday."""
    names = tuple(words.weekdays.split("|"))
    form = (
        rf"(?<!\w)(?P<name>{words.weekdays}),?\s(?P<the>(?:the|den|el día|día|dia|el|il|le)\s)?"
        r"(?P<day>0?[1-9]|[12]\d|3[01])(?P<mark>[°º]|er|st|nd|rd|th|\.(?=\s\w))?"
        rf"(?![\w:/€$£%]|[.,]\d|[-–]\d)(?:(?(mark)|(?!))|(?(the)|(?!))|{_GOES_ON})"
    )
    for match in pattern(form).finditer(text):
        weekday, number = index_of(match["name"], names), int(match["day"])
        near = (today + timedelta(days=off) for off in range(-_NEAR, _NEAR + 1))
        days = [day for day in near if day.day == number and day.weekday() == weekday]
        if days:
            yield match.start(), match.end(), min(days, key=lambda day: abs(day - today))


def _ends(text: str, words: DayWords, names: _Names, today: date) -> Iterator[Found]:
    turn = _turn(names)
    before, after = (rf"(?:{turn}\s)?", "") if names.turned_before else ("", rf"(?:\s{turn})?")
    said = rf"(?<![\w'’])(?:{names.end})(?:\s|(?<=['’]))"
    for noun, whole, unit in zip((names.month, names.year), names.whole, ("month", "year"), strict=True):
        forms = [rf"{said}{before}(?:{noun}){after}(?!\w)"]
        if whole:
            forms.append(rf"(?<!\w)(?:{whole})(?!\w)")
        for match in (match for form in forms for match in pattern(form).finditer(text)):
            moved = shifted(today, _way(match), unit)
            if moved is not None:
                yield *match.span(), _last(moved.year, moved.month if unit == "month" else 12)
    with_month = rf"{said}(?P<month>{words.months})(?:,? (?:de |del |di |do )?(?P<year>20\d\d))?(?!\w)"
    for match in pattern(with_month).finditer(text):
        month = _month(match["month"], words)
        years = [int(match["year"])] if match["year"] else range(today.year - 1, today.year + 2)
        days = [_last(year, month) for year in years]
        yield *match.span(), min(days, key=lambda day: abs(day - today))


def _turn(names: _Names) -> str:
    return rf"(?:(?P<last>{names.last})|(?P<next>{names.next}))"


def _way(match: re.Match[str]) -> int:
    """-1 where the last one is meant, 1 where the next one."""
    found = match.groupdict()
    return -1 if found.get("last") else 1 if found.get("next") else 0


def _month(name: str, words: DayWords) -> int:
    return index_of(name, tuple(words.months.split("|"))) % 12 + 1


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _feasts(text: str, language: str, names: _Names, today: date) -> Iterator[Found]:
    ends = _FEAST_ENDS.get(language, r"(?!\w|-\w|\s(?-i:[A-ZÀ-Ý])[^\W\d_]+)")
    turn = _turn(names)
    # Three long patterns a feast are only made where its name is there.
    there = ((feast, form) for feast, form in names.feasts.items() if pattern(form).search(text))
    for feast, form in there:
        when = "" if feast in _SAYS_WHEN else rf"(?:{names.when})\s"
        forms = (
            rf"(?<!\w){when}(?P<feast>{form}){ends}",
            rf"(?<!\w)(?P<feast>{turn}\s(?:{form})){ends}",
            rf"(?<!\w)(?P<feast>(?:{form})\s{turn})(?!\w)",
        )
        for match in (match for one in forms for match in pattern(one).finditer(text)):
            yield *match.span("feast"), _nearest_feast(feast, today, _way(match))


def _nearest_feast(feast: str, today: date, way: int) -> date:
    days = [_feast(feast, year) for year in (today.year - 1, today.year, today.year + 1)]
    meant = [day for day in days if (day - today).days * way > 0] if way else days
    return min(meant, key=lambda day: abs(day - today))


def _feast(feast: str, year: int) -> date:
    if feast in _FIXED:
        return date(year, *_FIXED[feast])
    # Imported where needed: most texts name no feast.
    from dateutil.easter import easter

    sunday: date = easter(year)
    return sunday + timedelta(days=_AFTER_EASTER[feast])
