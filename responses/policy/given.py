"""What was given before: whether a message is a follow-up, or the same failure come again."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from models.decision import (
    Basis,
    Decision,
    DecisionKind,
    Duration,
    DurationUnit,
    Given,
    Matter,
    Offer,
    Remedy,
    RemedyKind,
)
from models.labels import Act, Ask, ComplaintType
from models.money import Money
from responses.hours import add_months
from responses.orders.keys import order_key
from responses.policy.amounts import DIVISIBLE
from responses.policy.schema import Policy
from responses.policy.situation import ORDER
from responses.policy.withheld import Place, left_of

# Remedies that put the failure right. When one of them, or what the rule promised to do, was carried out and
# the same complaint comes, it has failed again; after money it may as well be the old matter told once more.
_CURES = frozenset({RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.REDO})

NO_MATTER = (Act.OTHER, Act.QUESTION, Act.REQUEST, Act.PRAISE)
"""What complains of nothing; with an open promise it may be about that."""

TO_BE_DONE = frozenset(
    {*_CURES, RemedyKind.REFUND, RemedyKind.DISCOUNT, RemedyKind.GIFT, RemedyKind.FREE_PERIOD}
)
"""Remedies that somebody has to see to after the answer; a discount is paid back, or noted for next time."""

USUAL_TIME = Duration(count=3, unit=DurationUnit.WORKING_DAYS)
"""Within which that is done. For our own list: the text names no day that the policy has not promised."""

_OPEN = "open"
_BROKEN = "broken"
_KEPT = "kept"
_WITHDRAWN = "withdrawn"


class Occasion(StrEnum):
    """Where a complaint type of a matter stands."""

    FIRST = "first"
    FOLLOW_UP = "follow_up"  # nothing new happened since it was put right
    SECOND = "second"  # the same failure again, or the promise was broken
    UNSURE = "unsure"  # answered before, and nobody can tell whether it was about the same order


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The occasion, and what was given before that made it so (newest first).

    `in_time`: the customer says that a promise was broken, and what was promised may still be kept.
    """

    occasion: Occasion
    before: tuple[Given, ...] = ()
    in_time: bool = False


_FIRST = Standing(occasion=Occasion.FIRST)
_SENT = frozenset({RemedyKind.REPLACEMENT, RemedyKind.REPAIR, RemedyKind.GIFT})


def standing(policy: Policy, matter: Matter, complaint_type: str | None) -> Standing:
    """Whether one complaint type of the matter is new, a follow-up, or a second time."""
    found = _by_type(policy, matter, complaint_type)
    if complaint_type == ComplaintType.PROMISE_BROKEN and found.occasion is not Occasion.FOLLOW_UP:
        promised = _promised_in_time(matter)
        if promised:
            return Standing(occasion=Occasion.FOLLOW_UP, before=promised, in_time=True)
    if matter.waits and found.occasion is Occasion.FIRST:
        awaited = tuple(given for given in _promised_in_time(matter) if _is_awaited(given, complaint_type))
        if awaited:
            return Standing(occasion=Occasion.FOLLOW_UP, before=awaited)
    return found


def _is_awaited(given: Given, complaint_type: str | None) -> bool:
    """Whether who complains that such a thing has not come may mean what was promised with this.

    "Dei miei soldi neanche l'ombra" after a refund was promised is no refund that nobody ever decided.
    """
    match complaint_type:
        case ComplaintType.REFUND_MISSING:
            return RemedyKind.REFUND in given.kinds
        case ComplaintType.DELIVERY_LATE:
            return given.committed or not _SENT.isdisjoint(given.kinds)
        case ComplaintType.NO_REPLY:
            return True
    return False


def _by_type(policy: Policy, matter: Matter, complaint_type: str | None) -> Standing:
    if not matter.given_here and not matter.history:
        return _FIRST
    order = _order_of(matter)
    here = _newest_first(
        given
        for given in (*matter.given_here, *matter.history)
        if _same_order(given, order, matter) and _same_failure(given, matter, complaint_type)
    )
    if here:
        latest = [given for given in here if given.at == here[0].at]
        again = any(_opens_second_time(given, matter) for given in latest)
        return Standing(occasion=Occasion.SECOND if again else Occasion.FOLLOW_UP, before=here)
    if policy.second_time is not None and complaint_type is not None:
        since = earlier(matter.now, policy.second_time.within)
        before = _newest_first(
            given
            for given in (*matter.given_here, *matter.history)
            if given.complaint_type == complaint_type and given.our_fault and given.at >= since
        )
        if before:
            return Standing(occasion=_elsewhere(policy, before, order), before=before)
    return _FIRST


def _promised_in_time(matter: Matter) -> tuple[Given, ...]:
    """What was promised and has its time yet, where nothing that we promised was missed.

    What we said to one grievance is no second one before its day has come, whatever a message calls it.
    """
    order = _order_of(matter)
    about = [
        given
        for given in (*matter.given_here, *matter.history)
        if order is None or given.order_id is None or order_key(given.order_id) == order
    ]
    if any(_was_missed(given, about, matter.now) for given in about):
        return ()
    return _newest_first(given for given in about if given.promise_state == _OPEN)


def _was_missed(given: Given, among: Collection[Given], now: datetime) -> bool:
    """Whether a promise is overdue, or was broken and its case not answered since."""
    if given.promise_state == _OPEN:
        return is_overdue(given, now)
    if given.promise_state != _BROKEN:
        return False
    since = given.at if given.settled_at is None else max(given.at, given.settled_at)
    return not any(other.case_id == given.case_id and since < other.at for other in among)


def is_overdue(given: Given, now: datetime) -> bool:
    """Whether what was promised is still to be done, and its time is over."""
    return given.promise_state == _OPEN and given.due_at is not None and given.due_at <= now


def _elsewhere(policy: Policy, before: tuple[Given, ...], order: str | None) -> Occasion:
    """What an answer makes of the matter that was given elsewhere: for another order, or for no known one.

    The same complaint sent again, as a new case, must not earn a step up the ladder. Where orders tell
    matters apart and one of the two numbers is not known, an open promise says that it is the old matter,
    a kept or a broken one that it is not or that it does not count; else somebody has to say.
    """
    if any(order is not None and given.order_id is not None for given in before):
        return Occasion.SECOND
    latest = {given.promise_state for given in before if given.at == before[0].at}
    if latest & {_BROKEN, _KEPT}:
        return Occasion.SECOND
    if _OPEN in latest:
        return Occasion.FOLLOW_UP
    return Occasion.UNSURE if ORDER in policy.facts else Occasion.SECOND


def asks_progress(act: str, asks: Collection[str], here: Iterable[Given], *, asked: bool) -> bool:
    """Whether nothing but where something stands is asked, while something is promised and not done.

    Args:
        act: what the messages are; a complaint is a matter, whatever else it asks.
        asks: what they want.
        here: what was given in the case that they belong to.
        asked: whether they ask where it stands.
    """
    return (
        asked
        and act in NO_MATTER
        and Ask.CANCELLATION not in asks
        and any(given.promise_state == _OPEN for given in here)
    )


def still_stands(policy: Policy, matter: Matter, decision: Decision) -> frozenset[str]:
    """The cases whose newest answer stands for a complaint type about which the decision has nothing new."""
    types: Sequence[str | None] = decision.status_of
    if not types and decision.kind is DecisionKind.STATUS:
        types = (None,)
    found = [standing(policy, matter, one) for one in types]
    return frozenset(one.before[0].case_id for one in found if one.occasion is Occasion.FOLLOW_UP)


def _same_failure(given: Given, matter: Matter, complaint_type: str | None) -> bool:
    if complaint_type is None:
        # "Vergogna!" after an answer names no type: it is about whatever was answered, and so is "any news?".
        # A request may well be another one; what was given for such a message is not earned anew by the next.
        given_for_none = given.complaint_type is None and set(given.kinds) != {RemedyKind.WORDS}
        return matter.act == Act.COMPLAINT or matter.asks_progress or given_for_none
    # What was given for a complaint nobody could name may have been for this one.
    return given.complaint_type in (None, complaint_type)


def _order_of(matter: Matter) -> str | None:
    order = matter.facts.get(ORDER)
    return None if order is None or order.unavailable else order_key(str(order.value))


def _same_order(given: Given, order: str | None, matter: Matter) -> bool:
    """Whether something was given for what the matter is about: in this case, unless for another order."""
    if order is not None and given.order_id is not None:
        return order_key(given.order_id) == order
    return given in matter.given_here


def _opens_second_time(given: Given, matter: Matter) -> bool:
    if given.promise_state == _BROKEN:
        return True
    if given.promise_state != _KEPT or not (given.committed or given.kind in _CURES):
        return False
    # Whoever asked while it was still to be done has not seen it fail again.
    return given.settled_at is None or matter.said_at is None or given.settled_at < matter.said_at


def _newest_first(givens: Iterable[Given]) -> tuple[Given, ...]:
    return tuple(sorted(givens, key=lambda given: given.at, reverse=True))


def given_by(
    decision: Decision,
    *,
    case_id: str,
    at: datetime,
    promise_state: str | None = "open",
    due_at: datetime | None = None,
    settled_at: datetime | None = None,
    order_id: str | None = None,
    chosen: Mapping[int, Remedy | None] = MappingProxyType({}),
    withheld: Collection[Place] = (),
    committed: bool | None = None,
) -> tuple[Given, ...]:
    """What an approved offer goes on record as.

    One entry for each offer, and one in words for every other complaint type: a type that got an apology
    alone, or whose remedy was joined with another's, is answered too, and another message about it is a
    follow-up. Where a promise stands is on record with the promise. Of a choice the default gives the kind
    and the dearest option the worth, until the customer picks; a choice between what is owed and goodwill
    goes on record as both. `chosen` says what was picked, by the offer's place in the decision, None where
    the customer wanted none of the options: then nothing was given. Whichever was taken, the others are
    settled with it, what is owed among them. What was `withheld` of the decision was not given; `committed`:
    a promise of the rule was made, None where all were.
    """
    sent = [
        (place, left)
        for place, offer in enumerate(decision.offers)
        if (left := left_of(offer, place, withheld)) is not None
    ]
    taken = [
        (offer, basis, options)
        for place, offer in sent
        for basis, options in (_by_choice(offer, chosen[place]) if place in chosen else _by_basis(offer))
    ]
    offered = [
        (offer.complaint_type, first.kind, basis, _dearest(options), _other_kinds(offer, first))
        for offer, basis, options in taken
        for first in (_first(offer, options),)
    ]
    with_offer = {offer.complaint_type for offer, _, _ in taken}
    in_words = [
        (complaint_type, RemedyKind.WORDS, Basis.GOODWILL, None, ())
        for complaint_type in decision.complaint_types or (None,)
        if complaint_type not in with_offer and not _stands_by_another(decision, complaint_type)
    ]
    return tuple(
        Given(
            case_id=case_id,
            complaint_type=complaint_type,
            at=at,
            kind=kind,
            basis=basis,
            worth=worth,
            our_fault=decision.fault_of(complaint_type) is True,
            promise_state=promise_state,
            due_at=due_at,
            settled_at=settled_at,
            order_id=order_id,
            committed=bool(decision.commitments) if committed is None else committed,
            beside=beside,
        )
        for complaint_type, kind, basis, worth, beside in (*offered, *in_words)
    )


def _stands_by_another(decision: Decision, complaint_type: str | None) -> bool:
    """Whether it is the word for a promise that is on record with what it was promised for."""
    return complaint_type == ComplaintType.PROMISE_BROKEN and complaint_type in decision.status_of


def _first(offer: Offer, options: Sequence[Remedy]) -> Remedy:
    """Of these options of an offer the default, else the first: whatever the customer is shown first."""
    default = offer.options[offer.default]
    return default if default in options else options[0]


def _by_basis(offer: Offer) -> list[tuple[Basis, list[Remedy]]]:
    parts = {basis: [one for one in offer.options if offer.basis_of(one) is basis] for basis in Basis}
    return [(basis, options) for basis, options in parts.items() if options]


def _by_choice(offer: Offer, chosen: Remedy | None) -> list[tuple[Basis, list[Remedy]]]:
    """The same once the customer has picked one, or (None) wanted none."""
    if chosen is None:
        return []
    taken = offer.basis_of(chosen)
    # Who takes a favour in the place of what is owed has consented: that is settled as well.
    settled = [part for part in _by_basis(offer) if part[0] is Basis.OWED and taken is not Basis.OWED]
    return [*settled, (taken, [chosen])]


def _other_kinds(offer: Offer, first: Remedy) -> tuple[RemedyKind, ...]:
    return tuple(dict.fromkeys(one.kind for one in offer.options if one.kind is not first.kind))


def _dearest(options: Iterable[Remedy]) -> Money | None:
    worths = [remedy.worth for remedy in options if remedy.worth is not None]
    return max(worths, key=lambda worth: worth.amount, default=None)


def already_met(options: tuple[Remedy, ...], standing: Standing, matter: Matter) -> Given | None:
    """The earlier remedy by which something owed was already given, if it was.

    Owed and given once, it is settled for the incident; so it is by goodwill of the same kind, unless
    that was worth less. What concerns the thing as a whole was given once for all the complaint types of
    an answer, and stands in the record of one of them.
    """
    for given in standing.before:
        stands = given.promise_state not in (_BROKEN, _WITHDRAWN)
        if stands and any(option.kind in given.kinds and _settles(given, option) for option in options):
            return given
    for given in _for_other_types(standing, matter):
        if any(_settled_with(given, option) for option in options):
            return given
    return None


def _settles(given: Given, option: Remedy) -> bool:
    due = option.worth
    if given.basis is Basis.OWED or due is None or given.worth is None:
        return True
    return given.worth.currency == due.currency and due <= given.worth


def _for_other_types(standing: Standing, matter: Matter) -> Iterator[Given]:
    """What the same answers gave for other complaint types, and still stands."""
    answers = {(given.case_id, given.at) for given in standing.before}
    order = _order_of(matter)
    for given in (*matter.given_here, *matter.history):
        stands = given.promise_state not in (_BROKEN, _WITHDRAWN) and _same_order(given, order, matter)
        if stands and given not in standing.before and (given.case_id, given.at) in answers:
            yield given


def _settled_with(given: Given, option: Remedy) -> bool:
    """Whether a remedy given for another complaint type was this one too: the thing itself, or its price."""
    if option.kind in given.beside:
        return True
    if given.kind is not option.kind:
        return False
    if option.kind not in DIVISIBLE:
        return _settles(given, option)
    # A sum that was paid for something else is not the price.
    same_price = given.worth == option.worth or (given.worth is None and option.worth is None)
    return option.full and given.basis is Basis.OWED and same_price


def was_favour(given: Given) -> bool:
    """Whether it was goodwill that cost something and was not taken back: such counts against limits."""
    return (
        given.basis is Basis.GOODWILL
        and given.promise_state != _WITHDRAWN
        and given.kind is not RemedyKind.WORDS
    )


def still_counts(given: Given) -> bool:
    """Whether it was a favour that the customer has or will have: what was promised and not done is none."""
    return was_favour(given) and given.promise_state != _BROKEN


def has_known_worth(given: Given, currency: str) -> bool:
    """Whether anybody can say what it was worth in the policy's currency."""
    return given.worth is not None and given.worth.currency == currency


def of_the_same_failure(standing: Standing, matter: Matter) -> tuple[Given, ...]:
    """What was given before for the very failure and order at hand, in this case or another.

    What was given for a failure of its own does not belong to it: a broken promise, or a kept one after
    which it happened again.
    """
    order = _order_of(matter)
    same = (given for given in standing.before if _same_order(given, order, matter))
    return tuple(given for given in same if not _opens_second_time(given, matter))


def earlier(moment: datetime, span: Duration) -> datetime:
    """The moment a span of days or months before another."""
    return _moved(moment, span, -1)


def later(moment: datetime, span: Duration) -> datetime:
    """The moment a span of days or months after another."""
    return _moved(moment, span, 1)


def _moved(moment: datetime, span: Duration, way: int) -> datetime:
    if span.unit is DurationUnit.MONTHS:
        return datetime.combine(add_months(moment.date(), way * span.count), moment.timetz())
    return moment + way * timedelta(days=span.count)
