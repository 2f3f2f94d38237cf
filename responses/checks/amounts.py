"""Sums and shares: what is given is what was decided, and every other figure is known from somewhere."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from models.decision import DecisionKind, Role
from models.money import Money
from responses.checks.about import CheckContext
from responses.checks.clauses import Clause, clauses_of, judged
from responses.checks.finding import Finding, Severity
from responses.checks.multiples import ENDLESS, times
from responses.checks.payments import GIFTS, SPOKEN_OF, Payment, gives, payment_of
from responses.checks.shares import is_quality
from responses.checks.sums import Said, money_in, sums_in
from responses.checks.wordlists import WordLists, word_lists
from responses.drafts.numbers import format_money, format_percentage

_ALL = Decimal(100)
_DOUBLE = Decimal(200)
_WITH_CENTS = re.compile(r"(?<![\d.,])\d+[.,]\d{2}(?![\d.,])")


def check_amounts(text: str, about: CheckContext) -> Iterator[Finding]:
    """More than was decided, and figures nobody knows."""
    lists = word_lists(about.language)
    figures = _figures(about)
    seen = judged(text, about)
    for clause in clauses_of(seen, about.language):
        for said in sums_in(clause.words, about.language):
            yield from _judge(clause, said, figures, about, lists)
        if not figures.full and gives(clause.words, about.language):
            for match in lists.find("whole", clause.words):
                yield _found(clause, match.start(), match.end(), "amount_above", Severity.ERROR, about)
        if gives(clause.words, about.language):
            for match in lists.find("double", clause.words):
                twice = Said(start=match.start(), end=match.end(), percent=_DOUBLE)
                yield _found(
                    clause, match.start(), match.end(), "amount_above", Severity.ERROR, about, said=twice
                )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Figures:
    """What the text may give, and what it may mention; `full` when everything paid is given back."""

    money: frozenset[Money]
    percents: frozenset[Decimal]
    mentioned: frozenset[Money]
    mentioned_percents: frozenset[Decimal]
    full: bool


def _figures(about: CheckContext) -> _Figures:
    facts = {fact for fact in about.known_facts.values() if isinstance(fact, Money)}
    given: set[Money] = set()
    percents: set[Decimal] = set()
    for remedy in about.remedies:
        given |= {sum_ for sum_ in (remedy.amount, remedy.at_most, remedy.worth) if sum_ is not None}
        if remedy.percent is not None:
            percents.add(remedy.percent)
            given |= {(fact * (remedy.percent / _ALL)).rounded() for fact in facts}
    full = any(remedy.full for remedy in about.remedies)
    heard = _heard(about.said, about)
    told = _heard(about.sent, about)
    mentioned = facts | heard[0] | told[0]
    if full:
        given |= mentioned
        percents.add(_ALL)
    if about.kind == DecisionKind.STATUS:
        # Where a promise stands: what we wrote before was approved then.
        given |= told[0]
        percents |= told[1]
    return _Figures(
        money=frozenset(given),
        percents=frozenset(percents),
        mentioned=frozenset(mentioned),
        mentioned_percents=frozenset(heard[1] | told[1]),
        full=full,
    )


def _heard(texts: tuple[str, ...], about: CheckContext) -> tuple[set[Money], set[Decimal]]:
    sums: set[Money] = set()
    percents: set[Decimal] = set()
    for text in texts:
        sums |= money_in(text, about.language)
        sums |= {Money(amount=number, currency=about.currency) for number in _bare_numbers(text)}
        percents |= {said.percent for said in sums_in(text, about.language) if said.percent is not None}
    return sums, percents


def _bare_numbers(text: str) -> set[Decimal]:
    """The numbers with cents in a text: customers seldom write the sign at each of two sums."""
    return {Decimal(number.replace(",", ".")) for number in _WITH_CENTS.findall(text)}


def _does(clause: str, lists: WordLists) -> bool:
    """Whether somebody does something, with a part of the price: "facciamo metà prezzo"."""
    return lists.has("acts", clause) and not (lists.has("refuses", clause) or lists.has("asked", clause))


def _judge(
    clause: Clause, said: Said, figures: _Figures, about: CheckContext, lists: WordLists
) -> Iterator[Finding]:
    payment = payment_of(clause.words, said, about.language)
    if payment is Payment.ADDED and said.money not in figures.money:
        said = replace(said, comes_on_top=True)
    is_given = payment in GIFTS or (said.is_part and _does(clause.words, lists))
    count = times(clause.words, said, about.language) if said.money is not None and is_given else 1
    is_more = is_given and (count != 1 or said.comes_on_top) and not _is_covered(said, count, figures, about)
    if not is_more and _is_decided(said, figures):
        return
    if not is_given and (said.money in figures.mentioned or said.percent in figures.mentioned_percents):
        return
    if said.percent is not None and not said.is_part and is_quality(clause.words, said, is_given, lists):
        return
    # A sum from nowhere is taken for given, unless something says otherwise; a share is not.
    given = is_given or (said.money is not None and payment not in SPOKEN_OF)
    above = given and (is_more or _is_above(said, figures))
    severity = Severity.ERROR if given else Severity.WARNING
    code = "amount_above" if above else "amount_unknown"
    yield _found(clause, said.start, said.end, code, severity, about, said=said, count=count)


def _is_decided(said: Said, figures: _Figures) -> bool:
    if said.is_part:
        # A third is 33 percent as well as 33.3.
        return any(int(percent) == said.percent for percent in figures.percents)
    return said.money in figures.money or said.percent in figures.percents


def _is_covered(said: Said, count: int, figures: _Figures, about: CheckContext) -> bool:
    """Whether the sum was decided that often, each time for another complaint, or all of it in one."""
    if said.money is None or count == ENDLESS:
        return False
    if count > 1 and said.money * Decimal(count) in figures.money:
        return True
    decided = sum(any(said.money == one.amount for one in offer.options) for offer in about.offers)
    return decided >= max(count, 2 if said.comes_on_top else 1) or (
        count == 1 and decided == 1 and said.comes_on_top and len(about.offers) > 1
    )


def _is_above(said: Said, figures: _Figures) -> bool:
    if said.percent is not None:
        return said.percent > max(figures.percents, default=Decimal(0))
    return said.money is not None and said.money.amount > max(
        (one.amount for one in figures.money if one.currency == said.money.currency), default=Decimal(0)
    )


def _found(
    clause: Clause,
    start: int,
    end: int,
    code: str,
    severity: Severity,
    about: CheckContext,
    *,
    said: Said | None = None,
    count: int = 1,
) -> Finding:
    worth = _worth(said, count, about) if severity is Severity.ERROR else None
    return Finding(
        code=code,
        severity=severity,
        start=clause.start + start,
        end=clause.start + end,
        words=clause.words[start:end],
        named=_decided(about),
        needs_tier=tier_for(worth, about) if severity is Severity.ERROR else None,
        worth=worth,
    )


def _decided(about: CheckContext) -> str:
    """What the decision gives, in figures: "15%, 20 €"."""
    shown = []
    for remedy in about.remedies:
        if remedy.percent is not None:
            shown.append(format_percentage(remedy.percent, about.language))
        if remedy.amount is not None:
            shown.append(format_money(remedy.amount, about.language))
    return ", ".join(dict.fromkeys(shown))


def _worth(said: Said | None, count: int, about: CheckContext) -> Money | None:
    """What is given; of a share (all of it, where nothing is said) nobody knows the sum without a price.

    Nor of a sum that is given again and again.
    """
    if said is not None and said.money is not None:
        return said.money * Decimal(count) if count != ENDLESS else None
    price = about.known_facts.get("order_value")
    if not isinstance(price, Money):
        return None
    share = said.percent if said is not None and said.percent is not None else _ALL
    return (price * (share / _ALL)).rounded()


def tier_for(worth: Money | None, about: CheckContext) -> Role | None:
    """The lowest role that may give it off policy."""
    for role in (Role.SUPERVISOR, Role.ADMIN):
        if role not in about.limits:
            continue
        limit = about.limits[role]
        if limit is None or (worth is not None and worth.currency == limit.currency and worth <= limit):
            return role
    return None
