"""Stretches of time named in a message: "il mese scorso", "da tre settimane"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from models.assessment import Period
from nlp.entities.day_words import UNITS, WORDS, DayWords, counted, index_of, pattern, shifted

Found = tuple[int, int, Period]
"""Where a period's words begin and end in the text, and the period."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrases:
    """How one language names periods; `|` parts alternatives, `{}` stands for what they are around.

    `last`, `this` and `next` are around one of `nouns` (week, month, year); `since` is around a count and a
    unit, and says that something began so long ago and still lasts.
    """

    nouns: tuple[str, str, str]
    last: str
    this: str
    next: str
    since: str


_ROUGHLY = {
    "it": "(?:(?:più di|oltre|quasi|circa|ormai|almeno|ben|già) ){0,2}",
    "en": "(?:(?:more than|over|almost|nearly|about|around|at least|well over) )?",
    "es": "(?:(?:más de|casi|unas|unos|al menos|ya) ){0,2}",
    "fr": "(?:(?:plus de|plus d['’]|presque|environ|au moins|déjà) ?){0,2}",
    "de": "(?:(?:mehr als|über|fast|ungefähr|etwa|gut|schon|bereits|mindestens|nunmehr) ){0,2}",
    "pt": "(?:(?:mais de|quase|cerca de|pelo menos|já) ){0,2}",
}

# "For three weeks" may lie behind, ahead or nowhere: with a perfect that goes on, it lasts until now.
_PERFECT = (
    r"(?:been|(?:has|have|['’]ve|['’]s) had|(?:have|has)(?:n['’]?t| not)|nothing|never|known|waiting)"
    r"\b[^.!?;,]{0,60}?\bfor"
)

_PHRASES: Mapping[str, _Phrases] = {
    "it": _Phrases(
        nouns=("settimana", "mese", "anno"),
        last="{} (?:scors[oa]|passat[oa])|scors[oa] {}",
        this="(?:quest[oa]|in corso|quest['’]) ?{}|{} in corso",
        next="{} (?:prossim[oa]|entrante|ventur[oa]|che viene)|prossim[oa] {}",
        since="da {}(?! all['’])",
    ),
    "en": _Phrases(
        nouns=("week", "month", "year"),
        last="(?<!the )last {}",
        this="this {}",
        next="(?<!the )next {}",
        since=rf"{_PERFECT} {{}}|for {{}} now|now for {{}}|since {{}}(?! ago)"
        "|(?:for|over|in|during) the (?:last|past) {}",
    ),
    "es": _Phrases(
        nouns=("semana", "mes", "año"),
        last="{} pasad[oa]|pasad[oa] {}",
        this="est[ea] {}",
        next="{} que viene|{} pr[óo]xim[oa]|pr[óo]xim[oa] {}|{} que entra",
        since="desde hace {}|llev(?:o|a|as|amos|an|áis) {}",
    ),
    "fr": _Phrases(
        nouns=("semaine", "mois", "an(?:née)?"),
        last="{} (?:derni(?:er|ère)|passée?)",
        this="(?:ce|cette) {}(?:-ci)?",
        next="{} prochaine?",
        since=r"depuis {}|(?:(?:ça|cela) fait|voilà) {}(?= qu(?:e\b|['’]))",
    ),
    "de": _Phrases(
        nouns=("woche", "monats?", "jahr(?:es)?"),
        last="(?:letzte[nrms]?|vorige[nrms]?|vergangene[nrms]?) {}(?! de[rs]\\b)",
        this="diese[nrms]? {}",
        next="(?:nächste[nrms]?|kommende[nrms]?) {}(?! de[rs]\\b)",
        since="seit {}",
    ),
    "pt": _Phrases(
        nouns=("semana", "m[êe]s", "ano"),
        last="{} passad[oa]",
        this="n?est[ea] {}",
        next="{} que vem|{} seguinte|pr[óo]xim[oa] {}|{} pr[óo]xim[oa]",
        since="desde há {}|faz {} que",
    ),
}


def find_periods(text: str, *, language: str, today: date) -> list[Found]:
    """The periods that a text names, in order of appearance: whole weeks, months and years, and until today.

    A week begins on Monday. What lasts "da tre settimane" began three weeks ago and ends today.
    """
    words = WORDS.get(language, WORDS["it"])
    # Most texts name no unit of time, and are spared the longer patterns.
    if pattern("|".join(words.units)).search(text) is None:
        return []
    known = language if language in WORDS else "it"
    found = sorted(
        [*_turned(text, _PHRASES[known], today), *_since(text, known, words, today)],
        key=lambda one: (one[0], -one[1]),
    )
    periods: list[Found] = []
    end = 0
    for first, last, period in found:
        if first >= end:
            periods.append((first, last, period))
            end = last
    return periods


def _turned(text: str, phrases: _Phrases, today: date) -> Iterator[Found]:
    for frame, way in ((phrases.last, -1), (phrases.this, 0), (phrases.next, 1)):
        for noun, unit in zip(phrases.nouns, UNITS[1:], strict=True):
            for match in pattern(rf"(?<!\w)(?:{frame.replace('{}', f'(?:{noun})')})(?!\w)").finditer(text):
                moved = shifted(today, way, unit)
                if moved is not None:
                    yield *match.span(), _whole(moved, unit)


def _whole(day: date, unit: str) -> Period:
    if unit == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(first=monday, last=monday + timedelta(days=6))
    if unit == "year":
        return Period(first=date(day.year, 1, 1), last=date(day.year, 12, 31))
    first = day.replace(day=1)
    return Period(first=first, last=(first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def _since(text: str, language: str, words: DayWords, today: date) -> Iterator[Found]:
    units = "|".join(words.units)
    amount = rf"{_ROUGHLY[language]}(?:\d{{1,3}}\s?|[^\W\d_]+\s)(?:{units})"
    frame = _PHRASES[language].since.replace("{}", f"(?:{amount})")
    count_and_unit = pattern(rf"(\d{{1,3}}|[^\W\d_]+(?=\s))\s?({units})(?!\w)")
    for match in pattern(rf"(?<!\w)(?:{frame})(?!\w)").finditer(text):
        said = list(count_and_unit.finditer(match.group()))
        count = counted(said[-1][1], language, words) if said else None
        began = None if count is None else shifted(today, -count, UNITS[index_of(said[-1][2], words.units)])
        if began is not None:
            yield *match.span(), Period(first=began, last=today)
