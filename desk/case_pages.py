"""The case page: what was said, what is proposed, and why."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.carried import Piece, pieces_of
from desk.choice_lines import choice_lines
from desk.context import Reader, Visit
from desk.errors import UnknownCaseError
from desk.findings import stored
from desk.promise_lines import line_of
from desk.queue import neighbours
from desk.slot_words import slot_words, with_slots
from models.clock import utcnow
from models.decision import PROOF_FACT, DecisionKind, Offer, RemedyKind
from models.labels import Act, Ask, Tone, Urgency
from models.states import CaseState, Direction, EditReason, OutboxState, PromiseState
from models.tables import Agent, Case, Draft, Message, OpenEdit
from responses.approving.enclosures import enclosures_of
from responses.approving.rights import may_approve, own_case
from responses.cases import LAST_NUMBER, OPEN_STATES
from responses.checks import unsaid_in
from responses.checks.context import context_of
from responses.customers.dealings import Gift
from responses.customers.preferences import VALUES
from responses.drafts.draft import formality_of
from responses.drafts.errors import UnknownSlotError
from responses.drafts.lines import offer_line, remedy_line, rule_line
from responses.drafts.remedies import option_labels
from responses.intake.filing import clean
from responses.knowledge.answering import answers_of
from responses.policies import NoPolicyError
from responses.policy import Policy
from responses.policy.fact_names import FactNames
from responses.policy.signals import may_be_a_bad_day, told
from responses.policy.withheld import left_of
from responses.policy.words.phrases import phrases_in
from responses.promises.told import pledges_of, words_of
from responses.proposed import composed_draft
from responses.twins import twin_for
from responses.views import CaseView, MessageView, view_case
from responses.vouchers.by_hand import values_by_hand
from responses.vouchers.codes import Supply

router = APIRouter()
_SURE = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Bubble:
    """A message as the page shows it. `folded` hides an insult until somebody wants to read it.

    `pieces` are its text, cut where words carried a label. `language` is that of the text, as far as it is
    known: a customer's as the classifier read it, that of an answer as the customer's last one.
    """

    view: MessageView
    side: str
    author: str
    folded: bool
    labelled: bool
    pieces: list[Piece]
    language: str | None


async def case_by_number(session: AsyncSession, number: int) -> Case:
    """The case of this number.

    Raises:
        UnknownCaseError: there is none.
    """
    # No database compares with a number that it cannot hold.
    query = select(Case).where(Case.number == min(number, LAST_NUMBER))
    case = (await session.scalars(query)).one_or_none()
    if case is None:
        raise UnknownCaseError(number)
    return case


async def policy_of(session: AsyncSession, visit: Visit, case: Case) -> Policy | None:
    """The policy that judges the case; None when none was ever loaded."""
    try:
        return await visit.desk.road.policies.in_force(session, case.audience, case.incident_at)
    except NoPolicyError:
        return None


@router.get("/cases/{number:int}")
async def page(visit: Reader, number: int) -> HTMLResponse:
    """The whole page."""
    async with visit.desk.road.database.reading() as session:
        values = await values_of(session, visit, await case_by_number(session, number))
    return visit.page("case.html", script_words=_script_words(visit), **values)


@router.get("/cases/{number:int}/parts")
async def parts(visit: Reader, number: int) -> JSONResponse:
    """What of the page can change, each part on its own, so that only what did change is replaced."""
    async with visit.desk.road.database.reading() as session:
        values = await values_of(session, visit, await case_by_number(session, number))
    return JSONResponse(parts_of(visit, values))


def parts_of(visit: Visit, values: dict[str, Any]) -> dict[str, Any]:
    """The parts as the page's script takes them."""
    return {
        "state": values["state"],
        "html": {
            name: visit.fragment(f"case_{name}.html", **values)
            for name in ("head", "conversation", "proposal", "sending", "why")
        },
    }


async def values_of(session: AsyncSession, visit: Visit, case: Case) -> dict[str, Any]:
    """Everything the templates show of a case."""
    view = await view_case(session, case, visit.desk.road.config.timezone)
    policy = await policy_of(session, visit, case)
    agents = {agent.id: agent for agent in await session.scalars(select(Agent))}
    before, after = await neighbours(session, case)
    able = await may_approve(session, view.draft) if view.draft is not None else []
    kept = next((edit for edit in view.open_edits if edit.agent_id == visit.agent.id), None)
    language = visit.words.language
    names = FactNames(policy, language)
    held_by_other = view.holder is not None and view.holder.id != visit.agent.id
    slots, twin = _slots_and_twin(view, policy, visit)
    # The proof has a block of its own.
    missing = tuple(
        fact
        for fact in (view.decision.missing if view.decision is not None else ())
        if fact.name != PROOF_FACT
    )
    return {
        "view": view,
        "case": case,
        "bubbles": bubbles_of(view, visit),
        "offer": offer_line(view.decision, language, names) if view.decision is not None else None,
        "rule": rule_line(view.decision, language) if view.decision is not None else None,
        "ends_on": phrases_in(language).on_day(view.ends_on) if view.ends_on is not None else None,
        "able": sorted(agent.name for agent in able),
        "i_may": view.draft is None or any(agent.id == visit.agent.id for agent in able),
        "own": await own_case(session, visit.agent, case),
        "held_by_other": held_by_other,
        "colleagues": [
            agent
            for agent in sorted(agents.values(), key=lambda agent: agent.name)
            if agent.removed_at is None and agent.id != visit.agent.id
        ],
        "names": {agent.id: agent.name for agent in agents.values()},
        "previous": before,
        "next": after,
        "twin": twin,
        "missing": missing,
        "names_of": names,
        "presumed": names.presumed(view.decision) if view.decision is not None else (),
        "book_proofs": _book_proofs(view, visit),
        "addable": _addable(policy, {fact.name for fact in missing}, set(view.facts)),
        "dealings": view.dealings,
        "gift_line": lambda gift: _gift_line(gift, visit),
        "preference_values": VALUES,
        "signals": [(one, told(one.seen, language)) for one in view.signals],
        "bad_day": any(may_be_a_bad_day(one.seen) for one in view.signals),
        "promises": [
            line_of(pledge, visit, utcnow()) for pledge in await pledges_of(session, case, utcnow())
        ],
        "settled": [promise for promise in view.promises if promise.state != PromiseState.OPEN],
        "told": lambda promise: words_of(promise, language),
        "choice_lines": choice_lines(view, visit, utcnow()),
        "by_hand_values": await _by_hand_values(session, view, policy, visit),
        "draft_choices": await _draft_choices(session, view, policy, visit),
        "enclosures": enclosures_of(view.draft) if view.draft is not None else (),
        "can_split": not held_by_other and (len(view.unread) > 1 or case.answered_at is not None),
        "mergeable": [
            other
            for other in view.other_cases
            if other.state in OPEN_STATES and case.state in OPEN_STATES and not held_by_other
        ],
        "others_edits": [
            (agents[edit.agent_id].name, edit)
            for edit in view.open_edits
            if edit.agent_id != visit.agent.id and edit.agent_id in agents
        ],
        "choices": {
            "act": list(Act),
            "complaint_types": list(visit.desk.road.policies.complaint_types),
            "tone": list(Tone),
            "urgency": list(Urgency),
            "asks": list(Ask),
        },
        "by_hand": case.answered_by_hand,
        "answers": answers_of(view.draft) if view.draft is not None else [],
        "can_save_answer": view.approval is not None
        and (view.decision is None or view.decision.kind == DecisionKind.HAND_OVER),
        "precedents": [
            (one, one.got(language))
            for one in await visit.desk.road.precedents.nearest(session, case, [visit.agent])
        ],
        "edit_reasons": list(EditReason),
        "today": utcnow().astimezone(visit.desk.road.config.timezone).date().isoformat(),
        "undo_left": undo_left(view),
        "state": _state(view, visit, kept, slots, before, after) | await _edited(session, view.draft),
    }


def bubbles_of(view: CaseView, visit: Visit) -> list[Bubble]:
    """The conversation, oldest first; the customer's last message carries the labels."""
    last = next(
        (
            m.message.id
            for m in reversed(view.messages)
            if m.message.direction == Direction.IN and m.assessment
        ),
        None,
    )
    return [
        Bubble(
            view=message,
            side=message.message.direction,
            author=_author(message.message, view, visit),
            folded=message.assessment is not None
            and message.assessment.tone.label == "abusive"
            and message.assessment.tone.probability >= _SURE,
            labelled=message.message.id == last,
            pieces=_pieces(message, visit, labelled=message.message.id == last),
            language=_language(message, view.case),
        )
        for message in view.messages
    ]


def _language(message: MessageView, case: Case) -> str | None:
    match message.message.direction:
        case Direction.IN:
            return message.assessment.language if message.assessment is not None else None
        case Direction.OUT:
            return case.language
        case _:
            return None


def _pieces(message: MessageView, visit: Visit, *, labelled: bool) -> list[Piece]:
    if not labelled or message.assessment is None:
        return [Piece(text=message.message.text, why=None)]
    return pieces_of(message.message.text, message.assessment, message.evidence, visit.words)


def undo_left(view: CaseView) -> tuple[str, float] | None:
    """The approval that can still be taken back, and for how many seconds."""
    waiting = [
        entry
        for entry in view.sending
        if entry.state == OutboxState.PENDING and entry.approval_id is not None and entry.not_before
    ]
    if not waiting or waiting[0].not_before is None or waiting[0].approval_id is None:
        return None
    left = (waiting[0].not_before - utcnow()).total_seconds()
    return (waiting[0].approval_id, left) if left > 0 else None


def _author(message: Message, view: CaseView, visit: Visit) -> str:
    match message.direction:
        case Direction.IN:
            return view.customer.name or visit.words("case.nameless")
        case Direction.OUT if message.sent_by == "standing":
            return visit.words("case.automatic")
        case Direction.OUT if view.case.answered_by_hand:
            return visit.words("case.by_hand_of", name=message.sent_by or "")
        case _:
            return message.sent_by or ""


def _gift_line(gift: Gift, visit: Visit) -> str:
    if gift.remedy is not None:
        return remedy_line(gift.remedy, visit.words.language, gift.sent)
    is_less = gift.worth is not None and gift.worth.amount < 0
    return visit.words("dealings.less" if is_less else "dealings.more")


def _book_proofs(view: CaseView, visit: Visit) -> str:
    """What of the order would prove that it is theirs, in words."""
    return visit.words("book.or").join(visit.words(f"book.wanted_{name}") for name in view.book.proofs)


def _addable(policy: Policy | None, missing: set[str], known: set[str]) -> list[Any]:
    """Facts an agent may add though no rule has asked for them yet; known ones can be corrected."""
    if policy is None:
        return []
    return [
        spec
        for spec in policy.facts.values()
        if spec.name not in missing and ("agent" in spec.suppliers or spec.name in known)
    ]


async def _by_hand_values(
    session: AsyncSession, view: CaseView, policy: Policy | None, visit: Visit
) -> tuple[Supply, ...]:
    """The vouchers that an agent may put into the answer, while there is one to write."""
    if policy is None or (
        view.draft is None and view.case.state not in (CaseState.WAITING_AGENT, CaseState.TAKEN_OVER)
    ):
        return ()
    today = utcnow().astimezone(visit.desk.road.config.timezone).date()
    return await values_by_hand(session, view.case, policy, today)


async def _draft_choices(
    session: AsyncSession, view: CaseView, policy: Policy | None, visit: Visit
) -> list[tuple[str, ...]]:
    """What the buttons under the answer will say, where it leaves the customer a choice."""
    draft, decision = view.draft, view.decision
    if draft is None or decision is None or not draft.kind == decision.kind == DecisionKind.OFFER:
        return []
    about = await context_of(
        session,
        view.case,
        draft,
        config=visit.desk.road.config,
        policy=policy,
        kind=draft.kind,
        language=draft.language,
    )
    try:
        unsaid = {place for one in unsaid_in(draft.text, about) for place in one.places}
    except UnknownSlotError:
        return []
    formal = formality_of(draft.variant) == "formal"
    left = [(offer, left_of(offer, number, unsaid)) for number, offer in enumerate(decision.offers)]
    return [
        option_labels(put, draft.language, formal=formal, numbered=put == offer)
        for offer, put in left
        if put is not None and len(offer.options) > 1 and _has_buttons(put)
    ]


def _has_buttons(offer: Offer) -> bool:
    """Whether what is left of a choice is pressed: the last option is given, but a code is told by it."""
    return len(offer.options) > 1 or offer.options[0].kind is RemedyKind.VOUCHER


def _state(
    view: CaseView,
    visit: Visit,
    kept: OpenEdit | None,
    slots: dict[str, str],
    before: int | None,
    after: int | None,
) -> dict[str, Any]:
    """What the page's script works with."""
    draft = view.draft
    return {
        "number": view.case.number,
        "case_state": view.case.state,
        "revision": view.case.revision,
        "draft_id": draft.id if draft is not None else None,
        "draft_revision": draft.revision if draft is not None else None,
        "sha256": draft.sha256 if draft is not None else None,
        "text": draft.text if draft is not None else "",
        "language": draft.language if draft is not None else None,
        "slots": slots,
        "findings": stored(draft, visit),
        "start": _start(draft),
        "kept": clean(kept.text) if kept is not None else None,
        "kept_at": visit.desk.present(visit.words).moment(kept.updated_at) if kept is not None else None,
        "previous": before,
        "next": after,
        "held_by_other": view.holder is not None and view.holder.id != visit.agent.id,
    }


async def _edited(session: AsyncSession, draft: Draft | None) -> dict[str, bool]:
    """Whether the draft came from a composed one, and whether an agent has changed its text."""
    composed = await composed_draft(session, draft) if draft is not None else None
    edited = composed is not None and draft is not None and composed.text != draft.text
    return {"composed": composed is not None, "edited": edited}


def _start(draft: Draft | None) -> tuple[str, str]:
    """What stands before and after the cursor when an agent begins a text of their own instead."""
    parts = {str(name): str(words) for name, words in draft.parts} if draft is not None else {}
    greeting, signature = parts.get("greeting"), parts.get("signature")
    return (f"{greeting} " if greeting else "", f"\n\n{signature}" if signature else "")


def _script_words(visit: Visit) -> dict[str, str]:
    words = visit.words
    more = {
        "network": words("blocked.network"),
        "undo": words("actions.undo"),
        "force": words("actions.force"),
    }
    return words.group("draft") | words.group("done") | more


def _slots_and_twin(view: CaseView, policy: Policy | None, visit: Visit) -> tuple[dict[str, str], str | None]:
    draft, own = view.draft, visit.words.language
    if draft is None:
        return {}, None
    slots = slot_words(draft, view.decision, policy, visit, draft.language)
    twin = twin_for(draft, own, visit.agent.languages)
    if twin is None:
        return slots, None
    return slots, with_slots(twin, slot_words(draft, view.decision, policy, visit, own))
