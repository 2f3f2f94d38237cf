"""Withdrawals: a promise that is no longer pursued, with the customer's knowledge.

Nothing is decided anew by one, and it is no failure of ours. A favour that it would have given leaves the
books; what is owed stays owed, and is given when the customer asks for it again.
"""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Given, Remedy, Role
from models.serial import from_json
from models.states import CaseState, PromiseState
from models.tables import Agent, Approval, Case, Draft, LedgerEntry, OfferRow, Promise
from responses.approving.rights import check_reach, decision_as_sent
from responses.cases import raise_revision
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.intake.filing import due_now
from responses.people.agents import rank
from responses.promises.keeping import checked, done_with, is_erased, promise_and_case, settle_once, tell
from responses.sending.standing_texts import StandingTexts


class Why(StrEnum):
    """Why nobody pursues it any more; `other` is in the agent's words."""

    NOT_NEEDED = "not_needed"
    SETTLED = "settled_otherwise"
    AGREED = "agreed_otherwise"
    OTHER = "dropped"


async def call_off(
    session: AsyncSession,
    texts: StandingTexts,
    agent: Agent,
    promise_id: str,
    why: Why,
    words: str = "",
    *,
    told: bool = False,
) -> Case:
    """Notes that the promise is no longer pursued; the customer hears it, unless `told` says they know.

    Raises:
        BlockedError: `gone` (no such promise, or it is settled), `why_missing`, `text_long`.
        NotAllowedError: `own_case`, or `withdraw_limit` with the role that may.
    """
    promise, case = await promise_and_case(session, agent, promise_id)
    said = checked(words)
    if why is Why.OTHER and not said:
        raise BlockedError("why_missing")
    await _check_may(session, agent, promise)
    await settle_once(session, promise, state=PromiseState.WITHDRAWN, broken_reason=said or None)
    record(session, agent.id, f"promise.{why}", case.id, promise=promise.id, told=int(told))
    await _unbook(session, promise, agent)
    if not told:
        await tell(session, texts, case, promise, "promise_withdrawn")
    if case.state == CaseState.WAITING_AGENT and not await is_erased(session, case):
        # The draft on the table may say that it is still to be done.
        await raise_revision(session, case)
        await due_now(session, case)
    else:
        await done_with(session, case)
    return case


async def without_withdrawn(session: AsyncSession, approval_id: str, given: Collection[Given]) -> list[Given]:
    """What an answer gave, where remedies that nobody pursues any more are marked as withdrawn."""
    query = (
        select(OfferRow.complaint_type, OfferRow.basis, OfferRow.kind)
        .join(Promise, Promise.offer_id == OfferRow.id)
        .where(Promise.approval_id == approval_id, Promise.state == PromiseState.WITHDRAWN)
    )
    gone = {tuple(row) for row in (await session.execute(query)).all()}
    return [
        replace(one, promise_state=PromiseState.WITHDRAWN)
        if (one.complaint_type, one.basis, one.kind) in gone
        else one
        for one in given
    ]


async def _check_may(session: AsyncSession, agent: Agent, promise: Promise) -> None:
    """Whoever takes back money, or what is owed, is one who may approve it.

    Raises:
        NotAllowedError: `withdraw_limit`, with the role that may.
    """
    approval = await session.get_one(Approval, promise.approval_id)
    if approval.off_policy is not None and rank(agent.role) < rank(Role.SUPERVISOR):
        raise NotAllowedError("withdraw_limit", role=Role.SUPERVISOR)
    offer = await session.get(OfferRow, promise.offer_id) if promise.offer_id is not None else None
    if offer is None or (offer.basis != Basis.OWED and from_json(Remedy, offer.content).worth is None):
        return
    draft = await session.get_one(Draft, approval.draft_id)
    try:
        await check_reach(session, agent, await decision_as_sent(session, draft))
    except NotAllowedError as error:
        raise NotAllowedError("withdraw_limit", **error.details) from error


async def _unbook(session: AsyncSession, promise: Promise, agent: Agent) -> None:
    """A favour that is not given any more costs nothing; where the text gave less of it, only that much.

    What an agent gave by hand off policy belongs to no offer, and stays.
    """
    if promise.offer_id is None:
        return
    booked = LedgerEntry.approval_id == promise.approval_id, LedgerEntry.basis == Basis.GOODWILL
    of_offer = select(LedgerEntry).where(*booked, LedgerEntry.offer_id == promise.offer_id)
    for entry in (await session.scalars(of_offer)).all():
        left = select(func.sum(LedgerEntry.amount_minor)).where(
            *booked, LedgerEntry.currency == entry.currency
        )
        amount = min(entry.amount_minor, int((await session.scalars(left)).one() or 0))
        if amount <= 0:
            continue
        session.add(
            LedgerEntry(
                customer_id=entry.customer_id,
                case_id=entry.case_id,
                approval_id=entry.approval_id,
                offer_id=entry.offer_id,
                basis=entry.basis,
                amount_minor=-amount,
                currency=entry.currency,
                rule_id=entry.rule_id,
                agent_id=agent.id,
            )
        )
