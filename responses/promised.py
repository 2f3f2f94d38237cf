"""A promise in the customer's own language: what we said we would do, as it can be told again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import RemedyKind
from models.states import PromiseState
from models.tables import Approval, Case, Draft, Promise
from responses.drafts.phrases import phrases
from responses.rights import decision_of

_HAS_WORDS = (RemedyKind.REFUND, RemedyKind.REPLACEMENT, RemedyKind.REPAIR)


@dataclass(frozen=True, kw_only=True, slots=True)
class Promised:
    """What was promised, in one language, and until when."""

    what: str
    due_at: datetime


async def open_promise(session: AsyncSession, case: Case, language: str) -> Promised | None:
    """The case's open promise that is due last, if it can be said in `language` and is not overdue."""
    query = (
        select(Promise)
        .where(Promise.case_id == case.id, Promise.state == PromiseState.OPEN, Promise.due_at > utcnow())
        .order_by(Promise.due_at.desc())
        .limit(1)
    )
    promise = (await session.scalars(query)).one_or_none()
    if promise is None:
        return None
    what = await words_of(session, promise, language)
    return Promised(what=what, due_at=promise.due_at) if what is not None else None


async def words_of(session: AsyncSession, promise: Promise, language: str) -> str | None:
    """What was promised, in `language`; None where nobody has worded it in that one."""
    if promise.what in _HAS_WORDS:
        return phrases(language).say(f"asks.{promise.what}")
    approval = await session.get_one(Approval, promise.approval_id)
    decision = await decision_of(session, await session.get_one(Draft, approval.draft_id))
    for commitment in decision.commitments if decision is not None else ():
        if promise.what in commitment.what.values():
            return commitment.what.get(language)
    return None
