"""What went wrong, by complaint type: how often, how often it came back, and what was given for it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, DecisionKind
from models.money import Money
from models.states import CaseState, PromiseState, Verdict
from models.tables import Approval, Case, DecisionRow, Draft, LedgerEntry, OfferRow, Promise
from responses.customers.said import Said, answered_types, said_in, types_said
from responses.reports.judged import REAL

FEWEST = 5
"""Of fewer cases no share is told: it would be chance."""
_AT_ONCE = 400  # cases whose rows are in memory together
_NO_ANSWER = (DecisionKind.ASK, DecisionKind.THANKS)


class Back(StrEnum):
    """How a case came back."""

    AGAIN = "again"  # the customer complained again, after an answer
    SECOND_TIME = "second_time"  # the same failure had been answered before
    BROKEN = "broken"  # something that we had promised was not kept


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """One complaint type; None for what is of no sure type, and for money that was given for several at once.

    `returned` of the `cases` came back, in one of the `ways` or in several. `given` is what was given by
    currency, and `favours` the part of it that nobody was owed.
    """

    complaint_type: str | None
    cases: int
    returned: int
    ways: Mapping[Back, int]
    given: tuple[Money, ...]
    favours: tuple[Money, ...]

    @property
    def share(self) -> float | None:
        """The part that came back, in [0, 1]; None of too few."""
        return self.returned / self.cases if self.cases >= FEWEST else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Causes:
    """The complaints of a period: `cases` in all, of which `returned` came back.

    A case of two types stands under both, its money under that for which it was given. `currencies` are those
    in which anything was given, the one most often given first.
    """

    cases: int
    returned: int
    currencies: tuple[str, ...]
    causes: tuple[Cause, ...]

    def by_cost(self) -> list[Cause]:
        """What cost most first: in the currency given most often, then in the next one."""

        def cost(one: Cause) -> list[int]:
            given = {money.currency: money.minor for money in one.given}
            return [-given.get(currency, 0) for currency in self.currencies]

        return sorted(self.by_return(), key=cost)

    def by_return(self) -> list[Cause]:
        """What came back in most cases first."""
        return sorted(
            self.causes,
            key=lambda one: (one.complaint_type is None, -one.returned, -one.cases, one.complaint_type or ""),
        )


@dataclass(slots=True)
class _Tally:
    cases: int = 0
    returned: int = 0
    ways: Counter[Back] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    favours: Counter[str] = field(default_factory=Counter)


async def causes_since(session: AsyncSession, since: datetime) -> Causes:
    """The cases opened since then in which somebody complained; samples, tests and spam are left out.

    What came back and what was given counts up to now, also for cases that are still open.
    """
    tallies: dict[str | None, _Tally] = defaultdict(_Tally)
    times: Counter[str] = Counter()
    cases = returned = 0
    after = ""
    while ids := await _cases(session, since, after):
        after = ids[-1]
        said = await said_in(session, ids)
        answered = await answered_types(session, ids)
        back = await _came_back(session, ids, said)
        booked = await _booked(session, ids)
        for case_id in ids:
            named = types_said(said.get(case_id, ())) | answered.get(case_id, frozenset())
            money = booked.get(case_id, ())
            types = named | {entry.complaint_type for entry in money if entry.complaint_type is not None}
            if not types and not any(one.is_complaint for one in said.get(case_id, ())):
                continue
            ways = back.get(case_id, frozenset())
            cases += 1
            returned += bool(ways)
            for name in types or {None}:
                tally = tallies[name]
                tally.cases += 1
                tally.returned += bool(ways)
                tally.ways.update(ways)
            for entry in money:
                only = next(iter(types)) if len(types) == 1 else None
                tally = tallies[entry.complaint_type or only]
                times[entry.currency] += 1
                tally.given[entry.currency] += entry.minor
                if entry.basis == Basis.GOODWILL:
                    tally.favours[entry.currency] += entry.minor
        session.expunge_all()
    return Causes(
        cases=cases,
        returned=returned,
        currencies=tuple(currency for currency, _ in times.most_common()),
        causes=tuple(
            Cause(
                complaint_type=name,
                cases=tally.cases,
                returned=tally.returned,
                ways={way: tally.ways[way] for way in Back},
                given=_money(tally.given),
                favours=_money(tally.favours),
            )
            for name, tally in tallies.items()
        ),
    )


async def _cases(session: AsyncSession, since: datetime, after: str) -> list[str]:
    query = (
        select(Case.id)
        .where(Case.id > after, Case.created_at >= since, Case.state != CaseState.SPAM, *REAL)
        .order_by(Case.id)
        .limit(_AT_ONCE)
    )
    return list((await session.scalars(query)).all())


async def _came_back(
    session: AsyncSession, cases: Collection[str], said: Mapping[str, Sequence[Said]]
) -> Mapping[str, frozenset[Back]]:
    ways: dict[str, set[Back]] = defaultdict(set)
    broken = select(Promise.case_id).where(Promise.case_id.in_(cases), Promise.state == PromiseState.BROKEN)
    for case_id in await session.scalars(broken):
        ways[case_id].add(Back.BROKEN)
    for case_id, content in await session.execute(
        select(DecisionRow.case_id, DecisionRow.content).where(
            DecisionRow.id.in_(
                select(func.max(DecisionRow.id))
                .where(DecisionRow.case_id.in_(cases))
                .group_by(DecisionRow.case_id)
            )
        )
    ):
        if content.get("second_time"):
            ways[case_id].add(Back.SECOND_TIME)
    # A question, thanks, or word that an answer follows: whoever writes after it has had no answer yet.
    answers = (
        select(Approval.case_id, func.min(Approval.created_at))
        .join(Draft, Draft.id == Approval.draft_id)
        .where(
            Approval.case_id.in_(cases),
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            Draft.kind.not_in(_NO_ANSWER),
            Draft.answer_by.is_(None),
        )
        .group_by(Approval.case_id)
    )
    for case_id, answered_at in await session.execute(answers):
        if any(one.is_complaint and one.at > answered_at for one in said.get(case_id, ())):
            ways[case_id].add(Back.AGAIN)
    return {case_id: frozenset(found) for case_id, found in ways.items()}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    complaint_type: str | None
    basis: str
    minor: int
    currency: str


async def _booked(session: AsyncSession, cases: Collection[str]) -> Mapping[str, Sequence[_Entry]]:
    query = (
        select(LedgerEntry, OfferRow.complaint_type)
        .outerjoin(OfferRow, OfferRow.id == LedgerEntry.offer_id)
        .where(LedgerEntry.case_id.in_(cases))
        .order_by(LedgerEntry.id)
    )
    found: dict[str, list[_Entry]] = defaultdict(list)
    for entry, complaint_type in await session.execute(query):
        found[entry.case_id].append(
            _Entry(
                complaint_type=complaint_type,
                basis=entry.basis,
                minor=entry.amount_minor,
                currency=entry.currency,
            )
        )
    return found


def _money(minor: Mapping[str, int]) -> tuple[Money, ...]:
    return tuple(Money.from_minor(minor[currency], currency) for currency in _given_in(minor))


def _given_in(minor: Mapping[str, int]) -> Iterable[str]:
    return sorted(currency for currency, amount in minor.items() if amount)
