"""Other people's names in the middle of a text.

What may be a name is told by its looks; whether it is anybody's, the books and the cases say (`people.py`).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.finding import Finding, Severity
from responses.checks.names import greeted_in, plain
from responses.checks.wordlists import word_lists

MOST = 8
"""How many words of one text are looked up: nobody names more people than that."""

_CODE = "stranger_name"
_NAME = r"[^\W\d_a-zß-öø-ÿ](?:[^\W\d_]|(?<=\w)['’-](?=\w))+"
_RUN = re.compile(rf"(?<![\w@./{{])(?:{_NAME})(?: {_NAME})*(?![\w@}}])")
_WORD = re.compile(r"[^\W\d_]+")
_STARTS = re.compile(r"(?:^|[.!?…:\n«“„\"(])\s*$")
# German writes every noun with a capital: a first name alone could be "die Rose" or "der Mark".
_NOUNS_ARE_CAPITAL = frozenset({"de"})
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

    Both names ("Paolo Bianchi"), one after a title ("la signora Bianchi") and a first name inside a sentence.
    Left out are the names of the customer, of `agents` and of the business, whatever the customer, the facts
    or an earlier answer has named, and first names that are words of every day.
    """
    lists = word_lists(about.language)
    known = _known(about, agents)
    seen = judged(text, about)
    greeted = greeted_in(text, about.language)
    found: dict[str, Sort] = {}
    for match in _RUN.finditer(seen):
        if greeted is not None and match.start() < greeted.end("name"):
            continue
        names = match.group().split(" ")
        before = seen[: match.start()]
        titles = rf"(?:{lists.patterns['titles'].pattern})"
        titled = re.search(rf"{titles}\s+$", before, re.IGNORECASE) is not None
        while names and re.fullmatch(titles, names[0], re.IGNORECASE):
            names, titled = names[1:], True
        if all(plain(name) in known for name in names):
            continue
        for first, last in pairwise(names):
            if {plain(first), plain(last)} - known:
                found.setdefault(f"{first} {last}", Sort.FULL)
        if len(names) != 1:
            continue
        alone = names[0]
        if titled:
            found.setdefault(alone, Sort.SURNAME)
        elif (
            about.language not in _NOUNS_ARE_CAPITAL
            and _STARTS.search(before) is None
            and alone.lower() not in lists.stop_words
            and not lists.has("words_too", alone)
            and not lists.has("no_person", before[-_JUST_BEFORE:])
        ):
            found.setdefault(alone, Sort.FIRST)
    return tuple(Mention(words=words, sort=sort) for words, sort in list(found.items())[:MOST])


def check_mentions(text: str, about: CheckContext) -> Iterator[Finding]:
    """The names of other customers, wherever they stand but in the greeting."""
    greeted = greeted_in(text, about.language)
    begins = greeted.end("name") if greeted is not None else 0
    seen = text.replace("’", "'")
    for name in about.others:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", seen[begins:]):
            yield Finding(
                code=_CODE,
                severity=Severity.WARNING,
                start=begins + match.start(),
                end=begins + match.end(),
                words=name,
            )


def _known(about: CheckContext, agents: Collection[str]) -> set[str]:
    facts = [str(value) for value in about.known_facts.values()]
    texts = (*about.names, *about.own, *about.said, *about.sent, *facts, *agents)
    return {plain(word) for text in texts for word in _WORD.findall(text)}
