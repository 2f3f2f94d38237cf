"""Bookkeeping: promises, vouchers and the ledger, written with the approval that causes them."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Decision, DecisionKind, RemedyKind
from models.money import Money
from models.states import OfferState, PromiseState, VoucherState
from models.tables import Agent, Approval, Case, Draft, LedgerEntry, OfferRow, Promise, Voucher
from responses.drafts.slots import slots_in
from responses.hours import OpeningHours
from responses.policy.given import TO_BE_DONE, USUAL_TIME


async def keep_books(
    session: AsyncSession,
    *,
    case: Case,
    draft: Draft,
    decision: Decision | None,
    approval: Approval,
    agent: Agent,
    hours: OpeningHours,
    now: datetime,
    language: str,
) -> bool:
    """Opens promises and books what an approved draft gives; whether anything is left to be done.

    An option of a choice is neither promised nor booked before the customer has chosen it.
    """
    # What an agent writes instead of an offer gives nothing: the offers stay where they are.
    if decision is None or draft.decision_id is None or draft.kind != decision.kind:
        return False
    if decision.kind != DecisionKind.OFFER:
        return False
    promised = False
    for commitment in decision.commitments:
        session.add(
            Promise(
                case_id=case.id,
                approval_id=approval.id,
                what=commitment.what.get(language) or next(iter(commitment.what.values())),
                owner_id=agent.id,
                due_at=hours.add(commitment.within, now),
            )
        )
        promised = True
    offers = (
        await session.scalars(
            select(OfferRow).where(OfferRow.decision_id == draft.decision_id).order_by(OfferRow.id)
        )
    ).all()
    groups: dict[int, list[OfferRow]] = {}
    for offer in offers:
        groups.setdefault(offer.choice_group, []).append(offer)
    for options in groups.values():
        for offer in options:
            offer.approval_id = approval.id
        if len(options) > 1:
            # The customer picks one first; nothing is given until then.
            continue
        offer = options[0]
        if offer.id in _unsaid(offers, draft.text):
            # The agent took the code out of the text: what the customer is not told is not given.
            offer.state = OfferState.WITHDRAWN
            continue
        offer.state = OfferState.ACCEPTED
        if (
            offer.worth_minor is not None
            and offer.currency is not None
            and not case.is_sample
            and not case.is_test
        ):
            session.add(
                LedgerEntry(
                    customer_id=case.customer_id,
                    case_id=case.id,
                    approval_id=approval.id,
                    offer_id=offer.id,
                    basis=offer.basis,
                    amount_minor=offer.worth_minor,
                    currency=offer.currency,
                    rule_id=offer.rule_id,
                    agent_id=agent.id,
                )
            )
        if RemedyKind(offer.kind) in TO_BE_DONE and not decision.commitments:
            session.add(
                Promise(
                    case_id=case.id,
                    approval_id=approval.id,
                    offer_id=offer.id,
                    what=offer.kind,
                    owner_id=agent.id,
                    due_at=hours.add(USUAL_TIME, now),
                )
            )
            promised = True
    return promised


async def take_back(session: AsyncSession, approval: Approval, agent: Agent) -> None:
    """Withdraws what an approval promised and gave; the ledger gets an opposite entry for each of its own."""
    await session.execute(
        update(Promise)
        .where(Promise.approval_id == approval.id)
        .values(state=PromiseState.WITHDRAWN, settled_at=utcnow())
    )
    await session.execute(
        update(Voucher).where(Voucher.approval_id == approval.id).values(state=VoucherState.VOID)
    )
    await session.execute(
        update(OfferRow)
        .where(OfferRow.approval_id == approval.id)
        .values(approval_id=None, state=OfferState.OFFERED)
    )
    booked = (await session.scalars(select(LedgerEntry).where(LedgerEntry.approval_id == approval.id))).all()
    for entry in booked:
        session.add(
            LedgerEntry(
                customer_id=entry.customer_id,
                case_id=entry.case_id,
                approval_id=approval.id,
                offer_id=entry.offer_id,
                basis=entry.basis,
                amount_minor=-entry.amount_minor,
                currency=entry.currency,
                rule_id=entry.rule_id,
                agent_id=agent.id,
            )
        )


def _unsaid(offers: Sequence[OfferRow], text: str) -> frozenset[str]:
    """The vouchers whose slot is no longer in the text; slots are numbered in the order of the offers."""
    slots = slots_in(text)
    vouchers = [
        offer for offer in offers if offer.kind == RemedyKind.VOUCHER and offer.amount_minor is not None
    ]
    return frozenset(
        offer.id for number, offer in enumerate(vouchers, start=1) if f"voucher:{number}" not in slots
    )


def voucher_amounts(decision: Decision | None) -> dict[str, Money]:
    """The voucher slots of a decision's draft: number to the value of its code."""
    if decision is None:
        return {}
    options = (option for offer in decision.offers for option in offer.options)
    vouchers = [
        option.amount for option in options if option.kind == RemedyKind.VOUCHER and option.amount is not None
    ]
    return {str(number): amount for number, amount in enumerate(vouchers, start=1)}


async def reserve_voucher(session: AsyncSession, amount: Money, approval: Approval) -> str:
    """An unguessable code of that value, reserved by this approval."""
    code = "-".join(secrets.token_hex(2).upper() for _ in range(4))
    session.add(
        Voucher(
            code=code,
            amount_minor=amount.minor,
            currency=amount.currency,
            case_id=approval.case_id,
            approval_id=approval.id,
        )
    )
    return code
