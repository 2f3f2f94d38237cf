"""A text cut into what is said in one breath, with the places of the pieces in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from responses.checks.about import CheckContext
from responses.checks.plain_text import plain_words
from responses.checks.wordlists import any_of, months, word_lists

_JUST_BEFORE = 18
_SIGN = re.compile(r"[,;:](?=\s)")
_WORD = re.compile(r"\S+")
_QUOTED = re.compile(r"[«“„\"][^«»“”„\"\n]{1,300}[»”“\"]|»[^«»\n]{1,300}«")


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A stretch of a text that begins at the offset `start`."""

    start: int
    words: str


def sentences_in(text: str, language: str) -> Iterator[Clause]:
    """The sentences of the plain `text`, with the sign that ends each."""
    yield from _cut(text, 0, _end(language))


def clauses_of(text: str, language: str) -> Iterator[Clause]:
    """The same, cut again where a "but" turns them around."""
    turns = word_lists(language).patterns["but"]
    for sentence in sentences_in(text, language):
        yield from _cut(sentence.words, sentence.start, turns)


def judged(text: str, about: CheckContext) -> str:
    """The plain text with blanks where the owner's own words stand, so that every place stays where it is."""
    seen = text
    for words in about.owners_words:
        own = plain_words(words, about.language).split()
        pattern = re.compile(r"\s+".join(re.escape(word) for word in own), re.IGNORECASE)
        seen = pattern.sub(lambda match: " " * len(match.group()), seen)
    return seen


def outside_quotations(text: str) -> str:
    """The text with blanks where somebody else's words are quoted; every place stays where it is."""
    return _QUOTED.sub(lambda match: " " * len(match.group()), text)


def quotations_in(text: str) -> list[tuple[int, int]]:
    """Where somebody else's words are quoted, quotation marks and all."""
    return [match.span() for match in _QUOTED.finditer(text)]


def without_whether(clause: str, language: str) -> str:
    """The clause with a blank where "if" only asks: of "verifico se c'è" nothing depends on an answer."""
    for match in word_lists(language).find("whether", clause):
        begin = match.end() - len(match.group().split()[-1])
        clause = clause[:begin] + " " * (match.end() - begin) + clause[match.end() :]
    return clause


def whether_in(clause: str, language: str) -> list[range]:
    """Where it stands what is only looked into: of "verifico se arriva domani e la chiamo" the arrival."""
    lists = word_lists(language)
    spans = []
    for name in ("whether", "open_question"):
        for match in lists.find(name, clause):
            ends = [match.end() + sign.start() for sign in _SIGN.finditer(clause[match.end() :])]
            ends += [
                match.end() + word.start()
                for word in _WORD.finditer(clause[match.end() :])
                if lists.patterns["and"].fullmatch(word.group())
            ]
            spans.append(range(match.end(), min(ends, default=len(clause))))
    return spans


def is_left_open(settled: str, at: int, language: str) -> bool:
    """Whether the customer has to answer first: "sagen Sie mir, ob Ihnen das passt, dann liefern wir"."""
    return word_lists(language).has("open_question", settled[:at])


def is_denied(clause: str, at: int, language: str) -> bool:
    """Whether a "not" or an "if" stands just before the place: "non è colpa sua"."""
    before = clause[max(0, at - _JUST_BEFORE) : at]
    return word_lists(language).has("not", before)


def is_denied_behind(clause: str, end: int, language: str) -> bool:
    """Whether a "not" stands behind what is done, before a comma or "and": „erstatten wir Ihnen nicht“."""
    lists = word_lists(language)
    rest = clause[end:]
    cuts = [sign.start() for sign in _SIGN.finditer(rest)]
    cuts += [word.start() for word in _WORD.finditer(rest) if lists.patterns["and"].fullmatch(word.group())]
    return lists.has("not_behind", rest[: min(cuts, default=len(rest))].rstrip(" .!\n"))


@cache
def _end(language: str) -> re.Pattern[str]:
    """Where a sentence ends: not after "n." or "Nr.", nor between the day and the month in "20. November"."""
    return re.compile(
        rf"(?<!\bn)(?<!\bno)(?<!\bnr)\.+(?=\s|$)(?!\s+(?:{any_of(months(language))}))"
        r"|[!?…]+(?=\s|$)|\n+|;\s",
        re.IGNORECASE,
    )


def _cut(text: str, offset: int, pattern: re.Pattern[str]) -> Iterator[Clause]:
    start = 0
    for match in pattern.finditer(text):
        if text[start : match.end()].strip():
            yield Clause(start=offset + start, words=text[start : match.end()])
        start = match.end()
    if text[start:].strip():
        yield Clause(start=offset + start, words=text[start:])
