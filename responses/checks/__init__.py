"""Checks of a text that is about to go out, whoever wrote it."""

from responses.checks.about import CheckContext
from responses.checks.beyond import OVERRULABLE, Beyond, ByHand, beyond_in, by_hand
from responses.checks.checking import CODES, check_standing, check_text
from responses.checks.finding import Finding, Severity, errors_in
from responses.checks.unsaid import Unsaid, unsaid_in

__all__ = [
    "CODES",
    "OVERRULABLE",
    "Beyond",
    "ByHand",
    "CheckContext",
    "Finding",
    "Severity",
    "Unsaid",
    "beyond_in",
    "by_hand",
    "check_standing",
    "check_text",
    "errors_in",
    "unsaid_in",
]
