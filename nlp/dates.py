"""Days named in a message, absolute ("12 novembre") or counted from today ("due settimane fa")."""

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache

Found = tuple[int, int, date]
"""Where a day's words begin and end in the text, and the day."""

# "May" and "march" are words as well: those months only with a capital.
_MONTH_FIRST = (
    r"(?:january|february|april|june|july|august|september|october|november|december|(?-i:May|March)"
    r"|jan|feb|(?-i:Mar)|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_UNITS = ("day", "week", "month", "year")
_OFFSETS = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """How one language names days; `|` parts alternatives.

    `named` are the days from the one before yesterday to the one after tomorrow, `counts` the numbers from
    one to ten, `units` day, week, month, year, `ago` and `ahead` the phrases around a count and a unit,
    `last` and `next` those around a weekday. `on` introduces a day, `between` joins the ends of a range.
    """

    named: tuple[str, str, str, str, str]
    counts: tuple[str, ...]
    units: tuple[str, str, str, str]
    ago: str
    ahead: str
    months: str
    weekdays: str
    last: str
    next: str
    on: str
    between: str


_FR_TODAY = "aujourd['’]hui|ce (?:matin|soir)|cet après-midi|cette nuit"
_WORDS: Mapping[str, _Words] = {
    "it": _Words(
        named=(
            r"l['’]altro ?ieri|altroieri|avantieri",
            "ieri|iersera",
            "oggi|stamattina|stamani|stamane|stasera|stanotte|quest[ao] (?:mattina|pomeriggio|sera|notte)",
            "domani|domattina|dmn",
            "dopodomani",
        ),
        counts=("un[oa]?", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci"),
        units=("giorn[oi]", "settiman[ae]", "mes[ei]", "ann[oi]"),
        ago="{} fa",
        ahead="(?:tra|fra) {}",
        months="gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
        weekdays="luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica",
        last="{} scors[oa]|scors[oa] {}",
        next="{} prossim[oa]|prossim[oa] {}",
        on="il|del|dal|al|entro|l['’]|dell['’]|all['’]|dall['’]|data",
        between="al|all['’]|e(?: (?:il|l['’]))?|fino al",
    ),
    "en": _Words(
        named=(
            "the day before yesterday",
            "yesterday|last night",
            "today|tonight|this (?:morning|afternoon|evening)",
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
        next="next {}",
        on="on|since|by|until|from|dated|the|for|to|due|before|after",
        between="to|and|until",
    ),
    "es": _Words(
        named=(
            "anteayer|antes de ayer",
            "ayer|anoche",
            "hoy|esta (?:mañana|tarde|noche)",
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
        next="{} que viene|{} pr[óo]ximo|pr[óo]ximo {}",
        on="el|del|al|desde|hasta|día",
        between="al|y(?: el)?|hasta el",
    ),
    "fr": _Words(
        named=("avant-hier", "hier", _FR_TODAY, "demain", "après-demain"),
        counts=("une?", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"),
        units=("jours?", "semaines?", "mois", "ans?"),
        ago="il y a {}",
        ahead="dans {}",
        months="janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[ûu]t|septembre|octobre|novembre|d[ée]cembre",
        weekdays="lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
        last="{} dernier|{} passé",
        next="{} prochain",
        on="le|du|depuis|jusqu['’]au|au",
        between="au|et(?: le)?|jusqu['’]au",
    ),
    "de": _Words(
        named=("vorgestern", "gestern", "heute", "(?<!am )(?<!guten )morgen", "übermorgen"),
        counts=("eine[mr]?", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"),
        units=("tag(?:en|e)?", "wochen?", "monat(?:en|e)?", "jahr(?:en|e)?"),
        ago="vor {}",
        ahead="in {}",
        months="januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember",
        weekdays="montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag",
        last="(?:letzten|letzter|vergangenen|vorigen) {}",
        next="(?:nächsten|nächster|kommenden) {}",
        on="am|vom|seit|bis|zum|der|den",
        between="bis(?: zum)?|und(?: dem)?",
    ),
    "pt": _Words(
        named=(
            "anteontem",
            "ontem",
            "hoje|esta (?:manhã|tarde|noite)",
            "amanhã",
            "depois de amanhã",
        ),
        counts=("uma?", "dois|duas", "três", "quatro", "cinco", "seis", "sete", "oito", "nove", "dez"),
        units=("dias?", "semanas?", "m[êe]s(?:es)?", "anos?"),
        ago="há {}|{} atrás",
        ahead="daqui a {}",
        months="janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro",
        weekdays="segunda(?:-feira)?|terça(?:-feira)?|quarta(?:-feira)?|quinta(?:-feira)?|sexta(?:-feira)?"
        "|sábado|domingo",
        last="{} passad[oa]",
        next="próxim[oa] {}|{} próxim[oa]|{} que vem",
        on="em|no|do|desde|até|dia|ao|para|para o",
        between="ao|a|e(?: o| a)?|até(?: ao)?",
    ),
}


def find_dates(text: str, *, language: str, today: date) -> list[Found]:
    """The days that a text names, in order of appearance; what names no day of the calendar is left out.

    A day without a year is taken as the one nearest to `today`.
    """
    words = _WORDS.get(language, _WORDS["it"])
    found: list[Found] = []
    # Most texts hold none of what a kind of day must hold, and are spared its longer patterns.
    if _holds(text, rf"(?<!\w)(?:{'|'.join(words.named)})"):
        found += _named(text, words, today)
    if _holds(text, rf"\s(?:{'|'.join(words.units)})"):
        found += _counted(text, language, words, today)
    if _holds(text, words.weekdays):
        found += _weekdays(text, words, today)
    if _holds(text, r"\d"):
        found += _absolute(text, language, words, today)
        found += _ranges(text, language, words, today)
    days: list[Found] = []
    end = 0
    # Of phrases that overlap ("the day before yesterday"), the longest from the left counts.
    for first, last, day in sorted(found, key=lambda one: (one[0], -one[1])):
        if first >= end:
            days.append((first, last, day))
            end = last
    return days


def _holds(text: str, mark: str) -> bool:
    return _pattern(mark).search(text) is not None


def _named(text: str, words: _Words, today: date) -> Iterator[Found]:
    for offset, names in zip(_OFFSETS, words.named, strict=True):
        for match in _pattern(rf"(?<!\w)(?:{names})(?!\w)").finditer(text):
            day = _shifted(today, offset, "day")
            if day is not None:
                yield *match.span(), day


def _counted(text: str, language: str, words: _Words, today: date) -> Iterator[Found]:
    units = "|".join(words.units)
    amount = rf"(?:\d{{1,3}}|[^\W\d_]+)\s+(?:{units})"
    for frame, sign in ((words.ago, -1), (words.ahead, 1)):
        for match in _pattern(rf"(?<!\w)(?:{frame.replace('{}', f'(?:{amount})')})(?!\w)").finditer(text):
            inner = _pattern(rf"(\d{{1,3}}|[^\W\d_]+)\s+({units})(?!\w)").search(match.group())
            count = _count(inner[1], language, words) if inner is not None else None
            if inner is not None and count is not None:
                day = _shifted(today, sign * count, _UNITS[_index(inner[2], words.units)])
                if day is not None:
                    yield *match.span(), day


def _count(word: str, language: str, words: _Words) -> int | None:
    if word.isdecimal():
        return int(word)
    for number, pattern in enumerate(words.counts, start=1):
        if re.fullmatch(pattern, word, re.IGNORECASE):
            return number
    from text_to_num import text2num

    try:
        return int(text2num(word.lower(), language if language in _WORDS else "it"))
    except ValueError:
        return None


def _shifted(today: date, count: int, unit: str) -> date | None:
    """The day so many units from today; of a shorter month its last day."""
    try:
        if unit in ("day", "week"):
            return today + timedelta(days=count * (7 if unit == "week" else 1))
        months = today.year * 12 + today.month - 1 + count * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        return None


def _weekdays(text: str, words: _Words, today: date) -> Iterator[Found]:
    """ "Last Monday" is before today, "next Tuesday" after it, by at most a week."""
    names = words.weekdays.split("|")
    for frame, ahead in ((words.last, False), (words.next, True)):
        form = frame.replace("{}", f"(?:{words.weekdays})")
        for match in _pattern(rf"(?<!\w)(?:{form})(?!\w)").finditer(text):
            name = _pattern(words.weekdays).search(match.group())
            if name is not None:
                weekday = _index(name.group(), tuple(names))
                apart = (
                    (weekday - today.weekday() - 1) % 7 + 1
                    if ahead
                    else -((today.weekday() - weekday - 1) % 7 + 1)
                )
                yield *match.span(), today + timedelta(days=apart)


def _ranges(text: str, language: str, words: _Words, today: date) -> Iterator[Found]:
    """The first day of "dal 3 al 7 maggio", whose month is said with the second; that is found by itself."""
    year = r"(?:19|20)\d\d"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    mark = r"(?:[°º.]|er|st|nd|rd|th)?"
    month = rf"(?:de |di |of )?(?P<month>{words.months})(?:,? (?:de |del |di )?(?P<year>{year}))?"
    form = (
        rf"(?<![\w/.,-])(?P<first>{day}){mark}\s?(?:-|–|(?:{words.between})\s?)\s?"
        rf"(?P<last>{day}){mark}\s?{month}(?!\w)"
    )
    for match in _pattern(form).finditer(text):
        if int(match["first"]) < int(match["last"]):
            whole = f"{match['first']} {match['month']} {match['year'] or ''}".strip()
            found = _nearest(whole, language, today)
            if found is not None:
                yield match.start("first"), match.end("first"), found


def _absolute(text: str, language: str, words: _Words, today: date) -> Iterator[Found]:
    year = r"(?:19|20)\d\d"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    month = r"(?:0?[1-9]|1[0-2])"
    with_name = rf"{day}(?:[°º.]|er|st|nd|rd|th)?\s?(?:de |di |of )?(?:{words.months})"
    forms = [
        rf"(?<![\w/.-])(?P<day>{year}-\d\d-\d\d|{day}([./-]){month}\2(?:{year}|\d\d))(?![\w/-]|\.\d)",
        # Without a year it could be a mark (8/10) or a version: only after a word that introduces a day.
        rf"(?<!\w)(?:{words.on})\s?(?P<day>(?!24/7){day}/{month})(?![\w/])",
        rf"(?<!\w)(?:{words.on})\s?(?P<day>{day}\.{month})\.?(?![\w/]|\.?\d)",
        rf"(?<!\w)(?P<day>{with_name}(?:,? (?:de |del |di )?{year})?)(?!\w)",
    ]
    if language == "en":
        forms.append(rf"(?<!\w)(?P<day>{_MONTH_FIRST} {day}(?:st|nd|rd|th)?(?:,? {year})?)(?![\w:])")
    for form in forms:
        for match in _pattern(form).finditer(text):
            found = _nearest(re.sub(r"[°º]", "", match["day"]), language, today)
            if found is not None:
                yield *match.span("day"), found


def _nearest(text: str, language: str, today: date) -> date | None:
    days = [_parse(text, language, today, direction) for direction in ("past", "future")]
    return min(
        (day for day in days if day is not None), key=lambda day: abs((day - today).days), default=None
    )


@lru_cache(maxsize=4096)
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
