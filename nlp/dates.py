"""Days named in a message, absolute ("12 novembre") or counted from today ("due settimane fa")."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

_UNITS = ("day", "week", "month", "year")
_OFFSETS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """How one language names days; `|` parts alternatives.

    `named` are the days from the one before yesterday to the one after tomorrow, `counts` the numbers from
    one to ten, `units` day, week, month, year, `ago` and `ahead` the phrases around a count and a unit.
    """

    named: tuple[str, str, str, str, str]
    counts: tuple[str, ...]
    units: tuple[str, str, str, str]
    ago: str
    ahead: str
    months: str
    weekdays: str
    last: str
    on: str


_WORDS: Mapping[str, _Words] = {
    "it": _Words(
        named=(r"l['’]altro ?ieri|altroieri|avantieri", "ieri", "oggi", "domani", "dopodomani"),
        counts=("un[oa]?", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci"),
        units=("giorn[oi]", "settiman[ae]", "mes[ei]", "ann[oi]"),
        ago="{} fa",
        ahead="(?:tra|fra) {}",
        months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
        weekdays="luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica",
        last="{} scors[oa]|scors[oa] {}",
        on="il|del|dal|al|entro|l'|dell'|all'|data",
    ),
    "en": _Words(
        named=(
            "the day before yesterday",
            "yesterday",
            "today",
            "tomorrow",
            "the day after tomorrow",
        ),
        counts=("an?|one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
        units=("days?", "weeks?", "months?", "years?"),
        ago="{} ago",
        ahead="in {}",
        months="january|february|march|april|may|june|july|august|september|october|november|december"
        "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
        weekdays="monday|tuesday|wednesday|thursday|friday|saturday|sunday",
        last="last {}",
        on="on|since|by|until|from|dated|the",
    ),
    "es": _Words(
        named=(
            "anteayer|antes de ayer",
            "ayer",
            "hoy",
            "(?<!la )mañana",
            "pasado mañana",
        ),
        counts=("una?", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez"),
        units=("d[ií]as?", "semanas?", "mes(?:es)?", "años?"),
        ago="hace {}",
        ahead="dentro de {}",
        months="enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre",
        weekdays="lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo",
        last="{} pasado|pasado {}",
        on="el|del|desde|hasta|día",
    ),
    "fr": _Words(
        named=("avant-hier", "hier", "aujourd['’]hui", "demain", "après-demain"),
        counts=("une?", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
        units=("jours?", "semaines?", "mois", "ans?"),
        ago="il y a {}",
        ahead="dans {}",
        months="janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre",
        weekdays="lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        last="{} dernier",
        on="le|du|depuis|jusqu'au|au",
    ),
    "de": _Words(
        named=("vorgestern", "gestern", "heute", "(?<!am )(?<!guten )morgen", "übermorgen"),
        counts=("eine[mr]?", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"),
        units=("tag(?:en|e)?", "wochen?", "monat(?:en|e)?", "jahr(?:en|e)?"),
        ago="vor {}",
        ahead="in {}",
        months="januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember",
        weekdays="montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag",
        last="letzten {}|letzter {}",
        on="am|vom|seit|bis|zum|der|den",
    ),
    "pt": _Words(
        named=("anteontem", "ontem", "hoje", "amanhã", "depois de amanhã"),
        counts=("uma?", "dois|duas", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"),
        units=("dias?", "semanas?", "m[êe]s(?:es)?", "anos?"),
        ago="há {}|{} atrás",
        ahead="daqui a {}",
        months="janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
        weekdays="segunda(?:-feira)?|terça(?:-feira)?|quarta(?:-feira)?|quinta(?:-feira)?|sexta(?:-feira)?"
        "|sábado|domingo",
        last="{} passad[oa]",
        on="em|no|do|desde|até|dia",
    ),
}


def find_dates(text: str, *, language: str, today: date) -> list[date]:
    """The days that a text names, in order of appearance; what names no day of the calendar is left out.

    A day without a year is taken as the one nearest to `today`.
    """
    words = _WORDS.get(language, _WORDS["it"])
    found = [
        *_named(text, words, today),
        *_counted(text, words, today),
        *_absolute(text, language, words, today),
    ]
    days: list[date] = []
    end = 0
    # Of phrases that overlap ("the day before yesterday"), the longest from the left counts.
    for first, last, day in sorted(found, key=lambda one: (one[0], -one[1])):
        if first >= end:
            days.append(day)
            end = last
    return days


def _named(text: str, words: _Words, today: date) -> Iterator[tuple[int, int, date]]:
    for offset, names in zip(_OFFSETS, words.named, strict=True):
        for match in _pattern(rf"(?<!\w)(?:{names})(?!\w)").finditer(text):
            yield *match.span(), today + timedelta(days=offset)


def _counted(text: str, words: _Words, today: date) -> Iterator[tuple[int, int, date]]:
    counts = "|".join(words.counts)
    amount = rf"(?:\d{{1,3}}|{counts})\s+(?:{'|'.join(words.units)})"
    for frame, phrase in ((words.ago, "{} ago"), (words.ahead, "in {}")):
        for match in _pattern(rf"(?<!\w)(?:{frame.replace('{}', f'(?:{amount})')})(?!\w)").finditer(text):
            inner = _pattern(rf"(\d{{1,3}}|{counts})\s+({'|'.join(words.units)})(?!\w)").search(match.group())
            if inner is not None:
                count = _index(inner[1], words.counts) + 1 if not inner[1].isdigit() else int(inner[1])
                unit = _UNITS[_index(inner[2], words.units)]
                day = _parse(phrase.format(f"{count} {unit}s"), "en", today, "current_period")
                if day is not None:
                    yield *match.span(), day


def _absolute(text: str, language: str, words: _Words, today: date) -> Iterator[tuple[int, int, date]]:
    year = r"(?:19|20)\d\d"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    month = r"(?:0?[1-9]|1[0-2])"
    with_name = rf"{day}(?:[°º.]|er|st|nd|rd|th)?\s?(?:de |di |of )?(?:{words.months})"
    forms = (
        rf"(?<![\w/.-])(?P<day>{year}-\d\d-\d\d|{day}([./-]){month}\2(?:{year}|\d\d))(?![\w/-]|\.\d)",
        # Without a year it could be a mark (8/10) or "24/7": only after a word that introduces a day.
        rf"(?<!\w)(?:{words.on})\s?(?P<day>{day}/{month})(?![\w/])",
        rf"(?<!\w)(?P<day>{with_name}(?:,? (?:de |del |di )?{year})?)(?!\w)",
        rf"(?<!\w)(?P<day>(?:{words.months}) {day}(?:st|nd|rd|th)?(?:,? {year})?)(?![\w:])",
    )
    for form in forms:
        for match in _pattern(form).finditer(text):
            found = _nearest(re.sub(r"[°º]", "", match["day"]), language, today)
            if found is not None:
                yield *match.span("day"), found
    last = words.last.replace("{}", f"(?:{words.weekdays})")
    for match in _pattern(rf"(?<!\w)(?:{last})(?!\w)").finditer(text):
        weekday = _pattern(words.weekdays).search(match.group())
        found = _parse(weekday.group(), language, today, "past") if weekday is not None else None
        if found is not None:
            yield *match.span(), found


def _nearest(text: str, language: str, today: date) -> date | None:
    days = [_parse(text, language, today, direction) for direction in ("past", "future")]
    return min(
        (day for day in days if day is not None), key=lambda day: abs((day - today).days), default=None
    )


def _parse(text: str, language: str, today: date, direction: str) -> date | None:
    # Imported at the first day found: a batch without days never pays for it.
    import dateparser

    found = dateparser.parse(
        text,
        languages=[language if language in _WORDS else "it"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, time(12)),
            # Years first only in ISO dates, where the library would read the month as the day.
            "DATE_ORDER": "YMD" if re.match(r"\d{4}-", text) else "DMY",
            "PREFER_DATES_FROM": direction,
            "REQUIRE_PARTS": ["day"] if any(character.isdigit() for character in text) else [],
        },
    )
    return None if found is None else found.date()


def _index(word: str, alternatives: tuple[str, ...]) -> int:
    return next(
        index
        for index, pattern in enumerate(alternatives)
        if re.fullmatch(pattern, word, re.IGNORECASE) is not None
    )


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(form, re.IGNORECASE)
