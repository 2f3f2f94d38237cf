"""What is there to be seen after a step of a scenario, and what of it is otherwise than expected."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Basis, Decision
from models.money import Money
from models.serial import from_json
from models.states import PromiseState, Purpose, Verdict
from models.tables import (
    Agent,
    Approval,
    Case,
    Choice,
    Customer,
    DecisionRow,
    LedgerEntry,
    Message,
    OfferRow,
    OutboxEntry,
    Promise,
    Rating,
)
from responses.corrections import understood
from responses.customers.registers import heard_register
from responses.policy.case_file import observed, told
from responses.policy.sentences import plain
from responses.precedents import Precedents
from responses.promises.told import words_of
from responses.proposed import proposed_draft

_CURRENCY = "EUR"
_TEXTS = ("draft", "sent", "told")


async def otherwise(
    session: AsyncSession, case: Case, expected: Mapping[str, object], precedents: Precedents
) -> list[str]:
    """A line about each thing that is not as expected, and after them what there was instead."""
    found = await _seen(session, case)
    if "precedents" in expected:
        found["precedents"] = tuple(
            f"{one.number}: {', '.join(map(told, one.decision.offers)) or 'nothing'}"
            for one in await precedents.nearest(session, case)
        )
    wrong = []
    for key, value in expected.items():
        name, _, how = key.partition("_")
        if name in _TEXTS and how:
            parts = cast("Sequence[str]", value)
            wrong += [
                f"  {key}: {part!r}" for part in parts if (part in str(found[name])) is (how == "lacks")
            ]
        elif found[key] != value:
            wrong.append(f"  {key}: expected {_shown(value)}, found {_shown(found[key])}")
    if wrong:
        wrong += [f"  [{name}: {found[name]}]" for name in ("understood", "offers", "notes", *_TEXTS)]
    return wrong


async def _seen(session: AsyncSession, case: Case) -> dict[str, object]:
    query = select(DecisionRow.content).where(DecisionRow.case_id == case.id)
    content = (await session.scalars(query.order_by(DecisionRow.id.desc()).limit(1))).one_or_none()
    decision = from_json(Decision, content) if content is not None else None
    draft = await proposed_draft(session, case)
    of_customer = select(Case.id).where(Case.customer_id == case.customer_id)
    promises = await session.scalars(
        select(Promise)
        .where(Promise.case_id.in_(of_customer), Promise.state == PromiseState.OPEN)
        .order_by(Promise.id)
    )
    return {
        **(observed(decision) if decision is not None else {}),
        # An agent may have made something else of it.
        "kind": str(draft.kind if draft is not None else "none"),
        "draft": _typed(draft.text) if draft is not None else "",
        "findings": tuple(one["code"] for one in draft.findings) if draft is not None else (),
        "language": draft.language if draft is not None else case.language,
        "sent": _typed(await _sent(session, case)),
        "told": await _told(session, case),
        "cost": await _given(session, case, Basis.GOODWILL),
        "owed": await _given(session, case, Basis.OWED),
        "state": case.state,
        "open_promises": tuple(words_of(promise, "it") for promise in promises),
        "cases": len((await session.scalars(of_customer)).all()),
        **await _of_people(session, case),
        "understood": await _understood(session, case),
        "notes": (*decision.notes, *decision.limits_cut) if decision is not None else (),
    }


def _typed(text: str) -> str:
    """As somebody types it: in a scenario no blank is one that does not break."""
    return text.replace("\u00a0", " ")


async def _of_people(session: AsyncSession, case: Case) -> dict[str, object]:
    """What the customer wants and says of it, who has the case, and what an agent said of the draft."""
    colleague = await session.get(Agent, case.passed_to) if case.passed_to is not None else None
    heard = await heard_register(
        session, await session.get_one(Customer, case.customer_id), case.language or "it"
    )
    mark = select(Rating.mark).where(Rating.case_id == case.id)
    last = select(Approval.edit_reason).where(Approval.case_id == case.id, Approval.verdict == Verdict.SEND)
    reasons = await session.scalars(last.order_by(Approval.id.desc()).limit(1))
    return {
        "flag": case.flag or "none",
        "passed_to": colleague.name if colleague is not None else "nobody",
        "mark": (await session.scalars(mark)).one_or_none(),
        "edit_reason": reasons.one_or_none() or "none",
        "formality": heard.formality if heard is not None else "unknown",
    }


async def _sent(session: AsyncSession, case: Case) -> str:
    """The last answer that was approved and not taken back."""
    query = select(Approval.filled_text).where(
        Approval.case_id == case.id, Approval.verdict == Verdict.SEND, Approval.undone_at.is_(None)
    )
    return (await session.scalars(query.order_by(Approval.id.desc()).limit(1))).one_or_none() or ""


async def _told(session: AsyncSession, case: Case) -> str:
    query = select(OutboxEntry.content).where(
        OutboxEntry.chat_key == case.chat_key, OutboxEntry.purpose == Purpose.STANDING
    )
    return "\n".join(content["text"] for content in await session.scalars(query.order_by(OutboxEntry.id)))


async def _given(session: AsyncSession, case: Case, basis: Basis) -> Money:
    """What the customer was given in all, and of choices that are still open the dearest option."""
    booked = (
        select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0))
        .join(Case, Case.id == LedgerEntry.case_id)
        .where(Case.customer_id == case.customer_id, LedgerEntry.basis == basis)
    )
    open_ones = (
        select(func.coalesce(func.max(OfferRow.worth_minor), 0))
        .join(
            Choice,
            (Choice.approval_id == OfferRow.approval_id) & (Choice.choice_group == OfferRow.choice_group),
        )
        .join(Case, Case.id == Choice.case_id)
        .where(Case.customer_id == case.customer_id, Choice.chosen_at.is_(None), OfferRow.basis == basis)
        .group_by(Choice.id)
    )
    minor = (await session.scalars(booked)).one() + sum(await session.scalars(open_ones))
    return Money.from_minor(minor, _CURRENCY)


async def _understood(session: AsyncSession, case: Case) -> str:
    """How the messages of the case were read, for whoever looks for the reason."""
    query = select(Message).where(Message.case_id == case.id).order_by(Message.id)
    messages = {message.id: message.text for message in await session.scalars(query)}
    lines = []
    for message_id, one in (await understood(session, list(messages))).items():
        said = one.assessment
        types = " ".join(label.label for label in said.complaint_types)
        asks = " ".join(label.label for label in said.asks)
        lines.append(
            f"{messages[message_id]!r}: {said.act.label} ({types}) {said.tone.label} {said.urgency.label},"
            f" asks ({asks}), own error {said.own_error.label}, orders {said.entities.order_ids},"
            f" unsure of {sorted(said.abstained)}"
        )
    return "\n    ".join(lines)


def _shown(value: object) -> str:
    match value:
        case Money():
            return plain(value)
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ", ".join(map(str, value)) or "nothing"
        case _:
            return str(value)
