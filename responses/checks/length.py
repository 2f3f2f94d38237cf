"""How long a text may be before nobody reads it."""

from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity

MOST_WORDS = 130


def check_length(text: str, about: CheckContext) -> Iterator[Finding]:
    """More than `MOST_WORDS` words, whatever the language."""
    words = len(text.split())
    if words > MOST_WORDS:
        yield Finding(code="too_long", severity=Severity.WARNING, named=str(words))
