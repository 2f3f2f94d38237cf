"""An action on a case: its one transaction, the page it was pressed on, and what it answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from desk.case_pages import case_by_number
from desk.context import Visit
from models.errors import ForbiddenTransitionError
from models.states import EditReason
from models.tables import Agent, Case, Draft
from responses.approving.rights import Bound
from responses.errors import BlockedError
from responses.intake.filing import clean
from responses.privacy.erasure import check_not_erased
from responses.proposed import MAX_TEXT

Kind = Literal["ask", "decline"]


class Shown(BaseModel):
    """What stood on the page when the agent pressed: the verdict holds for exactly this."""

    draft_id: str | None = None
    draft_revision: int | None = None
    sha256: str | None = None
    revision: int
    text: str = Field(default="", max_length=4 * MAX_TEXT)
    kind: Kind | None = None
    language: str | None = Field(default=None, max_length=8)
    edit_reason: EditReason | None = None

    @property
    def bound(self) -> Bound | None:
        """The draft on the page, if there was one."""
        if self.draft_id is None or self.draft_revision is None or self.sha256 is None:
            return None
        return Bound(draft_id=self.draft_id, revision=self.draft_revision, sha256=self.sha256)


@dataclass(frozen=True, kw_only=True, slots=True)
class Acting:
    """An action under way: its one transaction, who acts, and on which case."""

    session: AsyncSession
    agent: Agent
    case: Case


@asynccontextmanager
async def acting_on(visit: Visit, number: int, *, erased_too: bool = False) -> AsyncIterator[Acting]:
    """One writing transaction with the agent and the case as they stand in it.

    A page that stayed open must not bring back what was erased: only what `erased_too` says goes on then.

    Raises:
        BlockedError: `erased`, or `stale` when the case cannot take this step (any more).
    """
    async with visit.desk.road.database.writing() as session:
        agent = await session.get_one(Agent, visit.agent.id)
        case = await case_by_number(session, number)
        await session.refresh(case, with_for_update=True)
        if not erased_too:
            await check_not_erased(session, case)
        try:
            yield Acting(session=session, agent=agent, case=case)
        except ForbiddenTransitionError:
            # A page that stayed open offers what the case, closed by now, no longer allows.
            raise BlockedError("stale") from None


def done(sentence: str = "", **more: object) -> JSONResponse:
    """The action was carried out."""
    return JSONResponse({"ok": True, "sentence": sentence, **more})


async def text_as_draft(visit: Visit, acting: Acting, shown: Shown) -> Bound | None:
    """Makes what stands in the box a draft, if it is not the one on the table already.

    Returns what a verdict is bound to; None when there is neither a draft nor a text.
    """
    approvals = visit.desk.road.approvals
    text = clean(shown.text).replace("\r\n", "\n").strip()
    if shown.bound is not None:
        draft = await acting.session.get(Draft, shown.draft_id)
        if draft is not None and shown.kind is None and text == draft.text.strip():
            return shown.bound
        made = await approvals.edit(acting.session, acting.agent, shown.bound, text, shown.kind)
    elif text:
        if acting.case.revision != shown.revision:
            raise BlockedError("stale")
        made = await approvals.write(
            acting.session,
            acting.agent,
            acting.case,
            text,
            kind=shown.kind or "hand_over",
            language=acting.case.language or visit.desk.language,
        )
    else:
        return None
    return Bound(draft_id=made.id, revision=made.revision, sha256=made.sha256)
