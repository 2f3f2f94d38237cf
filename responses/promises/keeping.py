"""Promises once they are made: kept with a proof, broken with a reason, settled or taken back by a text."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Remedy, RemedyKind
from models.labels import Language
from models.serial import from_json
from models.states import CaseState, OutboxState, PromiseKind, PromiseState
from models.tables import Agent, Approval, Case, Customer, Identity, OfferRow, OutboxEntry, Promise
from responses.approving.rights import own_case
from responses.cases import has_open_promise, move, raise_revision
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.intake.filing import clean, due_now
from responses.promises.told import words_of
from responses.sending.standing_texts import StandingTexts

MAX_WORDS = 1000
"""How long a proof or a reason may be, in characters."""
REMINDER = "remind:"
"""Begins the dedupe key of a reminder; the promise's id follows."""
# Nothing goes to the customer by these, whatever else may be done: nobody can ask for a number afterwards.
_WITHOUT_TRACE = frozenset({RemedyKind.REPAIR, RemedyKind.REDO, RemedyKind.FREE_PERIOD})


_TOLD_BY = {"promise_kept": "kept", "promise_withdrawn": "withdrawn"}


def wants_proof(promise: Promise, remedy: Remedy | None) -> bool:
    """Whether who keeps the promise has to say by what it can be seen: for money and parcels.

    Of a commitment in the policy's own words nobody but its reader can tell whether it is one of these.
    """
    if promise.kind == PromiseKind.ANSWER:
        return False
    return remedy is None or remedy.kind not in _WITHOUT_TRACE


async def keep(
    session: AsyncSession, texts: StandingTexts, agent: Agent, promise_id: str, proof: str
) -> Case:
    """Notes that the promise was kept and tells the customer; with the last one the case is answered.

    Raises:
        BlockedError: `gone` (no such promise, or it is settled), `proof_missing`, `text_long`.
        NotAllowedError: `own_case`.
    """
    promise, case = await promise_and_case(session, agent, promise_id)
    offer = await session.get(OfferRow, promise.offer_id) if promise.offer_id is not None else None
    words = checked(proof)
    if not words and wants_proof(promise, from_json(Remedy, offer.content) if offer is not None else None):
        raise BlockedError("proof_missing")
    await settle_once(session, promise, state=PromiseState.KEPT, proof=words or None)
    record(session, agent.id, "promise.kept", case.id, promise=promise.id)
    # An answer they have had by another way tells itself.
    if promise.kind != PromiseKind.ANSWER:
        await tell(session, texts, case, promise, "promise_kept")
    if case.state == CaseState.WAITING_AGENT and not await is_erased(session, case):
        # The draft on the table may say that it is still to be done.
        await raise_revision(session, case)
        await due_now(session, case)
    else:
        await done_with(session, case)
    return case


async def break_(session: AsyncSession, agent: Agent, promise_id: str, reason: str) -> Case:
    """Notes that the promise was not kept; the case is decided anew at once, with that in its history.

    Raises:
        BlockedError: `gone` (no such promise, or it is settled), `reason_missing`, `text_long`.
        NotAllowedError: `own_case`.
    """
    promise, case = await promise_and_case(session, agent, promise_id)
    words = checked(reason)
    if not words:
        raise BlockedError("reason_missing")
    await settle_once(session, promise, state=PromiseState.BROKEN, broken_reason=words)
    record(session, agent.id, "promise.broken", case.id, promise=promise.id)
    if await is_erased(session, case):
        await done_with(session, case)
        return case
    await raise_revision(session, case)
    if case.state != CaseState.TAKEN_OVER:
        move(case, CaseState.DRAFTING)
        # Thanks that came in the same moment do not put it back to where it was.
        case.silence_at = case.answer_until = case.reopened_from = None
    await due_now(session, case)
    return case


async def withdraw(session: AsyncSession, approval: Approval) -> None:
    """What an approval promised is not promised: its text was taken back before it left."""
    query = select(Promise).where(Promise.approval_id == approval.id, Promise.state == PromiseState.OPEN)
    for promise in (await session.scalars(query)).all():
        await settle_once(session, promise, state=PromiseState.WITHDRAWN)


async def answers_owed(session: AsyncSession, case: Case) -> Sequence[Promise]:
    """The answers that were announced in this case and have not been given."""
    query = select(Promise).where(
        Promise.case_id == case.id, Promise.kind == PromiseKind.ANSWER, Promise.state == PromiseState.OPEN
    )
    return (await session.scalars(query.order_by(Promise.due_at))).all()


async def settle_by_text(
    session: AsyncSession, promises: Sequence[Promise], state: PromiseState, approval: Approval
) -> None:
    """An approved text keeps the promises, or puts others in their place."""
    for promise in promises:
        await settle_once(session, promise, state=state, settled_by=approval.id)
        record(session, approval.agent_id, f"promise.{state}", promise.case_id, promise=promise.id)


async def unsettle(session: AsyncSession, approval: Approval) -> None:
    """The text that settled promises was taken back: they are as open as before."""
    await session.execute(
        update(Promise)
        .where(Promise.settled_by == approval.id)
        .values(state=PromiseState.OPEN, settled_at=None, settled_by=None)
    )


async def promise_and_case(session: AsyncSession, agent: Agent, promise_id: str) -> tuple[Promise, Case]:
    """The promise and its case, locked, for who is going to settle it.

    Raises:
        BlockedError: `gone`, where there is no such promise.
        NotAllowedError: `own_case`.
    """
    promise = await session.get(Promise, promise_id)
    if promise is None:
        raise BlockedError("gone")
    await session.flush()
    # The case is locked first, as everywhere: who settles one of its promises waits for who approves.
    case = await session.get_one(Case, promise.case_id, with_for_update=True, populate_existing=True)
    if await own_case(session, agent, case):
        raise NotAllowedError("own_case")
    return promise, case


def checked(words: str) -> str:
    """The words of a proof or a reason.

    Raises:
        BlockedError: `text_long`.
    """
    text = clean(words).strip()
    if len(text) > MAX_WORDS:
        raise BlockedError("text_long", most=str(MAX_WORDS))
    return text


async def settle_once(session: AsyncSession, promise: Promise, **values: str | None) -> None:
    """Settles the promise, once, and takes back the reminders that have not left.

    Raises:
        BlockedError: `gone`, when it is settled already.
    """
    settled = await session.execute(
        update(Promise)
        .where(Promise.id == promise.id, Promise.state == PromiseState.OPEN)
        .values(settled_at=utcnow(), **values)
        .returning(Promise.id)
        .execution_options(synchronize_session=False)
    )
    if settled.scalar_one_or_none() is None:
        raise BlockedError("gone")
    await session.refresh(promise)
    await session.execute(
        update(OutboxEntry)
        .where(
            OutboxEntry.case_id == promise.case_id,
            OutboxEntry.state == OutboxState.PENDING,
            OutboxEntry.dedupe_key.startswith(f"{REMINDER}{promise.id}:", autoescape=True),
        )
        .values(state=OutboxState.CANCELLED)
        .execution_options(synchronize_session=False)
    )


async def done_with(session: AsyncSession, case: Case) -> None:
    """With its last promise settled, a case is answered."""
    if case.state == CaseState.PROMISED and not await has_open_promise(session, case):
        move(case, CaseState.ANSWERED)


async def tell(session: AsyncSession, texts: StandingTexts, case: Case, promise: Promise, name: str) -> None:
    """Tells the customer, by the standing text of that name, in the promise's own words."""
    identity = await session.get_one(Identity, case.identity_id)
    nobody = case.is_sample or case.is_test or case.answered_by_hand or identity.blocked_since is not None
    if nobody or await is_erased(session, case):
        return
    language = case.language if case.language in set(Language) else Language.ENGLISH
    await texts.enqueue(
        session,
        name,
        chat_key=case.chat_key,
        language=language,
        dedupe_key=f"{_TOLD_BY[name]}:{promise.id}",
        case_id=case.id,
        number=str(case.number),
        what=words_of(promise, str(language)),
    )


async def is_erased(session: AsyncSession, case: Case) -> bool:
    """Whether the customer's data were erased."""
    return (await session.get_one(Customer, case.customer_id)).erased_at is not None
