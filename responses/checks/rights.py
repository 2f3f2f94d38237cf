"""A refusal names the legal right that may be open."""

import re
from collections.abc import Iterator

from models.decision import DecisionKind
from responses.checks.about import CheckContext
from responses.checks.clauses import clauses_of
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import WordLists, word_lists

_PART_END = re.compile(r"[,:;](?=\s|$)")


def check_rights(text: str, about: CheckContext) -> Iterator[Finding]:
    """A no to a complaint that speaks of no right: guarantee, withdrawal, the law."""
    complains = bool(about.grievances) or (
        about.decision is not None and bool(about.decision.complaint_types)
    )
    lists = word_lists(about.language)
    unseen = [match.span() for match in lists.find("unseen", text)]
    refusals = [
        one
        for one in (*lists.find("refuses", text), *lists.find("denies", text))
        if not any(start < one.end() and one.start() < end for start, end in unseen)
    ]
    refusal = min(refusals, key=re.Match.start, default=None)
    # Instead of a no an agent may ask for what cannot be found.
    is_asked = refusal is None and bool(unseen)
    declines = (about.kind == DecisionKind.DECLINE and not is_asked) or (
        bool(about.grievances) and refusal is not None
    )
    if complains and declines and not _names_a_right(text, lists):
        yield Finding(
            code="right_not_mentioned",
            severity=Severity.WARNING,
            start=refusal.start() if refusal is not None else 0,
            end=refusal.end() if refusal is not None else 0,
            words=refusal.group() if refusal is not None else "",
        )


def _names_a_right(text: str, lists: WordLists) -> bool:
    """Whether one is named as open: "la garanzia non c'entra" and "you have no right to it" name none."""
    for clause in clauses_of(text, lists.language):
        for part in _PART_END.split(clause.words):
            if not lists.has("rights", part):
                continue
            no = any(lists.has(name, part) for name in ("never_right", "denies", "refuses"))
            if not no or lists.has("untouched", part):
                return True
    return False
