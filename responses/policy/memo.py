"""Decides many matters by one policy: those that do not differ for it share a decision."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from models.decision import Decision, FactValue, Given, Matter
from models.labels import Act, Language, Tone, Urgency
from models.money import Money
from responses.policy.amounts import rounded_down
from responses.policy.conditions import MESSAGE_FIELDS, Subject, Test, single_tests
from responses.policy.decide import decide
from responses.policy.schema import AmountSpec, Owed, Policy, RemedySpec, Rule
from responses.policy.situation import FAULT, ORDER, PRICE, FactInput, Situation, fitting_value, situation
from responses.policy.verdicts import Truth, evaluate

Decide = Callable[[Matter], Decision]
"""Judges matters by a policy that it knows."""

_ENOUGH = 50_000  # remembered decisions; of what never comes back, forgetting costs nothing
_FIELDS = frozenset(MESSAGE_FIELDS.values())
_UNKNOWN, _UNAVAILABLE, _AMPLE = "unknown", "unavailable", "ample"


@dataclass(frozen=True, kw_only=True, slots=True)
class _FactRead:
    """A fact, and the tests that entries which may hold put to it; `dated` ones depend on the day as well."""

    name: str
    tests: tuple[Test, ...]
    dated: bool
    outcomes: dict[Hashable, tuple[Truth, ...]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reach:
    """For an act and complaint types: the entries that may hold, by type, and the facts they read.

    `policy` has no others: it decides these matters alike, and faster.
    """

    entries: Mapping[str | None, tuple[Owed | Rule, ...]]
    reads: tuple[_FactRead, ...]
    policy: Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sums:
    """The facts whose value goes into what is given.

    Where the price only bounds what is given, it cuts nothing from `ample` on.
    """

    facts: tuple[str, ...]
    ample: Money | None


class Memo:
    """Decides matters by one policy as `decide` does, but for what is written for agents.

    `steps`, `notes`, `limits_cut` and `presumed` are left out, and `tier` does not count what the customer
    had in favours from elsewhere.

    What makes two matters equal for a policy: act and complaint types; of the other fields of the message
    the values that a condition names; of every fact that an entry which may hold for these types reads, how
    its conditions turn out today; which laws are in force that day; and of the facts of which the sums that
    hold are made, the value. A matter with something given before that bears on it is decided by itself.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._known: dict[Hashable, Decision] = {}
        self._reaches: dict[tuple[str, tuple[str, ...]], _Reach] = {}
        self._entries: dict[tuple[str, str | None], tuple[Owed | Rule, ...]] = {}
        self._sums: dict[Hashable, _Sums] = {}
        self._named = dict(_named(policy))
        self._fields = {"act", "complaint_types", "own_error"} | {
            MESSAGE_FIELDS[name] for name in self._named
        }
        self._turns = sorted({turn for owed in policy.owed for turn in _turns(owed)})

    def decide(self, matter: Matter) -> Decision:
        """The decision, from memory where an equal matter has been decided before."""
        types = matter.complaint_types if matter.act == Act.COMPLAINT else ()
        reach = self._reaches.get((matter.act, types))
        if reach is None:
            reach = self._reaches[matter.act, types] = self._reach(matter.act, types)
        if matter.given_here or any(self._bears_on(given, matter) for given in matter.history):
            return _decide(reach.policy, matter)
        key = self._key(matter, reach)
        decision = self._known.get(key)
        if decision is None:
            if len(self._known) >= _ENOUGH:
                self._known.clear()
            decision = self._known[key] = _decide(reach.policy, matter)
        return decision

    def _bears_on(self, given: Given, matter: Matter) -> bool:
        """Whether what was given elsewhere may make this a follow-up or a second time."""
        if given.complaint_type in matter.complaint_types:
            return True
        order = matter.facts.get(ORDER)
        return order is not None and not order.unavailable and given.order_id == order.value

    def _key(self, matter: Matter, reach: _Reach) -> Hashable:
        today = matter.now.astimezone(self._policy.timezone).date()
        asks = self._named.get("ask", frozenset())
        held = (
            matter.act,
            matter.complaint_types,
            matter.own_error,
            self._if_named("tone", matter.tone),
            matter.urgency if "urgency" in self._named else None,  # conditions compare it by its order
            self._if_named("language", matter.language),
            tuple(ask for ask in matter.asks if ask in asks),
            matter.abstained & self._fields,
            matter.asked,
            bisect_right(self._turns, today),
            tuple(self._outcome(read, matter.facts.get(read.name), today) for read in reach.reads),
        )
        sums = self._sums.get(held)
        if sums is None:
            if len(self._sums) >= _ENOUGH:
                self._sums.clear()
            sums = self._sums[held] = self._summed(matter, reach)
        return (held, tuple(self._value(name, matter.facts.get(name), sums) for name in sums.facts))

    def _if_named(self, name: str, value: str) -> str | None:
        return value if value in self._named.get(name, ()) else None

    def _outcome(self, read: _FactRead, fact: FactValue | None, today: date) -> Hashable:
        """How the conditions on a fact turn out."""
        if fact is None:
            return _UNKNOWN
        if fact.unavailable:
            return _UNAVAILABLE
        value = fitting_value(self._policy, self._policy.facts[read.name], fact)
        if value is None:
            return _UNKNOWN
        if read.name == FAULT:
            return value  # whose fault it is counts without a condition
        seen = (value, today) if read.dated else value
        outcomes = read.outcomes.get(seen)
        if outcomes is None:
            if len(read.outcomes) >= _ENOUGH:
                read.outcomes.clear()
            outcomes = read.outcomes[seen] = _outcomes(read, value, today)
        return outcomes

    def _value(self, name: str, fact: FactValue | None, sums: _Sums) -> Hashable:
        if fact is None or fact.unavailable:
            return None
        value = fitting_value(self._policy, self._policy.facts[name], fact)
        if name == PRICE and sums.ample is not None and isinstance(value, Money) and sums.ample <= value:
            return _AMPLE
        return value

    def _reach(self, act: str, types: tuple[str, ...]) -> _Reach:
        by_type = {one: self._reached(act, one) for one in types or (None,)}
        entries = [entry for reached in by_type.values() for entry in reached]
        tests: dict[str, list[Test]] = {}
        for test in (test for entry in entries for test in single_tests(entry.when)):
            if test.subject is not Subject.MESSAGE:
                tests.setdefault(test.name, []).append(test)
        names = {FAULT, PRICE, *tests, *(name for entry in entries for name in self._facts_summed(entry))}
        reads = tuple(
            _FactRead(
                name=name,
                tests=tuple(tests.get(name, ())),
                dated=any(test.subject is not Subject.FACT for test in tests.get(name, ())),
            )
            for name in self._policy.facts
            if name in names
        )
        narrowed = replace(
            self._policy,
            owed=tuple(owed for owed in self._policy.owed if owed in entries),
            rules=tuple(rule for rule in self._policy.rules if rule in entries),
        )
        return _Reach(entries=by_type, reads=reads, policy=narrowed)

    def _reached(self, act: str, complaint_type: str | None) -> tuple[Owed | Rule, ...]:
        key = (act, complaint_type)
        if key not in self._entries:
            found = tuple(one for one in self._policy.entries if _may_hold(one, act, complaint_type))
            self._entries[key] = found
        return self._entries[key]

    def _summed(self, matter: Matter, reach: _Reach) -> _Sums:
        """What the sums of a matter can come of: only what holds gives anything."""
        holding = [
            entry for one, entries in reach.entries.items() for entry in self._holding(matter, one, entries)
        ]
        names = {name for entry in holding for name in self._facts_summed(entry)}
        ample = None
        bounded = self._policy.limits.share_of_price is not None and PRICE in self._policy.facts
        if bounded and PRICE not in names and any(_specs(entry) for entry in holding):
            names.add(PRICE)
            ample = self._ample_price(holding)
        return _Sums(facts=tuple(sorted(names & self._policy.facts.keys())), ample=ample)

    def _holding(
        self, matter: Matter, complaint_type: str | None, entries: tuple[Owed | Rule, ...]
    ) -> Iterator[Owed | Rule]:
        found = situation(self._policy, matter, complaint_type)
        for entry in entries:
            if evaluate(entry.when, found).truth is Truth.TRUE:
                yield entry
                if isinstance(entry, Rule) and entry.ends_the_search and matter.act == Act.COMPLAINT:
                    return  # every rule is tried on a complaint, and the first that holds is the last

    def _facts_summed(self, entry: Owed | Rule) -> Iterator[str]:
        """The facts of which the worth of what an entry gives may come."""
        for spec in _specs(entry):
            if spec.amount is not None:
                yield from spec.amount.facts
            elif spec.full or spec.fraction is not None:
                yield PRICE
            elif spec.kind in self._policy.worth:
                yield from self._policy.worth[spec.kind].facts

    def _ample_price(self, entries: list[Owed | Rule]) -> Money | None:
        """The least price whose share is all that these entries can give; None if that has no end."""
        share, total = self._policy.limits.share_of_price, Decimal(0)
        if not share:
            return None
        for spec in (spec for entry in entries for spec in _specs(entry)):
            worth = self._highest(spec)
            if worth is None:
                return None
            total += worth
        price = Money(amount=total / share, currency=self._policy.currency).rounded()
        step = Money.from_minor(1, self._policy.currency)
        while rounded_down(price * share).amount < total:
            price += step
        return price

    def _highest(self, spec: RemedySpec) -> Decimal | None:
        """The most that a remedy can be worth; None where the file sets no bound."""
        if spec.at_most is not None:
            return spec.at_most.amount
        amount = spec.amount or self._policy.worth.get(spec.kind)
        if amount is not None:
            return _fixed(amount)
        # Without a worth of its own nothing is compared with the bound, unless it can be cut to it.
        return None if spec.full or spec.fraction is not None else Decimal(0)


def _decide(policy: Policy, matter: Matter) -> Decision:
    return replace(decide(policy, matter), steps=(), notes=(), limits_cut=(), presumed=())


def _named(policy: Policy) -> Iterator[tuple[str, frozenset[object]]]:
    """Fields of the message that conditions look at, with the values they name."""
    tests = [test for entry in policy.entries for test in single_tests(entry.when)]
    for name in {test.name for test in tests if test.subject is Subject.MESSAGE}:
        named = [test for test in tests if test.subject is Subject.MESSAGE and test.name == name]
        yield name, frozenset(operand for test in named for operand in test.operands)


def _turns(owed: Owed) -> Iterator[date]:
    """The days from which on an entry is in force, and is so no more."""
    if owed.since is not None:
        yield owed.since
    if owed.until is not None and owed.until < date.max:
        yield owed.until + timedelta(days=1)


def _specs(entry: Owed | Rule) -> list[RemedySpec]:
    return [spec for choice in entry.give for spec in choice]


def _fixed(amount: AmountSpec) -> Decimal | None:
    return amount.fixed.amount if amount.fixed is not None and not amount.facts else None


def _outcomes(read: _FactRead, value: FactInput, today: date) -> tuple[Truth, ...]:
    alone = _alone(_probe(Act.COMPLAINT), None, {read.name: value}, today)
    return tuple(evaluate(test, alone).truth for test in read.tests)


def _may_hold(entry: Owed | Rule, act: str, complaint_type: str | None) -> bool:
    """Whether an entry's condition may hold for a complaint type of a message, whatever else is known.

    What is false while everything else is open stays false.
    """
    nothing = _alone(_probe(act, typed=complaint_type is not None), complaint_type, {}, date.min)
    return evaluate(entry.when, nothing).truth is not Truth.FALSE


def _alone(matter: Matter, complaint_type: str | None, known: dict[str, FactInput], today: date) -> Situation:
    return Situation(
        matter=matter,
        complaint_type=complaint_type,
        known=known,
        presumed=frozenset(),
        unavailable=frozenset(),
        today=today,
    )


def _probe(act: str, *, typed: bool = False) -> Matter:
    """A message of which nothing but the act, and where it has one the complaint type, is certain."""
    return Matter(
        act=act,
        complaint_types=(),
        tone=Tone.CALM,
        urgency=Urgency.NORMAL,
        asks=(),
        own_error=False,
        language=Language.ITALIAN,
        abstained=_FIELDS - {"act"} - ({"complaint_types"} if typed else set()),
        facts={},
        given_here=(),
        history=(),
        now=datetime.min.replace(tzinfo=UTC),
    )
