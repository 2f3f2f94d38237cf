"""Until when a choice is open and what holds afterwards: who is not told loses it unawares."""

from collections.abc import Collection, Iterator

from models.decision import RemedyKind
from responses.checks.about import CheckContext
from responses.checks.clauses import sentences_in
from responses.checks.finding import Finding, Severity
from responses.checks.unsaid import unsaid_in
from responses.drafts.slots import CHOOSE_BY, slots_in
from responses.policy.withheld import Place


def check_choose_by(text: str, about: CheckContext) -> Iterator[Finding]:
    """A rewritten text that still puts a choice and has lost the day that was composed for it.

    Or one that has lost the option that holds without an answer, and goes on saying that it does.
    """
    if about.composed is None or CHOOSE_BY not in slots_in(about.composed):
        return
    gone = {place for one in unsaid_in(text, about) for place in one.places}
    if CHOOSE_BY not in slots_in(text):
        if _puts_a_choice(gone, about):
            yield Finding(code="choose_by_missing", severity=Severity.WARNING)
    elif any((group, offer.default) in gone for group, offer in enumerate(about.offers)):
        for found in sentences_in(text, about.language):
            sentence = found.words.strip()
            if f"{{{CHOOSE_BY}}}" in sentence and sentence in about.composed:
                start = found.start + found.words.index(sentence)
                yield Finding(
                    code="choose_by_default",
                    severity=Severity.WARNING,
                    start=start,
                    end=start + len(sentence),
                    words=sentence,
                )


def _puts_a_choice(gone: Collection[Place], about: CheckContext) -> bool:
    for group, offer in enumerate(about.offers):
        left = [remedy for place, remedy in enumerate(offer.options) if (group, place) not in gone]
        # A voucher that is left alone still waits for the press by which its code is told.
        if len(offer.options) > 1 and (len(left) > 1 or [one.kind for one in left] == [RemedyKind.VOUCHER]):
            return True
    return False
