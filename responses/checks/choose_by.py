"""Until when a choice is open and what holds afterwards: who is not told loses it unawares."""

from collections.abc import Iterator

from models.decision import RemedyKind
from responses.checks.about import CheckContext
from responses.checks.finding import Finding, Severity
from responses.checks.unsaid import unsaid_in
from responses.drafts.slots import CHOOSE_BY, slots_in


def check_choose_by(text: str, about: CheckContext) -> Iterator[Finding]:
    """A rewritten text that still puts a choice and has lost the day that was composed for it."""
    if about.composed is None or CHOOSE_BY not in slots_in(about.composed) or CHOOSE_BY in slots_in(text):
        return
    if _puts_a_choice(text, about):
        yield Finding(code="choose_by_missing", severity=Severity.WARNING)


def _puts_a_choice(text: str, about: CheckContext) -> bool:
    gone = {place for one in unsaid_in(text, about) for place in one.places}
    for group, offer in enumerate(about.offers):
        left = [remedy for place, remedy in enumerate(offer.options) if (group, place) not in gone]
        # A voucher that is left alone still waits for the press by which its code is told.
        if len(offer.options) > 1 and (len(left) > 1 or [one.kind for one in left] == [RemedyKind.VOUCHER]):
            return True
    return False
