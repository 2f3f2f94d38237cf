"""Approval: a person's verdict on this very text, at this revision of the case.

Approval, outbox, promises, ledger and the audit event are written in one transaction.
"""

import difflib
import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Decision, DecisionKind, Role
from models.serial import to_json
from models.states import (
    CaseState,
    DraftState,
    EditReason,
    Purpose,
    Verdict,
)
from models.tables import (
    Agent,
    Approval,
    Case,
    DecisionRow,
    Draft,
    OpenEdit,
    OutboxEntry,
)
from responses.agents import rank
from responses.bookkeeping import keep_books, offers_of, take_back, voucher_slots
from responses.cases import (
    broken_since,
    claim,
    has_open_promise,
    holder_of,
    move,
    open_messages,
    raise_revision,
    raise_revision_from,
    release,
)
from responses.checks import CheckContext, Finding, check_text, errors_in
from responses.checks.context import context_of
from responses.choices import from_pool, put_choices, was_chosen
from responses.config import RoadConfig
from responses.drafts.dates import format_due, needs_time
from responses.drafts.slots import fill, greeting_for, placeholder_in, slots_in
from responses.enclosures import Enclosure, enclosures_of
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.filing import clean, due_now
from responses.hours import OpeningHours
from responses.off_policy import book_by_hand, overruled
from responses.outbox import cancel_pending, enqueue_parts
from responses.policies import NoPolicyError, PolicyBook
from responses.policy import Policy
from responses.rights import (
    Bound,
    bound_draft,
    check_free,
    check_reach,
    decision_as_sent,
    decision_of,
)
from responses.spending import check_totals, take_turn
from responses.texts import split_text
from responses.vouchers import reserve, told
from responses.waiting import await_answer

MAX_TEXT = 20_000


def text_sha256(text: str, files: Sequence[Enclosure] = ()) -> str:
    """What an approval is bound to: the text with its slots, and the content of what goes with it."""
    digests = "".join(f"\0{file.sha256}" for file in files)
    return hashlib.sha256(f"{text}{digests}".encode()).hexdigest()


class Approvals:
    """What agents do with drafts. Every method works inside the caller's writing transaction."""

    def __init__(self, config: RoadConfig, policies: PolicyBook | None = None) -> None:
        self._config = config
        self._policies = policies or PolicyBook()

    async def approve(
        self,
        session: AsyncSession,
        agent: Agent,
        bound: Bound,
        hours: OpeningHours,
        edit_reason: EditReason | None = None,
        reason: str | None = None,
    ) -> Approval:
        """Approves the draft and puts it into the outbox, to leave after the time for undoing.

        `edit_reason` is what was wrong with the composed draft; it is kept where something was changed in it.
        `reason` is why a text goes out that gives what was not decided, see `off_policy.overruled`.

        Raises:
            NotAllowedError: `own_case`, `above_limit`, or `above_budget`: then the case has to be decided
                anew, see `spending.decide_anew`.
            BlockedError: `gone`, `stale`, `new_message`, `claimed`, `expired`, `placeholder`, `findings` or
                `no_codes`.
        """
        await take_turn(session, bound.draft_id)
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        decision = await decision_of(session, draft)
        sent = await decision_as_sent(session, draft)
        absence = await check_reach(session, agent, sent)
        policy = await self._policy(session, case)
        now = utcnow()
        if draft.valid_until is not None and draft.valid_until <= now:
            raise BlockedError("expired")
        blank = placeholder_in(draft.text)
        if blank is not None:
            raise BlockedError("placeholder", words=blank)
        # Again: what the case knows may have changed since the text was written.
        about = await self._about(session, case, draft, policy)
        wrong = errors_in(check_text(draft.text, about))
        beyond = overruled(agent, draft.text, wrong, about, reason) if wrong else None
        if not await raise_revision_from(session, case, bound.revision):
            raise BlockedError("stale")
        if policy is not None:
            # Again: others may have given meanwhile.
            absence = await check_totals(session, agent, case, sent, policy, now) or absence
        difference = await difference_of(session, draft)
        approval = Approval(
            case_id=case.id,
            draft_id=draft.id,
            agent_id=agent.id,
            verdict=Verdict.SEND,
            revision=bound.revision,
            sha256=draft.sha256,
            previous_state=case.state,
            difference=difference,
            edit_reason=edit_reason if difference else None,
            off_policy=to_json(beyond) if beyond is not None else None,
            reason=clean(reason).strip() if beyond is not None and reason is not None else None,
        )
        session.add(approval)
        await session.flush()
        text = await self._fill(session, case, draft, decision, approval, agent, hours, now)
        approval.filled_text = text
        draft.state = DraftState.APPROVED
        parts: list[dict[str, Any]] = [
            {"text": part, "language": draft.language} for part in split_text(text)
        ]
        if decision is not None and _gives(draft, decision):
            choices = await put_choices(
                session,
                case=case,
                decision=decision,
                offers=await offers_of(session, draft),
                approval=approval,
                hours=hours,
                language=draft.language,
                formal=formality_of(draft) == "formal",
                now=now,
            )
            # The buttons stand under the end of the text.
            parts[-1] |= {"choices": choices} if choices else {}
        await enqueue_parts(
            session,
            purpose=Purpose.ANSWER,
            dedupe_key=f"answer:{approval.id}",
            chat_key=case.chat_key,
            contents=[
                *parts,
                *({"text": "", "file": file.to_json()} for file in enclosures_of(draft)),
            ],
            case_id=case.id,
            approval_id=approval.id,
            not_before=now + self._config.undo if self._config.undo else None,
        )
        await keep_books(
            session,
            case=case,
            draft=draft,
            decision=decision,
            approval=approval,
            agent=agent,
            hours=hours,
            now=now,
        )
        if beyond is not None:
            await book_by_hand(
                session, case=case, draft=draft, approval=approval, found=beyond, hours=hours, now=now
            )
            record(session, agent.id, "approval.off_policy", case.id, approval=approval.id)
        self._after_answer(case, draft, await has_open_promise(session, case))
        if case.state == CaseState.WAITING_CUSTOMER:
            await_answer(case, hours, now)
        await session.execute(
            update(OpenEdit).where(OpenEdit.case_id == case.id, OpenEdit.agent_id == agent.id).values(text="")
        )
        record(session, agent.id, "draft.approved", case.id, draft=draft.id, approval=approval.id)
        if absence is not None:
            record(
                session,
                agent.id,
                "approval.in_place",
                case.id,
                approval=approval.id,
                of=absence.agent_id,
                limit=absence.deputy_limit_minor,
            )
        return approval

    async def undo(self, session: AsyncSession, agent: Agent, approval_id: str) -> Draft | None:
        """Takes an approval back while nothing has left; the same text is on the table again.

        None when the customer has written meanwhile: a new draft follows then.

        Raises:
            BlockedError: `gone`, or `already_sending`.
            NotAllowedError: `not_yours`.
        """
        approval = await session.get(Approval, approval_id)
        if approval is None or approval.verdict != Verdict.SEND or approval.undone_at is not None:
            raise BlockedError("gone")
        if approval.agent_id != agent.id and rank(agent.role) < rank(Role.SUPERVISOR):
            raise NotAllowedError("not_yours")
        unsent = await cancel_pending(session, approval_id=approval.id)
        # An answer that Telegram asks us to try again waits once more; it may have been acted upon by then.
        if not unsent or await was_chosen(session, approval):
            raise BlockedError("already_sending")
        approval.undone_at = utcnow()
        await take_back(session, approval, agent)
        case = await session.get_one(Case, approval.case_id, with_for_update=True)
        old = await session.get_one(Draft, approval.draft_id)
        record(session, agent.id, "approval.undone", case.id, approval=approval.id)
        if case.triage_due_at is not None or case.state in (CaseState.DRAFTING, CaseState.WAITING_AGENT):
            # The customer has written since: all of it is read and drafted for together.
            case.reopened_from = None
            await raise_revision(session, case)
            await due_now(session, case)
            return None
        if case.state != CaseState.TAKEN_OVER:
            case.state = CaseState.WAITING_AGENT
        return await propose(session, case, old, text=old.text, agent=None)

    async def edit(
        self, session: AsyncSession, agent: Agent, bound: Bound, text: str, kind: str | None = None
    ) -> Draft:
        """Replaces the draft with the agent's own text, which has to be approved in its turn.

        Raises:
            BlockedError: `text_empty`, `text_long`, or what `approve` is blocked by.
            NotAllowedError: `own_case`.
        """
        text = text.replace("\r\n", "\n").strip()
        if not text:
            raise BlockedError("text_empty")
        if len(text) > MAX_TEXT:
            raise BlockedError("text_long", most=str(MAX_TEXT))
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        slots_in(text)
        made = await propose(session, case, draft, text=text, agent=agent, kind=kind)
        made.findings = [to_json(one) for one in await self._check(session, case, made)]
        return made

    async def enclose(
        self, session: AsyncSession, agent: Agent, bound: Bound, files: Sequence[Enclosure]
    ) -> Draft:
        """Puts other files to the same text; the draft has to be approved with them.

        Raises:
            BlockedError: what `approve` is blocked by.
            NotAllowedError: `own_case`.
        """
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        return await propose(session, case, draft, text=draft.text, agent=agent, files=files)

    async def discard(self, session: AsyncSession, agent: Agent, bound: Bound, reason: str | None) -> None:
        """Throws the draft away; the case waits for an agent to write.

        Raises:
            BlockedError, NotAllowedError: as `edit`.
        """
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        draft.state = DraftState.DISCARDED
        session.add(_verdict(draft, agent, Verdict.DISCARD, reason))
        await raise_revision(session, case)
        record(session, agent.id, "draft.discarded", case.id, draft=draft.id)

    async def write(
        self, session: AsyncSession, agent: Agent, case: Case, text: str, *, kind: str, language: str
    ) -> Draft:
        """A text of the agent's own for a case without a draft, or by who has taken the case over.

        Raises:
            BlockedError: `text_empty`, `text_long`, `claimed`, `new_message`.
            NotAllowedError: `own_case`.
        """
        text = text.replace("\r\n", "\n").strip()
        if not text:
            raise BlockedError("text_empty")
        if len(text) > MAX_TEXT:
            raise BlockedError("text_long", most=str(MAX_TEXT))
        await check_free(session, agent, case)
        if case.triage_due_at is not None and case.state != CaseState.TAKEN_OVER:
            raise BlockedError("new_message")
        slots_in(text)
        if case.state in (CaseState.CLOSED, CaseState.SPAM):
            move(case, CaseState.DRAFTING)
            move(case, CaseState.WAITING_AGENT)
        await supersede(session, case)
        revision = await raise_revision(session, case)
        draft = Draft(
            case_id=case.id,
            decision_id=None,
            revision=revision,
            kind=kind,
            language=language,
            text=text,
            parts=[],
            findings=[],
            sha256=text_sha256(text),
            edited_by=agent.id,
        )
        session.add(draft)
        await session.flush()
        draft.findings = [to_json(one) for one in await self._check(session, case, draft)]
        record(session, agent.id, "draft.written", case.id, draft=draft.id)
        return draft

    async def pass_on(
        self, session: AsyncSession, agent: Agent, case: Case, *, to: Agent | None, reason: str | None
    ) -> None:
        """Hands the case to another agent, or (`to` None) to whoever is a supervisor.

        Raises:
            BlockedError: `claimed`.
        """
        await check_free(session, agent, case)
        case.passed_to = to.id if to is not None else None
        case.passed_to_role = None if to is not None else Role.SUPERVISOR
        release(case)
        draft = await proposed_draft(session, case)
        if case.state == CaseState.TAKEN_OVER:
            await raise_revision(session, case)
            await draft_anew(session, case)
        elif draft is not None:
            session.add(_verdict(draft, agent, Verdict.PASS_ON, reason))
            # A row of its own for the next reader: who passed it on may still approve it one day.
            await propose(session, case, draft, text=draft.text, agent=None)
        record(session, agent.id, "case.passed_on", case.id, to=to.id if to is not None else "supervisor")

    async def take_over(
        self, session: AsyncSession, agent: Agent, case: Case, *, force: bool = False
    ) -> Agent | None:
        """The agent goes on in person: no drafts until given back. Returns from whom the case was taken.

        Raises:
            BlockedError: `claimed`, unless `force`.
            NotAllowedError: `own_case`.
        """
        if not force:
            await check_free(session, agent, case)
        taken_from = await claim(session, case, agent, force=force)
        await supersede(session, case)
        unread = case.triage_due_at is not None
        move(case, CaseState.TAKEN_OVER)
        case.triage_due_at = case.first_unread_at = None
        if unread:
            # Nothing is drafted for it any more, but whoever took over is shown it.
            await due_now(session, case)
        await raise_revision(session, case)
        record(session, agent.id, "case.taken_over", case.id)
        return taken_from

    async def give_back(self, session: AsyncSession, agent: Agent, case: Case) -> None:
        """Ends a take-over; what the customer wrote meanwhile is read and drafted for again.

        Raises:
            BlockedError: `not_taken_over`.
            NotAllowedError: `not_yours`.
        """
        if case.state != CaseState.TAKEN_OVER:
            raise BlockedError("not_taken_over")
        holder = await holder_of(session, case, utcnow())
        if holder is not None and holder.id != agent.id and rank(agent.role) < rank(Role.SUPERVISOR):
            raise NotAllowedError("not_yours")
        await raise_revision(session, case)
        await draft_anew(session, case)
        record(session, agent.id, "case.given_back", case.id)

    async def _check(self, session: AsyncSession, case: Case, draft: Draft) -> tuple[Finding, ...]:
        policy = await self._policy(session, case)
        return check_text(draft.text, await self._about(session, case, draft, policy))

    async def _policy(self, session: AsyncSession, case: Case) -> Policy | None:
        """The policy that judges the case; None where none was ever loaded."""
        try:
            return await self._policies.in_force(session, case.audience, case.incident_at)
        except NoPolicyError:
            return None

    async def _about(
        self, session: AsyncSession, case: Case, draft: Draft, policy: Policy | None
    ) -> CheckContext:
        return await context_of(
            session,
            case,
            draft,
            config=self._config,
            policy=policy,
            kind=draft.kind,
            language=draft.language,
        )

    def _after_answer(self, case: Case, draft: Draft, promised: bool) -> None:
        if case.state == CaseState.TAKEN_OVER:
            # Whoever holds the case goes on talking; each text prolongs the hold.
            case.claimed_until = utcnow() + timedelta(minutes=30)
        elif draft.kind == DecisionKind.ASK:
            move(case, CaseState.WAITING_CUSTOMER)
        else:
            move(case, CaseState.PROMISED if promised else CaseState.ANSWERED)
        if case.state != CaseState.TAKEN_OVER:
            release(case)
        case.answered_at = utcnow()
        case.passed_to = case.passed_to_role = None
        case.reopened_from = None

    async def _fill(
        self,
        session: AsyncSession,
        case: Case,
        draft: Draft,
        decision: Decision | None,
        approval: Approval,
        agent: Agent,
        hours: OpeningHours,
        now: datetime,
    ) -> str:
        slots = slots_in(draft.text)
        due = {
            str(index): format_due(
                hours.add(commitment.within, now),
                draft.language,
                self._config.timezone,
                with_time=needs_time(commitment),
                today=now.astimezone(self._config.timezone).date(),
            )
            for index, commitment in enumerate(decision.commitments if decision else (), start=1)
        }
        codes: dict[str, str] = {}
        if decision is not None and _gives(draft, decision):
            vouchers, today = (
                voucher_slots(await offers_of(session, draft)),
                now.astimezone(hours.zone).date(),
            )
            for number, offer in vouchers.items():
                if f"voucher:{number}" in slots:
                    pool = from_pool(case, decision)
                    code = await reserve(session, offer, approval, loaded=pool, after=today)
                    codes[number] = told(code, draft.language)
        greeting = greeting_for(draft.language, formality_of(draft), now.astimezone(self._config.timezone))
        return fill(draft.text, agent=agent.name, greeting=greeting, due=due, vouchers=codes)


async def composed_draft(session: AsyncSession, draft: Draft) -> Draft | None:
    """The draft that this one was made of by edits; None where an agent began from nothing."""
    while draft.edited_from is not None:
        draft = await session.get_one(Draft, draft.edited_from)
    return draft if draft.edited_by is None else None


async def difference_of(session: AsyncSession, draft: Draft) -> str | None:
    """What agents changed in the text that was composed, line by line; None where that is nothing."""
    composed = await composed_draft(session, draft)
    if composed is None or composed.text == draft.text:
        return None
    return "\n".join(
        difflib.unified_diff(composed.text.splitlines(), draft.text.splitlines(), lineterm="", n=0)
    )


async def give_edit_reason(
    session: AsyncSession, agent: Agent, approval: Approval, reason: EditReason
) -> None:
    """Says afterwards why a draft was edited: once, by who approved it.

    Raises:
        NotAllowedError: `not_yours`.
    """
    if approval.agent_id != agent.id:
        raise NotAllowedError("not_yours")
    await session.execute(
        update(Approval)
        .where(Approval.id == approval.id, Approval.edit_reason.is_(None), Approval.difference.is_not(None))
        .values(edit_reason=reason)
    )


def _gives(draft: Draft, decision: Decision) -> bool:
    """What an agent writes instead of an offer gives nothing of it."""
    return draft.kind == decision.kind == DecisionKind.OFFER


def formality_of(draft: Draft) -> str:
    """How the draft addresses the customer; drafts written by hand count as formal."""
    return "informal" if (draft.variant or "").endswith("informal") else "formal"


async def proposed_draft(session: AsyncSession, case: Case) -> Draft | None:
    """The draft on the table, if there is one."""
    query = (
        select(Draft)
        .where(Draft.case_id == case.id, Draft.state == DraftState.PROPOSED)
        .order_by(Draft.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def propose(
    session: AsyncSession,
    case: Case,
    old: Draft,
    *,
    text: str,
    agent: Agent | None,
    kind: str | None = None,
    files: Sequence[Enclosure] | None = None,
) -> Draft:
    """A new draft at a new revision in place of `old`, from the same decision, with its files or others."""
    enclosed = enclosures_of(old) if files is None else tuple(files)
    if old.state == DraftState.PROPOSED:
        old.state = DraftState.EDITED
    await session.flush()
    await supersede(session, case)
    revision = await raise_revision(session, case)
    draft = Draft(
        case_id=case.id,
        decision_id=old.decision_id,
        revision=revision,
        kind=kind or old.kind,
        language=old.language,
        text=text,
        twin=old.twin if text == old.text else None,
        parts=old.parts if text == old.text else [],
        answers=old.answers if text == old.text else [],
        variant=old.variant,
        files=[file.to_json() for file in enclosed],
        sha256=text_sha256(text, enclosed),
        valid_until=old.valid_until,
        # What becomes a question or a refusal announces no answer.
        answer_by=old.answer_by if kind in (None, old.kind) else None,
        findings=old.findings if text == old.text else [],
        edited_by=agent.id if agent is not None else old.edited_by,
        edited_from=old.id if agent is not None else old.edited_from,
    )
    session.add(draft)
    await session.flush()
    if agent is not None:
        record(session, agent.id, "draft.edited", case.id, draft=draft.id)
    return draft


async def draft_anew(session: AsyncSession, case: Case) -> None:
    """Ends a take-over: nobody holds the case, and what is unanswered is drafted for again."""
    release(case)
    unanswered = await open_messages(session, case.id) or await broken_since(session, case.id)
    if case.answered_at is not None and not unanswered:
        move(case, CaseState.PROMISED if await has_open_promise(session, case) else CaseState.ANSWERED)
        case.triage_due_at = case.first_unread_at = None
        return
    move(case, CaseState.DRAFTING)
    await due_now(session, case)


async def decision_row(session: AsyncSession, draft: Draft) -> DecisionRow | None:
    """The stored decision behind a draft."""
    return await session.get(DecisionRow, draft.decision_id) if draft.decision_id is not None else None


async def sending_of(session: AsyncSession, approval_id: str) -> list[OutboxEntry]:
    """The parts of an approved answer, in order."""
    query = select(OutboxEntry).where(OutboxEntry.approval_id == approval_id).order_by(OutboxEntry.part)
    return list((await session.scalars(query)).all())


async def supersede(session: AsyncSession, case: Case) -> None:
    """Takes what is proposed for the case off the table."""
    await session.execute(
        update(Draft)
        .where(Draft.case_id == case.id, Draft.state == DraftState.PROPOSED)
        .values(state=DraftState.SUPERSEDED)
    )


def _verdict(draft: Draft, agent: Agent, verdict: Verdict, reason: str | None) -> Approval:
    return Approval(
        case_id=draft.case_id,
        draft_id=draft.id,
        agent_id=agent.id,
        verdict=verdict,
        revision=draft.revision,
        sha256=draft.sha256,
        reason=reason,
    )
