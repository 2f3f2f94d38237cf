"""An approved answer on its way: whether it can leave, what the outbox gets of it, how its case goes on."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import Decision, DecisionKind
from models.states import CaseState, Purpose
from models.tables import Approval, Case, Draft
from responses.approving.enclosures import enclosures_of
from responses.approving.exits import is_notice, waits_on
from responses.cases import has_open_promise, move, release
from responses.choices.offered import put_choices
from responses.drafts.draft import formality_of
from responses.drafts.slots import placeholder_in
from responses.errors import BlockedError
from responses.hours import OpeningHours
from responses.offers import offers_of
from responses.policy.withheld import Place
from responses.proposed import gives
from responses.sending.outbox import enqueue_parts
from responses.texts import split_text
from responses.vouchers.by_hand import check_lasting
from responses.vouchers.codes import codes_by_hand
from responses.waiting import await_answer


async def check_can_leave(
    session: AsyncSession, case: Case, draft: Draft, hours: OpeningHours, now: datetime
) -> None:
    """See that the text can go out as it stands, whatever it gives.

    Raises:
        BlockedError: `expired`, `placeholder`, `code_by_hand` or `code_over`.
    """
    if draft.valid_until is not None and draft.valid_until <= now:
        raise BlockedError("expired")
    blank = placeholder_in(draft.text)
    if blank is not None:
        raise BlockedError("placeholder", words=blank)
    by_hand = await codes_by_hand(session, draft.text, case.id)
    if by_hand:
        # It would stay free for the next approval, or is another customer's.
        raise BlockedError("code_by_hand", code=by_hand[0])
    await check_lasting(session, case, draft.text, now.astimezone(hours.zone).date())


async def enqueue_answer(
    session: AsyncSession,
    *,
    case: Case,
    draft: Draft,
    decision: Decision | None,
    approval: Approval,
    text: str,
    withheld: frozenset[Place],
    hours: OpeningHours,
    now: datetime,
    undo: timedelta,
) -> None:
    """Puts the filled text into the outbox in its parts, then the files, to leave after the time for undoing.

    Where the customer may choose, the buttons stand under the end of the text.
    """
    parts: list[dict[str, Any]] = [{"text": part, "language": draft.language} for part in split_text(text)]
    if decision is not None and gives(draft, decision):
        choices = await put_choices(
            session,
            case=case,
            decision=decision,
            offers=await offers_of(session, draft),
            withheld=withheld,
            approval=approval,
            hours=hours,
            language=draft.language,
            formal=formality_of(draft.variant) == "formal",
            now=now,
        )
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
        not_before=now + undo if undo else None,
    )


async def go_on(
    session: AsyncSession,
    case: Case,
    draft: Draft,
    decision: Decision | None,
    hours: OpeningHours,
    now: datetime,
) -> None:
    """The state of the case once its answer is in the outbox and what it promises in the books."""
    promised = await has_open_promise(session, case)
    if case.state == CaseState.TAKEN_OVER:
        # Whoever holds the case goes on talking; each text prolongs the hold.
        case.claimed_until = utcnow() + timedelta(minutes=30)
    elif draft.kind == DecisionKind.ASK:
        move(case, CaseState.WAITING_CUSTOMER)
    elif is_notice(draft, decision) and await waits_on(session, case):
        pass
    else:
        move(case, CaseState.PROMISED if promised else CaseState.ANSWERED)
    if case.state != CaseState.TAKEN_OVER:
        release(case)
    case.answered_at = utcnow()
    case.passed_to = case.passed_to_role = None
    case.reopened_from = None
    if case.state == CaseState.WAITING_CUSTOMER:
        await_answer(case, hours, now)
