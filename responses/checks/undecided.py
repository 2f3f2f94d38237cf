"""Remedies in words alone that nobody has decided: "gliene mandiamo uno nuovo", "le regaliamo l'invio"."""

import re
from collections.abc import Iterator

from models.decision import DecisionKind, RemedyKind, Role
from responses.checks.about import CheckContext
from responses.checks.clauses import Clause, clauses_of, is_denied, is_denied_behind, judged
from responses.checks.finding import Finding, Severity
from responses.checks.sums import sums_in
from responses.checks.wordlists import WordLists, word_lists

UNDECIDED = "remedy_undecided"

_CURES = frozenset({RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO})
_FREE = frozenset({RemedyKind.GIFT, RemedyKind.FREE_PERIOD, RemedyKind.WORDS})
_GIVES_NOTHING_NEW = frozenset({DecisionKind.STATUS, DecisionKind.EXIT, DecisionKind.THANKS})


def check_undecided(text: str, about: CheckContext) -> Iterator[Finding]:
    """What somebody of us does for the customer by no decision; sums are the other check's matter.

    Beside a commitment of the rule's a cure may be that very thing in other words, and what we wrote before
    was approved then.
    """
    if about.kind in _GIVES_NOTHING_NEW:
        return
    lists = word_lists(about.language)
    known = {remedy.kind for remedy in about.remedies}
    if about.carried_out is not None and about.carried_out.commitments:
        known |= _CURES
    new = {
        kind: deed
        for kind, deed in lists.deeds.items()
        if kind not in known and not any(deed.search(sent) for sent in about.sent)
    }
    gives = about.kind == DecisionKind.OFFER
    for clause in clauses_of(judged(text, about), about.language):
        if lists.has("refuses", clause.words) or lists.has("asked", clause.words):
            continue
        if sums_in(clause.words, about.language):
            continue
        found = [match for deed in new.values() for match in deed.finditer(clause.words)]
        found += [match for match in _free(clause, known, about, lists) if not _overlaps(match, found)]
        for match in found:
            if is_denied(clause.words, match.start(), about.language) or is_denied_behind(
                clause.words, match.end(), about.language
            ):
                continue
            yield Finding(
                code=UNDECIDED,
                severity=Severity.ERROR if gives else Severity.WARNING,
                start=clause.start + match.start(),
                end=clause.start + match.end(),
                words=match.group(),
                needs_tier=_without_limit(about) if gives else None,
            )


def _free(
    clause: Clause, known: set[RemedyKind], about: CheckContext, lists: WordLists
) -> Iterator[re.Match[str]]:
    """What is given for nothing: neither what is free by right, nor a decided remedy that costs nothing."""
    if clause.words.rstrip().endswith("?") or lists.has("free_by_right", clause.words):
        return
    if known & _FREE or any(
        kind in known and is_.search(clause.words) for kind, is_ in lists.remedies.items()
    ):
        return
    for match in lists.find("free", clause.words):
        if not any(match.group().lower() in sent.lower() for sent in about.sent):
            yield match


def _overlaps(match: re.Match[str], others: list[re.Match[str]]) -> bool:
    return any(one.start() < match.end() and match.start() < one.end() for one in others)


def _without_limit(about: CheckContext) -> Role | None:
    """Who may give what nobody can put a figure to."""
    roles = (Role.SUPERVISOR, Role.ADMIN)
    return next((role for role in roles if role in about.limits and about.limits[role] is None), None)
