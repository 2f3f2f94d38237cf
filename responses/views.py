"""What agents are shown of a case: read once, used by the card in Telegram and by the desk's pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment, Evidence
from models.clock import utcnow
from models.decision import Decision, FactValue, MissingFact
from models.serial import from_json
from models.states import CaseState, Direction, OutboxState, PromiseKind, PromiseState, Purpose, Verdict
from models.tables import (
    Agent,
    Approval,
    Attachment,
    Case,
    Customer,
    DecisionRow,
    Draft,
    Event,
    Identity,
    Message,
    OpenEdit,
    OutboxEntry,
    Promise,
    Rating,
    Voucher,
)
from responses.cases import holder_of, open_messages, waits_for_us
from responses.choices.choosing import Proposal, proposals
from responses.choices.offered import Shown, choices_of
from responses.corrections import Understood, understood
from responses.customers.dealings import Dealings, dealings_of
from responses.customers.ended import ending_of
from responses.customers.preferences import Preferences, preferences_of
from responses.customers.related import maybe_same_person, same_order
from responses.customers.signal_views import SignalView, signals_shown
from responses.facts import known_facts
from responses.offers import withheld_of
from responses.orders.proof import BookView, book_view
from responses.policy.schema import Supplier
from responses.policy.withheld import without
from responses.promises.word_given import denied_words
from responses.proposed import proposed_draft
from responses.vouchers.codes import Supply, supplies


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageView:
    """A message with its files, its earlier versions (oldest first), what was understood of it, and why.

    `corrected_by` is the name of the agent whose word the assessment is, None where it is the classifier's;
    `called_a_threat` says that an agent has called it one.
    """

    message: Message
    attachments: tuple[Attachment, ...]
    earlier: tuple[Message, ...]
    assessment: Assessment | None
    evidence: tuple[Evidence, ...] = ()
    corrected_by: str | None = None
    called_a_threat: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseView:
    """A case with everything an agent judges by.

    `unread` are the customer's messages since our last answer; `decision` and `draft` are the ones on
    the table, None where there are none; a decision that was answered is without what the answer withheld.
    `sending` holds answers that are pending, unconfirmed or failed. `same_order` are other cases on the same
    order, of whoever; `maybe_same` those of people who may be the same. `choices` were put to the customer;
    `proposals` are what the unread words seem to choose of the open ones. `preferences` are the customer's,
    with the register that is heard in the language of the answer. `vouchers` are the codes that the case has;
    `supplies` is what is left of those that the draft would give. `denied` are the words that somebody called
    no promise, by the event that tells it. `dealings` is all that there was with the customer, `ends_on` the
    day from which the relation with them is ended, None where none was told, `has_ended` whether it has come.
    """

    case: Case
    customer: Customer
    identity: Identity
    messages: tuple[MessageView, ...]
    unread: tuple[Message, ...]
    draft: Draft | None
    decision: Decision | None
    facts: dict[str, FactValue]
    holder: Agent | None
    open_edits: tuple[OpenEdit, ...]
    sending: tuple[OutboxEntry, ...]
    approval: Approval | None
    promises: tuple[Promise, ...]
    choices: tuple[Shown, ...]
    proposals: tuple[Proposal, ...]
    vouchers: tuple[Voucher, ...]
    supplies: tuple[Supply, ...]
    other_cases: tuple[Case, ...]
    signals: tuple[SignalView, ...]
    dealings: Dealings
    preferences: Preferences
    rating: Rating | None
    events: tuple[Event, ...]
    denied: Mapping[str, str]
    book: BookView
    same_order: tuple[Case, ...]
    maybe_same: tuple[Case, ...]
    ends_on: date | None
    has_ended: bool

    @property
    def claimed(self) -> tuple[tuple[MissingFact, str], ...]:
        """What the decision rests on and only a message says, with its words, until somebody else says it.

        Of who was erased nothing, as the words are gone.
        """
        versions = [one for shown in self.messages for one in (*shown.earlier, shown.message)]
        texts = {message.id: message.text for message in versions}
        return tuple(
            (fact, texts.get(fact.said_in or "", ""))
            for fact in (self.decision.claimed if self.decision is not None else ())
            if fact.likely is not None
            and (known := self.facts.get(fact.name)) is not None
            and known.source == Supplier.MESSAGE
        )


async def _as_sent(session: AsyncSession, rows: Collection[DecisionRow]) -> dict[str, Decision]:
    """By case, what was decided, without what the answer to it withheld."""
    withheld = await withheld_of(session, [row.id for row in rows])
    return {
        row.case_id: without(from_json(Decision, row.content), withheld.get(row.id, frozenset()))
        for row in rows
    }


async def view_case(session: AsyncSession, case: Case, zone: ZoneInfo) -> CaseView:
    """Everything about one case; days are those of the business's time zone."""
    customer = await session.get_one(Customer, case.customer_id)
    draft = await proposed_draft(session, case)
    decision_query = (
        select(DecisionRow).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id.desc()).limit(1)
    )
    decision = (await session.scalars(decision_query)).one_or_none()
    approval_query = (
        select(Approval)
        .where(Approval.case_id == case.id, Approval.verdict == Verdict.SEND, Approval.undone_at.is_(None))
        .order_by(Approval.id.desc())
        .limit(1)
    )
    sending_query = (
        select(OutboxEntry)
        .where(
            OutboxEntry.case_id == case.id,
            OutboxEntry.purpose != Purpose.CARD,
            OutboxEntry.state.in_(
                (OutboxState.PENDING, OutboxState.SENDING, OutboxState.UNCONFIRMED, OutboxState.FAILED)
            ),
        )
        .order_by(OutboxEntry.id)
    )
    others_query = (
        select(Case).where(Case.customer_id == case.customer_id, Case.id != case.id).order_by(Case.id.desc())
    )
    decided = (await _as_sent(session, [decision])).get(case.id) if decision is not None else None
    codes_query = select(Voucher).where(Voucher.case_id == case.id).order_by(Voucher.id)
    events_query = select(Event).where(Event.case_id == case.id).order_by(Event.id)
    events = tuple((await session.scalars(events_query)).all())
    now = utcnow()
    today = now.astimezone(zone).date()
    ending = await ending_of(session, case)
    return CaseView(
        case=case,
        customer=customer,
        identity=await session.get_one(Identity, case.identity_id),
        messages=await _conversation(session, case),
        unread=tuple(await open_messages(session, case.id)),
        draft=draft,
        decision=decided,
        facts=await known_facts(session, case.id),
        holder=await holder_of(session, case, now),
        open_edits=tuple(
            (
                await session.scalars(
                    select(OpenEdit).where(OpenEdit.case_id == case.id, OpenEdit.text != "")
                )
            ).all()
        ),
        sending=tuple((await session.scalars(sending_query)).all()),
        approval=(await session.scalars(approval_query)).one_or_none(),
        promises=tuple(
            (
                await session.scalars(
                    select(Promise).where(Promise.case_id == case.id).order_by(Promise.due_at, Promise.id)
                )
            ).all()
        ),
        choices=tuple(await choices_of(session, case)),
        proposals=tuple(await proposals(session, case, now)),
        vouchers=tuple((await session.scalars(codes_query)).all()),
        supplies=await supplies(session, decided if draft is not None else None, today),
        other_cases=tuple((await session.scalars(others_query)).all()),
        signals=await signals_shown(session, case.customer_id, now),
        dealings=await dealings_of(session, case.customer_id),
        preferences=await preferences_of(session, customer, _spoken(case, draft, customer)),
        rating=(
            await session.scalars(select(Rating).where(Rating.case_id == case.id, Rating.mark.is_not(None)))
        ).one_or_none(),
        events=events,
        denied=await denied_words(session, events),
        book=await book_view(session, case),
        same_order=tuple(await same_order(session, case)),
        maybe_same=tuple(await maybe_same_person(session, case)),
        ends_on=ending.from_day if ending is not None else None,
        has_ended=ending is not None and ending.has_come(today),
    )


def _spoken(case: Case, draft: Draft | None, customer: Customer) -> str:
    """The language in which the case is answered, as far as anybody knows."""
    return (draft.language if draft is not None else case.language) or customer.language or ""


async def _conversation(session: AsyncSession, case: Case) -> tuple[MessageView, ...]:
    rows = (
        await session.scalars(select(Message).where(Message.case_id == case.id).order_by(Message.id))
    ).all()
    files = (
        await session.scalars(
            select(Attachment)
            .where(Attachment.message_id.in_([row.id for row in rows]))
            .order_by(Attachment.id)
        )
    ).all()
    known = await understood(session, [row.id for row in rows])
    versions: dict[tuple[str | None, str | None], list[Message]] = {}
    for row in rows:
        key = (row.direction, row.external_id or row.id)
        versions.setdefault(key, []).append(row)
    return tuple(_seen(same, files, known.get(same[-1].id)) for same in versions.values())


def _seen(versions: Sequence[Message], files: Sequence[Attachment], known: Understood | None) -> MessageView:
    ids = {message.id for message in versions}
    return MessageView(
        message=versions[-1],
        attachments=tuple(file for file in files if file.message_id in ids),
        earlier=tuple(versions[:-1]),
        assessment=known.assessment if known is not None else None,
        evidence=known.evidence if known is not None else (),
        corrected_by=known.corrected_by if known is not None else None,
        called_a_threat=known.called_a_threat if known is not None else None,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueLine:
    """One line of the queue. `answer_owed`: the customer was told until when an answer follows."""

    case: Case
    customer: Customer
    words: str
    last_at: datetime
    assessment: Assessment | None
    decision: Decision | None
    draft: Draft | None
    holder: str | None
    unconfirmed: bool
    answer_owed: bool


async def queue(session: AsyncSession, states: Sequence[CaseState] = ()) -> list[QueueLine]:
    """The cases in these states (default: all that wait for us), the earliest deadline first.

    Cases with a sending that nobody could confirm, or a flag, wait for us always, and so do those whose
    customer has been told until when an answer follows.
    """
    query = (
        select(Case)
        .where(Case.state.in_(states) if states else waits_for_us())
        .order_by(Case.due_at.is_(None), Case.due_at, Case.id)
        .limit(500)
    )
    cases = (await session.scalars(query)).all()
    ids = [case.id for case in cases]
    customers = {
        row.id: row
        for row in await session.scalars(
            select(Customer).where(Customer.id.in_({case.customer_id for case in cases}))
        )
    }
    agents = {row.id: row.name for row in await session.scalars(select(Agent))}
    newest: dict[str, Message] = {}
    # A photo that follows says nothing of what it is about.
    spoken: dict[str, Message] = {}
    for message in await session.scalars(
        select(Message)
        .where(Message.case_id.in_(ids), Message.direction == Direction.IN)
        .order_by(Message.id)
    ):
        if message.case_id is not None:
            newest[message.case_id] = message
            if message.text.strip() or message.case_id not in spoken:
                spoken[message.case_id] = message
    known = await understood(session, [message.id for message in spoken.values()])
    assessed = {message_id: one.assessment for message_id, one in known.items()}
    stored = select(DecisionRow).where(DecisionRow.case_id.in_(ids)).order_by(DecisionRow.id)
    decided = await _as_sent(session, {row.case_id: row for row in await session.scalars(stored)}.values())
    drafts: dict[str, Draft] = {}
    for draft in await session.scalars(
        select(Draft).where(Draft.case_id.in_(ids), Draft.state == "proposed").order_by(Draft.id)
    ):
        drafts[draft.case_id] = draft
    announced = select(Promise.case_id).where(
        Promise.case_id.in_(ids), Promise.kind == PromiseKind.ANSWER, Promise.state == PromiseState.OPEN
    )
    owing = set((await session.scalars(announced)).all())
    now = utcnow()
    lines = []
    for case in cases:
        message_in, said = newest.get(case.id), spoken.get(case.id)
        held = case.claimed_by is not None and case.claimed_until is not None and case.claimed_until > now
        lines.append(
            QueueLine(
                case=case,
                customer=customers[case.customer_id],
                words=said.text if said is not None else "",
                last_at=message_in.sent_at if message_in is not None else case.created_at,
                assessment=assessed.get(said.id) if said is not None else None,
                decision=decided.get(case.id),
                draft=drafts.get(case.id),
                holder=agents.get(case.claimed_by or "") if held else None,
                unconfirmed=case.flag == "unconfirmed",
                answer_owed=case.id in owing,
            )
        )
    return lines
