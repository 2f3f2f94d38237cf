"""What a policy would have cost, and for whom it would have been otherwise: totals over a replayed past."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from models.decision import Basis, Decision, DecisionKind, FactValue
from responses.policy.abreast import Abreast
from responses.policy.replay import Judged, Past, Replay
from responses.policy.schema import Policy

MOST_CHANGES = 500
"""Changes that are kept one by one of each sort; the others are in the totals alone."""

_NOTHING = Decimal(0)
_UNDECIDED = (DecisionKind.ASK, DecisionKind.HAND_OVER)

CellKey = tuple[str, str | None, Basis]
"""Month (`2026-11`), complaint type (None: the case names none), basis."""


@dataclass(kw_only=True, slots=True)
class Cell:
    """What is given in a month for one complaint type on one basis.

    `cost` is what is known of it; of `unpriced` offers the cost depends on a fact that nobody knows.
    """

    cases: int = 0
    offers: int = 0
    cost: Decimal = _NOTHING
    unpriced: int = 0


@dataclass(kw_only=True, slots=True)
class Heeded:
    """The cases in which one signal stood; a case in which several did counts with each of them.

    `customers` are whose cases these are, and `changed` those of them who got otherwise than they would have.
    `cost` is what is known to be given in these cases, and `unheeded` what it would have been.
    """

    cases: int = 0
    customers: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    cost: Decimal = _NOTHING
    unheeded: Decimal = _NOTHING


@dataclass(kw_only=True)
class Tally:
    """What came of one policy. Filled while replaying, read afterwards.

    `outcomes` counts cases by complaint type and kind of decision, `kinds` by kind alone. `missing` counts
    the cases that wait for a fact, with whether the customer would be asked for it; `undecided` counts each
    of them once. `days` holds the goodwill of each local day. `over_limit` are the customers who had more
    than the limit, with the number of cases that went above it. `beside` is what stands beside hand-overs,
    where an agent decides. `heeded` is what came of each signal that was ever raised.
    """

    policy: Policy
    cases: int = 0
    cells: dict[CellKey, Cell] = field(default_factory=dict)
    kinds: Counter[DecisionKind] = field(default_factory=Counter)
    outcomes: Counter[tuple[str | None, DecisionKind]] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    missing: Counter[tuple[str, bool]] = field(default_factory=Counter)
    undecided: int = 0
    days: dict[date, Decimal] = field(default_factory=dict)
    over_limit: Counter[str] = field(default_factory=Counter)
    beside: Cell = field(default_factory=Cell)
    heeded: dict[str, Heeded] = field(default_factory=dict)
    _spared: dict[Basis, Decimal] = field(
        init=False, repr=False, default_factory=lambda: dict.fromkeys(Basis, _NOTHING)
    )

    def add(self, past: Past, judged: Judged) -> None:
        """Count one case."""
        decision = judged.decision
        day = past.at.astimezone(self.policy.timezone).date()
        self.cases += 1
        self.kinds[decision.kind] += 1
        for complaint_type in past.complaint_types or (None,):
            self.outcomes[complaint_type, decision.kind] += 1
        self.fired.update(decision.rule_ids)
        if decision.kind in _UNDECIDED and decision.missing:
            self.undecided += 1
            self.missing.update((fact.name, fact.ask is not None) for fact in decision.missing)
        cells: set[CellKey] = set()
        for gift in judged.gifts:
            key = (day.isoformat()[:7], gift.complaint_type, gift.basis)
            _count(self.cells.setdefault(key, Cell()), gift.cost, is_new=key not in cells)
            cells.add(key)
        for place, gift in enumerate(judged.beside):
            _count(self.beside, gift.cost, is_new=place == 0)
        goodwill = judged.cost(Basis.GOODWILL)
        if goodwill:
            self.days[day] = self.days.get(day, _NOTHING) + goodwill
        if judged.over_limit:
            self.over_limit[past.customer] += 1
        if judged.unheeded is not None:
            self._heed(past, judged, judged.unheeded)

    def _heed(self, past: Past, judged: Judged, without: Judged) -> None:
        for basis in Basis:
            self._spared[basis] += without.cost(basis) - judged.cost(basis)
        for name in judged.decision.signals:
            heeded = self.heeded.setdefault(name, Heeded())
            heeded.cases += 1
            heeded.customers.add(past.customer)
            if _compare(without, judged) is not None:
                heeded.changed.add(past.customer)
            heeded.cost += sum(map(judged.cost, Basis), _NOTHING)
            heeded.unheeded += sum(map(without.cost, Basis), _NOTHING)

    @property
    def unheeded(self) -> Mapping[Basis, Decimal]:
        """What all cases together would have cost had no signal changed anything."""
        return {basis: self.cost(basis) + self._spared[basis] for basis in Basis}

    @property
    def affected(self) -> frozenset[str]:
        """The customers of whom a signal was heeded."""
        return frozenset().union(*(one.customers for one in self.heeded.values()))

    @property
    def months(self) -> dict[str, Decimal]:
        """The goodwill of each month."""
        totals: dict[str, Decimal] = {}
        for day, cost in self.days.items():
            totals[f"{day:%Y-%m}"] = totals.get(f"{day:%Y-%m}", _NOTHING) + cost
        return totals

    @property
    def broken_days(self) -> tuple[date, ...]:
        """The days with more goodwill than the policy's budget for a day."""
        limit = self.policy.limits.budget_day
        return tuple(sorted(day for day, cost in self.days.items() if limit and limit.amount < cost))

    @property
    def broken_months(self) -> tuple[str, ...]:
        """The months with more goodwill than the policy's budget for a month."""
        limit = self.policy.limits.budget_month
        return tuple(sorted(month for month, cost in self.months.items() if limit and limit.amount < cost))

    @property
    def never_fired(self) -> tuple[str, ...]:
        """What is owed and the rules that held in no case, in the order of the file."""
        return tuple(entry.id for entry in self.policy.entries if not self.fired[entry.id])

    def cost(self, basis: Basis) -> Decimal:
        """All that is known to be given on that basis."""
        return sum((cell.cost for key, cell in self.cells.items() if key[2] is basis), _NOTHING)

    def unpriced(self) -> int:
        """The offers whose cost nobody knows."""
        return sum(cell.unpriced for cell in self.cells.values())


class Change(StrEnum):
    """How a case comes out under another policy."""

    MORE = "more"
    LESS = "less"
    OTHER = "other"  # another thing of the same worth, or nothing that can be weighed against the other


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """A case that comes out otherwise. `difference` is None where the two cannot be weighed."""

    case_id: str
    at: datetime
    complaint_types: tuple[str, ...]
    before: Decision
    after: Decision
    difference: Decimal | None


@dataclass(kw_only=True)
class Comparison:
    """One policy against another, case by case. Filled while replaying, read afterwards.

    `differences` are the sums by which cases get more or less, by the first complaint type that a case names.
    `kinds` counts the cases whose kind of decision is another: before, after.
    """

    cases: Counter[Change] = field(default_factory=Counter)
    differences: dict[tuple[Change, str | None], Decimal] = field(default_factory=dict)
    kinds: Counter[tuple[DecisionKind, DecisionKind]] = field(default_factory=Counter)
    _kept: dict[Change, list[tuple[Decimal, float, str, int, Changed]]] = field(
        init=False, repr=False, default_factory=lambda: {change: [] for change in Change}
    )

    def add(self, past: Past, before: Judged, after: Judged) -> None:
        """Compare what one case gets."""
        found = _compare(before, after)
        if before.decision.kind is not after.decision.kind:
            self.kinds[before.decision.kind, after.decision.kind] += 1
        if found is None:
            return
        change, difference = found
        self.cases[change] += 1
        if difference:
            key = (change, past.complaint_types[0] if past.complaint_types else None)
            self.differences[key] = self.differences.get(key, _NOTHING) + abs(difference)
        changed = Changed(
            case_id=past.case_id,
            at=past.at,
            complaint_types=past.complaint_types,
            before=before.decision,
            after=after.decision,
            difference=difference,
        )
        kept = self._kept[change]
        # The largest, then the latest: the same ones in whatever order the cases came.
        place = (abs(difference or _NOTHING), past.at.timestamp(), past.case_id, len(kept), changed)
        if len(kept) < MOST_CHANGES:
            heapq.heappush(kept, place)
        elif kept[0][:3] < place[:3]:
            heapq.heapreplace(kept, (*place[:3], self.cases[change], changed))

    def total(self, change: Change) -> Decimal:
        """All by which cases get more, or less."""
        return sum((money for (one, _), money in self.differences.items() if one is change), _NOTHING)

    def largest(self, change: Change) -> list[Changed]:
        """At most `MOST_CHANGES` cases, those with the largest difference first."""
        return [place[-1] for place in sorted(self._kept[change], reverse=True)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """What came of a past. `against` and `comparison` are there where two policies were tried.

    `paid` is what was really given, by month, and `paid_cases` in how many cases that is known.
    """

    first: datetime | None
    last: datetime | None
    unsure: int
    tally: Tally
    against: Tally | None
    comparison: Comparison | None
    paid: Mapping[str, Decimal]
    paid_cases: int


def simulate(
    pasts: Iterable[Past],
    policy: Policy,
    against: Policy | None = None,
    *,
    assumed: Mapping[str, FactValue] | None = None,
) -> Simulation:
    """Replay a past under a policy, or under two and compare them.

    Args:
        pasts: the cases in the order of time, as `in_time_order` puts them; each is looked at once.
        policy: the policy to try.
        against: the one to compare it with.
        assumed: facts that hold for the cases of which they are not known.

    Raises:
        NeverOpenError: a promise has a term in working time, and the policy's hours never open.
    """
    new, tally = Replay(policy, assumed=assumed), Tally(policy=policy)
    abreast = Abreast(new, Replay(against, assumed=assumed)) if against is not None else None
    old_tally = Tally(policy=against) if against is not None else None
    comparison = Comparison() if against is not None else None
    first = last = None
    unsure = paid_cases = 0
    paid: dict[str, Decimal] = {}
    for past in pasts:
        first, last = first or past.at, past.at
        unsure += bool(past.abstained)
        if past.paid is not None:
            month = f"{past.at.astimezone(policy.timezone):%Y-%m}"
            paid[month] = paid.get(month, _NOTHING) + past.paid.amount
            paid_cases += 1
        if abreast is None or old_tally is None or comparison is None:
            tally.add(past, new.judge(past))
            continue
        judged, before = abreast.judge(past)
        tally.add(past, judged)
        old_tally.add(past, before)
        comparison.add(past, before, judged)
    return Simulation(
        first=first,
        last=last,
        unsure=unsure,
        tally=tally,
        against=old_tally,
        comparison=comparison,
        paid=paid,
        paid_cases=paid_cases,
    )


def _count(cell: Cell, cost: Decimal | None, *, is_new: bool) -> None:
    cell.cases += is_new
    cell.offers += 1
    if cost is None:
        cell.unpriced += 1
    else:
        cell.cost += cost


def _compare(before: Judged, after: Judged) -> tuple[Change, Decimal | None] | None:
    """How a case changes, and by how much; None where it does not."""
    one, other = before.decision, after.decision
    if one is other or (one.kind is other.kind and _told(one) == _told(other)):
        return None
    # What an agent decides in the end, or the customer's answer brings, cannot be weighed.
    open_ended = one.kind in _UNDECIDED or other.kind in _UNDECIDED
    if open_ended or any(gift.cost is None for gift in (*before.gifts, *after.gifts)):
        return Change.OTHER, None
    difference = sum((after.cost(basis) - before.cost(basis) for basis in Basis), _NOTHING)
    if difference == 0:
        return Change.OTHER, _NOTHING
    return (Change.MORE if difference > 0 else Change.LESS), difference


def _told(decision: Decision) -> object:
    """What the customer is told: who asks for it by which rule is nothing to them."""
    match decision.kind:
        case DecisionKind.ASK:
            return frozenset(fact.name for fact in decision.asks_customer)
        case DecisionKind.OFFER:
            offers = [(offer.basis, offer.options) for offer in decision.offers]
            return offers, [commitment.what for commitment in decision.commitments], decision.apologise
        case DecisionKind.DECLINE:
            return [(refused.reason, refused.alternative) for refused in decision.refusals]
        case _:
            return None
