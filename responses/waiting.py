"""Waiting: what happens to a case while we wait for the customer's answer.

A reminder after three days, once; closed after ten; an answer within thirty reopens it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState
from models.tables import Case
from responses.cases import close
from responses.errors import BlockedError
from responses.events import record
from responses.hours import OpeningHours
from responses.sending.standing_texts import StandingTexts

REMIND_AFTER = timedelta(days=3)
CLOSE_AFTER = timedelta(days=10)
ANSWER_REOPENS_WITHIN = timedelta(days=30)


def await_answer(case: Case, hours: OpeningHours, now: datetime) -> None:
    """We have asked the customer something. Nobody is reminded of it while the business sleeps."""
    case.silence_at = hours.next_opening(now + REMIND_AFTER)
    case.answer_until = now + ANSWER_REOPENS_WITHIN
    case.asked_until = None


async def silent_cases(session: AsyncSession, now: datetime) -> Sequence[Case]:
    """Cases whose customer has been silent for so long that something is due."""
    query = (
        select(Case)
        .where(Case.state == CaseState.WAITING_CUSTOMER, Case.silence_at <= now)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def end_silence(session: AsyncSession, texts: StandingTexts, case: Case, now: datetime) -> None:
    """Reminds the customer, or closes the case when that was done and brought nothing."""
    asked_at = case.answered_at or case.created_at
    closing_at = asked_at + CLOSE_AFTER
    if now < closing_at:
        case.silence_at = closing_at
        if not case.is_sample:
            await texts.enqueue(
                session,
                "reminder",
                chat_key=case.chat_key,
                language=case.language,
                dedupe_key=f"reminder:{case.id}:{asked_at.isoformat()}",
                case_id=case.id,
                number=str(case.number),
            )
        record(session, "system", "case.reminded", case.id)
        return
    case.silence_at = None
    try:
        await close(session, case, "system")
    except BlockedError:
        # Something is still to be kept or confirmed: a person closes it then.
        record(session, "system", "case.left_open", case.id)
