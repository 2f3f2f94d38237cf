"""How far a decided offer reaches: one option of a choice, and a discount on one order up to its cap."""

from collections.abc import Iterator
from itertools import pairwise

from models.decision import Offer, Remedy, RemedyKind
from responses.checks.about import CheckContext
from responses.checks.amounts import tier_for
from responses.checks.clauses import clauses_of, judged
from responses.checks.finding import Finding, Severity
from responses.checks.sums import sums_in
from responses.checks.wordlists import word_lists
from responses.drafts.numbers import format_money

CHOICE = "choice_both"
UNCAPPED = "cap_missing"


def check_scope(text: str, about: CheckContext) -> Iterator[Finding]:
    """Both options of a choice given at once; a discount without its cap, or on more than one order."""
    seen = judged(text, about)
    for offer in about.offers:
        if len(offer.options) > 1:
            yield from _both(seen, offer, about)
    for remedy in about.remedies:
        if remedy.kind is RemedyKind.DISCOUNT and remedy.percent is not None:
            yield from _reach(seen, remedy, about)


def _both(text: str, offer: Offer, about: CheckContext) -> Iterator[Finding]:
    """The second of two options, where the text joins them and nothing in it sets one against the other."""
    lists = word_lists(about.language)
    places: list[tuple[int, int, Remedy]] = []
    for option in offer.options:
        place = _place(option, text, about.language)
        places += [(*place, option)] if place is not None else []
    places.sort(key=lambda one: one[0])
    for (_, before_end, _), (start, end, option) in pairwise(places):
        between = text[before_end:start]
        is_choice = lists.has("choose", text) or lists.has("either", between)
        if is_choice or not lists.has("also", between):
            continue
        yield Finding(
            code=CHOICE,
            severity=Severity.ERROR,
            start=start,
            end=end,
            needs_tier=tier_for(option.worth, about),
            worth=option.worth,
        )


def _place(option: Remedy, text: str, language: str) -> tuple[int, int] | None:
    """Where the text says the option's figure, or names it where it has none."""
    if option.percent is not None or option.amount is not None:
        for said in sums_in(text, language):
            if (said.percent is not None and said.percent == option.percent) or (
                said.money is not None and said.money == option.amount
            ):
                return said.start, said.end
        return None
    pattern = word_lists(language).deeds.get(option.kind)
    match = pattern.search(text) if pattern is not None else None
    return match.span() if match is not None else None


def _reach(text: str, remedy: Remedy, about: CheckContext) -> Iterator[Finding]:
    lists = word_lists(about.language)
    said_at = _place(remedy, text, about.language)
    if said_at is None:
        return
    start, end = said_at
    clause = next(one for one in clauses_of(text, about.language) if one.start + len(one.words) >= end)
    if not lists.has("refuses", clause.words):
        further = list(lists.find("all_orders", clause.words))
        # "Valid for a year" is how long it holds.
        further += [
            match
            for match in lists.find("endless", clause.words)
            if not lists.has("holds", clause.words[: match.start()])
        ]
        for match in further[:1]:
            yield Finding(
                code="amount_above",
                severity=Severity.ERROR,
                start=clause.start + match.start(),
                end=clause.start + match.end(),
                needs_tier=tier_for(None, about),
            )
            return
    if remedy.at_most is not None and all(
        one.money != remedy.at_most for one in sums_in(text, about.language)
    ):
        yield Finding(
            code=UNCAPPED, severity=Severity.WARNING, start=start, end=end, named=_cap(remedy, about)
        )


def _cap(remedy: Remedy, about: CheckContext) -> str:
    return format_money(remedy.at_most, about.language) if remedy.at_most is not None else ""
