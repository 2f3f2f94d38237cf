"""Approval: a person's verdict on this very text, at this revision of the case.

Approval, outbox, promises, ledger and the audit event are written in one transaction.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from models.alarm import Job, set_alarm
from models.clock import utcnow
from models.decision import DecisionKind, Role
from models.serial import to_json
from models.states import CaseState, DraftState, EditReason, Verdict
from models.tables import Agent, Approval, Case, Draft, OpenEdit
from responses.approving.approved_answer import check_can_leave, enqueue_answer, go_on
from responses.approving.bookkeeping import keep_books, take_back
from responses.approving.enclosures import Enclosure
from responses.approving.exits import check_tells_day, goes_on_by_itself
from responses.approving.filling import filled_text
from responses.approving.off_policy import book_by_hand, check_overrulable, overruled
from responses.approving.rights import (
    Bound,
    bound_draft,
    check_free,
    check_reach,
    decision_as_sent,
    decision_of,
)
from responses.approving.spending import check_totals, take_turn
from responses.approving.withholding import Meant, settled
from responses.cases import move, raise_revision, raise_revision_from
from responses.checks import CheckContext, Finding, check_text, errors_in, unsaid_in
from responses.checks.context import context_of
from responses.choices.offered import was_chosen
from responses.config import RoadConfig
from responses.drafts.slots import slots_in
from responses.errors import BlockedError, NotAllowedError
from responses.events import record
from responses.hours import OpeningHours
from responses.intake.filing import clean, due_now
from responses.manners import Manners
from responses.people.agents import rank
from responses.policies import NoPolicyError, PolicyBook
from responses.policy import Policy
from responses.policy.withheld import without as decision_without
from responses.promises.word_given import (
    Terms,
    check_meant,
    keeps_beyond,
    open_given,
    still_asked,
    without,
    words_given,
)
from responses.proposed import (
    MAX_TEXT,
    composed_draft,
    difference_of,
    propose,
    supersede,
    text_sha256,
    verdict_on,
)
from responses.sending.outbox import cancel_pending
from responses.vouchers.by_hand import check_waits, give_by_hand, let_go
from responses.vouchers.texts import text_with_voucher


class Approvals:
    """What agents do with drafts. Every method works inside the caller's writing transaction."""

    def __init__(
        self, config: RoadConfig, policies: PolicyBook | None = None, manners: Manners | None = None
    ) -> None:
        self._config = config
        self._policies = policies or PolicyBook()
        self._manners = manners

    async def read_first(self, text: str, language: str) -> None:
        """Has a text read by the model before the transaction begins in which it is checked."""
        if self._manners is not None:
            await self._manners.read(text, language)

    def sounds(self, text: str, about: CheckContext, found: Sequence[Finding]) -> list[Finding] | None:
        """What the model has found in a text, beside what the checks found; None where it has not read it."""
        if self._manners is None:
            return []
        return self._manners.found(text, about.composed, about.language, found)

    async def approve(
        self,
        session: AsyncSession,
        agent: Agent,
        bound: Bound,
        hours: OpeningHours,
        edit_reason: EditReason | None = None,
        reason: str | None = None,
        meant: Mapping[str, Meant] = MappingProxyType({}),
        terms: Mapping[str, Terms] = MappingProxyType({}),
    ) -> Approval:
        """Approves the draft and puts it into the outbox, to leave after the time for undoing.

        `edit_reason` is what was wrong with the composed draft; it is kept where something was changed in it.
        `reason` is why a text goes out that gives what was not decided, see `off_policy.overruled`.
        `meant` says what is meant by leaving out what an edited text no longer says, by `Unsaid.key`, and
        whether what a text promises by itself becomes a promise, by `WordGiven.key`; `terms` who then keeps
        by when what it names no day for.

        Raises:
            NotAllowedError: `own_case`, `above_limit`, or `above_budget`: then the case has to be decided
                anew, see `spending.decide_anew`.
            UnsaidError, WordGivenError: `meant` leaves something open.
            BlockedError: `gone`, `stale`, `new_message`, `claimed`, `expired`, `placeholder`, `code_by_hand`,
                `exit_day`, `findings`, `promise_day`, `promise_owner`, `code_over` or `no_codes`.
        """
        await take_turn(session, bound.draft_id)
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        decision = await decision_of(session, draft)
        sent = await decision_as_sent(session, draft)
        absence = await check_reach(session, agent, sent)
        policy = await self._policy(session, case)
        now = utcnow()
        # Before the checks, which take a voucher's sentence for a promise once its code is worth nothing.
        await check_can_leave(session, case, draft, hours, now)
        # Again: what the case knows may have changed since the text was written.
        about = await self._about(session, case, draft, policy)
        wrong = errors_in(check_text(draft.text, about))
        check_tells_day(draft, decision)
        check_overrulable(agent, draft.text, wrong, about)
        is_edited = about.composed is not None and about.composed != draft.text
        withheld = settled(draft.text, unsaid_in(draft.text, about) if is_edited else (), meant, about)
        given = words_given(draft.text, about, hours, now, withheld=withheld, wrong=wrong)
        given = await still_asked(session, draft, given)
        check_meant(given, meant)
        beyond = overruled(agent, draft.text, wrong, about, withheld, reason)
        if not await raise_revision_from(session, case, bound.revision):
            raise BlockedError("stale")
        if policy is not None:
            # Again: others may have given meanwhile.
            less = decision_without(sent, withheld.places) if sent is not None else None
            absence = await check_totals(session, agent, case, less, policy, now) or absence
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
        text = await filled_text(
            session,
            case=case,
            draft=draft,
            decision=decision,
            approval=approval,
            agent=agent,
            config=self._config,
            hours=hours,
            now=now,
        )
        await give_by_hand(session, approval, draft.text)
        approval.filled_text = text
        draft.state = DraftState.APPROVED
        await enqueue_answer(
            session,
            case=case,
            draft=draft,
            decision=decision,
            approval=approval,
            text=text,
            withheld=withheld.places,
            hours=hours,
            now=now,
            undo=self._config.undo,
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
            withheld=withheld,
        )
        if withheld.anything:
            record(session, agent.id, "approval.withheld", case.id, approval=approval.id)
        if beyond is not None:
            await book_by_hand(
                session,
                case=case,
                draft=draft,
                approval=approval,
                found=beyond,
                hours=hours,
                now=now,
                tracked=keeps_beyond(given, meant, wrong, draft),
            )
            record(session, agent.id, "approval.off_policy", case.id, approval=approval.id)
        await open_given(session, given, meant, terms, draft=draft, approval=approval, hours=hours, now=now)
        await session.flush()
        await go_on(session, case, draft, decision, hours, now)
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
        if await goes_on_by_itself(session, case, old, approval):
            case.triage_due_at = case.first_unread_at = None
        elif case.triage_due_at is not None or case.state in (CaseState.DRAFTING, CaseState.WAITING_AGENT):
            # The customer has written since: all of it is read and drafted for together.
            case.reopened_from = None
            await let_go(session, [case.id])
            await raise_revision(session, case)
            await due_now(session, case)
            return None
        if case.state != CaseState.TAKEN_OVER:
            case.state = CaseState.WAITING_AGENT
        shown = await propose(session, case, old, text=old.text, agent=None)
        if shown.edited_by is not None:
            # It may have been approved before anybody had read how it sounds.
            set_alarm(session, Job.JUDGE, shown.id)
        return shown

    async def edit(
        self, session: AsyncSession, agent: Agent, bound: Bound, text: str, kind: str | None = None
    ) -> Draft:
        """Replaces the draft with the agent's own text, which has to be approved in its turn.

        Raises:
            BlockedError: `text_empty`, `text_long`, or what `approve` is blocked by.
            NotAllowedError: `own_case`.
        """
        text = _own_text(text)
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        slots_in(text)
        made = await propose(session, case, draft, text=text, agent=agent, kind=kind)
        made.findings = [to_json(one) for one in await self._check(session, case, made)]
        return made

    async def take_out(
        self, session: AsyncSession, agent: Agent, bound: Bound, key: str, hours: OpeningHours
    ) -> Draft:
        """Takes a promise that the text makes by itself out of it; what is left has to be approved.

        Raises:
            BlockedError: `gone` when the text makes no such promise, `word_alone` when it says nothing else;
                what `edit` is blocked by.
            NotAllowedError: `own_case`.
        """
        draft, case = await bound_draft(session, bound)
        about = await self._about(session, case, draft, await self._policy(session, case))
        wrong = errors_in(check_text(draft.text, about))
        found = [
            one for one in words_given(draft.text, about, hours, utcnow(), wrong=wrong) if one.key == key
        ]
        if not found:
            raise BlockedError("gone")
        left = without(draft.text, found[0], draft.language)
        if not left:
            raise BlockedError("word_alone")
        return await self.edit(session, agent, bound, left)

    async def put_voucher(
        self,
        session: AsyncSession,
        agent: Agent,
        case: Case,
        bound: Bound | None,
        amount_minor: int,
        *,
        language: str,
    ) -> Draft:
        """Puts a voucher of that value into the draft, or into a new text in `language` where there is none.

        Its code is kept for the case as long as it stands in the text on the table.

        Raises:
            BlockedError: `gone` for a value that is not given, `stale` for a case that was closed or answered
                meanwhile, `no_codes`; what `edit` and `write` are blocked by.
            NotAllowedError: `own_case`.
        """
        draft = (await bound_draft(session, bound))[0] if bound is not None else None
        if draft is None:
            check_waits(case)
        await check_free(session, agent, case)
        policy = await self._policies.in_force(session, case.audience, case.incident_at)
        text, voucher = await text_with_voucher(
            session, case, draft, amount_minor, config=self._config, policy=policy, language=language
        )
        record(session, agent.id, "voucher.put", case.id, voucher=voucher.id)
        if draft is None or bound is None:
            return await self.write(
                session, agent, case, text, kind=DecisionKind.HAND_OVER, language=language
            )
        return await self.edit(session, agent, bound, text)

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

    async def discard(
        self,
        session: AsyncSession,
        agent: Agent,
        bound: Bound,
        reason: str | None,
        edit_reason: EditReason | None = None,
    ) -> None:
        """Throws the draft away; the case waits for an agent to write.

        `edit_reason` is what was wrong with the composed draft; there has to have been one.

        Raises:
            BlockedError, NotAllowedError: as `edit`.
        """
        draft, case = await bound_draft(session, bound)
        await check_free(session, agent, case)
        draft.state = DraftState.DISCARDED
        await let_go(session, [case.id])
        verdict = verdict_on(draft, agent, Verdict.DISCARD, reason)
        verdict.difference = await difference_of(session, draft)
        if await composed_draft(session, draft) is not None:
            verdict.edit_reason = edit_reason
        session.add(verdict)
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
        text = _own_text(text)
        await check_free(session, agent, case)
        if case.triage_due_at is not None and case.state != CaseState.TAKEN_OVER:
            raise BlockedError("new_message")
        slots_in(text)
        if case.state in (CaseState.CLOSED, CaseState.SPAM):
            move(case, CaseState.DRAFTING)
            move(case, CaseState.WAITING_AGENT)
        await supersede(session, case, staying=text)
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

    async def _check(self, session: AsyncSession, case: Case, draft: Draft) -> tuple[Finding, ...]:
        policy = await self._policy(session, case)
        about = await self._about(session, case, draft, policy)
        found = check_text(draft.text, about)
        sounds = self.sounds(draft.text, about, found)
        if sounds is None:
            set_alarm(session, Job.JUDGE, draft.id)
        return (*found, *(sounds or ()))

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


def _own_text(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise BlockedError("text_empty")
    if len(text) > MAX_TEXT:
        raise BlockedError("text_long", most=str(MAX_TEXT))
    return text
