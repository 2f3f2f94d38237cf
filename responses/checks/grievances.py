"""Every grievance is taken up: with a remedy, an answer or a question."""

from collections.abc import Iterator

from models.decision import DecisionKind, RemedyKind
from responses.checks.about import CheckContext
from responses.checks.clauses import judged
from responses.checks.finding import Finding, Severity
from responses.checks.promises import promised_in
from responses.checks.wordlists import WordLists, word_lists
from responses.drafts.slots import slots_in


def check_grievances(text: str, about: CheckContext) -> Iterator[Finding]:
    """The complaint types that the text passes over.

    One alone is answered by anything of substance. Of several each has to be named, or has a remedy of its
    own in the text; types of a business's own, for which we have no words, are left aside.
    """
    if about.kind in (DecisionKind.STATUS, DecisionKind.EXIT):
        return  # how far we are with what was promised for all of them, or what of it stays when we part
    lists = word_lists(about.language)
    if len(about.grievances) == 1:
        (grievance,) = about.grievances
        if not _has_substance(text, grievance, about, lists):
            yield Finding(code="grievance_unanswered", severity=Severity.WARNING, named=grievance)
        return
    for grievance in about.grievances:
        topic = lists.topics.get(grievance)
        if (
            topic is not None
            and topic.search(text) is None
            and not _is_remedied(grievance, text, about, lists)
        ):
            yield Finding(code="grievance_unanswered", severity=Severity.WARNING, named=grievance)


def _has_substance(text: str, grievance: str, about: CheckContext, lists: WordLists) -> bool:
    topic = lists.topics.get(grievance)
    seen = judged(text, about)
    return (
        about.kind == DecisionKind.ASK
        or "?" in text
        or seen != text
        or (topic is not None and topic.search(text) is not None)
        or any(slot.startswith(("due", "voucher")) for slot in slots_in(text))
        or any(
            lists.has(name, text) for name in ("gives", "things", "refuses", "substance", "responsibility")
        )
        or bool(promised_in(text, about))
    )


def _is_remedied(grievance: str, text: str, about: CheckContext, lists: WordLists) -> bool:
    kinds = {
        remedy.kind for offer in about.offers if offer.complaint_type == grievance for remedy in offer.options
    }
    if RemedyKind.VOUCHER in kinds and any(slot.startswith("voucher") for slot in slots_in(text)):
        return True
    return any(kind in lists.remedies and lists.remedies[kind].search(text) for kind in kinds)
