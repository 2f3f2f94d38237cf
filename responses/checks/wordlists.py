"""The words that the checks look for, one file per language in `words/`.

An entry is a list of regular expressions, matched as whole words and in any case. In them `<date>` stands for
a day of the week, of the month or both, `<count>` for a number, as the language calls these, `<inside>` for a
place inside a sentence and `<no_noun>` for one with nothing before it that makes a noun of the next word.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from ruamel.yaml import YAML

from responses.checks.unaccented import also_unaccented, spellings
from responses.drafts.numbers import locale_of
from responses.spelling import accents_of

_MAKING_NOUNS = (
    *("le", "un", "du", "au", "ce", "son", "mon", "votre", "notre", "leur", "quel", "tel", "chaque", "aucun"),
    *("même", "autre", "bon", "mauvais", "seul", "vrai", "nouveau", "demi", "haut"),
    *("meilleur", "pire", "beau", "joli", "petit", "premier", "dernier", "certain", "quelque"),
)
"""French determiners and the adjectives that stand before their noun."""

_BY_KIND = ("topics", "remedies", "deeds", "undertakings", "payments")
_BEFORE_A_DAY = {
    "it": ("il", "dal", "del", "al"),
    "en": ("by", "before", "until", "since"),
    "es": ("el", "del", "al"),
    "fr": ("le", "du", "au"),
    "de": ("am", "vom", "zum"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WordLists:
    """One language's expressions by name; topics are by complaint type, remedies and deeds by kind.

    `undertakings` are what a promise is about, by kind; `payments` tell who pays whom; `particles` are words
    that name nothing. `fractions` are parts of a whole with their percentages.
    """

    language: str
    patterns: Mapping[str, re.Pattern[str]]
    topics: Mapping[str, re.Pattern[str]]
    remedies: Mapping[str, re.Pattern[str]]
    deeds: Mapping[str, re.Pattern[str]]
    undertakings: Mapping[str, re.Pattern[str]]
    payments: Mapping[str, re.Pattern[str]]
    numbers: Mapping[str, int]
    fractions: tuple[tuple[re.Pattern[str], int], ...]
    stop_words: frozenset[str]
    particles: frozenset[str]

    def find(self, name: str, text: str) -> Iterator[re.Match[str]]:
        """Every place where one of the expressions stands."""
        return self.patterns[name].finditer(text)

    def has(self, name: str, text: str) -> bool:
        """Whether there is such a place."""
        return self.patterns[name].search(text) is not None


@cache
def word_lists(language: str) -> WordLists:
    """Reads a draft language's lists, once."""
    source = files("responses.checks").joinpath("words", f"{language}.yaml").read_text(encoding="utf-8")
    tree: dict[str, Any] = YAML(typ="safe").load(source)
    numbers = {
        spelling: int(number)
        for word, number in tree.pop("numbers").items()
        for spelling in spellings(str(word))
    }
    fractions = {str(words): int(percent) for words, percent in tree.pop("fractions").items()}
    by_kind = {name: tree.pop(name) for name in _BY_KIND}
    stop_words, particles = (
        frozenset(spelling for word in str(tree.pop(name)).split() for spelling in _typed(word, language))
        for name in ("stop_words", "particles")
    )
    week = any_of(weekdays(language))
    article = "(?:den |dem |the |le |el |il )?"
    parts = {
        "<date>": rf"(?:(?:(?:{week})[,.]? {article})?{day_pattern(language)}|(?:{week}))",
        "<inside>": r"(?:(?<=[a-zäöüß,] )|(?<=,\n)|(?<=,\n\n))",
        "<no_noun>": "".join(rf"(?<!\b{word} )" for word in _MAKING_NOUNS),
        "<count>": rf"(?:\d{{1,3}}|{'|'.join(sorted(numbers, key=len, reverse=True))})",
    }
    kinds = {
        name: MappingProxyType({kind: _compiled(list_, parts, language) for kind, list_ in lists.items()})
        for name, lists in by_kind.items()
    }
    return WordLists(
        language=language,
        patterns=MappingProxyType({name: _compiled(list_, parts, language) for name, list_ in tree.items()}),
        **kinds,
        numbers=MappingProxyType(numbers),
        fractions=tuple((_compiled([words], {}, language), percent) for words, percent in fractions.items()),
        stop_words=stop_words,
        particles=particles,
    )


def _typed(word: str, language: str) -> tuple[str, ...]:
    """The word with its accents, and without them where nobody takes it for another."""
    accents = accents_of(language)
    return (word,) if accents is None or accents.kept.fullmatch(word) else spellings(word)


@cache
def weekdays(language: str) -> tuple[str, ...]:
    """The names of the days of the week, Monday first."""
    return tuple(name for _, name in sorted(locale_of(language).days["format"]["wide"].items()))


@cache
def months(language: str) -> tuple[str, ...]:
    """The names of the months, January first."""
    return tuple(name for _, name in sorted(locale_of(language).months["format"]["wide"].items()))


def any_of(names: Iterable[str]) -> str:
    """An expression for any of the names, typed with accents or without."""
    return "|".join(re.escape(spelling) for name in names for spelling in spellings(name))


def names_in(text: str, names: Sequence[str]) -> list[int]:
    """Which of the names stand in a text in small letters, in their order."""
    return [
        number
        for number, name in enumerate(names)
        if any(spelling.lower() in text for spelling in spellings(name))
    ]


@cache
def day_pattern(language: str) -> str:
    """An expression for a day with its month, in words or figures."""
    names = any_of(months(language))
    ordinal = r"(?:º|°|er|\.|st|nd|rd|th)?"
    between = r"(?:de |del |of )?"
    in_words = rf"\d{{1,2}}{ordinal} {between}(?:{names})(?: (?:de |del )?\d{{4}})?"
    month_first = rf"(?:{names}) \d{{1,2}}{ordinal}(?:,? \d{{4}})?"
    day, month = "(?:0?[1-9]|[12]\\d|3[01])", "(?:0?[1-9]|1[0-2])"
    # "24/7" and "7/7" are days only behind a word that nothing but a day follows.
    dated = "|".join(rf"(?<=\b{words} )" for words in _BEFORE_A_DAY[language])
    in_figures = rf"(?:{dated}|(?!(?:24|7)/7(?!/?\d)|24/7/365)){day}/{month}(?:/\d{{2,4}})?(?!\d)"
    if language == "de":
        in_figures = rf"{day}\.{month}\.(?:\d{{2,4}})?(?!\d)"
    return rf"(?:{in_words}|{month_first}|{in_figures})"


def _compiled(expressions: list[str], parts: Mapping[str, str], language: str) -> re.Pattern[str]:
    joined = "|".join(expressions)
    for name, part in parts.items():
        joined = joined.replace(name, part)
    return re.compile(rf"(?<!\w)(?:{also_unaccented(joined, language)})(?!\w)", re.IGNORECASE)
