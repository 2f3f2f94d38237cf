"""The words of the sheet in one language: fixed phrases, and how numbers, sums and days go into them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from babel.dates import format_date
from babel.numbers import format_decimal
from ruamel.yaml import YAML

from models.decision import Duration, Role
from models.money import Money
from responses.drafts.dates import format_day
from responses.drafts.numbers import format_money, format_span, locale_of, percentage_forms
from responses.policy.read_words import LANGUAGES

_CONTRACTED = {"di": "de", "a": "a", "da": "da"}
_ARTICLE = re.compile(r"(il|lo|la|i|gli|le) |(l')")
_MONDAY = date(2001, 1, 1)


class Phrases:
    """One language's phrases by dotted key, such as `outcome.apologise`."""

    def __init__(self, language: str, phrases: Mapping[str, str]) -> None:
        self.language = language
        self._phrases = phrases

    def __call__(self, key: str, **values: str) -> str:
        """The phrase of `key` with its values in place; a missing key is a programming error."""
        return self._phrases[key].format(**values)

    def maybe(self, key: str) -> str | None:
        """The phrase of `key`, if there is one."""
        return self._phrases.get(key)

    def count(self, key: str, number: int, **values: str) -> str:
        """The phrase for this many: `key.none` where there is one, `key.one` or `key.other`."""
        form = "one" if number == 1 else "none" if number == 0 and f"{key}.none" in self._phrases else "other"
        return self(f"{key}.{form}", count=str(number), **values)

    def filled(self, key: str, value: str) -> str:
        """The phrase of `key`, whose one blank is `{}`."""
        return self._phrases[key].replace("{}", value)

    def names_a_day(self, noun: str) -> bool:
        """Whether a noun says by itself that a day is meant: "il giorno della disdetta"."""
        return re.match(rf"(?:{self._phrases['asked.days']})(?!\w)", noun) is not None

    def subject(self, clause: str) -> str | None:
        """What is said to be `{}`: the problem, of "il problema è {}"; None of any other sentence."""
        found = re.fullmatch(rf"(.+?) (?:{self._phrases['asked.is']}) \{{\}}", clause)
        return found[1] if found is not None else None

    def joined(self, items: Sequence[str], kind: str = "and") -> str:
        """`a, b e c`; `kind` is a key under `join`."""
        if len(items) < 2:
            return "".join(items)
        between, last = self._phrases[f"join.{kind}[0]"], self._phrases[f"join.{kind}[1]"]
        if self.language == "it" and kind == "and" and items[-1].startswith(("e", "è")):
            last = " ed "
        return between.join(items[:-1]) + last + items[-1]

    def money(self, money: Money) -> str:
        """`20 €`, `4,90 €`."""
        return format_money(money, self.language)

    def number(self, number: Decimal) -> str:
        """`2,5`."""
        return str(format_decimal(number, locale=locale_of(self.language)))

    def percent(self, fraction: Decimal) -> dict[str, str]:
        """The forms of a percentage; `fraction` is 0.15 for 15%."""
        forms = percentage_forms((fraction * 100).normalize(), self.language)
        return {"the_percent": forms["percent"], "of_percent": forms["percent"]} | forms

    def span(self, duration: Duration) -> str:
        """`un mese`, `2 giorni lavorativi`."""
        return format_span(duration, self.language)

    def role(self, role: Role) -> str:
        """`un responsabile`."""
        return self(f"roles.{role}")

    def after(self, preposition: str, noun: str) -> str:
        """A noun with its article after an Italian preposition: di + il valore, `del valore`.

        Other languages have their prepositions in their phrases, and get the noun as it is.
        """
        if self.language != "it":
            return noun
        found = _ARTICLE.match(noun)
        if found is None:
            return f"{preposition} {noun}"
        rest, stem = noun[found.end() :], _CONTRACTED[preposition]
        if found[2]:
            return f"{stem}ll'{rest}"
        ends = {"il": "l", "lo": "llo", "la": "lla", "i": "i", "gli": "gli", "le": "lle"}
        return f"{stem}{ends[found[1]]} {rest}"

    def day(self, day: date, *, with_year: bool = True) -> str:
        """`1º gennaio 2025`."""
        return format_day(day, self.language) + (f" {day.year}" if with_year else "")

    def on_day(self, day: date, *, with_year: bool = True) -> str:
        """`l'8 maggio 2026`, `on 8 May 2026`."""
        text = self.day(day, with_year=with_year)
        if self.language != "it":
            return f"on {text}"
        return f"l'{text}" if day.day in (8, 11) else f"il {text}"

    def from_day(self, day: date, *, with_year: bool = True) -> str:
        """`dall'8 maggio 2026`, `from 8 May 2026`."""
        if self.language != "it":
            return f"from {self.day(day, with_year=with_year)}"
        return self.after("da", self.on_day(day, with_year=with_year))

    def to_day(self, day: date, *, with_year: bool = True) -> str:
        """`al 20 agosto`, `to 20 August`."""
        if self.language != "it":
            return f"to {self.day(day, with_year=with_year)}"
        return self.after("a", self.on_day(day, with_year=with_year))

    def weekday(self, day: int) -> str:
        """`lunedì`; `day` counts from 0 (Monday)."""
        return format_date(_MONDAY.replace(day=1 + day), "EEEE", locale=locale_of(self.language))

    def language_name(self, code: str) -> str:
        """`tedesco`; a code that no list knows stays itself."""
        return str(locale_of(self.language).languages.get(code, code))

    def place(self, code: str) -> str:
        """`Italia`, `Italia, BZ`."""
        country, _, subdivision = code.partition("-")
        name = str(locale_of(self.language).territories.get(country, country))
        return f"{name}, {subdivision}" if subdivision else name


def sentence(text: str) -> str:
    """`text` begun with a capital and ended with a full stop."""
    begun = text[:1].upper() + text[1:]
    return begun if begun.endswith((".", "!", "?", "…")) else f"{begun}."


@cache
def phrases_in(language: str) -> Phrases:
    """Loads the phrases of a desk language, once; for any other, English."""
    known = language if language in LANGUAGES else "en"
    text = files("responses.policy.words").joinpath(f"{known}.yaml").read_text(encoding="utf-8")
    return Phrases(known, dict(_flat(YAML(typ="safe").load(text), "")))


def _flat(tree: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}.")
        elif isinstance(value, list):
            yield from ((f"{key}[{index}]", str(one)) for index, one in enumerate(value))
        else:
            yield key, str(value)
