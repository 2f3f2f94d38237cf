"""Insults, sarcasm and threats."""

from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed


def check_insults(text: str, about: CheckContext) -> Iterator[Finding]:
    """Words that offend or frighten, and praise that means its opposite."""
    yield from listed("insult", "insult", Severity.ERROR, text, about)
    yield from listed("sarcasm", "sarcasm", Severity.WARNING, text, about)
    yield from listed("threat", "threat", Severity.WARNING, text, about)
