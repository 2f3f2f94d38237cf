"""Who pays whom: whether a sum is given to the customer, or only spoken of.

A sum is judged by the part of its sentence that it stands in: between two commas, or between a comma and an
"and". What is said there of paying, of a price or of somebody else settles it only where nobody of us gives
anything there. Where nothing of the kind is said, a sum in a sentence without us, our people, making good and
what is still to come is of the world; any other stays `UNTOLD`, and counts as given where nobody knows it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from itertools import pairwise

from responses.checks.clauses import is_denied_behind
from responses.checks.sums import Said, sums_in
from responses.checks.wordlists import WordLists, word_lists

SUM = "§"  # stands for every sum in the expressions of `payments`

_SIGN = re.compile(r"[,;:](?=\s)|\s[–—-]\s")
_FEW = 4
_TO_THE_VERB = r"(?: [^\s,;:.!?]+){0,2} ?$"


class Payment(StrEnum):
    """What a sentence says of a sum."""

    GIVEN = "given"  # by us, to the customer
    ADDED = "added"  # by us as well, besides what another part gives
    MADE = "made"  # by us, some time ago: nobody's gift where the case knows of it
    PAID = "paid"  # by the customer, to us or to anybody
    PRICE = "price"  # what something costs, or is still to be paid
    TERMS = "terms"  # from or up to which sum something holds
    ELSEWHERE = "elsewhere"  # paid, kept or asked for by somebody who is neither
    SPENT = "spent"  # given once and used up
    DENIED = "denied"
    ASKED = "asked"  # what the customer wants, or is asked about
    STATED = "stated"  # of the world, or of what has been: nobody of us does anything
    UNTOLD = "untold"


GIFTS = frozenset({Payment.GIVEN, Payment.ADDED})
SPOKEN_OF = frozenset(Payment) - GIFTS - {Payment.MADE, Payment.UNTOLD}
"""What tells that nothing is given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A stretch of a sentence up to `end`; in `words` every sum is `SUM`.

    `asks` says that the sentence is a question, `gives` that somebody of us gives something there.
    """

    end: int
    words: str
    asks: bool
    gives: bool


def payment_of(clause: str, said: Said, language: str) -> Payment:
    """What the sentence says of the sum or share in it."""
    lists = word_lists(language)
    whole, parts = _read(clause, language)
    here = next(part for part in parts if part.end > said.start)
    if here.gives:
        return Payment.GIVEN
    told = _spoken_of(here, lists)
    if told is not Payment.DENIED and lists.payments["made"].search(here.words):
        return Payment.MADE
    givers = [part for part in parts if part.gives]
    if lists.payments["on_top"].match(here.words.lstrip()) and any(SUM in part.words for part in givers):
        return Payment.ADDED
    if givers if told is None else _take_it_up(givers, told, lists):
        return Payment.GIVEN
    if told is None:
        if lists.payments["we_do"].search(here.words) and not lists.has("things", here.words):
            return Payment.UNTOLD
        told = _spoken_of(whole, lists)
    is_thing = lists.has("things", here.words if told is Payment.PRICE else whole.words)
    if is_thing and told in (None, Payment.PRICE):
        return Payment.GIVEN  # "der Gutschein liegt bei 10 €"
    if told is None and _is_of_the_world(whole, lists):
        return Payment.STATED
    return told or Payment.UNTOLD


def gives(clause: str, language: str) -> bool:
    """Whether the sentence says in so many words that something is given, with a sum or without."""
    lists = word_lists(language)
    if lists.has("refuses", clause):
        return False
    is_aside = lists.has("asked", clause) or lists.has("costs", clause)
    return lists.has("gives", clause) or (lists.has("things", clause) and not is_aside)


@lru_cache(maxsize=64)
def _read(clause: str, language: str) -> tuple[_Part, tuple[_Part, ...]]:
    """The sentence as a whole and cut at its commas and before each "and"."""
    lists, sums = word_lists(language), sums_in(clause, language)
    starts = {0, *(sign.end() for sign in _SIGN.finditer(clause))}
    starts |= {word.start() for word in _and(language).finditer(clause)}
    places = pairwise([*sorted(starts), len(clause)])
    return _part(clause, 0, len(clause), sums, lists), tuple(
        _part(clause, start, end, sums, lists) for start, end in places
    )


@cache
def _and(language: str) -> re.Pattern[str]:
    joins = word_lists(language).patterns["and"].pattern
    return re.compile(rf"(?<=\s){joins}(?=\s)", re.IGNORECASE)


def _part(clause: str, start: int, end: int, sums: Sequence[Said], lists: WordLists) -> _Part:
    words, at = "", start
    for said in sums:
        if start <= said.start < end:
            words += clause[at : said.start] + SUM
            at = said.end
    words += clause[at:end]
    asks = clause.rstrip().endswith("?")
    return _Part(end=end, words=words, asks=asks, gives=_gives(words, lists))


def _gives(words: str, lists: WordLists) -> bool:
    """Whether somebody of us gives something, and no "not" stands at it; a debt let be is given as well."""
    if lists.payments["let_off"].search(words):
        return True
    if lists.has("refuses", words) or lists.payments["denied"].search(words):
        return False
    found = (*lists.find("gives", words), *lists.payments["given"].finditer(words))
    return any(not _is_denied(words, match, lists) for match in found)


def _is_denied(words: str, match: re.Match[str], lists: WordLists) -> bool:
    """Whether the "not" belongs to that verb: of "non si preoccupi, le ridiamo 30 €" it does not."""
    before = _not_at_the_verb(lists.language).search(words[: match.start()])
    return before is not None or is_denied_behind(words, match.end(), lists.language)


@cache
def _not_at_the_verb(language: str) -> re.Pattern[str]:
    return re.compile(rf"{word_lists(language).payments['no'].pattern}{_TO_THE_VERB}", re.IGNORECASE)


def _take_it_up(givers: Sequence[_Part], told: Payment, lists: WordLists) -> bool:
    """Whether one of them gives what is spoken of already: "la rata di 30 €: la copriamo noi".

    Not where it has a sum of its own, or may give another thing: "la rata è di 30 €, le mandiamo la copia".
    """
    ways = (lists.payments["given"], lists.remedies["refund"], lists.remedies["discount"])
    return told is not Payment.DENIED and any(
        SUM not in part.words and any(way.search(part.words) for way in ways) for part in givers
    )


def _spoken_of(part: _Part, lists: WordLists) -> Payment | None:
    """What is said of the sum where nobody gives it; None where nothing is."""
    signs = lists.payments
    is_denied = signs["denied"].search(part.words) or lists.has("refuses", part.words)
    if is_denied or lists.has("denies", part.words):
        return Payment.DENIED
    is_asked = part.asks and signs["asked_about"].search(part.words)
    if is_asked or lists.has("asked", part.words) or signs["wanted"].search(part.words):
        return Payment.ASKED
    is_elsewhere = signs["others"].search(part.words) and signs["others_do"].search(part.words)
    if is_elsewhere and not signs["ours"].search(part.words):
        return Payment.ELSEWHERE
    if signs["spent"].search(part.words):
        return Payment.SPENT
    if signs["paid"].search(part.words):
        return Payment.PAID
    if signs["rates"].search(part.words) and not lists.has("things", part.words):
        return Payment.PRICE
    if signs["we_do"].search(part.words):
        return None  # "le togliamo la mora di 15 €": what we do with it counts
    is_theirs = signs["to_come"].search(part.words) or lists.has("things", part.words)
    if signs["terms"].search(part.words) or (signs["limits"].search(part.words) and not is_theirs):
        return Payment.TERMS
    is_price = signs["price"].search(part.words) or lists.has("costs", part.words)
    is_recorded = signs["records"].search(part.words) and not signs["to_come"].search(part.words)
    return Payment.PRICE if is_price or is_recorded else None


def _is_of_the_world(sentence: _Part, lists: WordLists) -> bool:
    """Whether it tells how things are or have been: "il parcheggio va a parte, 18 € al giorno".

    Not what anybody does, for the business may name itself: "l'hotel rinuncia ai 95 €". Of the customer's own
    things only what has been is told: "sulla sua carta sono passati 64 €". A mere "30 €" may be the rest of
    an offer.
    """
    signs = lists.payments
    words = signs["looked"].sub(" ", sentence.words)
    if len(words.split()) <= _FEW:
        return False
    comes_in = (signs["personal"], signs["given"], signs["made"], signs["to_come"])
    if any(sign.search(words) for sign in comes_in) or lists.has("things", words):
        return False
    if signs["past"].search(words):
        return True
    return not (signs["addressed"].search(words) or lists.has("acts", words))
