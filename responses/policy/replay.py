"""The past again, under a policy: each case decided in its time, after what it would have given before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from models.decision import Basis, Decision, DecisionKind, Duration, FactValue, Given, Matter
from models.money import Money
from responses.policy.decide import Judge
from responses.policy.given import TO_BE_DONE, USUAL_TIME, earlier, given_by, has_known_worth, was_favour
from responses.policy.schema import Policy
from responses.policy.situation import ORDER

_NOTHING = Decimal(0)
_LONGEST_CASE = timedelta(days=366)  # after a year without a word nobody goes on with a case
_SWEEP_EVERY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A case as it was, or one matter of it.

    Two with the same `case_id` are the same case taken up again. `at` is an aware time, `facts` is what is
    known of it, `paid` what was really given, None where nobody knows.
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
    that with it the customer has had more than the policy's limit for one customer.
    """

    decision: Decision
    gifts: tuple[Gift, ...]
    beside: tuple[Gift, ...]
    over_limit: bool

    def cost(self, basis: Basis) -> Decimal:
        """What is known to be given on that basis."""
        return sum((gift.cost for gift in self.gifts if gift.basis is basis and gift.cost), _NOTHING)


@dataclass(kw_only=True, slots=True)
class _Entry:
    """Something given, with the terms of what is promised with it; none any more once that is kept."""

    given: Given
    terms: tuple[Duration, ...]


class Replay:
    """Judges cases one after another, in the order of time.

    Every offer counts as approved as it stands, the moment it is made; of a choice the first is taken. What
    is promised counts as kept once its time is over.
    """

    def __init__(self, policy: Policy, *, assumed: Mapping[str, FactValue] | None = None) -> None:
        self.policy = policy
        self._assumed = assumed or {}
        self._judge = Judge(policy)
        self._entries: dict[str, list[_Entry]] = {}
        self._swept: datetime | None = None

    def judge(self, past: Past) -> Judged:
        """Decide a case, and remember what it gives."""
        self._forget(past.at)
        entries = self._entries.get(past.customer, [])
        given = [self._as_of(past.at, entry) for entry in entries]
        here = tuple(one for one in given if one.case_id == past.case_id)
        elsewhere = tuple(one for one in given if one.case_id != past.case_id)
        facts = {**self._assumed, **past.facts} if self._assumed else past.facts
        decision = self._judge.decide(
            Matter(
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
            ),
            explain=False,
        )
        gifts = _gifts(decision)
        if decision.kind is not DecisionKind.OFFER:
            return Judged(decision=decision, gifts=(), beside=gifts, over_limit=False)
        over = self._over_limit(decision.worth, given, past.at)
        self._remember(past, decision, facts)
        return Judged(decision=decision, gifts=gifts, beside=(), over_limit=over)

    def _remember(self, past: Past, decision: Decision, facts: Mapping[str, FactValue]) -> None:
        terms = tuple(commitment.within for commitment in decision.commitments)
        if any(offer.options[0].kind in TO_BE_DONE for offer in decision.offers):
            terms = (*terms, USUAL_TIME)
        order = facts.get(ORDER)
        known = order is not None and not order.unavailable
        self._entries.setdefault(past.customer, []).extend(
            _Entry(given=given, terms=terms)
            for given in given_by(
                decision,
                case_id=past.case_id,
                at=past.at,
                promise_state="open" if terms else None,
                order_id=str(order.value) if order is not None and known else None,
            )
        )

    def _as_of(self, now: datetime, entry: _Entry) -> Given:
        """What is on record at a moment: a promise is open until the last of its terms is over."""
        if entry.terms and all(self.policy.hours.add(term, entry.given.at) <= now for term in entry.terms):
            done = max(self.policy.hours.add(term, entry.given.at) for term in entry.terms)
            entry.given, entry.terms = replace(entry.given, promise_state="kept", settled_at=done), ()
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
        for customer, entries in list(self._entries.items()):
            kept = [one for one in entries if one.given.at >= since or one.given.order_id is not None]
            if kept:
                self._entries[customer] = kept
            else:
                del self._entries[customer]


def _gifts(decision: Decision) -> tuple[Gift, ...]:
    gifts = []
    for offer in decision.offers:
        worths = [option.worth for option in offer.options]
        known = [worth.amount for worth in worths if worth is not None]
        cost = max(known) if len(known) == len(worths) else None
        gifts.append(Gift(complaint_type=offer.complaint_type, basis=offer.basis, cost=cost))
    return tuple(gifts)
