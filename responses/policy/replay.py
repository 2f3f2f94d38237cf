"""The past again, under a policy: each case decided in its time, after what it would have given before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from models.decision import Basis, Decision, DecisionKind, Duration, FactValue, Given, Matter
from models.money import Money
from models.record import Dismissal, Happening, Record
from responses.policy.decide import Judge
from responses.policy.given import (
    TO_BE_DONE,
    USUAL_TIME,
    asks_progress,
    earlier,
    given_by,
    has_known_worth,
    was_favour,
)
from responses.policy.records import Records, Said
from responses.policy.schema import Count, Policy
from responses.policy.situation import ORDER

_NOTHING = Decimal(0)
_LONGEST_CASE = timedelta(days=366)  # after a year without a word nobody goes on with a case
_SWEEP_EVERY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A case as it was, or one matter of it.

    Two with the same `case_id` are the same case taken up again. `at` is an aware time, `facts` is what is
    known of it, `paid` what was really given, None where nobody knows. `asks_where_it_stands`: it asks what
    has become of the matter.

    For signals: `said` is what in its messages counts, None where nothing of this customer may be counted;
    `since` is when they first came (None: with the first case that is replayed), `paid_orders` what the order
    book knew of them by then, None where it could not tell, `dismissed` which signals an agent had dismissed
    before it was answered.
    """

    case_id: str
    customer: str
    at: datetime
    act: str
    complaint_types: tuple[str, ...]
    tone: str
    urgency: str
    asks: tuple[str, ...]
    own_error: bool
    language: str
    facts: Mapping[str, FactValue]
    abstained: frozenset[str] = frozenset()
    paid: Money | None = None
    asks_where_it_stands: bool = False
    said: tuple[Said, ...] | None = None
    since: datetime | None = None
    paid_orders: tuple[Happening, ...] | None = None
    dismissed: tuple[Dismissal, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """What one offer costs, of a choice the dearest; None where that depends on what nobody knows."""

    complaint_type: str | None
    basis: Basis
    cost: Decimal | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A past case under a policy. `gifts` are what is given, and empty unless the decision is an offer.

    `beside` is what stands beside a hand-over, where an agent decides what of it is given. `over_limit` says
    that with it the customer has had more than the policy's limit for one customer. `unheeded` is what the
    case would have been had no signal of this customer ever changed anything; None where that is the same.
    """

    decision: Decision
    gifts: tuple[Gift, ...]
    beside: tuple[Gift, ...]
    over_limit: bool
    unheeded: "Judged | None" = None

    def cost(self, basis: Basis) -> Decimal:
        """What is known to be given on that basis."""
        return sum((gift.cost for gift in self.gifts if gift.basis is basis and gift.cost), _NOTHING)


@dataclass(kw_only=True, slots=True)
class _Entry:
    """Something given, with the terms of what is promised with it; none any more once that is kept.

    `done` is when the last of them is over, once anybody has looked.
    """

    given: Given
    terms: tuple[Duration, ...]
    done: datetime | None = None


@dataclass(kw_only=True, slots=True)
class _Known:
    """A customer as far as signals look back."""

    since: datetime
    said: list[Said] = field(default_factory=list)


class Replay:
    """Judges cases one after another, in the order of time.

    Every offer counts as approved as it stands, the moment it is made; of a choice the first is taken. What
    is promised counts as kept once its time is over. Signals are counted from what came before, and from
    what was given before in the replay itself, but for those that agents have dismissed.
    """

    def __init__(self, policy: Policy, *, assumed: Mapping[str, FactValue] | None = None) -> None:
        self.policy = policy
        self._assumed = assumed or {}
        self._judge = Judge(policy)
        self._records = Records(policy)
        self._counts_years = any(signal.count is Count.YEARS_KNOWN for signal in policy.signals)
        self._entries: dict[str, list[_Entry]] = {}
        # Of whom a signal was heeded: what they would have been given without.
        self._unheeded: dict[str, list[_Entry]] = {}
        self._known: dict[str, _Known] = {}
        self._swept: datetime | None = None

    def judge(self, past: Past) -> Judged:
        """Decide a case, and remember what it gives."""
        self._forget(past.at)
        facts = self._facts(past)
        entries = self._entries.get(past.customer, [])
        before = len(entries)
        judged = self._decide(past, facts, entries, heeds=True)
        if entries:
            self._entries[past.customer] = entries
        if judged.decision.signals:
            self._unheeded.setdefault(past.customer, [replace(entry) for entry in entries[:before]])
        apart = self._unheeded.get(past.customer)
        if apart is None:
            return judged
        return replace(judged, unheeded=self._decide(past, facts, apart, heeds=False))

    def matter(self, past: Past) -> Matter:
        """What a case says and what is known of it, whoever wrote it."""
        return _matter(past, self._facts(past), (), ())

    def _facts(self, past: Past) -> Mapping[str, FactValue]:
        return {**self._assumed, **past.facts} if self._assumed else past.facts

    def stands_as(self, other: "Replay", customer: str) -> bool:
        """Whether it has given a customer what the other has; between policies that look back equally far."""
        return self._entries.get(customer) == other._entries.get(customer) and (
            self._unheeded.get(customer) == other._unheeded.get(customer)
        )

    def follow(self, other: "Replay", past: Past, judged: Judged) -> Judged:
        """Take over what the other has made of a case that both decide alike, and remember what it gives."""
        self._forget(past.at)
        customer = past.customer
        for mine, theirs in ((self._entries, other._entries), (self._unheeded, other._unheeded)):
            if customer in theirs:
                mine[customer] = [replace(entry) for entry in theirs[customer]]
        if customer in other._known:
            self._known[customer] = replace(other._known[customer])
        return self._in_own_name(judged)

    def _in_own_name(self, judged: Judged) -> Judged:
        decision = replace(judged.decision, policy=self.policy.name, policy_sha256=self.policy.sha256)
        unheeded = None if judged.unheeded is None else self._in_own_name(judged.unheeded)
        return replace(judged, decision=decision, unheeded=unheeded)

    def _decide(
        self, past: Past, facts: Mapping[str, FactValue], entries: list[_Entry], *, heeds: bool
    ) -> Judged:
        given = [self._as_of(past.at, entry) for entry in entries]
        here = tuple(one for one in given if one.case_id == past.case_id)
        elsewhere = tuple(one for one in given if one.case_id != past.case_id)
        progress = asks_progress(past.act, past.asks, here, asked=past.asks_where_it_stands)
        record = self._record(past, given) if heeds else None
        decision = self._judge.decide(
            _matter(past, facts, here, elsewhere, asks_progress=progress, record=record), explain=False
        )
        gifts = _gifts(decision)
        if decision.kind is not DecisionKind.OFFER:
            return Judged(decision=decision, gifts=(), beside=gifts, over_limit=False)
        over = self._over_limit(decision.worth, given, past.at)
        entries += self._remembered(past, decision, facts)
        return Judged(decision=decision, gifts=gifts, beside=(), over_limit=over)

    def _record(self, past: Past, given: list[Given]) -> Record | None:
        if past.said is None or not self.policy.signals:
            return None
        known = self._known.setdefault(past.customer, _Known(since=past.since or past.at))
        known.said = [one for one in known.said if self._records.reaches(one.at, past.at)] + [*past.said]
        enough = self._records.fewest is not None and self._records.fewest <= len(known.said)
        if not enough and past.paid_orders is None and not self._counts_years:
            return None  # nothing can be raised, as of most people
        found = self._records.record(
            known.said,
            given=given,
            paid_orders=past.paid_orders,
            since=known.since,
            present=past.case_id,
            now=past.at,
        )
        return replace(found, dismissed=past.dismissed) if past.dismissed else found

    def _remembered(self, past: Past, decision: Decision, facts: Mapping[str, FactValue]) -> Iterator[_Entry]:
        terms = tuple(commitment.within for commitment in decision.commitments)
        if any(offer.options[0].kind in TO_BE_DONE for offer in decision.offers):
            terms = (*terms, USUAL_TIME)
        order = facts.get(ORDER)
        known = order is not None and not order.unavailable
        for given in given_by(
            decision,
            case_id=past.case_id,
            at=past.at,
            promise_state="open" if terms else None,
            order_id=str(order.value) if order is not None and known else None,
        ):
            yield _Entry(given=given, terms=terms)

    def _as_of(self, now: datetime, entry: _Entry) -> Given:
        """What is on record at a moment: a promise is open until the last of its terms is over."""
        if not entry.terms:
            return entry.given
        if entry.done is None:
            entry.done = max(self.policy.hours.add(term, entry.given.at) for term in entry.terms)
        if entry.done <= now:
            entry.given = replace(entry.given, promise_state="kept", settled_at=entry.done)
            entry.terms = ()
        return entry.given

    def _over_limit(self, worth: Money | None, given: list[Given], now: datetime) -> bool:
        """As the limits themselves judge, which only tell it to agents."""
        limit = self.policy.limits.per_customer
        if limit is None or worth is None or worth.amount == 0:
            return False
        since = earlier(now, limit.every)
        had = sum(
            (
                one.worth.amount
                for one in given
                if one.at >= since
                and was_favour(one)
                and one.worth is not None
                and has_known_worth(one, self.policy.currency)
            ),
            _NOTHING,
        )
        return limit.total.amount < worth.amount + had

    def _forget(self, now: datetime) -> None:
        """Drop what no decision can depend on any more; what was given for an order counts for ever."""
        if self._swept is not None and now < self._swept + _SWEEP_EVERY:
            return
        self._swept = now
        since = now - _LONGEST_CASE
        if self.policy.limits.per_customer is not None:
            since = min(since, earlier(now, self.policy.limits.per_customer.every))
        if self.policy.second_time is not None:
            since = min(since, earlier(now, self.policy.second_time.within))
        for signal in self.policy.signals:
            since = min(since, earlier(now, signal.within))
        for history in (self._entries, self._unheeded):
            for customer, entries in history.items():
                history[customer] = [
                    one for one in entries if one.given.at >= since or one.given.order_id is not None
                ]
        self._entries = {customer: entries for customer, entries in self._entries.items() if entries}
        self._unheeded = {
            customer: entries
            for customer, entries in self._unheeded.items()
            if entries or customer in self._entries
        }
        if not self._counts_years:
            reaches = self._records.reaches
            self._known = {
                customer: known
                for customer, known in self._known.items()
                if any(reaches(one.at, now) for one in reversed(known.said))
            }


def _matter(
    past: Past,
    facts: Mapping[str, FactValue],
    here: tuple[Given, ...],
    elsewhere: tuple[Given, ...],
    *,
    asks_progress: bool = False,
    record: Record | None = None,
) -> Matter:
    return Matter(
        act=past.act,
        complaint_types=past.complaint_types,
        tone=past.tone,
        urgency=past.urgency,
        asks=past.asks,
        own_error=past.own_error,
        language=past.language,
        abstained=past.abstained,
        facts=facts,
        given_here=here,
        history=elsewhere,
        now=past.at,
        said_at=past.at,
        asks_progress=asks_progress,
        record=record,
    )


def _gifts(decision: Decision) -> tuple[Gift, ...]:
    gifts = []
    for offer in decision.offers:
        worths = [option.worth for option in offer.options]
        known = [worth.amount for worth in worths if worth is not None]
        cost = max(known) if len(known) == len(worths) else None
        gifts.append(Gift(complaint_type=offer.complaint_type, basis=offer.basis, cost=cost))
    return tuple(gifts)
