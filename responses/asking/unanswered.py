"""Questions that nobody answers: after the policy's `wait_for_answer` the case is decided without."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState
from models.tables import Case
from responses.cases import move, raise_revision
from responses.customers.history import still_asked
from responses.events import record
from responses.facts import cannot_say
from responses.intake.filing import due_now
from responses.policy import Policy


async def asked_cases(session: AsyncSession, now: datetime) -> Sequence[Case]:
    """Cases that wait for a customer's answer, and for how long was not looked at yet, or is over."""
    query = (
        select(Case)
        .where(
            Case.state == CaseState.WAITING_CUSTOMER,
            Case.silence_at.is_not(None),
            or_(Case.asked_until.is_(None), Case.asked_until <= now),
        )
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def end_asking(session: AsyncSession, case: Case, policy: Policy, now: datetime) -> None:
    """Notes until when the answer is waited for; when that is over, the facts asked for are unavailable.

    The reminder and the closing of a case (`responses.waiting`) go on as they are, where nothing was asked
    that a rule waits for, or the policy waits for ever.
    """
    asked = await still_asked(session, case)
    asked_at = case.answered_at or case.created_at
    if not asked or policy.wait_for_answer is None:
        case.asked_until = case.answer_until
        return
    case.asked_until = policy.hours.add(policy.wait_for_answer, asked_at)
    if case.asked_until > now:
        return
    await cannot_say(session, case, [fact.name for fact in asked])
    record(session, "system", "case.unanswered", case.id, facts=len(asked))
    case.silence_at = case.asked_until = None
    move(case, CaseState.DRAFTING)
    await raise_revision(session, case)
    await due_now(session, case)
