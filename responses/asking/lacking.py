"""Answers that say what the customer does not have: "I lost the e-mail", "non ce l'ho più"."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache

from models.decision import PROOF_FACT, MissingFact
from responses.choices.reply_words import reply_words, whole
from responses.facts import ORDER_FACT
from responses.policy.schema import FactType
from responses.spelling import spelled_out

_CLAUSE = re.compile(r"[,.;:!?\n]")
_SENTENCE = re.compile(r"[.!?;\n]")
_MARKS = {
    "thing": r"⟦\w\w\d+⟧",
    "no_thing": r"⟦n\w\d+⟧",
    "sent": r"⟦\ws\d+⟧",
    "no_sent": r"⟦ns\d+⟧",
}
_START = r"(?:^|(?<=[.,;:!?\n])|(?<=[.,;:!?\n]\s))(?:(?:{before})[\s,]+)*"
"""Where a clause begins: "don't have it" is said of oneself there, and not behind "you"."""
_NEXT = re.compile(r"(?<=⟧)\s+(⟦\w\w(\d+)⟧)")
_NO_MARKS = str.maketrans("⟦⟧", "[]")
_NAMED_IN = 5
"""In words: what is asked for in more words than these is no name."""


def lacking(asked: Sequence[MissingFact], texts: Sequence[str]) -> frozenset[str]:
    """The names of the facts that the texts say cannot be had, and not only for now.

    "I don't have it" means all that was asked for, "I have no photo" what was asked for by that name.
    """
    said = _said(texts)
    return frozenset(name for text in said for name in (*_all_in(asked, text), *_named_in(asked, text)))


def lacking_by_name(facts: Sequence[MissingFact], texts: Sequence[str]) -> frozenset[str]:
    """The same of facts that nobody has asked for yet: only what is called by its name."""
    return frozenset(name for text in _said(texts) for name in _named_in(facts, text))


def _said(texts: Sequence[str]) -> list[str]:
    """The texts as they are read; none where one says that it is still to come."""
    said = [spelled_out(text.lower()) for text in texts]
    return [] if any(whole(reply_words()["to_come"]).search(text) for text in said) else said


def _all_in(asked: Sequence[MissingFact], text: str) -> Iterator[str]:
    marked, things = _marked(text, asked)
    for language, pattern in reply_words()["unable"].items():
        for match in _ended(pattern, language).finditer(marked):
            if _is_meant(marked, match, language):
                clause = _CLAUSE.split(marked[: match.start()])[-1]
                yield from _called(asked, clause, things) or [fact.name for fact in asked]


def _named_in(asked: Sequence[MissingFact], text: str) -> Iterator[str]:
    marked, things = _marked(text, asked)
    for language, pattern in reply_words()["unable_of"].items():
        for match in _ended(pattern, language).finditer(marked):
            if _is_meant(marked, match, language):
                yield from _called(asked, match.group(), things)


def _marked(text: str, asked: Sequence[MissingFact]) -> tuple[str, list[str]]:
    """The text with a mark for each thing it names, and the things: patterns with all names are slow."""
    words = reply_words()
    own = sorted({name for fact in asked for name in _names(fact)}, key=len, reverse=True)
    things: list[str] = []

    def mark(match: re.Match[str]) -> str:
        thing = match.group()
        things.append(thing)
        none = "n" if re.match(rf"(?:{words['none']})(?!\w)", thing) else "a"
        sent = "o" if _kinds(thing) - {"number", "mail"} else "s"
        return f"⟦{none}{sent}{len(things) - 1}⟧"

    def apart(match: re.Match[str]) -> str:
        # The Italian "but" is the French "my".
        joining = things[int(match[2])].split()[0]
        return f" {joining} {match[1]}" if _goes_on().fullmatch(joining) else match.group()

    marked = _thing(tuple(own)).sub(mark, text.translate(_NO_MARKS))
    return _NEXT.sub(apart, marked), things


def _is_meant(text: str, match: re.Match[str], language: str) -> bool:
    """Whether it is said of now and for good, neither asked nor supposed."""
    words = reply_words()
    before = _SENTENCE.split(text[: match.start()])[-1]
    behind = _SENTENCE.split(text[match.end() :])[0]
    ending = text[match.end() + len(behind) :][:1]
    supposed = re.search(rf"(?<!\w)(?:{words['supposed']})(?:\s+\w+)?\s*$", before)
    later = whole(words["not_yet"][language])
    return ending != "?" and not supposed and not later.search(before) and not later.search(behind)


def _called(asked: Sequence[MissingFact], marked: str, things: Sequence[str]) -> set[str]:
    """The facts that are called by these words: by the policy's own names, else by what they are."""
    words = " ".join(things[int(number)] for number in re.findall(r"⟦\w\w(\d+)⟧", marked))
    called = set()
    for fact in asked:
        for name in _names(fact):
            rest = whole(re.escape(name)).sub("", words)
            if rest != words:
                called.add(fact.name)
                words = rest
    kinds = _kinds(words)
    of_fact = {fact.name: _kinds_of(fact) for fact in asked}
    # The number stands in the e-mail or on the receipt: who has neither cannot say it.
    if kinds & {"mail", "paper"} - set[str]().union(*of_fact.values()):
        kinds.add("number")
    # "The number" where two were asked for may be either.
    needs = Counter(map(frozenset, of_fact.values()))
    return called | {
        name
        for name, needed in of_fact.items()
        if needed and needed <= kinds and needs[frozenset(needed)] == 1
    }


def _kinds(words: str) -> set[str]:
    return {kind for kind, pattern in reply_words()["things"].items() if whole(pattern).search(words)}


def _kinds_of(fact: MissingFact) -> set[str]:
    """The things that one has to have for the fact."""
    if fact.name == ORDER_FACT:
        return {"number"}
    if fact.name == PROOF_FACT:
        # An address or a postcode: who lacks the one may have the other.
        return set()
    if fact.type == FactType.DATE:
        return {"day"}
    kinds = {kind for head in _heads(fact) for kind in _kinds(head)}
    return kinds if fact.type == FactType.TEXT else kinds & {"photo", "paper"}


def _names(fact: MissingFact) -> list[str]:
    """What the policy calls a text, in each language: "order number" of "the order number: it is in ..."."""
    if fact.type != FactType.TEXT or fact.name == PROOF_FACT:
        return []
    the = re.compile(rf"^(?:(?:{reply_words()['the']})(?:\s+|(?<=['’])))*")
    names = [the.sub("", head) for head in _heads(fact)]
    return [name for name in names if len(name) > 1 and len(name.split()) <= _NAMED_IN]


def _heads(fact: MissingFact) -> list[str]:
    """What is asked for, without what explains it behind a colon, and without "(votre|ton)"."""
    asks = (fact.ask or {}).values()
    return [re.split(r"[:;.?]", re.sub(r"\([^)]*\)", "", ask.lower()))[0].strip() for ask in asks]


@cache
def _thing(own: tuple[str, ...]) -> re.Pattern[str]:
    """The pattern of a thing, or of some joined by "and" or "nor", with what may stand around it."""
    words = reply_words()
    names = "|".join([*map(re.escape, own), *words["things"].values()])
    one = (
        rf"(?:(?:{words['the']})(?:\s+|(?<=['’]))){{0,3}}(?:(?:{words['kind_of']})[\s-]+){{0,2}}"
        rf"(?>(?:{names})(?!\w))(?>\s+(?:{words['behind']})(?!\w)){{0,2}}"
    )
    return re.compile(rf"(?<!\w){one}(?:,?\s+(?:{words['also']})\s+{one}){{0,3}}")


@cache
def _goes_on() -> re.Pattern[str]:
    return whole("|".join(reply_words()["goes_on"].values()))


@cache
def _ended(pattern: str, language: str) -> re.Pattern[str]:
    """The pattern, followed by nothing or by what leaves its meaning as it is."""
    for name, mark in _MARKS.items():
        pattern = pattern.replace(f"<{name}>", mark)
    pattern = pattern.replace("<start>", _START.format(before=reply_words()["starts_with"]))
    goes_on = reply_words()["goes_on"][language]
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)(?=\s*(?:[^\w\s⟦]|$|(?:{goes_on})(?!\w)))")
