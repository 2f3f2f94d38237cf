"""What was given before: whether a message is a follow-up, or the same failure come again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.decision import Basis, Decision, Duration, DurationUnit, Given, Matter, Remedy, RemedyKind
from models.labels import Act
from models.money import Money
from responses.hours import add_months
from responses.policy.schema import Policy
from responses.policy.situation import ORDER

# Remedies that put the failure right. When one of them was carried out and the same complaint comes, it
# has failed again; after money it may as well be the old matter told once more.
_CURES = frozenset({RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO})

TO_BE_DONE = frozenset({*_CURES, RemedyKind.REFUND, RemedyKind.GIFT})
"""Remedies that somebody has to see to after the answer."""

# For our own list only: the customer is told no day that the policy has not promised.
USUAL_TIME = Duration(count=3, unit=DurationUnit.WORKING_DAYS)
"""Within which what is to be done is done, where nothing is promised beside it."""

_BROKEN = "broken"
_KEPT = "kept"
_WITHDRAWN = "withdrawn"


class Occasion(StrEnum):
    """Where a complaint type of a matter stands."""

    FIRST = "first"
    FOLLOW_UP = "follow_up"  # nothing new happened since it was put right
    SECOND = "second"  # the same failure again, or the promise was broken


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The occasion, and what was given before that made it so (newest first)."""

    occasion: Occasion
    before: tuple[Given, ...] = ()


def standing(policy: Policy, matter: Matter, complaint_type: str | None) -> Standing:
    """Whether one complaint type of the matter is new, a follow-up, or a second time."""
    here = _newest_first(
        given
        for given in (*matter.given_here, *_of_the_same_order(matter))
        if _same_failure(given, matter, complaint_type)
    )
    if here:
        latest = [given for given in here if given.at == here[0].at]
        again = any(_opens_second_time(given, matter) for given in latest)
        return Standing(occasion=Occasion.SECOND if again else Occasion.FOLLOW_UP, before=here)
    if policy.second_time is not None and complaint_type is not None:
        since = earlier(matter.now, policy.second_time.within)
        before = _newest_first(
            given
            for given in matter.history
            if given.complaint_type == complaint_type and given.our_fault and given.at >= since
        )
        if before:
            return Standing(occasion=Occasion.SECOND, before=before)
    return Standing(occasion=Occasion.FIRST)


def _same_failure(given: Given, matter: Matter, complaint_type: str | None) -> bool:
    if complaint_type is None:
        # "Vergogna!" after an answer names no type: it is about whatever was answered.
        return matter.act == Act.COMPLAINT
    # What was given for a complaint nobody could name may have been for this one.
    return given.complaint_type in (None, complaint_type)


def _of_the_same_order(matter: Matter) -> tuple[Given, ...]:
    order = matter.facts.get(ORDER)
    if order is None or order.unavailable:
        return ()
    return tuple(given for given in matter.history if given.order_id == order.value)


def _opens_second_time(given: Given, matter: Matter) -> bool:
    if given.promise_state == _BROKEN:
        return True
    if given.incident is not None and matter.incident is not None:
        return given.incident != matter.incident
    return given.promise_state == _KEPT and given.kind in _CURES


def _newest_first(givens: Iterable[Given]) -> tuple[Given, ...]:
    return tuple(sorted(givens, key=lambda given: given.at, reverse=True))


def given_by(
    decision: Decision,
    *,
    case_id: str,
    at: datetime,
    promise_state: str | None = "open",
    incident: str | None = None,
    order_id: str | None = None,
) -> tuple[Given, ...]:
    """What an approved offer goes on record as.

    One entry for each offer, and one in words for every other complaint type: a type that got an apology
    alone, or whose remedy was joined with another's, is answered too, and another message about it is a
    follow-up. Of a choice the first option gives the kind and the dearest the worth, until the customer
    picks.
    """
    offered = [
        (offer.complaint_type, offer.options[0].kind, offer.basis, _dearest(offer.options))
        for offer in decision.offers
    ]
    with_offer = {offer.complaint_type for offer in decision.offers}
    in_words = [
        (complaint_type, RemedyKind.WORDS, Basis.GOODWILL, None)
        for complaint_type in decision.complaint_types or (None,)
        if complaint_type not in with_offer
    ]
    return tuple(
        Given(
            case_id=case_id,
            complaint_type=complaint_type,
            at=at,
            kind=kind,
            basis=basis,
            worth=worth,
            our_fault=decision.at_fault is True,
            promise_state=promise_state,
            incident=incident,
            order_id=order_id,
        )
        for complaint_type, kind, basis, worth in (*offered, *in_words)
    )


def _dearest(options: Iterable[Remedy]) -> Money | None:
    worths = [remedy.worth for remedy in options if remedy.worth is not None]
    return max(worths, key=lambda worth: worth.amount, default=None)


def already_met(options: tuple[Remedy, ...], before: tuple[Given, ...]) -> Given | None:
    """The earlier remedy by which something owed was already given, if it was.

    Owed and given once, it is settled for the incident; so it is by goodwill of the same kind, unless
    that was worth less.
    """
    kinds = {remedy.kind: remedy for remedy in options}
    for given in before:
        if given.kind not in kinds or given.promise_state in (_BROKEN, _WITHDRAWN):
            continue
        due = kinds[given.kind].worth
        if given.basis is Basis.OWED or due is None or given.worth is None:
            return given
        if given.worth.currency == due.currency and due <= given.worth:
            return given
    return None


def still_counts(given: Given, currency: str) -> bool:
    """Whether a favour counts against limits: goodwill in the policy's currency, not withdrawn."""
    return (
        given.basis is Basis.GOODWILL
        and given.promise_state != _WITHDRAWN
        and given.worth is not None
        and given.worth.currency == currency
    )


def earlier(moment: datetime, span: Duration) -> datetime:
    """The moment a span of days or months before another."""
    if span.unit is DurationUnit.MONTHS:
        return datetime.combine(add_months(moment.date(), -span.count), moment.timetz())
    return moment - timedelta(days=span.count)
