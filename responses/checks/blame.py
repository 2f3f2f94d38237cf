"""Blame put on the customer."""

from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed


def check_blame(text: str, about: CheckContext) -> Iterator[Finding]:
    """ "Avrebbe dovuto leggere", "as I've already told you"; not "it isn't your fault"."""
    return listed("blame", "blame_customer", Severity.WARNING, text, about, unless_denied=True)
