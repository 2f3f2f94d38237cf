"""Vouchers that somebody has put into a text by hand: nobody decided them, so they are off policy."""

import re
from collections.abc import Collection, Iterator, Sequence

from models.decision import RemedyKind
from responses.checks.about import CheckContext
from responses.checks.amounts import tier_for
from responses.checks.clauses import Clause, clauses_of, judged
from responses.checks.finding import Finding, Severity
from responses.checks.sums import Said, sums_in
from responses.checks.undecided import UNDECIDED
from responses.checks.wordlists import word_lists
from responses.drafts.numbers import format_money, locale_of
from responses.vouchers.in_texts import places_of

BY_HAND = "voucher_by_hand"

_BY_CODE = frozenset({RemedyKind.VOUCHER, RemedyKind.DISCOUNT})
_BEFORE_NOUN = re.compile(r"[\s–-]*")
_NO_WORD = re.compile(r"\W*")
_SLOT = "{voucher:"


def check_put(text: str, about: CheckContext) -> Iterator[Finding]:
    """The codes that are kept for this text, each once, whatever it says of them."""
    for one in about.put:
        match = next(places_of(one.code, text), None)
        if match is not None:
            yield Finding(
                code=BY_HAND,
                severity=Severity.ERROR,
                start=match.start(),
                end=match.end(),
                named=format_money(one.amount, about.language),
                needs_tier=tier_for(one.amount, about),
                worth=one.amount,
            )


def told_by_codes(text: str, wrong: Sequence[Finding], about: CheckContext) -> Collection[Finding] | None:
    """The errors that are but the vouchers put by hand, in other words; None where they say another sum.

    Each code explains one sum of its worth, the last before it, or one voucher without a sum: in its own
    clause or in the one before. The sentence that came with it speaks for itself, and what stands beside
    that is something else.
    """
    seen = judged(text, about)
    clauses = [
        Clause(start=clause.start, words=seen[clause.start : clause.start + len(clause.words)])
        for clause in clauses_of(text, about.language)
    ]
    open_ = {one.start for one in wrong if one.code != BY_HAND}
    told: set[int] = set()
    for put in sorted((one for one in wrong if one.code == BY_HAND), key=lambda one: one.start):
        if any(seen[at.start() : at.end()].isspace() for at in places_of(text[put.start : put.end], text)):
            continue
        number = max(i for i, clause in enumerate(clauses) if clause.start <= put.start)
        for place in (number, number - 1)[: number + 1]:
            clause = clauses[place]
            sums = [one for one in _sums_of_vouchers(clause, put, about) if one.start not in told]
            if place != number:
                # What is known from elsewhere, such as a voucher that was asked for, is not about this code.
                sums = [one for one in sums if one.start in open_]
            if sums and all(one.money != put.worth for one in sums):
                return None
            places = [one.start for one in sums if one.money == put.worth and one.start < put.start]
            places = places[-1:] or [
                one.start
                for one in wrong
                if one.start not in told and not sums and _is_voucher_in_words(one, clause, about)
            ]
            told.update(places[:1])
            if sums or places:
                break
    return [one for one in wrong if one.start in told and one.code != BY_HAND]


def _sums_of_vouchers(clause: Clause, put: Finding, about: CheckContext) -> Iterator[Said]:
    """The sums of this clause that are said of a voucher, by their place in the text."""
    lists = word_lists(about.language)
    decided = {one.amount for one in about.remedies if one.kind is RemedyKind.VOUCHER}
    end = 0
    for said in sums_in(clause.words, about.language):
        begin, end = end, said.end
        if said.money is None or (said.money in decided and _SLOT in clause.words):
            continue
        words = clause.words[begin : said.start]
        kind, between = _last_remedy(words, about)
        is_named = kind == RemedyKind.VOUCHER and not _joins(between, about.language)
        after = _BEFORE_NOUN.match(clause.words, said.end).end()  # type: ignore[union-attr]
        is_named |= lists.remedies[RemedyKind.VOUCHER].match(clause.words, after) is not None
        to_code = clause.words[said.end : max(said.end, put.start - clause.start)]
        is_its = _NO_WORD.fullmatch(to_code) is not None and put.start >= clause.start + said.end
        if is_named or (is_its and (kind is None or kind in _BY_CODE)):
            yield Said(start=clause.start + said.start, end=clause.start + said.end, money=said.money)


def _last_remedy(words: str, about: CheckContext) -> tuple[str | None, str]:
    """The kind of the last remedy that is named in these words, and what follows it."""
    found = [
        (match.end(), kind)
        for kind, pattern in word_lists(about.language).remedies.items()
        for match in pattern.finditer(words)
    ]
    end, kind = max(found, default=(0, None))
    return kind, words[end:]


def _joins(words: str, language: str) -> bool:
    """Whether something else begins here: "un buono e 10 €", "un buono, 10 €"."""
    both = str(locale_of(language).list_patterns["standard"]["2"])
    return "," in words or both.replace("{0}", "").replace("{1}", "") in words


def _is_voucher_in_words(finding: Finding, clause: Clause, about: CheckContext) -> bool:
    """Whether it is a voucher without a sum, in this clause: "le mandiamo un buono"."""
    begin = finding.start - clause.start
    if finding.code != UNDECIDED or not 0 <= begin < len(clause.words):
        return False
    deed = word_lists(about.language).deeds[RemedyKind.VOUCHER].match(clause.words, begin)
    return deed is not None and deed.end() == finding.end - clause.start
