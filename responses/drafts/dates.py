"""Days and deadlines, as each language says them."""

from collections.abc import Mapping
from datetime import date, datetime, time, tzinfo
from types import MappingProxyType

from babel.dates import format_date, format_time

from models.decision import Commitment, Duration, DurationUnit
from responses.drafts.numbers import locale_of
from responses.drafts.phrases import phrases

_DAY: Mapping[str, str] = MappingProxyType(
    {"it": "d MMMM", "en": "d MMMM", "es": "d 'de' MMMM", "fr": "d MMMM", "de": "d. MMMM"}
)
_WEEKDAY: Mapping[str, str] = MappingProxyType(
    {
        "it": "EEEE d MMMM",
        "en": "EEEE d MMMM",
        "es": "EEEE d 'de' MMMM",
        "fr": "EEEE d MMMM",
        "de": "EEEE, d. MMMM",
    }
)
_YEAR: Mapping[str, str] = MappingProxyType(
    {"it": " y", "en": " y", "es": " 'de' y", "fr": " y", "de": " y"},
)


def format_day(day: date, language: str, *, today: date | None = None) -> str:
    """Writes a day: "12 novembre", "1º maggio", "12 de noviembre".

    Its year is said where `today` is of another one ("12 marzo 2020"), and never without `today`.
    """
    return _written(day, _DAY, language, today)


def day_forms(day: date, language: str, *, today: date | None = None) -> dict[str, str]:
    """A day as it is said inside a sentence.

    `day` alone, `on` ("l'8 maggio", "am 8. Mai"), `of` ("dell'8 maggio", "vom 8. Mai") and `from`
    ("dall'8 maggio", "ab dem 8. Mai"). `today` as for `format_day`.
    """
    text = format_day(day, language, today=today)
    vowel = language == "it" and day.day in (8, 11)
    suffix = "vowel" if vowel else "plain"
    words = phrases(language)
    forms = {form: words.say(f"days.{form}.{suffix}", {"day": text}) for form in ("on", "of", "from")}
    return {"day": text, **forms}


def needs_time(commitment: Commitment) -> bool:
    """Whether the deadline of `commitment` is a time of day, not just a day."""
    return names_hour(commitment.within)


def names_hour(within: Duration) -> bool:
    """Whether what ends after `within` ends at a time of day, not with a day."""
    return within.unit in (DurationUnit.MINUTES, DurationUnit.HOURS)


def format_due(
    due: datetime, language: str, tz: tzinfo, *, with_time: bool = False, today: date | None = None
) -> str:
    """Words for a `{due:…}` slot: "entro giovedì 21 novembre", "oggi entro le 18:30".

    Args:
        due: the deadline, an aware time.
        language: ISO 639-1 code of one of the draft languages.
        tz: the time zone of the business, in which the day is counted.
        with_time: also name the hour, for what ends in minutes or hours (`names_hour`).
        today: as for `format_day`; an hour of today or of the day after is said with that word.
    """
    local = due.astimezone(tz)
    form = _hour_form(local.date(), today) if with_time else "day"
    return _deadline(form, local, language, today)


def format_open_until(due: datetime, language: str, tz: tzinfo, *, with_time: bool, today: date) -> str:
    """The same for what may be done at any time until then, not only that day: "entro le 10 di domani"."""
    local = due.astimezone(tz)
    form = f"open_{_hour_form(local.date(), today)}" if with_time else "day"
    return _deadline(form, local, language, today)


def format_due_day(due: date, language: str, *, today: date | None = None) -> str:
    """The same for a deadline of which only the day is known."""
    return phrases(language).say("deadline.day", {"day": _weekday(due, language, today)})


def format_when(due: datetime, now: datetime, language: str, tz: tzinfo) -> str:
    """Says until when, as seen from `now`: "oggi entro le 18:30", "domani entro le 10:00".

    Further away it names the day and the hour. For standing texts such as the receipt.
    """
    return format_due(due, language, tz, with_time=True, today=now.astimezone(tz).date())


def _deadline(form: str, local: datetime, language: str, today: date | None) -> str:
    values = {"day": _weekday(local.date(), language, today), "time": _clock(local.time(), language)}
    return phrases(language).say(f"deadline.{form}", values)


def _hour_form(day: date, today: date | None) -> str:
    if today is None or not 0 <= (day - today).days <= 1:
        return "time"
    return "today" if day == today else "tomorrow"


def _weekday(day: date, language: str, today: date | None) -> str:
    return _written(day, _WEEKDAY, language, today)


def _written(day: date, forms: Mapping[str, str], language: str, today: date | None) -> str:
    form = forms[language]
    if today is not None and day.year != today.year:
        form += _YEAR[language]
    return _first_of_month(format_date(day, form, locale_of(language)), day, language)


def _first_of_month(text: str, day: date, language: str) -> str:
    mark = {"it": "º", "fr": "er"}.get(language)
    if day.day != 1 or mark is None:
        return text
    return " ".join(f"1{mark}" if word == "1" else word for word in text.split(" "))


def _clock(moment: time, language: str) -> str:
    # Italian and Spanish have an article before the hour: "le 11:15", but "l'1:15".
    form = "one" if moment.hour == 1 else "plain"
    return phrases(language).say(f"clock.{form}", {"time": _hour(moment, language)})


def _hour(moment: time, language: str) -> str:
    if language == "fr":
        return f"{moment.hour} h {moment.minute:02d}" if moment.minute else f"{moment.hour} h"
    return format_time(moment, "H:mm", locale=locale_of(language))
