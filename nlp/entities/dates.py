"""Days named in a message, absolute ("12 novembre") or counted from today ("due settimane fa")."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from nlp.entities.calendar_days import find_days_of_the_week, find_ends_and_feasts
from nlp.entities.day_words import UNITS, WORDS, DayWords, counted, index_of, pattern, shifted

Found = tuple[int, int, date]
"""Where a day's words begin and end in the text, and the day."""

# "May" and "march" are words as well: those months only with a capital.
_MONTH_FIRST = (
    r"(?:january|february|april|june|july|august|september|october|november|december|(?-i:May|March)"
    r"|jan|feb|(?-i:Mar)|apr|jun|jul|aug|sept?|oct|nov|dec)"
)
_BEFORE_A_DAY = {
    "it": "il|dal|del|al",
    "en": "by|before|until|since|dated",
    "es": "el|del|al",
    "fr": "le|du|depuis|jusqu['’]au|au",
    "de": "am|vom|seit|bis",
    "pt": "dia|desde|até",
}
_OFFSETS = (-2, -1, 0, 1, 2)
_LAST_DAY = 31
_PLAIN = {
    "en": (r"(?:st|nd|rd|th)?(?:\sof)?", ""),
    "es": (r"(?:\sde)?", "(?:del? )?"),
    "fr": ("(?:er)?", ""),
    "de": (r"\.?", ""),
    "pt": (r"(?:\sde)?", "(?:de )?"),
}
"""What stands behind the day, and before the year."""
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9][0-9])-(?P<day>[0-9][0-9])")
# To the library "1.10" is a time.
_IN_FIGURES = re.compile(
    r"(?P<day>[0-9]{1,2})"
    r"(?:(?P<part>[./-])(?=[0-9]{1,2}(?P=part)[0-9]{4})|/(?=[0-9]{1,2}$)|\.(?=[0-9]$))"
    r"(?P<month>[0-9]{1,2})(?:[./-](?P<year>[0-9]{4}))?"
)
_TENS = "vingt et |trente et |treinta y |vinte e |trinta e "
_OF_AFTER_THE = ("it", "es")  # "il", "dal", "col", "el", "del": an article that ends in l
_STREET = re.compile(
    r"(?<!\w)(?:v(?:ia|\.)|v\.?le|viale|p(?:iazza|\.za|\.zza)|corso|c\.so|largo|vicolo|calle|avenida|plaza|rue|place"
    r"|rua|praça)\s+(?:del? |du )?$",
    re.IGNORECASE,
)


def find_dates(text: str, *, language: str, today: date) -> list[Found]:
    """The days that a text names, in order of appearance; what names no day of the calendar is left out.

    A day without a year is taken as the one nearest to `today`.
    """
    words = WORDS.get(language, WORDS["it"])
    found: list[Found] = []
    # Most texts hold none of what a kind of day must hold, and are spared its longer patterns.
    if _holds(text, rf"(?<!\w)(?:{'|'.join(words.named)})"):
        found += _named(text, words, today)
    if _holds(text, rf"[\s\d](?:{'|'.join(words.units)})"):
        found += _counted(text, language, words, today)
    if _holds(text, words.weekdays):
        found += _weekdays(text, words, today)
        found += find_days_of_the_week(text, words, today)
    if _holds(text, r"\d"):
        found += _absolute(text, language, words, today)
        found += _ranges(text, language, words, today)
    if _holds(text, rf"\s(?:{words.months})"):
        found += _in_words(text, language, words, today)
    found += find_ends_and_feasts(text, language=language, today=today)
    days: list[Found] = []
    end = 0
    # Of phrases that overlap ("the day before yesterday"), the longest from the left counts.
    for first, last, day in sorted(found, key=lambda one: (one[0], -one[1])):
        if first >= end:
            days.append((first, last, day))
            end = last
    return days


def _holds(text: str, mark: str) -> bool:
    return pattern(mark).search(text) is not None


def _named(text: str, words: DayWords, today: date) -> Iterator[Found]:
    for offset, names in zip(_OFFSETS, words.named, strict=True):
        for match in pattern(rf"(?<!\w)(?:{names})(?!\w)").finditer(text):
            day = shifted(today, offset, "day")
            if day is not None:
                yield *match.span(), day


def _counted(text: str, language: str, words: DayWords, today: date) -> Iterator[Found]:
    units = "|".join(words.units)
    amount = rf"(?:\d{{1,3}}\s*|[^\W\d_]+\s+)(?:{units})"
    for frame, sign in ((words.ago, -1), (words.ahead, 1)):
        for match in pattern(rf"(?<!\w)(?:{frame.replace('{}', f'(?:{amount})')})(?!\w)").finditer(text):
            inner = pattern(rf"(\d{{1,3}}|[^\W\d_]+(?=\s))\s*({units})(?!\w)").search(match.group())
            count = counted(inner[1], language, words) if inner is not None else None
            if inner is not None and count is not None:
                day = shifted(today, sign * count, UNITS[index_of(inner[2], words.units)])
                if day is not None:
                    yield *match.span(), day


def _weekdays(text: str, words: DayWords, today: date) -> Iterator[Found]:
    """ "Last Monday" is before today, "next Tuesday" after it, by at most a week."""
    names = words.weekdays.split("|")
    for frame, ahead in ((words.last, False), (words.next, True)):
        form = frame.replace("{}", f"(?:{words.weekdays})")
        for match in pattern(rf"(?<!\w)(?:{form})(?!\w)").finditer(text):
            name = pattern(words.weekdays).search(match.group())
            if name is not None:
                weekday = index_of(name.group(), tuple(names))
                apart = (
                    (weekday - today.weekday() - 1) % 7 + 1
                    if ahead
                    else -((today.weekday() - weekday - 1) % 7 + 1)
                )
                yield *match.span(), today + timedelta(days=apart)


def _ranges(text: str, language: str, words: DayWords, today: date) -> Iterator[Found]:
    """The first day of "dal 3 al 7 maggio", whose month is said with the second; that is found by itself."""
    year = r"(?:19|20)\d\d"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    mark = r"(?:[°º.]|er|st|nd|rd|th)?"
    month = rf"(?:de |di |of )?(?P<month>{words.months})(?:,? (?:de |del |di )?(?P<year>{year}))?"
    form = (
        rf"(?<![\w/.,-])(?P<first>{day}){mark}\s?(?:-|–|(?:{words.between})\s?)\s?"
        rf"(?P<last>{day}){mark}\s?{month}(?!\w)"
    )
    for match in pattern(form).finditer(text):
        if int(match["first"]) < int(match["last"]):
            whole = f"{match['first']} {match['month']} {match['year'] or ''}".strip()
            found = _nearest(whole, language, today)
            if found is not None:
                yield match.start("first"), match.end("first"), found


def _absolute(text: str, language: str, words: DayWords, today: date) -> Iterator[Found]:
    year = r"(?:19|20)\d\d"
    day = r"(?:0?[1-9]|[12]\d|3[01])"
    month = r"(?:0?[1-9]|1[0-2])"
    of_month = rf"(?:de |di |of )?(?:{words.months}|(?:{words.short})\b\.?)"
    with_name = rf"{day}(?:[°º.]|er|st|nd|rd|th)?\s?{of_month}"
    forms = [
        rf"(?<![\w/.-])(?P<day>{year}-\d\d-\d\d|{day}([./-]){month}\2(?:{year}|\d\d))(?![\w/-]|\.\d)",
        # Without a year it could be a mark (8/10) or a version: only after a word that introduces a day.
        rf"(?<!\w)(?:{words.on})\s?(?P<day>(?!(?:24|7)/7(?!\d)){day}/{month})(?![\w/])",
        # "24/7" and "7/7" say that somebody is always there, but behind a word that only a day follows.
        rf"(?<!\w)(?:{_BEFORE_A_DAY.get(language, _BEFORE_A_DAY['it'])})\s(?P<day>(?:24|7)/7)(?![\w/-])",
        rf"(?<!\w)(?:{words.on})\s?(?P<day>{day}\.{month})\.?(?![\w/]|\.?\d)",
        rf"(?<!\w)(?P<day>{with_name}(?:,? (?:de |del |di )?{year})?)(?!\w)",
    ]
    if language == "en":
        forms.append(rf"(?<!\w)(?P<day>{_MONTH_FIRST} {day}(?:st|nd|rd|th)?(?:,? {year})?)(?![\w:])")
    for form in forms:
        for match in pattern(form).finditer(text):
            found = _nearest(re.sub(r"[°º]|\bdi ", "", match["day"]), language, today)
            if found is not None and not _is_street(text, match.start("day")):
                yield *match.span("day"), found


def _in_words(text: str, language: str, words: DayWords, today: date) -> Iterator[Found]:
    """ "Il primo dicembre", "le trois novembre": as people say it, and as dictation writes it."""
    # "Two may come": in English the month is a word as well.
    of = " of" if language == "en" else "(?: d[ie])?"
    form = (
        rf"(?<![\w-])(?P<count>(?:{_TENS})?[^\W\d_]{{2,20}}(?:-[^\W\d_]{{2,20}})?)"
        rf"{of} (?P<month>{words.months})"
        r"(?:,? (?:de |del |di )?(?P<year>(?:19|20)\d\d))?(?!\w)"
    )
    for match in pattern(form).finditer(text):
        count = _day_of_month(match["count"], language, words)
        # "Tutt'e due di ottobre" is no day, "il due di ottobre" is one.
        of_it = language in _OF_AFTER_THE and pattern(" d[ie] ").search(match.group()) is not None
        if of_it and text[: match.start()][-2:].lower() != "l ":
            continue
        if count is not None and not _is_street(text, match.start()):
            whole = f"{count} {match['month']} {match['year'] or ''}".strip()
            found = _nearest(whole, language, today)
            if found is not None:
                yield *match.span(), found


def _day_of_month(word: str, language: str, words: DayWords) -> int | None:
    if pattern(words.first).fullmatch(word):
        return 1
    count = counted(word, language, words)
    # "Un novembre piovoso" is no day.
    return count if count is not None and 1 < count <= _LAST_DAY else None


def _is_street(text: str, start: int) -> bool:
    """Whether what looks like a day is where somebody lives: "via 4 novembre 12", "piazza primo maggio"."""
    return _STREET.search(text, max(0, start - 20), start) is not None


def _nearest(text: str, language: str, today: date) -> date | None:
    plain = _plain(text, language, WORDS.get(language, WORDS["it"]), today)
    if plain is not None:
        return plain
    days = [_parse(text, language, today, direction) for direction in ("past", "future")]
    return min(
        (day for day in days if day is not None), key=lambda day: abs((day - today).days), default=None
    )


def _plain(text: str, language: str, words: DayWords, today: date) -> date | None:
    """The day where it is written as most are, which needs no library that takes seconds to get ready."""
    names = words.months.split("|")
    between, of_year = _PLAIN.get(language, ("", ""))
    named = (
        rf"(?P<day>[0-9]{{1,2}}){between}\s(?P<month>{'|'.join(names)})(?:\s{of_year}(?P<year>[0-9]{{4}}))?"
    )
    match = pattern(named).fullmatch(text) or _ISO.fullmatch(text) or _IN_FIGURES.fullmatch(text)
    if match is None:
        return None
    said, day = match["month"], int(match["day"])
    month = int(said) if said.isdigit() else _month_of(said, tuple(names))
    years = [int(match["year"])] if match["year"] else range(today.year - 1, today.year + 2)
    try:
        return min((date(year, month, day) for year in years), key=lambda one: abs(one - today))
    except ValueError:  # not in each of these years: 29 February, 31 June
        return None


def _month_of(name: str, names: tuple[str, ...]) -> int:
    """Behind the twelve some languages have short names, without those that are none."""
    full = [place for place, one in enumerate(names[:12]) if re.fullmatch(one, name, re.IGNORECASE)]
    # Case folded, "ſept" begins as "sept" does.
    return 1 + (full or [place for place, one in enumerate(names[:12]) if one[:3] == name.casefold()[:3]])[0]


@lru_cache(maxsize=4096)
def _parse(text: str, language: str, today: date, direction: str) -> date | None:
    # Imported at the first day found: a batch without days never pays for it.
    import dateparser

    found = dateparser.parse(
        text,
        languages=[language if language in WORDS else "it"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, time(12)),
            # Years first only in ISO dates, where the library would read the month as the day.
            "DATE_ORDER": "YMD" if re.match(r"\d{4}-", text) else "DMY",
            "PREFER_DATES_FROM": direction,
            "REQUIRE_PARTS": ["day"] if any(character.isdigit() for character in text) else [],
        },
    )
    return None if found is None else found.date()
