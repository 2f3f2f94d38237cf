"""The days that a text names with their month, in words or in figures."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from responses.checks.wordlists import day_pattern, months, weekdays


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


@cache
def _expression(language: str) -> re.Pattern[str]:
    weekday = "|".join(weekdays(language))
    return re.compile(
        rf"(?<![\w/.])(?:(?P<weekday>{weekday})[,.]? (?:den |dem |the |le |el |il )?)?"
        rf"(?P<day>{day_pattern(language)})(?![\w%€/])",
        re.IGNORECASE,
    )


def _read(written: str, language: str, today: date) -> date | None:
    names = [name.lower() for name in months(language)]
    lowered = written.lower()
    month = next((number for number, name in enumerate(names, start=1) if name in lowered), None)
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
    return [name.lower() for name in weekdays(language)].index(weekday.lower())
