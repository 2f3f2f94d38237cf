"""Several days, sums or numbers in one answer: which of them belongs to which of the things asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from models.assessment import Assessment
from models.decision import MissingFact
from models.labels import Language
from models.money import Money
from responses.asking.names import courtesy_apart, own_words
from responses.asking.values import orders_in, without_orders
from responses.checks.days import days_in
from responses.checks.sums import sums_in
from responses.choices.reply_words import reply_words, whole
from responses.policy.schema import FactType

_END = re.compile(r"[.,](?!\d)|[;:!\n]")
_INTEGER = re.compile(r"(?<![\w.,/-])\d{1,4}(?![\w/-]|[.,]\d)")
# Any leap year: what the year is says the assessment.
SOME_DAY = date(2024, 7, 1)
_SPOKEN = frozenset(language.value for language in Language)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A value and where it stands in the text."""

    start: int
    end: int
    value: object


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What each fact's value seems to be; `is_certain` where nobody would read it otherwise."""

    values: dict[str, object]
    is_certain: bool


def mentions_of(kind: str, text: str, read: Sequence[Assessment], currency: str) -> list[Mention]:
    """The values of that type in the order of the text; nothing where the assessments know of others."""
    language = next((one.language for one in read if one.language in _SPOKEN), Language.ITALIAN)
    match kind:
        case FactType.DATE:
            return _days(text, language, read)
        case FactType.MONEY:
            found = [said for said in sums_in(text, language) if said.money is not None]
            sums = [amount for one in read for amount in one.entities.amounts]
            known = {Money(amount=one.value, currency=one.currency) for one in sums}
            said = [Mention(start=one.start, end=one.end, value=one.money) for one in found]
            ours = all(isinstance(one.value, Money) and one.value.currency == currency for one in said)
            return said if ours and {one.value for one in said} == known else []
        case FactType.DAYS | FactType.NUMBER:
            if any(one.entities.amounts or one.entities.dates for one in read):
                return []
            text = without_orders(text, orders_in(read))
            if whole("|".join(reply_words()["weeks"].values())).search(text.casefold()):
                return []
            return [
                Mention(start=match.start(), end=match.end(), value=Decimal(match.group()))
                for match in _INTEGER.finditer(text)
            ]
        case _:
            return []


def _days(text: str, language: str, read: Sequence[Assessment]) -> list[Mention]:
    days = {day for one in read for day in one.entities.dates}
    found = []
    for named in days_in(text, language, SOME_DAY):
        same = {day for day in days if (day.day, day.month) == (named.day.day, named.day.month)}
        if len(same) != 1:
            return []
        found.append(Mention(start=named.start, end=named.end, value=next(iter(same))))
    return found if {one.value for one in found} == days else []


def tell_apart(facts: Sequence[MissingFact], text: str, mentions: Sequence[Mention]) -> Told | None:
    """Which fact each value is of: by the words of its question beside it, else by the questions' order.

    None where there is nothing to go by.
    """
    if not mentions or len(mentions) > len(facts):
        return None
    doubtful = "?" in text or whole(reply_words()["about"]).search(text.casefold()) is not None
    gaps = [text[before.end : after.start] for before, after in pairwise(mentions)]
    first, last = text[: mentions[0].start], text[mentions[-1].end :]
    before = _labelled(facts, [first, *gaps])
    behind = _labelled(facts, [*gaps, last])
    # A word that stands between two values belongs to one of them only if the words on that side fit all.
    by_words = before or (behind if not _named_in(facts, first) else None)
    if by_words is not None:
        values = {name: mentions[place].value for place, name in enumerate(by_words)}
        return Told(values=values, is_certain=not doubtful)
    if len(mentions) != len(facts):
        return None
    values = {fact.name: one.value for fact, one in zip(facts, mentions, strict=True)}
    days = [one.value for one in mentions if isinstance(one.value, date)]
    unordered = days != sorted(days)
    words_left = courtesy_apart(" ".join([first, *gaps, last]))
    return Told(values=values, is_certain=not (doubtful or unordered or words_left))


def _labelled(facts: Sequence[MissingFact], stretches: Sequence[str]) -> list[str] | None:
    """The fact that each stretch of words names, where each names exactly one and no two the same."""
    named = [_named_in(facts, stretch) for stretch in stretches]
    names = [next(iter(one)) for one in named if len(one) == 1]
    return names if len(names) == len(stretches) == len(set(names)) else None


def _undenied(stretch: str) -> str:
    """Without the clauses that deny something and end before the value: "l'avviso mai avuto, il recesso"."""
    clauses = _END.split(stretch)
    negators = whole(reply_words()["negators"])
    kept = [one for one in clauses[:-1] if negators.search(one) is None]
    return " ".join([*kept, clauses[-1]])


def _named_in(facts: Sequence[MissingFact], stretch: str) -> set[str]:
    words = re.findall(r"[^\W\d_]+", _undenied(stretch.casefold()))
    return {
        fact.name
        for fact in facts
        if any(word.startswith(stem) for stem in own_words(fact, facts) for word in words)
    }
