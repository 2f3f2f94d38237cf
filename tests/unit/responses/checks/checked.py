"""Texts as they are checked: what is known of the case, and the codes that are found."""

from dataclasses import replace

from models.decision import DecisionKind
from responses.checks import CheckContext, Finding, check_text
from tests.checks.examples import DECISIONS, LIMITS, TODAY


def about(decision: str = "none", **changes: object) -> CheckContext:
    made = DECISIONS[decision]
    usual = CheckContext(
        language="it",
        kind=made.kind if made is not None else DecisionKind.HAND_OVER,
        decision=made,
        today=TODAY,
        names=("Marta Rossi",),
        own=("Maglieria Rossi",),
        limits=LIMITS,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def codes(text: str, context: CheckContext) -> list[str]:
    return [finding.code for finding in check_text(text, context)]


def only(text: str, context: CheckContext) -> Finding:
    (finding,) = check_text(text, context)
    return finding
