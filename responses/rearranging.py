"""Splitting and merging: an agent puts right which messages belong together, with one press."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState, Direction
from models.tables import Agent, Case, Fact, Identity, Message
from responses.approving.rights import check_free
from responses.cases import (
    OPEN_STATES,
    close,
    has_open_promise,
    move,
    open_case,
    open_messages,
    raise_revision,
)
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import due_now
from responses.proposed import supersede
from responses.sending.outbox import cancel_cards


async def split_off(session: AsyncSession, agent: Agent, message_id: str) -> Case:
    """Makes an unanswered message of a customer a case of its own, linked to the one it leaves.

    Raises:
        BlockedError: `gone` (no such message, or it is answered), `only_message`, `claimed`.
        NotAllowedError: `own_case`.
    """
    message = await session.get(Message, message_id)
    if message is None or message.case_id is None or message.direction != Direction.IN:
        raise BlockedError("gone")
    case = await session.get_one(Case, message.case_id, with_for_update=True)
    await check_free(session, agent, case)
    unanswered = await open_messages(session, case.id)
    if message.id not in {one.id for one in unanswered}:
        raise BlockedError("gone")
    if case.answered_at is None and len(unanswered) == 1:
        raise BlockedError("only_message")
    identity = await session.get_one(Identity, case.identity_id)
    new = await open_case(
        session,
        identity,
        is_sample=case.is_sample,
        is_test=case.is_test,
        audience=case.audience,
        incident_at=message.created_at,
    )
    new.linked_case_id = case.id
    await _move_message(session, message, new)
    await _read_again(session, case)
    await raise_revision(session, new)
    await due_now(session, new)
    record(session, agent.id, "case.split", case.id, into=new.number)
    return new


async def merge(session: AsyncSession, agent: Agent, case: Case, into: Case) -> Case:
    """Puts what is unanswered in `case` into `into`, with what is known of it, and closes `case`.

    What was answered stays where its answer is; the cases are linked.

    Raises:
        BlockedError: `gone` (another customer's case, the same one, or it is over), `promise_open`,
            `choice_open`, `message_pending`, `claimed`.
        NotAllowedError: `own_case`.
    """
    if case.id == into.id or case.customer_id != into.customer_id or into.state not in OPEN_STATES:
        raise BlockedError("gone")
    if case.audience != into.audience:
        raise BlockedError("gone")  # two policies cannot judge one case
    await check_free(session, agent, case)
    await check_free(session, agent, into)
    if await has_open_promise(session, case):
        raise BlockedError("promise_open")
    for message in await open_messages(session, case.id):
        await _move_message(session, message, into)
    notes = update(Message).where(Message.case_id == case.id, Message.direction == Direction.NOTE)
    await session.execute(notes.values(case_id=into.id))
    known = select(Fact.name).where(Fact.case_id == into.id)
    await session.execute(
        update(Fact)
        .where(Fact.case_id == case.id, Fact.name.not_in(known.scalar_subquery()))
        .values(case_id=into.id)
        .execution_options(synchronize_session=False)
    )
    await supersede(session, case)
    await cancel_cards(session, case)
    case.triage_due_at = case.first_unread_at = case.reopened_from = case.silence_at = None
    await close(session, case, agent.id)
    case.linked_case_id = into.id
    await raise_revision(session, into)
    await _read_again(session, into)
    record(session, agent.id, "case.merged", into.id, number=case.number)
    record(session, agent.id, "case.merged_away", case.id, into=into.number)
    return into


async def _move_message(session: AsyncSession, message: Message, case: Case) -> None:
    """All versions of one message."""
    await session.execute(
        update(Message)
        .where(Message.identity_id == message.identity_id, Message.external_id == message.external_id)
        .values(case_id=case.id)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(message)


async def _read_again(session: AsyncSession, case: Case) -> None:
    await raise_revision(session, case)
    if case.state != CaseState.TAKEN_OVER:
        move(case, CaseState.DRAFTING)
        await due_now(session, case)
