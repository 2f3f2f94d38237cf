"""Left behind: what agents changed in drafts that never went out as they stood.

A draft that was edited is superseded when the customer writes again; and who takes a case over begins from
nothing, though a draft was on the table. Both texts stay in the case, and what was changed is read from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import DraftState, Verdict
from models.tables import Approval, Case, Draft
from responses.proposed import composed_draft, difference_between
from responses.reports.judged import REAL


class How(StrEnum):
    """Why the draft did not go out."""

    SUPERSEDED = "superseded"  # the case moved on after it was edited
    TAKEN_OVER = "taken_over"  # an agent took the case over, and sent a text of their own


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A draft that was left behind: what was composed, and by which changes it became what an agent wrote."""

    how: How
    composed: Draft
    difference: str


async def left_since(session: AsyncSession, since: datetime) -> Sequence[Left]:
    """What was left behind since then; samples, tests, erased texts and what was taken back aside."""
    written = await session.execute(
        select(Approval, Draft)
        .join(Draft, Draft.id == Approval.draft_id)
        .join(Case, Case.id == Approval.case_id)
        .where(
            Approval.created_at >= since,
            Approval.verdict == Verdict.SEND,
            Approval.undone_at.is_(None),
            # Only a text that an agent began from nothing has none.
            Draft.decision_id.is_(None),
            *REAL,
        )
        .order_by(Approval.id)
    )
    found: list[Left] = []
    answered: set[str] = set()
    for approval, draft in written.all():
        if await composed_draft(session, draft) is not None:
            continue
        table = await _on_the_table(session, approval, draft)
        if table is None:
            continue
        composed = await composed_draft(session, table)
        answered.add(table.id)
        if composed is not None:
            found += _left(How.TAKEN_OVER, composed, draft)
    edited = await session.scalars(
        select(Draft)
        .join(Case, Case.id == Draft.case_id)
        .where(
            Draft.created_at >= since,
            Draft.state == DraftState.SUPERSEDED,
            Draft.edited_from.is_not(None),
            *REAL,
        )
        .order_by(Draft.id)
    )
    for draft in edited.all():
        composed = await composed_draft(session, draft)
        if composed is not None and draft.id not in answered:
            found += _left(How.SUPERSEDED, composed, draft)
    return found


async def _on_the_table(session: AsyncSession, approval: Approval, written: Draft) -> Draft | None:
    """The last draft that was proposed before an agent's own text, where nothing was sent in between."""
    root = written
    while root.edited_from is not None:
        root = await session.get_one(Draft, root.edited_from)
    before = select(func.max(Approval.created_at)).where(
        Approval.case_id == approval.case_id,
        Approval.verdict == Verdict.SEND,
        Approval.undone_at.is_(None),
        Approval.id < approval.id,
    )
    last_sent = (await session.scalars(before)).one()
    query = select(Draft).where(
        Draft.case_id == approval.case_id, Draft.id < root.id, Draft.decision_id.is_not(None)
    )
    if last_sent is not None:
        query = query.where(Draft.created_at > last_sent)
    draft = (await session.scalars(query.order_by(Draft.id.desc()).limit(1))).one_or_none()
    return draft if draft is not None and draft.state == DraftState.SUPERSEDED else None


def _left(how: How, composed: Draft, last: Draft) -> list[Left]:
    # An erased text is empty.
    if not composed.text or not last.text:
        return []
    difference = difference_between(composed.text, last.text)
    return [Left(how=how, composed=composed, difference=difference)] if difference is not None else []
