"""What a customer was given before, as the policy asks for it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Given, RemedyKind
from models.money import Money
from models.states import OfferState
from models.tables import Approval, Case, OfferRow, Promise


async def given_to(session: AsyncSession, case: Case) -> tuple[tuple[Given, ...], tuple[Given, ...]]:
    """What was given in this case, and in the customer's other ones, oldest first.

    Only what was approved and not taken back counts; tests and samples count among themselves only.
    """
    query = (
        select(OfferRow, Approval, Case)
        .join(Approval, Approval.id == OfferRow.approval_id)
        .join(Case, Case.id == OfferRow.case_id)
        .where(
            Case.customer_id == case.customer_id,
            Case.is_test == case.is_test,
            Approval.undone_at.is_(None),
            OfferRow.state.not_in((OfferState.WITHDRAWN, OfferState.DECLINED, OfferState.EXPIRED)),
        )
        .order_by(OfferRow.id)
    )
    here: list[Given] = []
    elsewhere: list[Given] = []
    for offer, approval, its_case in (await session.execute(query)).all():
        given = Given(
            case_id=its_case.id,
            complaint_type=offer.complaint_type,
            at=approval.created_at,
            kind=RemedyKind(offer.kind),
            basis=Basis(offer.basis),
            worth=Money.from_minor(offer.worth_minor, offer.currency)
            if offer.worth_minor is not None and offer.currency is not None
            else None,
            our_fault=offer.our_fault,
            promise_state=await _promise_state(session, offer),
        )
        (here if its_case.id == case.id else elsewhere).append(given)
    return tuple(here), tuple(elsewhere)


async def _promise_state(session: AsyncSession, offer: OfferRow) -> str | None:
    query = select(Promise).where(Promise.approval_id == offer.approval_id).order_by(Promise.id)
    promises: Sequence[Promise] = (await session.scalars(query)).all()
    of_offer = [promise for promise in promises if promise.offer_id in (offer.id, None)]
    return of_offer[-1].state if of_offer else None
