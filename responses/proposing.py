"""Proposing: a decision becomes rows, and a draft in the customer's language."""

import dataclasses
import zlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.decision import Decision, Matter
from models.labels import Ask, ComplaintType, Tone
from models.serial import to_json
from models.states import OfferState, PromiseKind, PromiseState
from models.tables import Case, DecisionRow, Draft, Identity, OfferRow, Promise
from responses.cases import last_answer_at
from responses.checks import check_text
from responses.checks.context import Known, context_of
from responses.config import RoadConfig
from responses.customers.apologies import apologies_before
from responses.customers.person_wanted import FLAG as PERSON_WANTED
from responses.customers.preferences import preferred_first
from responses.customers.registers import register_of
from responses.drafts import ComposedDraft, DraftBrief, DraftKind, PromiseLine, compose
from responses.drafts.compose import kind_of
from responses.drafts.emoji import has_emoji
from responses.drafts.names import usable_full_name, usable_name
from responses.knowledge.entries import OFFERED, Near
from responses.matters import inputs_sha256
from responses.open_rights import right_open
from responses.orders.book import all_as_in_the_book
from responses.policy import Policy
from responses.policy.given import still_stands
from responses.policy.schema import Address, Concerns
from responses.promises.keeping import answers_owed
from responses.proposed import supersede
from responses.reading import Reading
from responses.twins import twins_of


async def propose_decision(
    session: AsyncSession,
    case: Case,
    *,
    reading: Reading,
    decision: Decision,
    matter: Matter,
    policy: Policy,
    config: RoadConfig,
    now: datetime,
    near: Sequence[Near] = (),
    unworded: bool = False,
) -> Draft | None:
    """Stores decision and offers, and puts the composed draft on the table in place of the one before.

    Of several remedies the kind that the customer prefers is named first. `near` are the ready answers that
    come near the customer's question, the nearest first. `unworded`: a person writes the answer.

    None where there is nothing to answer (spam), or nothing is worded.
    """
    decision = preferred_first(decision, reading.customer.preferred_remedy)
    answer_by = await _answer_by(session, case, matter, policy, now)
    brief = await _brief(session, case, reading, decision, matter, policy, config, answer_by)
    if unworded:
        brief = dataclasses.replace(brief, unworded=True)
    elif near and near[0].fits:
        brief = dataclasses.replace(brief, answer=near[0].answer, answer_until=near[0].until)
    draft = await put_on_table(
        session,
        case,
        brief,
        policy=policy,
        config=config,
        now=now,
        inputs=inputs_sha256(matter),
        known=Known(facts=matter.facts, meant=tuple(reading.assessed.values())),
    )
    if draft is not None and kind_of(brief) is DraftKind.HOLDING:
        draft.answer_by = answer_by
    if draft is not None and kind_of(brief) is DraftKind.ANSWER:
        draft.answers = [to_json(one) for one in near if one.nearness >= OFFERED]
    return draft


async def put_on_table(
    session: AsyncSession,
    case: Case,
    brief: DraftBrief,
    *,
    policy: Policy,
    config: RoadConfig,
    now: datetime,
    inputs: str = "",
    known: Known | None = None,
) -> Draft | None:
    """Stores the brief's decision and offers, and its checked draft in place of the one before.

    `inputs` is a digest of what the policy was asked about, empty for what no policy decides; `known` what of
    the case was read for that. None where there is nothing to answer.
    """
    decision = brief.decision
    composed = compose(brief)
    await supersede(session, case)
    row = DecisionRow(
        case_id=case.id,
        revision=case.revision,
        kind=decision.kind,
        tier=decision.tier,
        content=to_json(decision),
        policy_sha256=decision.policy_sha256,
        inputs_sha256=inputs,
    )
    session.add(row)
    await session.flush()
    keep_offers(session, case, row, decision)
    if composed is None:
        return None
    draft = Draft(
        case_id=case.id,
        decision_id=row.id,
        revision=case.revision,
        kind=decision.kind,
        language=composed.language,
        text=composed.text,
        twins=twins_of(brief, composed),
        parts=[list(part) for part in composed.parts],
        variant=f"{composed.variant}-{brief.formality}",
        sha256=composed.sha256,
        valid_until=_valid_until(composed, config, now),
        findings=[],
        answers=[],
    )
    session.add(draft)
    await session.flush()
    about = await context_of(
        session,
        case,
        draft,
        config=config,
        policy=policy,
        kind=draft.kind,
        language=draft.language,
        known=known,
    )
    draft.findings = [to_json(one) for one in check_text(draft.text, about)]
    return draft


def _valid_until(composed: ComposedDraft, config: RoadConfig, now: datetime) -> datetime | None:
    """The end of the first day that the draft names or rests on: after it, it would no longer be true."""
    today = now.astimezone(config.timezone).date()
    coming = [day for day in composed.days if day >= today]
    if not coming:
        return None
    midnight = datetime.combine(min(coming) + timedelta(days=1), time(), config.timezone)
    return midnight.astimezone(UTC)


async def _brief(
    session: AsyncSession,
    case: Case,
    reading: Reading,
    decision: Decision,
    matter: Matter,
    policy: Policy,
    config: RoadConfig,
    answer_by: datetime | None,
) -> DraftBrief:
    found = list(reading.assessed.values())
    told = select(Promise).where(
        Promise.case_id.in_({case.id, *still_stands(policy, matter, decision)}),
        Promise.state != PromiseState.WITHDRAWN,
    )
    given = [promise for promise in await session.scalars(told.order_by(Promise.id)) if promise.what]
    # An announced answer is given by this text, or announced by it once more.
    promises = [one for one in given if one.kind != PromiseKind.ANSWER or one.state == PromiseState.BROKEN]
    own = [promise for promise in given if promise.case_id == case.id]
    today = matter.now.astimezone(config.timezone).date()
    answered = await last_answer_at(session, case.id, settling=True)
    formality = await register_of(session, reading.customer, policy, matter.language)
    return DraftBrief(
        decision=decision,
        act=matter.act,
        complaint_types=_types_told(reading, matter),
        types_open="complaint_types" in matter.abstained,
        tone=matter.tone,
        asks=_asks_told(case, matter),
        own_error=matter.own_error,
        language=matter.language,
        formality=formality,
        customer_name=greeted_name(reading.identity, policy),
        business=config.business.name,
        signature=policy.signature,
        order_ids=await all_as_in_the_book(
            session, (order for one in found for order in one.entities.order_ids)
        ),
        dates=_days_of_matter(reading, matter, policy),
        facts=matter.facts,
        promises=tuple(promise_line(promise, config, matter.now) for promise in promises),
        broken=tuple(
            promise_line(one, config, matter.now)
            for one in own
            if _is_news(one, answered, today, config) or _is_complained_of(one, matter)
        ),
        answer_by=answer_by.astimezone(config.timezone).date() if answer_by is not None else None,
        hand_over_contact=config.business.contact,
        right_open=right_open(policy, matter, decision),
        variant=wording_of(case),
        apologies_before=await apologies_before(session, case),
        emoji_used=any(has_emoji(message.text) for message in reading.messages),
        concerns=policy.concerns,
        what_happened=policy.what_happened,
        show_worth=decision.show_worth,
        today=today,
    )


def _types_told(reading: Reading, matter: Matter) -> tuple[str, ...]:
    """The complaint types that a text may repeat as understood: of a message that leaves them open, none."""
    sure = {
        label.label
        for one in reading.found
        if "complaint_types" not in one.abstained
        for label in one.complaint_types
    }
    return tuple(name for name in matter.complaint_types if name in sure)


def _days_of_matter(reading: Reading, matter: Matter, policy: Policy) -> tuple[date, ...]:
    """The days named in the messages that may be those of what went wrong.

    That lies behind. A day to come is one of the matter's only where something was booked for it; else, and
    beside a threat in any case, it is the day of what the customer is going to do.
    """
    booked = policy.concerns is Concerns.BOOKING or ComplaintType.BOOKING_ERROR in matter.complaint_types
    to_come = booked and matter.tone != Tone.THREATENING
    return tuple(
        dict.fromkeys(
            day
            for message in reading.messages
            if message.id in reading.assessed
            for day in reading.assessed[message.id].entities.dates
            if to_come or day <= message.created_at.astimezone(policy.timezone).date()
        )
    )


def greeted_name(identity: Identity, policy: Policy) -> str | None:
    """The name a draft greets with, as the policy's `address` says; None where there is none to trust."""
    match policy.address:
        case Address.FIRST_NAME:
            return usable_name(identity.display_name)
        case Address.SURNAME:
            return usable_full_name(identity.display_name)
        case Address.NONE:
            return None


def wording_of(case: Case) -> int:
    """One wording per person, so that nobody is answered in two voices."""
    return zlib.crc32(case.customer_id.encode())


async def _answer_by(
    session: AsyncSession, case: Case, matter: Matter, policy: Policy, now: datetime
) -> datetime | None:
    """By when a matter that a person has to look into is answered; a day that was named already stands."""
    coming = [promise.due_at for promise in await answers_owed(session, case) if promise.due_at > now]
    if coming:
        return min(coming)
    deadline = policy.deadlines.get(matter.urgency)
    if deadline is None:
        return None
    return policy.hours.closing(policy.hours.due_day(deadline, now))


def _is_complained_of(promise: Promise, matter: Matter) -> bool:
    """Whether the customer says that we did not keep our word, and this one is late."""
    about_us = not {ComplaintType.NO_REPLY, ComplaintType.PROMISE_BROKEN}.isdisjoint(matter.complaint_types)
    return about_us and promise.state == PromiseState.OPEN and promise.due_at <= matter.now


def _asks_told(case: Case, matter: Matter) -> tuple[str, ...]:
    """What is asked for; who presses for a person once we have answered need not say what about."""
    wanted = case.flag == PERSON_WANTED and case.answered_at is not None
    return tuple(dict.fromkeys([*matter.asks, *([Ask.HUMAN_CONTACT] if wanted else [])]))


def promise_line(promise: Promise, config: RoadConfig, now: datetime) -> PromiseLine:
    """A promise as drafts tell it."""
    return PromiseLine(
        what=promise.what,
        due=promise.due_at.astimezone(config.timezone).date(),
        state=promise.state,
        is_remedy=promise.kind == PromiseKind.REMEDY,
        overdue=promise.state == PromiseState.OPEN and promise.due_at <= now,
    )


def _is_news(promise: Promise, answered: datetime | None, today: date, config: RoadConfig) -> bool:
    """Whether the promise was broken since our last answer, so that the next one has to own up to it.

    An answer that was announced and is late is news whether or not anybody has marked it: no text has given
    it. Any other promise whose day is over may have been kept without having been marked yet.
    """
    if promise.kind == PromiseKind.ANSWER and promise.state == PromiseState.OPEN:
        return promise.due_at.astimezone(config.timezone).date() < today
    if promise.state != PromiseState.BROKEN or promise.settled_at is None:
        return False
    return answered is None or promise.settled_at > answered


def keep_offers(session: AsyncSession, case: Case, row: DecisionRow, decision: Decision) -> None:
    """Stores each remedy of a decision; those of one offer share a `choice_group`."""
    for group, offer in enumerate(decision.offers):
        for option in offer.options:
            session.add(
                OfferRow(
                    decision_id=row.id,
                    case_id=case.id,
                    complaint_type=offer.complaint_type,
                    kind=option.kind,
                    basis=offer.basis_of(option),
                    rule_id=offer.rule_id,
                    content=to_json(option),
                    amount_minor=option.amount.minor if option.amount is not None else None,
                    worth_minor=option.worth.minor if option.worth is not None else None,
                    currency=option.worth.currency if option.worth is not None else None,
                    choice_group=group,
                    our_fault=decision.fault_of(offer.complaint_type) is True,
                    state=OfferState.OFFERED,
                )
            )
