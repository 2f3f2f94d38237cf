"""Triage: what arrived is read, decided by the policy, drafted, and put before an agent."""

import dataclasses
import hashlib
import json
import logging
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Job, set_alarm
from models.assessment import Assessment, Classify
from models.clock import utcnow
from models.database import Database
from models.decision import Decision, DecisionKind, Matter, RemedyKind
from models.labels import Act, Language, Tone, Urgency
from models.once import insert_once
from models.serial import from_json, to_json
from models.states import CaseState, Direction, DraftState, OfferState, PromiseState, Purpose
from models.tables import (
    Agent,
    AssessmentRow,
    Case,
    Customer,
    DecisionRow,
    Draft,
    Identity,
    Message,
    OfferRow,
    Promise,
)
from responses.cases import last_answer_at, move, open_case, raise_revision
from responses.config import RoadConfig
from responses.drafts import ComposedDraft, DraftBrief, PromiseLine, compose
from responses.drafts.dates import format_when
from responses.drafts.names import usable_name
from responses.events import record
from responses.facts import known_facts, note_orders
from responses.filing import due_now
from responses.history import given_to
from responses.outbox import enqueue, enqueue_card
from responses.policies import PolicyBook
from responses.policy import Policy, decide
from responses.rights import may_approve, own_case
from responses.standing_texts import StandingTexts

log = logging.getLogger(__name__)

RECEIPT_EVERY = timedelta(hours=12)
_URGENCIES = tuple(Urgency)
_ANSWERED = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.CLOSED)
_SHORT_WORDS = 3

AgentChat = Callable[[Agent], str | None]
"""Where an agent gets cards: a chat key, or None for who only uses the web desk."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Reading:
    """A case as it was read, for deciding outside any transaction."""

    case: Case
    revision: int
    customer: Customer
    identity: Identity
    messages: tuple[Message, ...]
    assessed: dict[str, Assessment]


class Triage:
    """Reads due cases and puts a draft on the table. `agent_chat` tells where cards go."""

    def __init__(
        self,
        *,
        database: Database,
        config: RoadConfig,
        policies: PolicyBook,
        texts: StandingTexts,
        classify: Classify,
        agent_chat: AgentChat,
    ) -> None:
        self._database = database
        self._config = config
        self._policies = policies
        self._texts = texts
        self._classify = classify
        self._agent_chat = agent_chat

    async def assess(self, case_id: str) -> None:
        """Reads new messages before their time, so that what is critical does not wait for more words."""
        reading = await self._read(case_id)
        if reading is None or reading.case.triage_due_at is None or reading.case.triage_due_at <= utcnow():
            return
        if any(a.urgency.label == Urgency.CRITICAL for a in reading.assessed.values()):
            async with self._database.writing() as session:
                await due_now(session, await session.get_one(Case, case_id))

    async def run(self, case_id: str) -> None:
        """Decides a case that is due and proposes a draft; does nothing when it is not due (any more)."""
        async with self._database.reading() as session:
            case = await session.get(Case, case_id)
            if case is None or case.triage_due_at is None or case.triage_due_at > utcnow():
                return
        reading = await self._read(case_id)
        if reading is None:
            return
        async with self._database.writing() as session:
            case = await session.get_one(Case, case_id, with_for_update=True)
            now = utcnow()
            if case.revision != reading.revision or case.triage_due_at is None or case.triage_due_at > now:
                # Something arrived in between. Its own alarm rings; this one looks again as well.
                set_alarm(session, Job.TRIAGE, case_id, case.triage_due_at)
                return
            await self._decide(session, case, reading, now)

    async def _read(self, case_id: str) -> _Reading | None:
        """The case's open messages with their assessments; new ones are classified and stored."""
        async with self._database.reading() as session:
            case = await session.get(Case, case_id)
            if case is None:
                return None
            messages = await open_messages(session, case_id)
            assessed = await _stored_assessments(session, messages)
            customer = await session.get_one(Customer, case.customer_id)
            identity = await session.get_one(Identity, case.identity_id)
        unread = [message for message in messages if message.id not in assessed and message.text.strip()]
        if unread:
            found = await self._classify([message.text for message in unread])
            fresh = {message.id: one for message, one in zip(unread, found, strict=True)}
            async with self._database.writing() as session:
                for message_id, assessment in fresh.items():
                    await insert_once(
                        session,
                        AssessmentRow,
                        message_id=message_id,
                        fields=to_json(assessment),
                        needs_review=assessment.needs_review,
                        encoder=assessment.encoder,
                        heads=assessment.heads,
                    )
            assessed |= fresh
        return _Reading(
            case=case,
            revision=case.revision,
            customer=customer,
            identity=identity,
            messages=tuple(messages),
            assessed=assessed,
        )

    async def _decide(self, session: AsyncSession, case: Case, reading: _Reading, now: datetime) -> None:
        found = [
            reading.assessed[message.id] for message in reading.messages if message.id in reading.assessed
        ]
        if case.state == CaseState.TAKEN_OVER:
            await self._forward(session, case, reading)
            return
        if case.reopened_from in _ANSWERED:
            if _only_thanks(reading.messages, found):
                self._change_nothing(session, case)
                return
            if await self._brings_new_matter(session, case, found):
                await self._split(session, case, reading)
                return
        await note_orders(session, case, found)
        policy = await self._policies.in_force(session, case.audience, case.incident_at)
        language = _language(reading, found)
        matter = await self._matter(session, case, reading, found, language, now)
        decision = await self._ask_once(session, case, decide(policy, matter), now, policy)
        draft = await self._propose(session, case, reading, decision, matter, policy, now)
        first = case.first_unread_at or now
        case.language = language
        case.urgency = matter.urgency
        deadline = policy.deadlines.get(matter.urgency)
        case.due_at = policy.hours.add(deadline, first) if deadline is not None else None
        case.triage_due_at = case.first_unread_at = None
        if matter.act == Act.SPAM and draft is None:
            move(case, CaseState.SPAM)
            record(session, "system", "case.spam", case.id)
            return
        move(case, CaseState.WAITING_AGENT)
        record(session, "system", "case.drafted", case.id, revision=case.revision, kind=decision.kind)
        await self._receipt(session, case, reading, matter, policy, now)
        await self._cards(session, case, draft)

    async def _matter(
        self,
        session: AsyncSession,
        case: Case,
        reading: _Reading,
        found: Sequence[Assessment],
        language: str,
        now: datetime,
    ) -> Matter:
        here, elsewhere = await given_to(session, case)
        acts = [one.act.label for one in found]
        act = Act.OTHER.value
        if Act.COMPLAINT in acts:
            act = Act.COMPLAINT.value
        elif telling := [one for one in acts if one != Act.OTHER]:
            act = telling[-1]
        types = dict.fromkeys(label.label for one in found for label in one.complaint_types)
        asks = dict.fromkeys(label.label for one in found for label in one.asks)
        urgency = max(
            (one.urgency.label for one in found), key=_URGENCIES.index, default=Urgency.NORMAL.value
        )
        abstained = frozenset(field for one in found for field in one.abstained)
        return Matter(
            act=act,
            complaint_types=tuple(types) if act == Act.COMPLAINT else (),
            tone=found[-1].tone.label if found else Tone.CALM.value,
            urgency=urgency,
            asks=tuple(asks),
            own_error=any(one.own_error.label == "yes" for one in found),
            language=language,
            abstained=abstained,
            facts=await known_facts(session, case.id),
            given_here=here,
            history=elsewhere,
            now=now,
        )

    async def _ask_once(
        self, session: AsyncSession, case: Case, decision: Decision, now: datetime, policy: Policy
    ) -> Decision:
        """A customer is asked for a fact once; what is still missing then, an agent supplies or gives up."""
        if decision.kind != DecisionKind.ASK:
            return decision
        earlier = (
            await session.scalars(
                select(DecisionRow.content)
                .join(Draft, Draft.decision_id == DecisionRow.id)
                .where(
                    Draft.case_id == case.id,
                    Draft.state == DraftState.APPROVED,
                    DecisionRow.kind == DecisionKind.ASK,
                )
            )
        ).all()
        asked = {fact.name for content in earlier for fact in from_json(Decision, content).asks_customer}
        if not asked.issuperset(fact.name for fact in decision.asks_customer):
            return decision
        missing = tuple(dataclasses.replace(fact, ask=None, from_agent=True) for fact in decision.missing)
        return dataclasses.replace(decision, kind=DecisionKind.HAND_OVER, missing=missing)

    async def _propose(
        self,
        session: AsyncSession,
        case: Case,
        reading: _Reading,
        decision: Decision,
        matter: Matter,
        policy: Policy,
        now: datetime,
    ) -> Draft | None:
        brief = await self._brief(session, case, reading, decision, matter, policy, now)
        composed = compose(brief)
        await session.execute(
            update(Draft)
            .where(Draft.case_id == case.id, Draft.state == DraftState.PROPOSED)
            .values(state=DraftState.SUPERSEDED)
        )
        row = DecisionRow(
            case_id=case.id,
            revision=case.revision,
            kind=decision.kind,
            tier=decision.tier,
            content=to_json(decision),
            policy_sha256=decision.policy_sha256,
            inputs_sha256=_digest(matter),
        )
        session.add(row)
        await session.flush()
        _keep_offers(session, case, row, decision)
        if composed is None:
            return None
        draft = Draft(
            case_id=case.id,
            decision_id=row.id,
            revision=case.revision,
            kind=decision.kind,
            language=composed.language,
            text=composed.text,
            twin=self._twin(brief, composed),
            parts=[list(part) for part in composed.parts],
            variant=f"{composed.variant}-{brief.formality}",
            sha256=composed.sha256,
            valid_until=None,
            findings=[],
        )
        session.add(draft)
        await session.flush()
        return draft

    def _twin(self, brief: DraftBrief, composed: ComposedDraft) -> str | None:
        if composed.language == self._config.language:
            return None
        twin = compose(dataclasses.replace(brief, language=self._config.language))
        return twin.text if twin is not None else None

    async def _brief(
        self,
        session: AsyncSession,
        case: Case,
        reading: _Reading,
        decision: Decision,
        matter: Matter,
        policy: Policy,
        now: datetime,
    ) -> DraftBrief:
        found = list(reading.assessed.values())
        promises = await session.scalars(
            select(Promise).where(Promise.case_id == case.id, Promise.state != PromiseState.WITHDRAWN)
        )
        deadline = policy.deadlines.get(matter.urgency)
        answer_by = (
            policy.hours.add(deadline, now).astimezone(self._config.timezone).date() if deadline else None
        )
        name = usable_name(reading.identity.display_name) if policy.address != "none" else None
        formality = reading.customer.formality or ("formal" if policy.formal(matter.language) else "informal")
        return DraftBrief(
            decision=decision,
            act=matter.act,
            complaint_types=matter.complaint_types,
            tone=matter.tone,
            asks=matter.asks,
            own_error=matter.own_error,
            language=matter.language,
            formality="informal" if formality == "informal" else "formal",
            customer_name=name,
            business=self._config.business.name,
            signature=policy.signature,
            order_ids=tuple(dict.fromkeys(order for one in found for order in one.entities.order_ids)),
            dates=tuple(dict.fromkeys(day for one in found for day in one.entities.dates)),
            facts=matter.facts,
            promises=tuple(
                PromiseLine(
                    what=_promise_words(promise.what, matter.language),
                    due=promise.due_at.astimezone(self._config.timezone).date(),
                    state=promise.state,
                )
                for promise in promises
                if _promise_words(promise.what, matter.language)
            ),
            answer_by=answer_by,
            hand_over_contact=None,
            # One wording per person, so that nobody is answered in two voices.
            variant=zlib.crc32(case.customer_id.encode()),
        )

    async def _receipt(
        self,
        session: AsyncSession,
        case: Case,
        reading: _Reading,
        matter: Matter,
        policy: Policy,
        now: datetime,
    ) -> None:
        """One per case, one per person in twelve hours, none to a bare greeting or to thanks."""
        customer = await session.get_one(Customer, case.customer_id)
        silent = matter.act in (Act.OTHER, Act.PRAISE) and not _has_files(reading.messages)
        recently = customer.receipt_at is not None and customer.receipt_at > now - RECEIPT_EVERY
        if case.is_sample or case.channel == "desk" or case.answered_at is not None or silent or recently:
            return
        due = case.due_at or now
        made = await self._texts.enqueue(
            session,
            "receipt",
            chat_key=case.chat_key,
            language=matter.language,
            dedupe_key=f"ack:{case.id}",
            case_id=case.id,
            number=str(case.number),
            when=format_when(due, now, matter.language, self._config.timezone),
        )
        if made:
            customer.receipt_at = now

    async def _cards(self, session: AsyncSession, case: Case, draft: Draft | None) -> None:
        """A card for everyone who may approve this draft; for whom it was passed to, if it was."""
        if case.is_sample:
            return
        able = await may_approve(session, draft) if draft is not None else await _working(session)
        if case.passed_to is not None:
            able = [agent for agent in able if agent.id == case.passed_to] or able
        for agent in able:
            chat = self._agent_chat(agent)
            if chat is not None and not await own_case(session, agent, case):
                await enqueue_card(session, case, agent, chat, draft)

    async def show(self, session: AsyncSession, case: Case, draft: Draft | None) -> None:
        """Sends the case's cards anew: after it was edited, passed on, or an approval was taken back."""
        await self._cards(session, case, draft)

    async def _forward(self, session: AsyncSession, case: Case, reading: _Reading) -> None:
        """Somebody holds the case in person: the words go to them at once, and nothing is drafted."""
        case.triage_due_at = case.first_unread_at = None
        holder = await session.get(Agent, case.claimed_by) if case.claimed_by is not None else None
        chat = self._agent_chat(holder) if holder is not None else None
        record(session, "system", "case.forwarded", case.id, revision=case.revision)
        if chat is None:
            return
        for message in reading.messages:
            await enqueue(
                session,
                purpose=Purpose.CARD,
                dedupe_key=f"forward:{message.id}:{chat}",
                chat_key=chat,
                content={"forward": message.id, "case": case.id},
                case_id=case.id,
            )

    def _change_nothing(self, session: AsyncSession, case: Case) -> None:
        case.state = CaseState(case.reopened_from or CaseState.ANSWERED)
        case.reopened_from = case.triage_due_at = case.first_unread_at = None
        record(session, "system", "case.thanked", case.id)

    async def _brings_new_matter(
        self, session: AsyncSession, case: Case, found: Sequence[Assessment]
    ) -> bool:
        """Whether the reopening message names a complaint type or an order that the case never had."""
        rows = await session.scalars(select(DecisionRow.content).where(DecisionRow.case_id == case.id))
        types = {name for content in rows for name in content["complaint_types"]}
        named = {label.label for one in found for label in one.complaint_types}
        orders = {order for one in found for order in one.entities.order_ids}
        known = (await known_facts(session, case.id)).get("order_id")
        new_order = bool(orders) and known is not None and known.value not in orders
        return new_order or bool(types and named and not named & types)

    async def _split(self, session: AsyncSession, case: Case, reading: _Reading) -> None:
        """The reopening messages become a case of their own, linked to this one, which is as it was."""
        identity = await session.get_one(Identity, case.identity_id)
        new = await open_case(session, identity, is_sample=case.is_sample, is_test=case.is_test)
        new.linked_case_id = case.id
        for message in reading.messages:
            row = await session.get_one(Message, message.id)
            row.case_id = new.id
        case.state = CaseState(case.reopened_from or CaseState.ANSWERED)
        case.reopened_from = case.triage_due_at = case.first_unread_at = None
        await raise_revision(session, new)
        await due_now(session, new)
        record(session, "system", "case.split", case.id, into=new.number)


async def open_messages(session: AsyncSession, case_id: str) -> list[Message]:
    """The customer's messages since our last answer, each in its newest version, oldest first."""
    query = select(Message).where(Message.case_id == case_id, Message.direction == Direction.IN)
    since = await last_answer_at(session, case_id)
    if since is not None:
        query = query.where(Message.created_at > since)
    newest: dict[tuple[str | None, str | None], Message] = {}
    for message in await session.scalars(query.order_by(Message.id)):
        newest[message.identity_id, message.external_id or message.id] = message
    return list(newest.values())


async def idle_takeovers(session: AsyncSession, now: datetime) -> list[Case]:
    """Cases taken over whose holder has let the time run out."""
    query = select(Case).where(Case.state == CaseState.TAKEN_OVER, Case.claimed_until < now)
    return list((await session.scalars(query)).all())


async def overdue_cases(session: AsyncSession, now: datetime, limit: int) -> list[str]:
    """Cases whose triage should have happened by now."""
    query = select(Case.id).where(Case.triage_due_at <= now).order_by(Case.triage_due_at).limit(limit)
    return list((await session.scalars(query)).all())


async def _stored_assessments(session: AsyncSession, messages: Sequence[Message]) -> dict[str, Assessment]:
    rows = await session.scalars(
        select(AssessmentRow)
        .where(AssessmentRow.message_id.in_([message.id for message in messages]))
        .order_by(AssessmentRow.id)
    )
    return {row.message_id: from_json(Assessment, row.fields) for row in rows}


async def _working(session: AsyncSession) -> list[Agent]:
    return list((await session.scalars(select(Agent).where(Agent.removed_at.is_(None)))).all())


def _only_thanks(messages: Sequence[Message], found: Sequence[Assessment]) -> bool:
    if not found or any(message.kind != "text" for message in messages):
        return False
    return all(one.act.label in (Act.PRAISE, Act.OTHER) for one in found) and not any(
        "?" in message.text for message in messages
    )


def _has_files(messages: Sequence[Message]) -> bool:
    return any(message.kind != "text" for message in messages)


def _language(reading: _Reading, found: Sequence[Assessment]) -> str:
    """The language of the answer: of the last message long enough to tell, else what was known before."""
    spoken = {language.value for language in Language}
    for message in reversed(reading.messages):
        assessment = reading.assessed.get(message.id)
        if assessment is not None and len(message.text.split()) >= _SHORT_WORDS:
            return assessment.language if assessment.language in spoken else Language.ENGLISH
    known = reading.case.language or reading.customer.language
    if known in spoken:
        return known
    guessed = [one.language for one in found if one.language in spoken]
    return guessed[-1] if guessed else Language.ITALIAN


def _keep_offers(session: AsyncSession, case: Case, row: DecisionRow, decision: Decision) -> None:
    for group, offer in enumerate(decision.offers):
        for option in offer.options:
            session.add(
                OfferRow(
                    decision_id=row.id,
                    case_id=case.id,
                    complaint_type=offer.complaint_type,
                    kind=option.kind,
                    basis=offer.basis,
                    rule_id=offer.rule_id,
                    content=to_json(option),
                    amount_minor=option.amount.minor if option.amount is not None else None,
                    worth_minor=option.worth.minor if option.worth is not None else None,
                    currency=option.worth.currency if option.worth is not None else None,
                    choice_group=group,
                    our_fault=decision.at_fault is True,
                    state=OfferState.OFFERED,
                )
            )
    if decision.kind == DecisionKind.OFFER and not decision.offers:
        # An apology alone is an answer too: what follows it is not a first time any more.
        for group, complaint_type in enumerate(decision.complaint_types or (None,)):
            session.add(
                OfferRow(
                    decision_id=row.id,
                    case_id=case.id,
                    complaint_type=complaint_type,
                    kind=RemedyKind.WORDS,
                    basis="goodwill",
                    rule_id=decision.rule_ids[0] if decision.rule_ids else "",
                    content={},
                    choice_group=group,
                    our_fault=decision.at_fault is True,
                )
            )


def _promise_words(what: str, language: str) -> dict[str, str]:
    return {language: what} if what not in set(RemedyKind) else {}


def _digest(matter: Matter) -> str:
    content = {name: value for name, value in to_json(matter).items() if name != "now"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
