"""A refusal names the legal right that may be open."""

from collections.abc import Iterator

from models.decision import DecisionKind
from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import word_lists


def check_rights(text: str, about: CheckContext) -> Iterator[Finding]:
    """A no to a complaint that speaks of no right: guarantee, withdrawal, the law."""
    complains = bool(about.grievances) or (
        about.decision is not None and bool(about.decision.complaint_types)
    )
    lists = word_lists(about.language)
    refusal = next(lists.find("refuses", text), None)
    declines = about.kind == DecisionKind.DECLINE or (bool(about.grievances) and refusal is not None)
    if complains and declines and not lists.has("rights", text):
        yield Finding(
            code="right_not_mentioned",
            severity=Severity.WARNING,
            start=refusal.start() if refusal is not None else 0,
            end=refusal.end() if refusal is not None else 0,
            words=refusal.group() if refusal is not None else "",
        )
