"""Lei and tu in one text, usted and tú, vous and tu, Sie and du."""

from collections.abc import Iterator

from responses.checks.about import CheckContext
from responses.checks.clauses import judged, outside_quotations
from responses.checks.finding import Finding, Severity
from responses.checks.phrases import listed


def check_register(text: str, about: CheckContext) -> Iterator[Finding]:
    """The first word of the other register than the customer's; what is quoted is somebody else's."""
    other = "informal" if about.formality == "formal" else "formal"
    ours = outside_quotations(judged(text, about))
    for finding in listed(other, "register_mixed", Severity.WARNING, ours, about):
        yield finding
        return
