"""Other people's names in the middle of a text.

What may be a name is told by its looks; whether it is anybody's, the books and the cases say (`people.py`).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.finding import Finding, Severity
from responses.checks.names import greeted_in, plain, plain_words_of
from responses.checks.plain_text import plain_words
from responses.checks.wordlists import WordLists, word_lists

MOST = 8
"""How many words of one text are looked up: nobody names more people than that."""

_CODE = "stranger_name"
_NAME = r"[^\W\d_a-zß-öø-ÿ](?:[^\W\d_]|(?<=\w)['’-](?=\w))+"
_RUN = re.compile(rf"(?<![\w@./{{])(?:{_NAME})(?: {_NAME})*(?![\w@}}])")
_STARTS = re.compile(r"(?:^|[.!?…:\n«“„\"(])\s*$")
# German writes every noun with a capital: a first name alone could be "die Rose" or "der Mark".
_NOUNS_ARE_CAPITAL = frozenset({"de"})
# What a surname may begin with: "De Luca", "Von Berg".
_PARTICLES = frozenset(
    {"da", "de", "degli", "del", "della", "den", "der", "di", "dos", "du", "la", "le", "van", "von"}
)
_JUST_BEFORE = 16


class Sort(StrEnum):
    """How much of a name stands there."""

    FULL = "full"
    SURNAME = "surname"
    FIRST = "first"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """Words that may be somebody's name."""

    words: str
    sort: Sort


def mentions_in(text: str, about: CheckContext, agents: Collection[str] = ()) -> tuple[Mention, ...]:
    """What may be the name of a person whom this case does not know.

    What follows a title ("la signora Bianchi"), then both names ("Paolo Bianchi") and a first name inside a
    sentence.
    Left out are the names of the customer, of `agents` and of the business, whatever the customer, the facts
    or an earlier answer has named, and first names that are words of every day.
    """
    lists = word_lists(about.language)
    known = _known(about, agents)
    text = plain_words(text, about.language)
    seen = judged(text, about)
    greeted = greeted_in(text, about.language)
    titled_first: dict[str, Sort] = {}
    found: dict[str, Sort] = {}
    for match in _RUN.finditer(seen):
        if greeted is not None and match.start() < greeted.end("name"):
            continue
        for part in _parts(match, seen, lists):
            if all(plain(name) in known for name in part.names):
                continue
            into = titled_first if part.is_titled else found
            for first, rest in _pairs(part, about.language, lists):
                if {plain(word) for word in (first, *rest)} - known:
                    into.setdefault(" ".join((first, *rest)), Sort.FULL)
            if part.is_titled and (len(part.names) == 1 or _is_particle(part.names[0])):
                into.setdefault(" ".join(part.names), Sort.SURNAME)
            elif len(part.names) == 1 and _is_first(part, about.language, lists):
                into.setdefault(part.names[0], Sort.FIRST)
    found = titled_first | {words: sort for words, sort in found.items() if words not in titled_first}
    return tuple(Mention(words=words, sort=sort) for words, sort in list(found.items())[:MOST])


def check_mentions(text: str, about: CheckContext) -> Iterator[Finding]:
    """The names of other customers, wherever they stand but in the greeting."""
    greeted = greeted_in(text, about.language)
    begins = greeted.end("name") if greeted is not None else 0
    for name in about.others:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text[begins:]):
            yield Finding(
                code=_CODE,
                severity=Severity.WARNING,
                start=begins + match.start(),
                end=begins + match.end(),
                words=name,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """Names in a row, up to the next title; `before` is what stands in front of them."""

    names: tuple[str, ...]
    is_titled: bool
    before: str


def _parts(run: re.Match[str], text: str, lists: WordLists) -> Iterator[_Part]:
    """A row of capital words cut at its titles: "Ihr Nachbar", and "Müller" behind "Herr"."""
    titles = rf"(?:{lists.patterns['titles'].pattern})"
    before = text[: run.start()]
    titled = re.search(rf"(?<!\w){titles}\s+$", before, re.IGNORECASE) is not None
    names: list[str] = []
    for word in re.finditer(r"\S+", run.group()):
        # Of "Dr." the row holds two letters.
        if any(re.fullmatch(titles, form, re.IGNORECASE) for form in (word.group(), f"{word.group()}.")):
            if names:
                yield _Part(names=tuple(names), is_titled=titled, before=before)
            names, titled = [], True
            continue
        if not names:
            before = text[: run.start() + word.start()]
        elif titled and word.group().lower() in lists.stop_words and not _is_particle(word.group()):
            # "Herr Müller Ihnen": the name ends here.
            yield _Part(names=tuple(names), is_titled=True, before=before)
            names, titled, before = [], False, text[: run.start() + word.start()]
        names.append(word.group())
    if names:
        yield _Part(names=tuple(names), is_titled=titled, before=before)


def _pairs(part: _Part, language: str, lists: WordLists) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A first name and its surname, which may begin with a particle: "Anna Di Stefano"."""
    names = part.names
    begins = _STARTS.search(part.before) is not None and not part.is_titled
    for at, first in enumerate(names[:-1]):
        # A name that is also such a word ("Will Smith") is known by its capital, where that tells anything.
        if _is_particle(first):
            continue
        capital_anyway = language in _NOUNS_ARE_CAPITAL or at > 0 or begins or part.is_titled
        if capital_anyway and first.lower() in lists.stop_words:
            continue
        rest = names[at + 1 : at + (3 if _is_particle(names[at + 1]) else 2)]
        yield first, rest


def _is_particle(word: str) -> bool:
    return word.lower() in _PARTICLES


def _is_first(part: _Part, language: str, lists: WordLists) -> bool:
    alone = part.names[0]
    return (
        language not in _NOUNS_ARE_CAPITAL
        and _STARTS.search(part.before) is None
        and alone.lower() not in lists.stop_words
        and not lists.has("words_too", alone)
        and not lists.has("no_person", part.before[-_JUST_BEFORE:])
    )


def _known(about: CheckContext, agents: Collection[str]) -> set[str]:
    facts = [str(value) for value in about.known_facts.values()]
    texts = (*about.names, *about.own, *about.said, *about.sent, *facts, *agents)
    return plain_words_of(texts)
