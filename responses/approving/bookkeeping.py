"""Bookkeeping: promises, vouchers and the ledger, written with the approval that causes them."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Commitment, Decision, DecisionKind, Remedy, RemedyKind
from models.money import Money
from models.serial import from_json
from models.states import OfferState, PromiseKind, PromiseState
from models.tables import Agent, Approval, Case, Choice, Draft, LedgerEntry, OfferRow, Promise, Voucher
from responses.approving.exits import is_notice
from responses.approving.withholding import NOTHING, Withheld
from responses.choices.offered import withdraw_choices
from responses.drafts.dates import format_due_day, needs_time
from responses.drafts.draft import formality_of
from responses.drafts.promises import answer_words, remedy_words
from responses.drafts.slots import slots_in
from responses.drafts.templates import in_register
from responses.hours import OpeningHours
from responses.offers import offers_of, placed
from responses.policy.given import TO_BE_DONE, USUAL_TIME
from responses.policy.withheld import Place
from responses.promises.keeping import answers_owed, settle_by_text, unsettle, withdraw
from responses.vouchers.by_hand import put_back
from responses.vouchers.codes import release

_NAMES = {
    RemedyKind.REFUND: re.compile(
        "rimbors|refund|reembols|rembours|rückzahl|zahl.* zurück|erstatt", re.IGNORECASE
    ),
    RemedyKind.REPLACEMENT: re.compile("sostitu|replac|sustitu|remplac|tausch|ersatz", re.IGNORECASE),
    RemedyKind.REPAIR: re.compile("ripar|repair|repar|répar", re.IGNORECASE),
}
_LOOKS_INTO = re.compile(
    r"controll|verific|\bcheck|look into|comprob|verifiqu|revis|vérif|contrôl|examin|prüf|sehen .* an",
    re.IGNORECASE,
)


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
    withheld: Withheld = NOTHING,
) -> None:
    """Opens and settles promises, and books what an approved draft gives.

    An option of a choice is neither promised nor booked before the customer has chosen it, and what is
    withheld never is.
    """
    if draft.kind != DecisionKind.ASK and not is_notice(draft, decision):
        await _account_for_answers(session, case, draft, approval, agent, hours, withheld, now)
    # What an agent writes instead of an offer gives nothing: the offers stay where they are.
    if decision is None or draft.decision_id is None or draft.kind != decision.kind:
        return
    if decision.kind != DecisionKind.OFFER:
        return
    offers = await offers_of(session, draft)
    left = left_to_give(offers, draft.text, withheld.places)
    for offer in offers:
        offer.approval_id = approval.id
        if offer not in left:
            # What the customer is not told is not given.
            offer.state = OfferState.WITHDRAWN
    given = [offer for offer in left if not is_chosen(offer, left, offers)]
    for offer in given:
        offer.state = OfferState.ACCEPTED
        book(session, case, approval, offer)
    await _open_promises(
        session,
        case=case,
        draft=draft,
        decision=decision,
        approval=approval,
        agent=agent,
        hours=hours,
        now=now,
        given=given,
        withheld=withheld,
    )


def left_to_give(offers: Sequence[OfferRow], text: str, withheld: Collection[Place]) -> Sequence[OfferRow]:
    """Those of a decision's remedies that the text gives or leaves to the customer's choice."""
    slots = slots_in(text)
    codes = {offer.id: f"voucher:{number}" for number, offer in voucher_slots(offers).items()}
    return [
        offer
        for place, offer in placed(offers)
        if place not in withheld and codes.get(offer.id, "") in (*slots, "")
    ]


def is_chosen(offer: OfferRow, left: Sequence[OfferRow], offers: Sequence[OfferRow]) -> bool:
    """Whether the customer has to pick the remedy before it is given.

    The last one left of a choice is given at once, but a voucher whose code no text has told: that comes with
    the press.
    """
    options = [one for one in left if one.choice_group == offer.choice_group]
    was_choice = [one.choice_group for one in offers].count(offer.choice_group) > 1
    return len(options) > 1 or (was_choice and offer.kind == RemedyKind.VOUCHER)


def book(session: AsyncSession, case: Case, approval: Approval, offer: OfferRow) -> None:
    """Puts what is given into the ledger, where it has a worth; samples and tests stay out of it."""
    if offer.worth_minor is None or offer.currency is None or case.is_sample or case.is_test:
        return
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
            agent_id=approval.agent_id,
        )
    )


def promise_remedy(
    session: AsyncSession,
    approval: Approval,
    offer: OfferRow,
    hours: OpeningHours,
    now: datetime,
    *,
    formal: bool,
) -> None:
    """A remedy that somebody has to carry out is promised by who approved it; any other needs nobody.

    `formal` is how the text that promises it addresses the customer.
    """
    remedy = _to_be_done(offer)
    if remedy is None:
        return
    session.add(
        Promise(
            case_id=approval.case_id,
            approval_id=approval.id,
            offer_id=offer.id,
            kind=PromiseKind.REMEDY,
            what=remedy_words(remedy, formal=formal),
            owner_id=approval.agent_id,
            due_at=hours.add(USUAL_TIME, now),
        )
    )


async def take_back(session: AsyncSession, approval: Approval, agent: Agent) -> None:
    """Withdraws what an approval promised and gave; the ledger gets an opposite entry for each of its own."""
    await withdraw(session, approval)
    await unsettle(session, approval)
    await withdraw_choices(session, Choice.approval_id == approval.id)
    await put_back(session, approval)
    await release(session, Voucher.approval_id == approval.id)
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


async def _account_for_answers(
    session: AsyncSession,
    case: Case,
    draft: Draft,
    approval: Approval,
    agent: Agent,
    hours: OpeningHours,
    withheld: Withheld,
    now: datetime,
) -> None:
    """A text that answers keeps what others have announced; one that announces an answer promises it."""
    by = draft.answer_by
    if by is not None and not _names(draft, by.astimezone(hours.zone).date()):
        # The agent took the day out of the text: what is left is the answer, unless it names another day.
        by = (_end_of(withheld.day, hours, now) or by) if withheld.answer_follows else None
        draft.answer_by = by
    owed = await answers_owed(session, case)
    if by is None:
        await settle_by_text(session, owed, PromiseState.KEPT, approval)
        return
    if any(promise.due_at == by for promise in owed):
        return
    # The customer is told another day: the earlier one no longer counts.
    await settle_by_text(session, owed, PromiseState.WITHDRAWN, approval)
    session.add(
        Promise(
            case_id=case.id,
            approval_id=approval.id,
            kind=PromiseKind.ANSWER,
            what=answer_words(),
            owner_id=agent.id,
            due_at=by,
        )
    )
    case.due_at = by


def _names(draft: Draft, day: date) -> bool:
    """Whether the text announces something by that day, with its year or without."""
    year_before = date(day.year - 1, 1, 1)
    forms = [format_due_day(day, draft.language, today=today) for today in (day, year_before)]
    return any(form in draft.text for form in forms)


async def _open_promises(
    session: AsyncSession,
    *,
    case: Case,
    draft: Draft,
    decision: Decision,
    approval: Approval,
    agent: Agent,
    hours: OpeningHours,
    now: datetime,
    given: Sequence[OfferRow],
    withheld: Withheld,
) -> None:
    slots = slots_in(draft.text)
    formal = formality_of(draft.variant) == "formal"
    to_do = {offer.id: remedy for offer in given if (remedy := _to_be_done(offer)) is not None}
    carried_out: set[str] = set()
    for number, commitment in enumerate(decision.commitments, start=1):
        has_slot = f"due:{number}" in slots
        if not has_slot and number not in withheld.commitments:
            # The agent took the sentence out: what the customer is not told is not promised.
            continue
        told = _end_of(withheld.day, hours, now) if not has_slot else None
        own = _carries_out(commitment, to_do)
        carried_out |= {own} if own is not None else set()
        session.add(
            Promise(
                case_id=case.id,
                approval_id=approval.id,
                offer_id=own,
                what={language: in_register(words, formal) for language, words in commitment.what.items()},
                owner_id=agent.id,
                due_at=told or _due_of(commitment, hours, now),
            )
        )
    for offer in given:
        if offer.id in to_do and offer.id not in carried_out:
            promise_remedy(session, approval, offer, hours, now, formal=formal)


def _due_of(commitment: Commitment, hours: OpeningHours, now: datetime) -> datetime:
    """When it has to be kept; of a day that the text names by itself, its end."""
    due = hours.add(commitment.within, now)
    return due if needs_time(commitment) else hours.end_of(due.date(), now)


def _end_of(day: date | None, hours: OpeningHours, now: datetime) -> datetime | None:
    return hours.end_of(day, now) if day is not None else None


def _to_be_done(offer: OfferRow) -> Remedy | None:
    """The remedy, if somebody has to carry it out."""
    remedy = from_json(Remedy, offer.content)
    return remedy if remedy.kind in TO_BE_DONE else None


def _carries_out(commitment: Commitment, to_do: Mapping[str, Remedy]) -> str | None:
    """The remedy that keeping this commitment carries out: "facciamo partire il rimborso".

    Which rule made which does not tell, for what is owed and what is promised often come from two. So its
    words have to name the remedy in every language they are in, it has to be the only one of its kind, and
    looking into the matter is not doing it. Where any of that is in doubt the remedy is a promise of its
    own: to be reminded twice is better than never.
    """
    texts = [in_register(text, formal=True) for text in commitment.what.values() if text]
    for kind, names in _NAMES.items():
        of_kind = [offer_id for offer_id, remedy in to_do.items() if remedy.kind is kind]
        named = bool(texts) and all(names.search(text) and not _LOOKS_INTO.search(text) for text in texts)
        if named and len(of_kind) == 1:
            return of_kind[0]
    return None


def voucher_slots(offers: Sequence[OfferRow]) -> dict[str, OfferRow]:
    """The voucher slots of a decision's draft: number to the voucher. A choice is told without its codes."""
    size = Counter(offer.choice_group for offer in offers)
    vouchers = [
        offer for offer in offers if offer.kind == RemedyKind.VOUCHER and offer.amount_minor is not None
    ]
    return {
        str(number): offer for number, offer in enumerate(vouchers, start=1) if size[offer.choice_group] == 1
    }


def voucher_amounts(decision: Decision | None) -> dict[str, Money]:
    """The same of a decision that is not stored yet: number to the value of its code."""
    if decision is None:
        return {}
    vouchers = [
        (option.amount, len(offer.options) == 1)
        for offer in decision.offers
        for option in offer.options
        if option.kind == RemedyKind.VOUCHER and option.amount is not None
    ]
    return {str(number): amount for number, (amount, is_single) in enumerate(vouchers, start=1) if is_single}
