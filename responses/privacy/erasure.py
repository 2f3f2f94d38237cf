"""Erasing a person: words, names, addresses and files go; amounts, dates, labels and events stay.

Everything is blanked in one transaction. What is no row (files, SQLite's log) is done after it by
`finish_erasing`, which finds in the rows what is left to do and can be repeated.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, exists, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from models.clock import utcnow
from models.database import Database
from models.states import CaseState, DraftState, OutboxState, PromiseState, Purpose
from models.tables import (
    Attachment,
    Case,
    Choice,
    Customer,
    Draft,
    Identity,
    OutboxEntry,
    Promise,
    Prompt,
    Setting,
    SignalRow,
    Update,
)
from responses.cases import OPEN_STATES, move, release
from responses.choices.offered import withdraw_choices
from responses.errors import BlockedError
from responses.events import record
from responses.intake.files import FileStore
from responses.privacy.personal import ERASED, HOLDINGS, Scope, sent_to
from responses.vouchers.by_hand import let_go

FAREWELL = "farewell:"
"""Begins the dedupe key of the last message to somebody who was erased: afterwards nothing leads to them."""
TRACES_LEFT = "traces_left"
"""The installation's note that SQLite's log may still hold what was blanked."""
_UNSENT = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.FAILED, OutboxState.UNCONFIRMED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Erased:
    """What was erased: how many cases, and those that an agent still has to settle."""

    cases: int
    unsettled: tuple[Case, ...]


async def scope_of(session: AsyncSession, customer: Customer, *, until: str | None = None) -> Scope:
    """Everything of one person. A test's chat is an agent's own, and is left alone."""
    identities = (await session.scalars(select(Identity).where(Identity.customer_id == customer.id))).all()
    cases = (await session.scalars(select(Case.id).where(Case.customer_id == customer.id))).all()
    return Scope(
        cases=tuple(cases),
        customer=customer.id,
        identities=tuple(identity.id for identity in identities),
        chats=() if customer.is_test else tuple(identity.chat_key for identity in identities),
        until=until,
    )


async def erase_person(
    session: AsyncSession, customer: Customer, actor: str, *, until: str | None = None
) -> Erased | None:
    """Erases a person in the caller's transaction; None when somebody has done it already.

    Args:
        session: the writing transaction.
        customer: who.
        actor: an agent's id, `customer` or `system`.
        until: the last update that belongs to this person; what came into the chat after it is the first
            of a new one. None for everything that has come so far.
    """
    begun = await session.execute(
        update(Customer)
        .where(Customer.id == customer.id, Customer.erased_at.is_(None))
        .values(erased_at=utcnow())
        .returning(Customer.id)
    )
    if begun.scalar_one_or_none() is None:
        return None
    scope = await scope_of(session, customer, until=until)
    cases = (
        await session.scalars(
            select(Case).where(Case.id.in_(scope.cases)).order_by(Case.id).with_for_update()
        )
    ).all()
    unsettled = await unsettled_cases(session, customer)
    # Words that have come and are not worked off yet are this person's as well.
    waiting = update(Update).where(Update.chat_key.in_(scope.chats), Update.processed_at.is_(None))
    if until is not None:
        waiting = waiting.where(Update.id <= until)
    await session.execute(waiting.values(processed_at=utcnow()))
    # Nobody is left who could choose, and nothing is chosen for them.
    await withdraw_choices(session, Choice.case_id.in_(scope.cases))
    await blank(session, scope)
    for case in cases:
        case.triage_due_at = case.first_unread_at = case.reopened_from = None
        release(case)
        if case in unsettled:
            case.flag = ERASED
            if case.state in OPEN_STATES and case.state != CaseState.WAITING_AGENT:
                move(case, CaseState.WAITING_AGENT)
            record(session, actor, "case.erased", case.id)
    record(session, actor, "person.erased", customer=customer.id, cases=len(cases))
    return Erased(cases=len(cases), unsettled=tuple(unsettled))


async def unsettled_cases(session: AsyncSession, customer: Customer) -> list[Case]:
    """The person's cases in which somebody still has something to do or to say."""
    owed = exists().where(Promise.case_id == Case.id, Promise.state == PromiseState.OPEN)
    query = (
        select(Case)
        .where(Case.customer_id == customer.id, or_(Case.state.in_(OPEN_STATES), owed))
        .order_by(Case.id)
    )
    return list((await session.scalars(query)).all())


async def blank(session: AsyncSession, scope: Scope) -> None:
    """Blanks what the scope holds, takes back what has not left, and makes open drafts and prompts end."""
    await session.execute(
        update(OutboxEntry)
        .where(sent_to(scope), OutboxEntry.state.in_(_UNSENT))
        .values(state=OutboxState.CANCELLED)
    )
    await session.execute(
        update(Draft)
        .where(Draft.case_id.in_(scope.cases), Draft.state == DraftState.PROPOSED)
        .values(state=DraftState.SUPERSEDED)
    )
    await let_go(session, scope.cases)
    await session.execute(
        update(Prompt)
        .where(Prompt.case_id.in_(scope.cases), Prompt.answered_at.is_(None))
        .values(expires_at=utcnow())
    )
    # A press brings the whole post it was made on: what agents pressed and wrote repeats these cases.
    posted = select(OutboxEntry.chat_key).where(
        OutboxEntry.case_id.in_(scope.cases), OutboxEntry.purpose == Purpose.CARD
    )
    await session.execute(
        update(Update)
        .where(Update.chat_key.in_(posted), Update.processed_at.is_not(None))
        .values(raw="{}")
        .execution_options(synchronize_session=False)
    )
    # Whatever was read of these cases before this moment no longer stands.
    await session.execute(
        update(Case)
        .where(Case.id.in_(scope.cases))
        .values(revision=Case.revision + 1, blanked_at=utcnow())
        .execution_options(synchronize_session=False)
    )
    await session.execute(delete(SignalRow).where(SignalRow.customer_id == scope.customer))
    for holding in HOLDINGS:
        changes = {**holding.blank, **(holding.addresses if scope.is_whole else {})}
        for row in await session.scalars(select(holding.table).where(holding.of(scope))):
            for column, value in changes.items():
                setattr(row, column, value(row))
        await session.flush()
    await session.merge(Setting(name=TRACES_LEFT, value=utcnow().isoformat()))


async def check_not_erased(session: AsyncSession, case: Case) -> None:
    """There is still somebody to write to.

    Raises:
        BlockedError: `erased`.
    """
    customer = await session.get_one(Customer, case.customer_id)
    if customer.erased_at is not None:
        raise BlockedError(ERASED)


async def finish_erasing(database: Database, files: FileStore, *, rebuild: bool = False) -> None:
    """Does what no transaction can: deletes files, and has the database's own traces removed.

    With `rebuild` SQLite's file is written anew as well, which takes long where it is large.
    """
    async with database.writing() as session:
        await _delete_files(session, files)
        # The last word to an erased person has left, or never will: its address goes too.
        await session.execute(
            update(OutboxEntry)
            .where(
                OutboxEntry.dedupe_key.startswith(FAREWELL),
                OutboxEntry.state.not_in((OutboxState.PENDING, OutboxState.SENDING)),
                ~OutboxEntry.chat_key.startswith(f"{ERASED}:"),
            )
            .values(chat_key=f"{ERASED}:farewell")
            .execution_options(synchronize_session=False)
        )
        left = await session.get(Setting, TRACES_LEFT)
    if (left is None and not rebuild) or not await database.leave_no_traces(rebuild=rebuild):
        return
    async with database.writing() as session:
        note = await session.get(Setting, TRACES_LEFT)
        # Somebody may have been erased since: then the note is a new one and stays.
        if note is not None and left is not None and note.value == left.value:
            await session.delete(note)


async def _delete_files(session: AsyncSession, files: FileStore) -> None:
    """Deletes erased files whose content nobody else sent."""
    await keep_new_files_out(session)
    erased = (Attachment.rejected == ERASED, Attachment.stored_as.is_not(None))
    for stored_as in (await session.scalars(select(Attachment.stored_as).where(*erased))).all():
        if not await is_used(session, str(stored_as)):
            files.remove(str(stored_as))
    for draft in (await session.scalars(select(Draft).where(_json(Draft.files).contains(ERASED)))).all():
        for file in draft.files:
            if not await is_used(session, str(file["stored_as"])):
                files.remove(str(file["stored_as"]))
        draft.files = []
    await session.execute(
        update(Attachment)
        .where(*erased)
        .values(stored_as=None, sha256=None)
        .execution_options(synchronize_session=False)
    )


async def keep_new_files_out(session: AsyncSession) -> None:
    """Until this transaction ends nobody writes down a new file. SQLite has one writer in any case."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text("LOCK TABLE attachments IN SHARE ROW EXCLUSIVE MODE"))


async def is_used(session: AsyncSession, stored_as: str) -> bool:
    """Whether somebody sent this content who is not erased, or an answer carries it."""
    sent = select(Attachment.id).where(
        Attachment.stored_as == stored_as, or_(Attachment.rejected.is_(None), Attachment.rejected != ERASED)
    )
    enclosed = select(Draft.id).where(
        _json(Draft.files).contains(stored_as, autoescape=True), ~_json(Draft.files).contains(ERASED)
    )
    return any([(await session.execute(found.limit(1))).first() for found in (sent, enclosed)])


def _json(column: InstrumentedAttribute[list[Any]]) -> ColumnElement[str]:
    return cast(column, String)
