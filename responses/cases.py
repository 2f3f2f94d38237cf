"""Cases: their numbers, revisions and claims, which of them a message joins, and what is unanswered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value

from models.clock import utcnow
from models.decision import DecisionKind
from models.states import CaseState, Direction, OutboxState, PromiseKind, PromiseState, Verdict, check_case
from models.tables import (
    Agent,
    Approval,
    Case,
    Choice,
    DecisionRow,
    Draft,
    Fact,
    Identity,
    Message,
    OutboxEntry,
    Promise,
)
from responses.errors import BlockedError
from responses.events import record
from responses.orders.keys import order_key

REOPEN_WITHIN = timedelta(days=7)
CLAIM_LASTS = timedelta(minutes=15)
FIRST_NUMBER, LAST_NUMBER = 101, 2**31 - 1
_NUMBERS_LOCK = 0x52494D45  # any number that no other lock of ours uses

OPEN_STATES = (CaseState.DRAFTING, CaseState.WAITING_AGENT, CaseState.WAITING_CUSTOMER, CaseState.TAKEN_OVER)
WORKED_ON = (CaseState.DRAFTING, CaseState.WAITING_AGENT, CaseState.TAKEN_OVER)
_DONE_STATES = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.CLOSED)


async def active_case(session: AsyncSession, chat_key: str, audience: str | None = None) -> Case | None:
    """The newest case of this chat that is being worked on; with `audience` only one of its own."""
    of_audience = true() if audience is None else Case.audience == audience
    query = (
        select(Case)
        .where(Case.chat_key == chat_key, Case.state.in_(OPEN_STATES), of_audience)
        .order_by(Case.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def raise_revision(session: AsyncSession, case: Case) -> int:
    """One revision up, as one statement; returns the new one."""
    raised = await session.execute(
        update(Case)
        .where(Case.id == case.id)
        .values(revision=Case.revision + 1)
        .returning(Case.revision)
        .execution_options(synchronize_session=False)
    )
    revision: int = raised.scalar_one()
    set_committed_value(case, "revision", revision)
    return revision


async def raise_revision_from(session: AsyncSession, case: Case, revision: int) -> bool:
    """One revision up if the case still stands at `revision`; False when something came in between."""
    raised = await session.execute(
        update(Case)
        .where(Case.id == case.id, Case.revision == revision)
        .values(revision=revision + 1)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    if raised.scalar_one_or_none() is None:
        return False
    set_committed_value(case, "revision", revision + 1)
    return True


async def open_case(
    session: AsyncSession,
    identity: Identity,
    *,
    is_sample: bool,
    is_test: bool,
    audience: str = "customer",
    incident_at: datetime | None = None,
) -> Case:
    """A new case with the next readable number, linked to the customer's last one.

    `incident_at` is when its first message was received, where that is not now.
    """
    last = (
        await session.scalars(
            select(Case.id).where(Case.customer_id == identity.customer_id).order_by(Case.id.desc()).limit(1)
        )
    ).one_or_none()
    if session.get_bind().dialect.name == "postgresql":
        # Two chats may open a case at once: the second waits here for the first one's number.
        await session.execute(select(func.pg_advisory_xact_lock(_NUMBERS_LOCK)))
    highest = (await session.scalars(select(func.max(Case.number)))).one()
    case = Case(
        number=FIRST_NUMBER if highest is None else highest + 1,
        customer_id=identity.customer_id,
        identity_id=identity.id,
        channel=identity.channel,
        chat_key=identity.chat_key,
        audience=audience,
        linked_case_id=last,
        incident_at=incident_at or utcnow(),
        is_sample=is_sample,
        is_test=is_test,
        revision=0,
        state=CaseState.DRAFTING,
    )
    session.add(case)
    await session.flush()
    record(session, "customer", "case.opened", case.id, number=case.number)
    return case


async def joined_case(
    session: AsyncSession,
    identity: Identity,
    *,
    reply_to: str | None,
    album_key: str | None,
    order_ids: Sequence[str],
    now: datetime,
    active: Case | None,
    audience: str = "customer",
) -> Case | None:
    """The case a message belongs to as far as its envelope tells; None for a new matter.

    `active` is the newest case of the chat that is being worked on, whichever its audience.

    In this order: the case of the message it replies to or of the album it is a part of, the case whose
    order number it names, the one being worked on, the newest answered or closed lately. Whether the last
    brings in fact a new matter is seen when it has been read, and triage takes it out again. Of two people in
    one, the customer and the colleague, each has cases of their own.
    """
    if album_key is not None:
        # Albums have no end mark: a late part belongs to the rest, however far that has got.
        query = (
            select(Case)
            .join(Message, Message.case_id == Case.id)
            .where(Message.identity_id == identity.id, Message.album_key == album_key)
            .limit(1)
        )
        album = (await session.scalars(query)).one_or_none()
        if album is not None:
            return album
    if reply_to is not None:
        query = (
            select(Case)
            .join(Message, Message.case_id == Case.id)
            .where(
                Message.identity_id == identity.id,
                Message.external_id == reply_to,
                Case.audience == audience,
            )
            .limit(1)
        )
        replied = (await session.scalars(query)).one_or_none()
        if replied is not None and replied.state != CaseState.SPAM:
            return replied
    if order_ids:
        named = (
            select(Case, Fact.value, Fact.order_key)
            .join(Fact, Fact.case_id == Case.id)
            .where(
                Case.customer_id == identity.customer_id,
                Case.audience == audience,
                Fact.name == "order_id",
            )
            .order_by(Case.id.desc())
        )
        keys = {order_key(number) for number in order_ids}
        for row in (await session.execute(named)).all():
            named_case: Case = row[0]
            if row[1].get("value") in order_ids or row[2] in keys:
                return named_case
    if active is not None and active.audience != audience:
        active = await active_case(session, identity.chat_key, audience)
    if active is not None:
        return active
    recent = (
        select(Case)
        .where(
            Case.chat_key == identity.chat_key,
            Case.audience == audience,
            Case.state.in_(_DONE_STATES),
            or_(
                Case.answered_at >= now - REOPEN_WITHIN,
                Case.closed_at >= now - REOPEN_WITHIN,
                Case.answer_until >= now,
            ),
        )
        .order_by(Case.id.desc())
        .limit(1)
    )
    return (await session.scalars(recent)).one_or_none()


def move(case: Case, state: CaseState) -> None:
    """Changes the state of a case, as far as its table of transitions allows."""
    check_case(CaseState(case.state), state)
    case.state = state


async def holder_of(session: AsyncSession, case: Case, now: datetime) -> Agent | None:
    """Who holds the case at this moment."""
    if case.claimed_by is None or case.claimed_until is None or case.claimed_until <= now:
        return None
    return await session.get(Agent, case.claimed_by)


async def claim(session: AsyncSession, case: Case, agent: Agent, *, force: bool = False) -> Agent | None:
    """Takes the case for a quarter of an hour; returns who held it before, when it was taken by force.

    Raises:
        BlockedError: `claimed`, when somebody else holds it and `force` is not set.
    """
    now = utcnow()
    holder = await holder_of(session, case, now)
    if holder is not None and holder.id != agent.id and not force:
        raise BlockedError("claimed", by=holder.name, until=_stamp(case.claimed_until))
    condition = (
        true()
        if force
        else or_(Case.claimed_by.is_(None), Case.claimed_until < now, Case.claimed_by == agent.id)
    )
    claimed = await session.execute(
        update(Case)
        .where(Case.id == case.id, condition)
        .values(claimed_by=agent.id, claimed_until=now + CLAIM_LASTS)
        .returning(Case.id)
        .execution_options(synchronize_session=False)
    )
    if claimed.scalar_one_or_none() is None:
        raise BlockedError("claimed", by="", until="")
    await session.refresh(case, ["claimed_by", "claimed_until"])
    taken_from = holder if holder is not None and holder.id != agent.id else None
    record(session, agent.id, "case.claimed", case.id, taken_from=taken_from.id if taken_from else None)
    return taken_from


def release(case: Case) -> None:
    """Nobody holds the case any more."""
    case.claimed_by = case.claimed_until = None


async def close(session: AsyncSession, case: Case, actor: str) -> None:
    """Closes the case.

    Raises:
        BlockedError: `promise_open`, `choice_open` or `message_pending`.
    """
    if await has_open_promise(session, case):
        raise BlockedError("promise_open")
    if await has_open_choice(session, case):
        raise BlockedError("choice_open")
    pending = select(OutboxEntry.id).where(
        OutboxEntry.case_id == case.id,
        OutboxEntry.purpose == "answer",
        OutboxEntry.state.in_((OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCONFIRMED)),
    )
    if (await session.execute(pending.limit(1))).first() is not None:
        raise BlockedError("message_pending")
    move(case, CaseState.CLOSED)
    case.closed_at = utcnow()
    case.triage_due_at = case.flag = None
    release(case)
    await raise_revision(session, case)
    record(session, actor, "case.closed", case.id)


async def has_open_promise(session: AsyncSession, case: Case) -> bool:
    """Whether something we said we would do for this case is still to be done."""
    promise = select(Promise.id).where(Promise.case_id == case.id, Promise.state == PromiseState.OPEN)
    return (await session.execute(promise.limit(1))).first() is not None


async def has_open_choice(session: AsyncSession, case: Case) -> bool:
    """Whether something was left to the customer that nobody has chosen or given up."""
    choice = select(Choice.id).where(Choice.case_id == case.id, Choice.chosen_at.is_(None))
    return (await session.execute(choice.limit(1))).first() is not None


async def last_answer_at(
    session: AsyncSession, case_id: str, *, settling: bool = False, before: datetime | None = None
) -> datetime | None:
    """When our last text to this case was approved; with `settling` the last that settled the matter.

    A question settles nothing, nor does a text that only says until when an answer follows; notice of an exit
    answers nothing at all. Approved, not
    sent: what the customer writes while an answer is on its way is not answered by it. A choice that was made
    answers the words that said nothing else.
    """
    moments = (
        await session.execute(
            _last_answers(settling, before is not None), {"case": case_id, "before": before}
        )
    ).one()
    return max((at for at in moments if at is not None), default=None)


@cache
def _last_answers(settling: bool, only_before: bool) -> Select[datetime | None, datetime | None]:
    """Built once: it is asked several times for each message, and building it takes longer than asking."""
    query = (
        select(func.max(Approval.created_at))
        .join(Draft, Draft.id == Approval.draft_id)
        .where(
            Approval.case_id == bindparam("case"),
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            ~gives_notice(),
            # What could not be delivered has answered nothing.
            ~exists().where(OutboxEntry.approval_id == Approval.id, OutboxEntry.state == OutboxState.FAILED),
        )
    )
    if settling:
        query = query.where(Draft.kind != DecisionKind.ASK, Draft.answer_by.is_(None))
    chosen = select(func.max(Choice.chosen_at)).where(Choice.case_id == bindparam("case"), Choice.settles)
    if only_before:
        query = query.where(Approval.created_at < bindparam("before"))
        chosen = chosen.where(Choice.chosen_at < bindparam("before"))
    return select(query.scalar_subquery(), chosen.scalar_subquery())


def gives_notice() -> ColumnElement[bool]:
    """The drafts of an exit from a later day: until then what waits for an answer is answered as before."""
    decided = aliased(DecisionRow)
    of_notice = exists().where(decided.id == Draft.decision_id, decided.content["notice"].as_boolean())
    return and_(Draft.kind == DecisionKind.EXIT, of_notice.correlate(Draft))


async def open_messages(session: AsyncSession, case_id: str) -> list[Message]:
    """The customer's messages since our last answer, each in its newest version, oldest first."""
    return _newest(await _said_since(session, case_id, await last_answer_at(session, case_id)))


async def matter_messages(session: AsyncSession, case_id: str) -> list[Message]:
    """The same since our last answer that settled the matter, and what a broken promise had answered."""
    return _newest(await _said_since(session, case_id, await _settled_at(session, case_id)))


async def matter_and_open(session: AsyncSession, case_id: str) -> tuple[list[Message], list[Message]]:
    """Both: the matter's messages, and the open ones, which are among them."""
    said = await _said_since(session, case_id, await _settled_at(session, case_id))
    answered = await last_answer_at(session, case_id)
    return _newest(said), _newest([one for one in said if answered is None or one.created_at > answered])


async def _settled_at(session: AsyncSession, case_id: str) -> datetime | None:
    settled = await last_answer_at(session, case_id, settling=True)
    broken = await _broken_after(session, case_id, settled)
    if broken is not None:
        settled = await last_answer_at(session, case_id, settling=True, before=broken)
    return settled


async def broken_since(session: AsyncSession, case_id: str) -> datetime | None:
    """When we promised what we have broken since our last settling answer; None where there is nothing.

    What the customer wrote before is no more answered than what could not be delivered.
    """
    return await _broken_after(session, case_id, await last_answer_at(session, case_id, settling=True))


async def _broken_after(session: AsyncSession, case_id: str, answered: datetime | None) -> datetime | None:
    query = (
        select(func.min(Approval.created_at))
        .join(Promise, Promise.approval_id == Approval.id)
        .where(Promise.case_id == case_id, Promise.state == PromiseState.BROKEN)
    )
    if answered is not None:
        query = query.where(Promise.settled_at > answered)
    at: datetime | None = (await session.scalars(query)).one()
    return at


def waits_for_us() -> ColumnElement[bool]:
    """The cases in which somebody of us has something to read, to say or to settle now."""
    return or_(Case.state.in_(WORKED_ON), Case.flag.is_not(None), owes_answer())


def owes_answer() -> ColumnElement[bool]:
    """The cases whose customer was told until when an answer follows, and has written nothing since."""
    announced = exists().where(
        Promise.case_id == Case.id, Promise.state == PromiseState.OPEN, Promise.kind == PromiseKind.ANSWER
    )
    # While we wait for the customer's word, the announced answer waits for it as well.
    return and_(Case.state == CaseState.PROMISED, announced)


async def _said_since(session: AsyncSession, case_id: str, since: datetime | None) -> Sequence[Message]:
    query = select(Message).where(Message.case_id == case_id, Message.direction == Direction.IN)
    if since is not None:
        query = query.where(Message.created_at > since)
    return (await session.scalars(query.order_by(Message.id))).all()


def _newest(messages: Sequence[Message]) -> list[Message]:
    """Each message in its newest version."""
    newest = {(one.identity_id, one.external_id or one.id): one for one in messages}
    return list(newest.values())


def _stamp(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""
