"""Findings that are a matter of words on a list."""

from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.clauses import is_denied, judged
from responses.checks.finding import Finding, Severity
from responses.checks.wordlists import word_lists


def listed(
    name: str, code: str, severity: Severity, text: str, about: CheckContext, *, unless_denied: bool = False
) -> Iterator[Finding]:
    """One finding for each place where a word of the list stands, `unless_denied` by a "not" or "if"."""
    seen = judged(text, about)
    for match in word_lists(about.language).find(name, seen):
        if unless_denied and is_denied(seen, match.start(), about.language):
            continue
        yield Finding(code=code, severity=severity, start=match.start(), end=match.end(), words=match.group())
