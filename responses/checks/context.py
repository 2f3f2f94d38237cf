"""What a case knows of itself, put together for checking a text of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.clock import utcnow
from models.decision import Decision, FactValue
from models.money import Money
from models.states import Direction, PromiseState
from models.tables import Agent, Case, Customer, Draft, Identity, Message, Promise
from responses.approving.rights import decision_of
from responses.cases import matter_messages
from responses.checks.about import CheckContext, Kept, Put
from responses.checks.clauses import clauses_of
from responses.checks.days import days_in
from responses.checks.mentions import mentions_in
from responses.checks.people import other_people
from responses.checks.plain_text import plain_words
from responses.checks.published import published
from responses.checks.streets import streets_in
from responses.config import RoadConfig
from responses.corrections import understood
from responses.customers.registers import register_of
from responses.drafts.brief import Formality
from responses.drafts.draft import formality_of
from responses.drafts.names import usable_name
from responses.drafts.promises import by_hand_words
from responses.drafts.slots import BLANK, escape
from responses.facts import known_facts
from responses.policy import Policy
from responses.proposed import composed_draft
from responses.vouchers.by_hand import put_in, sentence_of

_OUR_WORD = frozenset({"status", "broken", "holding", "answer", "exit", "open"})
"""The parts of a composed text in which we say by which day, or from which; not those that tell what was."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What of a case was read already: its facts, and what the messages of the matter mean."""

    facts: Mapping[str, FactValue]
    meant: tuple[Assessment, ...]


async def context_of(
    session: AsyncSession,
    case: Case,
    draft: Draft | None,
    *,
    config: RoadConfig,
    policy: Policy | None,
    kind: str,
    language: str,
    text: str | None = None,
    known: Known | None = None,
) -> CheckContext:
    """Gathers what a text of the case is checked against; reads rows, and nothing else.

    Args:
        session: any transaction.
        case: whose customer gets the text.
        draft: the draft that holds the text or is being edited, None where there is none yet.
        config: the road's.
        policy: the one that judges the case, None where none was ever loaded.
        kind: what sort of answer the text is, a `DecisionKind`.
        language: in which it is to be.
        text: what is checked, where it is not the draft's.
        known: what the same transaction has read of the case, None where that is still to be read.
    """
    zone = config.timezone
    today = utcnow().astimezone(zone).date()
    customer = await session.get_one(Customer, case.customer_id)
    identity = await session.get_one(Identity, case.identity_id)
    written = (
        await session.execute(
            select(Message.direction, Message.text).where(Message.case_id == case.id, Message.text != "")
        )
    ).all()
    if known is None:
        known = await _known(session, case)
    promises = (
        await session.scalars(
            select(Promise)
            .join(Case, Case.id == Promise.case_id)
            .where(Case.customer_id == case.customer_id, Promise.state != PromiseState.WITHDRAWN)
        )
    ).all()
    promised = [(one, one.due_at.astimezone(zone).date()) for one in promises]
    kept = {
        Kept(day=day, words=_words_of(one, language))
        for one, day in promised
        if one.case_id == case.id and one.state == PromiseState.OPEN
    }
    parts: Sequence[tuple[str, str]] = ()
    if draft is not None:
        parts = await _composed_parts(session, draft)
        kept |= _our_word(parts, draft.language, today)
    days = {one.day for one in kept}
    composed = await composed_draft(session, draft) if draft is not None else None
    names = [name for name in (customer.name, identity.display_name) if usable_name(name) is not None]
    business = config.business
    decision = await decision_of(session, draft) if draft is not None else None
    about = CheckContext(
        language=language,
        kind=kind,
        today=today,
        currency=policy.currency if policy is not None else "EUR",
        formality=await _formality(session, draft, customer, policy, language),
        decision=decision,
        facts=known.facts,
        said=tuple(text for direction, text in written if direction == Direction.IN),
        sent=tuple(text for direction, text in written if direction == Direction.OUT),
        names=tuple(name for name in dict.fromkeys(names) if name is not None),
        grievances=_grievances(decision, known),
        days=tuple(sorted(days)),
        kept=tuple(sorted(kept, key=lambda one: (one.day, one.words))),
        named=(*(day for one in known.meant for day in one.entities.dates), *(day for _, day in promised)),
        own=tuple(words for words in (business.name, business.contact, business.privacy) if words),
        limits=policy.approval if policy is not None else {},
        composed=composed.text if composed is not None else None,
        answer_day=_answer_day(draft, kind, zone),
        ready=ready_in(parts),
        put=await _put(session, case, language),
    )
    checked = draft.text if text is None and draft is not None else text or ""
    if streets_in(plain_words(checked, language), language):
        about = replace(about, published=await published(session, config, policy))
    agents = (await session.scalars(select(Agent.name))).all()
    return replace(about, others=await other_people(session, case, mentions_in(checked, about, agents)))


async def _put(session: AsyncSession, case: Case, language: str) -> tuple[Put, ...]:
    """In both registers: an agent may have changed how the customer is addressed."""
    return tuple(
        Put(
            code=escape(voucher.code),
            amount=Money.from_minor(voucher.amount_minor, voucher.currency),
            sentences=tuple(sentence_of(voucher, language, formal=formal) for formal in (True, False)),
        )
        for voucher in await put_in(session, case.id)
    )


def _grievances(decision: Decision | None, known: Known) -> tuple[str, ...]:
    """Those that were decided upon: what an answer to a question of ours was taken for is none."""
    if decision is not None:
        return decision.complaint_types
    return tuple(dict.fromkeys(label.label for one in known.meant for label in one.complaint_types))


async def _known(session: AsyncSession, case: Case) -> Known:
    matter = await understood(session, [one.id for one in await matter_messages(session, case.id)])
    return Known(
        facts=await known_facts(session, case.id), meant=tuple(one.assessment for one in matter.values())
    )


async def _composed_parts(session: AsyncSession, draft: Draft) -> Sequence[tuple[str, str]]:
    """The parts of what was composed of the draft's decision, whatever has become of it since."""
    if draft.decision_id is None:
        return ()
    query = select(Draft.parts).where(
        Draft.decision_id == draft.decision_id,
        Draft.language == draft.language,
        Draft.edited_by.is_(None),
    )
    return [(name, words) for parts in await session.scalars(query) for name, words in parts]


def ready_in(parts: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """The ready answers among the parts: where an agent has to write one there is a blank instead."""
    return tuple(words for name, words in parts if name == "answer" and BLANK not in words)


def _our_word(parts: Sequence[tuple[str, str]], language: str, today: date) -> set[Kept]:
    """What the composed text says by itself for days to come."""
    return {
        Kept(day=named.day, words=clause.words.strip())
        for name, words in parts
        if name in _OUR_WORD
        for clause in clauses_of(plain_words(words, language), language)
        for named in days_in(clause.words, language, today)
        if named.day >= today
    }


def _words_of(promise: Promise, language: str) -> str:
    """What was promised, where there are words of it in the text's language that name it."""
    return "" if promise.what == by_hand_words() else str(promise.what.get(language, ""))


def _answer_day(draft: Draft | None, kind: str, zone: ZoneInfo) -> date | None:
    """The day that the draft announces an answer for; a text of another kind announces none."""
    if draft is None or draft.answer_by is None or kind != draft.kind:
        return None
    return draft.answer_by.astimezone(zone).date()


async def _formality(
    session: AsyncSession, draft: Draft | None, customer: Customer, policy: Policy | None, language: str
) -> Formality:
    """As the composed draft speaks, else as the customer or the owner wants it."""
    if draft is not None and draft.variant is not None:
        return formality_of(draft.variant)
    return await register_of(session, customer, policy, language)
