"""The desk's own cases as a past to simulate: what was understood, what is known, what was really given."""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.decision import DecisionKind, FactValue
from models.labels import Act
from models.money import Money
from models.record import Dismissal
from models.serial import from_json
from models.states import CaseState, Direction, OutboxState, Verdict
from models.tables import (
    Approval,
    Case,
    Customer,
    Draft,
    Fact,
    LedgerEntry,
    Message,
    OutboxEntry,
    SignalRow,
)
from responses.asking.only_answers import only_answers
from responses.cases import gives_notice
from responses.corrections import Understood, understood
from responses.customers.history import questions_in
from responses.customers.signalling import said_in
from responses.facts import facts_in
from responses.matters import united
from responses.orders.purchases import paid_orders, purchases
from responses.policies import PolicyBook, Used, holding
from responses.policy import Policy
from responses.policy.records import Said
from responses.policy.replay import Past
from responses.policy.signals import Raised
from responses.reading import counted, pictured_among

_AT_ONCE = 200  # cases whose rows are in memory together


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """An approved answer that was no question, and what the ledger holds of it (minor units by currency)."""

    at: datetime
    booked: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Dismissed:
    """A signal that an agent has dismissed, and until when that holds."""

    at: datetime
    until: datetime
    dismissal: Dismissal


async def past_cases(session: AsyncSession, audience: str, currency: str) -> AsyncIterator[Past]:
    """Every case of an audience, one past for each of its matters: what was written up to one answer of ours.

    Samples, tests and what nobody has read are left out. What is known of a case counts for all its matters,
    whenever it became known. Cases come by their number, which is not quite the order of time.

    Args:
        session: a reading session.
        audience: whose cases (`customer`, `colleague`).
        currency: of the policy; what was given in another is not told.
    """
    number = 0
    uses = await PolicyBook().used(session, audience)
    while True:
        query = (
            select(Case)
            .where(Case.number > number, Case.audience == audience)
            .where(Case.is_sample.is_(False), Case.is_test.is_(False))
            .order_by(Case.number)
            .limit(_AT_ONCE)
        )
        cases = (await session.scalars(query)).all()
        if not cases:
            return
        number = cases[-1].number
        for past in await _pasts(session, cases, uses, currency):
            yield past
        session.expunge_all()


async def _pasts(
    session: AsyncSession, cases: Sequence[Case], uses: Sequence[Used], currency: str
) -> list[Past]:
    ids = [case.id for case in cases]
    customers = {case.customer_id for case in cases}
    known_since = await _known_since(session, customers)
    bought = await purchases(session, customers)
    dismissed = await _dismissed(session, customers)
    messages = await _messages(session, ids)
    known = await understood(session, [one.id for listed in messages.values() for one in listed])
    facts = await _facts(session, ids)
    answers = await _answers(session, ids)
    read = {message_id: one.assessment for message_id, one in known.items()}
    only = await _only_answers(session, cases, messages, known, uses)
    pasts: list[Past] = []
    for case in cases:
        matters = _matters(messages[case.id], answers[case.id])
        for said, answer in matters:
            found = counted(said, read, only)
            if not found:
                continue
            past = _past(case, said, found, facts[case.id], answer, currency)
            if case.customer_id in known_since:
                by_then = [one for one in bought.get(case.customer_id, ()) if one.is_known_at(past.at)]
                past = replace(
                    past,
                    said=() if case.state == CaseState.SPAM else _said(past.case_id, said, known),
                    since=known_since[case.customer_id],
                    paid_orders=paid_orders(by_then),
                    dismissed=tuple(
                        one.dismissal
                        for one in dismissed[case.customer_id]
                        if past.at < one.until and (answer is None or one.at <= answer.at)
                    ),
                )
            pasts.append(past)
    return pasts


async def _only_answers(
    session: AsyncSession,
    cases: Sequence[Case],
    messages: Mapping[str, Sequence[Message]],
    known: Mapping[str, Understood],
    uses: Sequence[Used],
) -> frozenset[str]:
    """The messages that did nothing but answer a question of ours, as triage saw it at their time."""
    questions = await questions_in(session, [case.id for case in cases])
    asked = [case for case in cases if case.id in questions]
    said = [one for case in asked for one in messages[case.id]]
    read = {one.id: known[one.id].assessment for one in said if one.id in known}
    pictured = await pictured_among(session, said)
    by_an_agent = [one for one in read if known[one].corrected_by is not None]
    found: set[str] = set()
    for case in asked:
        policy = _judging(uses, case.incident_at)
        found |= only_answers(
            messages[case.id],
            read,
            questions[case.id],
            policy,
            pictured=pictured,
            by_an_agent=by_an_agent,
        )
    return frozenset(found)


def _judging(uses: Sequence[Used], at: datetime) -> Policy | None:
    """The policy that judges what was first heard of at that moment; before any was in use, the first."""
    used, _ = holding(uses, at)
    if used is None and uses:
        used = uses[0]
    return used.policy if used is not None else None


async def _known_since(session: AsyncSession, customers: Collection[str]) -> dict[str, datetime]:
    """When these customers first came; of those who were erased nothing is counted."""
    query = select(Customer.id, Customer.created_at).where(
        Customer.id.in_(customers), Customer.erased_at.is_(None)
    )
    return dict(iter(await session.execute(query)))


async def _dismissed(session: AsyncSession, customers: Collection[str]) -> Mapping[str, list[_Dismissed]]:
    """What agents have dismissed of these customers and is still kept, with cases as they are called here."""
    rows = (
        await session.scalars(
            select(SignalRow)
            .where(SignalRow.customer_id.in_(customers), SignalRow.dismissed_at.is_not(None))
            .order_by(SignalRow.id)
        )
    ).all()
    evidence = {row.id: [one.id for one in from_json(Raised, row.evidence).evidence] for row in rows}
    ids = {one for listed in evidence.values() for one in listed}
    numbers = dict(iter(await session.execute(select(Case.id, Case.number).where(Case.id.in_(ids)))))
    found: dict[str, list[_Dismissed]] = defaultdict(list)
    for row in rows:
        if row.dismissed_at is not None:
            names = tuple(f"#{numbers[one]}" if one in numbers else one for one in evidence[row.id])
            dismissal = Dismissal(signal=row.name, evidence=names)
            found[row.customer_id].append(
                _Dismissed(at=row.dismissed_at, until=row.expires_at, dismissal=dismissal)
            )
    return found


def _said(case_id: str, messages: Sequence[Message], known: Mapping[str, Understood]) -> tuple[Said, ...]:
    """What counts for signals: messages with words left, at the moment they were sent."""
    return tuple(
        said_in(one, known[one.id], case_id=case_id, at=one.sent_at)
        for one in messages
        if one.id in known and one.text.strip()
    )


def _matters(
    messages: Sequence[Message], answers: Sequence[_Answer]
) -> list[tuple[list[Message], _Answer | None]]:
    """The messages that one answer took up, with it; those that none has are the last."""
    found: list[tuple[list[Message], _Answer | None]] = []
    left = list(messages)
    for answer in answers:
        taken = [message for message in left if message.created_at <= answer.at]
        left = left[len(taken) :]
        if taken:
            found.append((taken, answer))
    return [*found, *([(left, None)] if left else [])]


def _past(
    case: Case,
    said: Sequence[Message],
    found: Sequence[Assessment],
    facts: dict[str, FactValue],
    answer: _Answer | None,
    currency: str,
) -> Past:
    labels = united(found, is_spam=all(one.act.label == Act.SPAM for one in found))
    return Past(
        case_id=f"#{case.number}",
        customer=case.customer_id,
        at=said[-1].sent_at,
        act=labels.act,
        complaint_types=labels.complaint_types,
        tone=labels.tone,
        urgency=labels.urgency,
        asks=labels.asks,
        own_error=labels.own_error,
        language=case.language or found[-1].language,
        facts=facts,
        abstained=frozenset(field for one in found for field in one.abstained),
        paid=None if answer is None else Money.from_minor(answer.booked.get(currency, 0), currency),
        asks_where_it_stands=any(one.asks_where_it_stands for one in found),
    )


async def _messages(session: AsyncSession, ids: Collection[str]) -> dict[str, list[Message]]:
    """Of an edited message the newest version, as on the desk."""
    query = select(Message).where(Message.case_id.in_(ids), Message.direction == Direction.IN)
    newest: dict[tuple[str | None, str | None, str], Message] = {}
    for message in await session.scalars(query.order_by(Message.id)):
        newest[message.case_id, message.identity_id, message.external_id or message.id] = message
    found: dict[str, list[Message]] = defaultdict(list)
    for message in newest.values():
        found[str(message.case_id)].append(message)
    return found


async def _facts(session: AsyncSession, ids: Collection[str]) -> dict[str, dict[str, FactValue]]:
    rows: dict[str, list[Fact]] = defaultdict(list)
    for row in await session.scalars(select(Fact).where(Fact.case_id.in_(ids)).order_by(Fact.id)):
        rows[row.case_id].append(row)
    return defaultdict(dict, {case_id: facts_in(listed) for case_id, listed in rows.items()})


async def _answers(session: AsyncSession, ids: Collection[str]) -> dict[str, list[_Answer]]:
    query = (
        select(Approval)
        .join(Draft, Draft.id == Approval.draft_id)
        .where(
            Approval.case_id.in_(ids),
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            Draft.kind != DecisionKind.ASK,
            ~gives_notice(),
            ~exists().where(OutboxEntry.approval_id == Approval.id, OutboxEntry.state == OutboxState.FAILED),
        )
        .order_by(Approval.created_at)
    )
    answers: dict[str, list[_Answer]] = defaultdict(list)
    booked: dict[str, dict[str, int]] = {}
    for approval in await session.scalars(query):
        answer = _Answer(at=approval.created_at, booked=booked.setdefault(approval.id, {}))
        answers[approval.case_id].append(answer)
    for entry in await session.scalars(select(LedgerEntry).where(LedgerEntry.approval_id.in_(booked))):
        sums = booked[entry.approval_id]
        sums[entry.currency] = sums.get(entry.currency, 0) + entry.amount_minor
    return answers
