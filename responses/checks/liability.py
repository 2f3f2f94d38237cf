"""Admissions that go further than what was decided."""

from collections.abc import Iterator

from models.decision import DecisionKind
from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed


def check_liability(text: str, about: CheckContext) -> Iterator[Finding]:
    """Words with which a lawyer would begin, and "abbiamo sbagliato noi" where nobody has established it."""
    yield from listed("liability", "liability", Severity.ERROR, text, about, unless_denied=True)
    ours = about.decision is not None and about.decision.at_fault is True
    # Where a promise was broken, that much is ours whatever came before.
    if not ours and about.kind != DecisionKind.STATUS:
        yield from listed("admission", "fault_admitted", Severity.WARNING, text, about, unless_denied=True)
