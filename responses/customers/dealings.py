"""Dealings: what a customer was given and promised, case by case, and what all of it is worth."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Remedy
from models.money import Money
from models.serial import from_json
from models.states import OfferState, PromiseState
from models.tables import Approval, Case, Choice, LedgerEntry, OfferRow, Promise
from responses.checks import Beyond
from responses.offers import placed
from responses.policy.withheld import Place

_GIVEN = (OfferState.ACCEPTED, OfferState.CHOSEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """Something that an approved text gave.

    `remedy` is None for what a text gave beyond its decision, or below it: then `worth` is the difference.
    `sent` are the words of the text that gave something else than was decided. `worth` is what the ledger
    says, None where the remedy is worth no money or, as with samples, stays out of it.
    """

    remedy: Remedy | None
    sent: tuple[str, ...]
    basis: Basis
    worth: Money | None
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Dealing:
    """One case: what was given in it, the oldest first, and what was promised, by its day."""

    case: Case
    gifts: tuple[Gift, ...]
    promises: tuple[Promise, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dealings:
    """Every case of a customer, the newest first; `owed` and `favours` sum the ledger, by currency."""

    cases: tuple[Dealing, ...]
    owed: tuple[Money, ...]
    favours: tuple[Money, ...]


async def dealings_of(session: AsyncSession, customer_id: str) -> Dealings:
    """All that there was between a customer and us.

    What was taken back is not among it, nor an option that the customer has not chosen.
    """
    cases = (
        await session.scalars(select(Case).where(Case.customer_id == customer_id).order_by(Case.id.desc()))
    ).all()
    ids = [case.id for case in cases]
    entries = (
        await session.scalars(
            select(LedgerEntry).where(LedgerEntry.customer_id == customer_id).order_by(LedgerEntry.id)
        )
    ).all()
    given = (
        await session.execute(
            select(OfferRow, Approval)
            .join(Approval, Approval.id == OfferRow.approval_id)
            .where(OfferRow.case_id.in_(ids), OfferRow.state.in_(_GIVEN))
            .order_by(OfferRow.id)
        )
    ).all()
    promised: dict[str, list[Promise]] = defaultdict(list)
    for promise in await session.scalars(
        select(Promise).where(Promise.case_id.in_(ids)).order_by(Promise.due_at, Promise.id)
    ):
        promised[promise.case_id].append(promise)
    not_wanted = _not_wanted(promise for promises in promised.values() for promise in promises)
    gifts = _gifts(entries, [(offer, approval) for offer, approval in given if _is_given(offer, not_wanted)])
    return Dealings(
        cases=tuple(
            Dealing(case=case, gifts=tuple(gifts[case.id]), promises=tuple(promised[case.id]))
            for case in cases
        ),
        owed=_sums(entry for entry in entries if entry.basis == Basis.OWED),
        favours=_sums(entry for entry in entries if entry.basis != Basis.OWED),
    )


async def not_given_by(session: AsyncSession, approvals: Collection[str]) -> dict[str, frozenset[Place]]:
    """What of each answer's decision the customer did not get; answers that gave all of it are left out.

    That is what was withheld, the options that they did not take, and favours that nobody pursues any more.
    Of a choice that nobody has made yet every option stands.
    """
    answered = select(OfferRow.decision_id).where(OfferRow.approval_id.in_(approvals))
    rows: dict[str, list[OfferRow]] = defaultdict(list)
    for row in await session.scalars(
        select(OfferRow).where(OfferRow.decision_id.in_(answered)).order_by(OfferRow.id)
    ):
        rows[row.decision_id].append(row)
    open_options = {
        option
        for options in await session.scalars(
            select(Choice.options).where(Choice.approval_id.in_(approvals), Choice.chosen_at.is_(None))
        )
        for option in options
    }
    promised = await session.scalars(select(Promise).where(Promise.approval_id.in_(approvals)))
    not_wanted = _not_wanted(promised)
    found: dict[str, set[Place]] = defaultdict(set)
    for decided in rows.values():
        for place, row in placed(decided):
            if row.approval_id in approvals and not _is_given(row, not_wanted) and row.id not in open_options:
                found[str(row.approval_id)].add(place)
    return {approval: frozenset(places) for approval, places in found.items()}


def _not_wanted(promises: Iterable[Promise]) -> set[tuple[str, str | None]]:
    """By approval and offer: what was promised and nobody pursues any more."""
    return {(one.approval_id, one.offer_id) for one in promises if one.state == PromiseState.WITHDRAWN}


def _is_given(offer: OfferRow, not_wanted: Collection[tuple[str, str | None]]) -> bool:
    """Whether the customer got it, or is owed it: a favour that nobody pursues any more is none."""
    if offer.state not in _GIVEN or offer.approval_id is None:
        return False
    return offer.basis == Basis.OWED or (offer.approval_id, offer.id) not in not_wanted


def _gifts(
    entries: Iterable[LedgerEntry], given: Iterable[tuple[OfferRow, Approval]]
) -> dict[str, list[Gift]]:
    """By case. An offer that was taken back and approved again counts with its last approval alone."""
    booked: dict[tuple[str, str | None], list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        booked[entry.approval_id, entry.offer_id].append(entry)
    found: dict[str, list[Gift]] = defaultdict(list)
    for offer, approval in given:
        beyond = from_json(Beyond, approval.off_policy) if approval.off_policy is not None else None
        found[offer.case_id].append(
            Gift(
                remedy=from_json(Remedy, offer.content),
                sent=beyond.words if beyond is not None else (),
                basis=Basis(offer.basis),
                worth=next(iter(_sums(booked[approval.id, offer.id])), None),
                at=approval.created_at,
            )
        )
    for (_, offer_id), same in booked.items():
        # Off policy a text is booked as what it gives beyond its decision, and that is no offer's.
        if offer_id is None:
            found[same[0].case_id] += [
                Gift(remedy=None, sent=(), basis=Basis(same[0].basis), worth=worth, at=same[0].created_at)
                for worth in _sums(same)
            ]
    for gifts in found.values():
        gifts.sort(key=lambda gift: gift.at)
    return found


def _sums(entries: Iterable[LedgerEntry]) -> tuple[Money, ...]:
    totals: dict[str, int] = defaultdict(int)
    for entry in entries:
        totals[entry.currency] += entry.amount_minor
    return tuple(Money.from_minor(minor, currency) for currency, minor in sorted(totals.items()) if minor)
