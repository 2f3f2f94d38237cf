"""Apologies: present where one is due, with who was wrong; once; and none that takes itself back."""

from collections.abc import Iterator

from models.decision import DecisionKind
from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import word_lists

_TOO_OFTEN = 3


def check_apology(text: str, about: CheckContext) -> Iterator[Finding]:
    """Missing parts, formulas said again or three times over, and "ci dispiace se…"."""
    lists = word_lists(about.language)
    seen = judged(text, about)
    apologies = list(lists.find("apology", seen))
    again = [*apologies, *lists.find("again", seen)]
    decision = about.carried_out
    if decision is not None and decision.kind is DecisionKind.OFFER and decision.apologise:
        if not decision.second_time and not apologies:
            yield Finding(code="apology_missing", severity=Severity.WARNING)
        if decision.at_fault is True and not lists.has("responsibility", seen):
            yield Finding(code="responsibility_missing", severity=Severity.WARNING)
    elif _only_words(about) and not apologies:
        yield Finding(code="apology_missing", severity=Severity.WARNING)
    if decision is not None and decision.second_time and again:
        first = min(again, key=lambda match: match.start())
        yield Finding(
            code="apology_again",
            severity=Severity.WARNING,
            start=first.start(),
            end=first.end(),
            words=first.group(),
        )
    elif len(apologies) >= _TOO_OFTEN:
        last = apologies[_TOO_OFTEN - 1]
        yield Finding(
            code="apology_repeated",
            severity=Severity.WARNING,
            start=last.start(),
            end=last.end(),
            words=last.group(),
        )
    for match in lists.find("non_apology", seen):
        yield Finding(
            code="non_apology",
            severity=Severity.ERROR,
            start=match.start(),
            end=match.end(),
            words=match.group(),
        )


def _only_words(about: CheckContext) -> bool:
    """Whether an apology is due from a text that gives nothing: a refusal, or one that is looked into."""
    decision = about.decision
    return (
        decision is not None
        and decision.kind == about.kind
        and decision.kind in (DecisionKind.DECLINE, DecisionKind.HAND_OVER)
        and decision.apologise
        and not decision.second_time
    )
