"""Lei and tu in one text, usted and tú, vous and tu, Sie and du."""

from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed


def check_register(text: str, about: CheckContext) -> Iterator[Finding]:
    """The first word of the other register than the customer's."""
    other = "informal" if about.formality == "formal" else "formal"
    for finding in listed(other, "register_mixed", Severity.WARNING, text, about):
        yield finding
        return
