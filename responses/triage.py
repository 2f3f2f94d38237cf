"""Triage: what arrived is read, decided by the policy, drafted, and put before an agent."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Alarm, Job, set_alarm
from models.assessment import Assessment, Classify
from models.clock import utcnow
from models.database import Database
from models.decision import FactValue, Matter
from models.labels import Act, ComplaintType, Tone, Urgency
from models.orders import LookUp
from models.states import CaseState, DraftState, Purpose
from models.tables import Agent, Case, Customer, DecisionRow, Draft, Identity, Message
from responses.approving.rights import here_to_approve
from responses.asking.answers import take_answers
from responses.asking.lacking import lacking_by_name
from responses.asking.only_answers import with_only_answers
from responses.cases import has_open_promise, move, open_case, raise_revision
from responses.channels import AgentChat
from responses.choices.choosing import proposals
from responses.claims import claimed_facts, note_claims
from responses.config import RoadConfig
from responses.customers.danger import in_danger
from responses.customers.ended import ending_of, is_left_unworded, told_of_exit
from responses.customers.history import questions_in
from responses.customers.signalling import keep_signals
from responses.customers.thanks import only_thanks
from responses.deadlines import due_by, highest, is_sooner
from responses.drafts.dates import format_when
from responses.events import record
from responses.facts import ORDER_FACT, cannot_say, known_facts, note_orders
from responses.incidents import note_incident
from responses.intake.filing import due_now
from responses.knowledge.entries import Knowledge, Near, question_in
from responses.matters import matter_of
from responses.orders.contacts import note_contacts
from responses.orders.keys import order_key
from responses.orders.look_up import look_order_up
from responses.orders.named import with_named_orders
from responses.orders.opened_links import linked_number
from responses.orders.proof import consult_book
from responses.people.agents import rank
from responses.people.groups import card_chats
from responses.people.oncall import raise_alarm
from responses.people.presence import present_agents
from responses.policies import PolicyBook
from responses.policy import decide
from responses.policy.given import is_overdue
from responses.proposed import supersede
from responses.proposing import propose_decision
from responses.reading import Reading, read_case
from responses.sending.outbox import cancel_cards, enqueue, enqueue_card
from responses.sending.standing_texts import StandingTexts
from responses.waiting import await_answer

log = logging.getLogger(__name__)

RECEIPT_EVERY = timedelta(hours=12)
MAX_ATTEMPTS = 5
_FIRST_PAUSE = timedelta(seconds=2)
_EXPLAIN_AFTER = timedelta(seconds=1)
_ANSWERED = (CaseState.ANSWERED, CaseState.PROMISED, CaseState.CLOSED)
_OF_OUR_WORD = frozenset({ComplaintType.NO_REPLY, ComplaintType.PROMISE_BROKEN})
_AWAITED = frozenset({ComplaintType.DELIVERY_LATE, ComplaintType.REFUND_MISSING})
_CONTENT = (Tone.CALM, Tone.GRATEFUL)


class Triage:
    """Reads due cases and puts a draft on the table.

    `agent_chat` tells where cards go, `look_up` asks the business's own system for orders and `knowledge`
    what answers a question, where there is such a thing.
    """

    def __init__(
        self,
        *,
        database: Database,
        config: RoadConfig,
        policies: PolicyBook,
        texts: StandingTexts,
        classify: Classify,
        agent_chat: AgentChat,
        look_up: LookUp | None = None,
        knowledge: Knowledge | None = None,
    ) -> None:
        self._look_up = look_up
        self._knowledge = knowledge
        self._database = database
        self._config = config
        self._policies = policies
        self._texts = texts
        self._classify = classify
        self._agent_chat = agent_chat

    async def assess(self, case_id: str) -> None:
        """Reads new messages before their time, so that what is critical does not wait for more words."""
        reading = await read_case(self._database, self._classify, case_id)
        if reading is None or reading.case.triage_due_at is None or reading.case.triage_due_at <= utcnow():
            return
        if any(a.urgency.label == Urgency.CRITICAL for a in reading.assessed.values()):
            async with self._database.writing() as session:
                await due_now(session, await session.get_one(Case, case_id))

    async def run(self, case_id: str) -> None:
        """Decides a case that is due and proposes a draft; does nothing when it is not due (any more).

        A triage that fails is tried again, and after five failures the case waits for an agent without a
        draft: nobody's message may hang on a rule or a model that cannot cope with it.
        """
        try:
            await self._run(case_id)
        except Exception:  # a worker's outermost loop: the case must not be lost
            log.exception("triage.failed", extra={"case": case_id})
            await self._count_failure(case_id)

    async def _run(self, case_id: str) -> None:
        reading = await read_case(self._database, self._classify, case_id, only_due=True)
        if reading is None:
            return
        reading = await with_named_orders(self._database, self._policies, reading)
        if self._look_up is not None:
            await look_order_up(self._database, self._look_up, self._policies, self._config, reading)
        question = question_in(reading)
        near: Sequence[Near] = ()
        if question is not None and self._knowledge is not None:
            near = await self._knowledge.nearest(question)
        async with self._database.writing() as session:
            case = await session.get_one(Case, case_id, with_for_update=True)
            now = utcnow()
            if case.revision != reading.revision or case.triage_due_at is None or case.triage_due_at > now:
                # Something arrived in between. Its own alarm rings; this one looks again as well.
                set_alarm(session, Job.TRIAGE, case_id, case.triage_due_at)
                return
            await self._decide(session, case, reading, now, near)

    async def _count_failure(self, case_id: str) -> None:
        async with self._database.writing() as session:
            case = await session.get_one(Case, case_id, with_for_update=True)
            if case.triage_due_at is None:
                return
            case.triage_attempts += 1
            if case.triage_attempts < MAX_ATTEMPTS:
                case.triage_due_at = utcnow() + _FIRST_PAUSE * 4 ** (case.triage_attempts - 1)
                set_alarm(session, Job.TRIAGE, case_id, case.triage_due_at)
                return
            case.triage_due_at = case.first_unread_at = case.reopened_from = None
            case.triage_attempts = 0
            case.flag = case.flag or "triage_failed"
            if case.state != CaseState.TAKEN_OVER:
                move(case, CaseState.WAITING_AGENT)
            case.due_at = case.due_at or utcnow()
            await raise_revision(session, case)
            record(session, "system", "triage.given_up", case.id, revision=case.revision)
            await self._cards(session, case, None)

    async def _decide(
        self, session: AsyncSession, case: Case, reading: Reading, now: datetime, near: Sequence[Near]
    ) -> None:
        case.triage_attempts = 0
        if case.flag == "triage_failed":
            case.flag = None
        if not reading.messages and case.answered_at is not None and case.state != CaseState.TAKEN_OVER:
            # Everything the customer said is answered: there is nothing to draft for.
            case.state = CaseState.PROMISED if await has_open_promise(session, case) else CaseState.ANSWERED
            case.reopened_from = case.triage_due_at = case.first_unread_at = None
            return
        if case.state == CaseState.TAKEN_OVER:
            await self._forward(session, case, reading)
            return
        if await self._is_for_agents(session, case, reading, now):
            return
        policy = await self._policies.in_force(session, case.audience, case.incident_at)
        facts = await known_facts(session, case.id)
        taken = await take_answers(session, case, reading, policy, facts)
        questions = await questions_in(session, [case.id])
        reading = with_only_answers(reading, questions.get(case.id, ()), policy)
        if taken.answers:
            facts = await known_facts(session, case.id)
        if case.reopened_from is not None and not taken.answers:
            awaits = await has_open_promise(session, case)
            if _only_thanks(reading, case.reopened_from, awaits=awaits):
                if await self._put_back(session, case) == CaseState.WAITING_CUSTOMER:
                    # Thanks end no silence: what we have asked is still to be answered.
                    await_answer(case, policy.hours, case.answered_at or now)
                record(session, "system", "case.thanked", case.id)
                return
        if case.reopened_from in _ANSWERED and await self._brings_new_matter(
            session, case, reading.counted_fresh, facts
        ):
            await self._split(session, case, reading)
            return
        if await note_orders(session, case, reading.found, facts):
            facts = await known_facts(session, case.id)
        if await note_claims(session, case, reading, policy):
            facts = await known_facts(session, case.id)
        judged = case.incident_at
        await note_incident(session, case, reading)
        if case.incident_at != judged:
            policy = await self._policies.in_force(session, case.audience, case.incident_at)
        await note_contacts(session, case, [one.entities for one in reading.found])
        # The session forgets whom nobody holds, and each of the next steps would have it ask for them anew.
        identity = await session.get_one(Identity, case.identity_id)
        customer = await session.get_one(Customer, case.customer_id)
        if await consult_book(session, case, identity, policy, facts):
            facts = await known_facts(session, case.id)
        matter = await matter_of(session, case, reading, policy, facts, now, unclear=taken.likely.keys())
        await keep_signals(session, case, policy, matter.record, now)
        decision = decide(policy, matter, language=self._config.language)
        if lacked := lacking_by_name(decision.asks_customer, [message.text for message in reading.fresh]):
            # Whoever says by themselves that they have no number is not asked for it.
            await cannot_say(session, case, sorted(lacked))
            facts = await known_facts(session, case.id)
            matter = await matter_of(session, case, reading, policy, facts, now, unclear=taken.likely.keys())
            decision = decide(policy, matter, language=self._config.language)
        decision = taken.beside(decision)
        decision = replace(decision, claimed=await claimed_facts(session, case, policy))
        ending = await ending_of(session, case)
        said_on = (matter.said_at or now).astimezone(self._config.timezone).date()
        unworded = ending is not None and is_left_unworded(decision, ending, said_on)
        if ending is not None and unworded:
            decision = told_of_exit(decision, ending, policy, self._config.language)
        draft = await propose_decision(
            session,
            case,
            reading=reading,
            decision=decision,
            matter=matter,
            policy=policy,
            config=self._config,
            now=now,
            near=near,
            unworded=unworded,
        )
        urgency = matter.urgency
        if matter.asks_progress and any(is_overdue(given, now) for given in matter.given_here):
            # Who asks for what we are late with has waited long enough.
            urgency = highest([Urgency.NORMAL, urgency])
        case.language = matter.language
        case.urgency = urgency
        # Counted from the oldest message without an answer: who asks again does not wait longer for it.
        first = min((message.created_at for message in reading.fresh), default=case.first_unread_at or now)
        case.due_at = due_by(policy, urgency, first, sooner=decision.sooner)
        case.triage_due_at = case.first_unread_at = case.reopened_from = None
        if matter.act == Act.SPAM and draft is None:
            await cancel_cards(session, case)
            move(case, CaseState.SPAM)
            record(session, "system", "case.spam", case.id)
            return
        move(case, CaseState.WAITING_AGENT)
        record(session, "system", "case.drafted", case.id, revision=case.revision, kind=decision.kind)
        if matter.urgency == Urgency.CRITICAL:
            await raise_alarm(
                session,
                case,
                policies=self._policies,
                texts=self._texts,
                agent_chat=self._agent_chat,
                danger=in_danger(
                    matter.complaint_types,
                    [message.text for message in reading.messages],
                    dangerous=policy.emergency,
                ),
                now=now,
            )
        await self._receipt(session, case, customer, reading, matter, now)
        await self._cards(session, case, draft)
        if reading.fresh:
            # The card first: why the labels are what they are is looked for when it is on its way.
            set_alarm(session, Job.EXPLAIN, reading.fresh[-1].id, now + _EXPLAIN_AFTER)
        for message in reading.fresh:
            set_alarm(session, Job.EMBED, message.id, now + _EXPLAIN_AFTER)

    async def _is_for_agents(
        self, session: AsyncSession, case: Case, reading: Reading, now: datetime
    ) -> bool:
        """Whether the words answer a choice that is open: then an agent confirms that before anything else.

        What else they say is decided upon after it. What is critical does not wait for that.
        """
        if any(one.urgency.label == Urgency.CRITICAL for one in reading.found_fresh):
            return False
        found = await proposals(session, case, now)
        if not found:
            return False
        policy = await self._policies.in_force(session, case.audience, case.incident_at)
        # A choice in so many words is of no low urgency: the customer waits for what they chose.
        case.urgency = highest([Urgency.NORMAL, *(one.urgency.label for one in reading.found_fresh)])
        first = min((message.created_at for message in reading.fresh), default=now)
        sooner = await is_sooner(session, case, policy)
        case.due_at = due_by(policy, case.urgency, first, sooner=sooner)
        case.triage_due_at = case.first_unread_at = None
        if not any(one.reply.more for one in found):
            case.reopened_from = None
        await supersede(session, case)
        move(case, CaseState.WAITING_AGENT)
        record(session, "system", "choice.read", case.id, revision=case.revision)
        await self._cards(session, case, None)
        return True

    async def _receipt(
        self,
        session: AsyncSession,
        case: Case,
        customer: Customer,
        reading: Reading,
        matter: Matter,
        now: datetime,
    ) -> None:
        """One per case, one per person in twelve hours, none to a bare greeting or to thanks."""
        silent = matter.act in (Act.OTHER, Act.PRAISE) and not reading.has_files
        if case.is_sample or case.answered_by_hand or case.answered_at is not None or silent:
            return
        # Another of their cases may have brought one since the customer was read.
        await session.refresh(customer, ["receipt_at"])
        if customer.receipt_at is not None and customer.receipt_at > now - RECEIPT_EVERY:
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
        """Cards of this revision in place of those that have not left yet."""
        await cancel_cards(session, case)
        await self.deal(session, case, draft)

    async def deal(self, session: AsyncSession, case: Case, draft: Draft | None) -> None:
        """A card for everyone here who may approve this draft and has none of this revision yet.

        Of a case that was passed on, for whom it was passed to.
        """
        if case.is_sample:
            return
        now = utcnow()
        able = await (present_agents(session, now) if draft is None else here_to_approve(session, draft))
        if case.passed_to is not None:
            able = [agent for agent in able if agent.id == case.passed_to] or able
        if case.passed_to_role is not None:
            able = [agent for agent in able if rank(agent.role) >= rank(case.passed_to_role)] or able
        for agent, chat in await card_chats(session, case, able, self._agent_chat):
            await enqueue_card(session, case, agent, chat, draft)

    async def show(self, session: AsyncSession, case: Case, draft: Draft | None) -> None:
        """Sends the case's cards anew: after it was edited, passed on, or an approval was taken back."""
        await self._cards(session, case, draft)

    async def _forward(self, session: AsyncSession, case: Case, reading: Reading) -> None:
        """Somebody holds the case in person: the words go to them at once, and nothing is drafted."""
        case.triage_due_at = case.first_unread_at = None
        holder = await session.get(Agent, case.claimed_by) if case.claimed_by is not None else None
        record(session, "system", "case.forwarded", case.id, revision=case.revision)
        held_by = [holder] if holder is not None else []
        for _, chat in await card_chats(session, case, held_by, self._agent_chat):
            for message in reading.fresh:
                await enqueue(
                    session,
                    purpose=Purpose.CARD,
                    dedupe_key=f"forward:{message.id}:{chat}",
                    chat_key=chat,
                    content={"forward": message.id, "case": case.id},
                    case_id=case.id,
                )

    async def _put_back(self, session: AsyncSession, case: Case) -> CaseState:
        """The case stands where it stood before it was written to, which is returned."""
        before = CaseState(case.reopened_from or CaseState.ANSWERED)
        if before == CaseState.PROMISED and not await has_open_promise(session, case):
            # The last of it was settled meanwhile.
            before = CaseState.ANSWERED
        case.state = before
        case.reopened_from = case.triage_due_at = case.first_unread_at = None
        return before

    async def _brings_new_matter(
        self, session: AsyncSession, case: Case, found: Sequence[Assessment], facts: Mapping[str, FactValue]
    ) -> bool:
        """Whether the reopening message names a complaint type or an order that the case never had.

        A type in doubt is no new matter: where a person has to look, they find all of it in one case. Nor is
        it one that nobody answers, or that a promise was not kept, while the case's own is still open; nor
        then that money or a parcel has not come, from who only asks where it is.
        """
        rows = await session.scalars(select(DecisionRow.content).where(DecisionRow.case_id == case.id))
        types = {name for content in rows for name in content["complaint_types"]}
        sure = [one for one in found if "complaint_types" not in one.abstained]
        named = {label.label for one in sure for label in one.complaint_types}
        about_promises = _OF_OUR_WORD
        if all(one.asks_where_it_stands for one in sure):
            about_promises |= _AWAITED
        if named & about_promises and await has_open_promise(session, case):
            named -= about_promises
        orders = {order_key(order) for one in found for order in one.entities.order_ids}
        known = facts.get(ORDER_FACT)
        if not orders and (linked := await linked_number(session, case, facts)) is not None:
            orders = {order_key(linked)}
        new_order = bool(orders) and known is not None and order_key(str(known.value)) not in orders
        return new_order or bool(types and named and not named & types)

    async def _split(self, session: AsyncSession, case: Case, reading: Reading) -> None:
        """The reopening messages become a case of their own, linked to this one, which is as it was."""
        identity = await session.get_one(Identity, case.identity_id)
        new = await open_case(
            session,
            identity,
            is_sample=case.is_sample,
            is_test=case.is_test,
            audience=case.audience,
            incident_at=min(message.created_at for message in reading.fresh),
        )
        new.linked_case_id = case.id
        for message in reading.fresh:
            row = await session.get_one(Message, message.id)
            row.case_id = new.id
        await self._put_back(session, case)
        await raise_revision(session, new)
        await due_now(session, new)
        record(session, "system", "case.split", case.id, into=new.number)


async def idle_takeovers(session: AsyncSession, now: datetime) -> list[Case]:
    """Cases taken over whose holder has let the time run out."""
    idle = or_(Case.claimed_until.is_(None), Case.claimed_until < now)
    query = select(Case).where(Case.state == CaseState.TAKEN_OVER, idle).with_for_update(skip_locked=True)
    return list((await session.scalars(query)).all())


async def outdated_drafts(session: AsyncSession, now: datetime) -> list[Case]:
    """Cases whose draft names a day that is over: nobody may approve it any more."""
    query = (
        select(Case)
        .join(Draft, Draft.case_id == Case.id)
        .where(
            Case.state == CaseState.WAITING_AGENT,
            Draft.state == DraftState.PROPOSED,
            Draft.valid_until <= now,
        )
        .with_for_update(skip_locked=True, of=Case)
    )
    return list((await session.scalars(query)).all())


async def overdue_cases(session: AsyncSession, until: datetime, limit: int) -> list[Alarm]:
    """Cases whose triage is due before `until`, the oldest first."""
    query = (
        select(Case.id, Case.triage_due_at)
        .where(Case.triage_due_at <= until)
        .order_by(Case.triage_due_at)
        .limit(limit)
    )
    return [Alarm(job=Job.TRIAGE, row_id=row, at=at) for row, at in await session.execute(query)]


async def unread_cases(session: AsyncSession, now: datetime, limit: int) -> list[Alarm]:
    """Cases that still wait for more words: read before their time, they may turn out to be critical."""
    query = (
        select(Case.id)
        .where(Case.triage_due_at > now, Case.first_unread_at.is_not(None))
        .order_by(Case.first_unread_at)
        .limit(limit)
    )
    return [Alarm(job=Job.ASSESS, row_id=row) for row in await session.scalars(query)]


def _only_thanks(reading: Reading, before: str, *, awaits: bool) -> bool:
    """Whether nobody has to read it: neither the model nor the words find anything but thanks in it."""
    files = any(message.kind != "text" for message in reading.fresh)
    if not reading.found_fresh or files:
        return False
    # Where we have asked for something, a bare number or an ok may be the answer.
    idle = (Act.PRAISE,) if before == CaseState.WAITING_CUSTOMER else (Act.PRAISE, Act.OTHER)
    return all(
        # Where the model is not sure that it is only thanks, a person looks. Where it is, nothing else that
        # stands in the words must be lost: "grazie, non serve più".
        one.act.label in idle
        and "act" not in one.abstained
        and one.tone.label in _CONTENT
        and not one.asks
        and not one.asks_where_it_stands
        and not one.entities.order_ids
        and only_thanks(text, awaits=awaits)
        for text, one in reading.read_fresh
    )
