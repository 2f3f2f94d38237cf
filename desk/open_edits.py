"""A text as it is being written: kept, and the case held meanwhile."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from desk.acting import Acting, acting_on, done
from desk.context import Actor
from desk.refusals import refused
from models.clock import utcnow
from models.states import CaseState
from models.tables import Draft, OpenEdit
from responses.cases import CLAIM_LASTS, claim, release
from responses.errors import BlockedError, ResponsesError
from responses.events import record
from responses.intake.filing import clean
from responses.proposed import MAX_TEXT

router = APIRouter(prefix="/cases/{number:int}")


class Typed(BaseModel):
    """A text being written."""

    text: str = Field(max_length=4 * MAX_TEXT)


@router.post("/typed")
async def typed(visit: Actor, number: int, body: Typed) -> JSONResponse:
    """Keeps a text as it is being written, and holds the case meanwhile.

    The text is kept even when somebody else holds the case: that, the answer says.
    """
    try:
        async with acting_on(visit, number) as acting:
            kept = await _keep(acting, clean(body.text))
            refusal = None
            try:
                await _hold(acting, writing=bool(body.text.strip()))
            except BlockedError as error:
                refusal = error
    except ResponsesError as error:
        return refused(visit, error)
    if refusal is not None:
        return refused(visit, refusal, kept=kept)
    return done(kept=kept)


async def forget_edit(acting: Acting) -> None:
    """What was being written is done with."""
    query = select(OpenEdit).where(OpenEdit.case_id == acting.case.id, OpenEdit.agent_id == acting.agent.id)
    edit = (await acting.session.scalars(query)).one_or_none()
    if edit is not None:
        edit.text = ""


async def _keep(acting: Acting, text: str) -> bool:
    """Whether the text could be kept: it hangs on the case's newest draft, of which there may be none."""
    mine = select(OpenEdit).where(OpenEdit.case_id == acting.case.id, OpenEdit.agent_id == acting.agent.id)
    edit = (await acting.session.scalars(mine)).one_or_none()
    if edit is not None:
        edit.text, edit.updated_at = text, utcnow()
        return True
    newest = select(Draft.id).where(Draft.case_id == acting.case.id).order_by(Draft.id.desc()).limit(1)
    draft_id = (await acting.session.scalars(newest)).one_or_none()
    if draft_id is None:
        return False
    acting.session.add(
        OpenEdit(case_id=acting.case.id, draft_id=draft_id, agent_id=acting.agent.id, text=text)
    )
    return True


async def _hold(acting: Acting, *, writing: bool) -> None:
    """Claims the case while somebody writes; who empties the box gives it free.

    Claims again only when half of the time is over, so that typing leaves no trail of events.
    """
    case = acting.case
    mine = case.claimed_by == acting.agent.id
    if not writing:
        if mine and case.state != CaseState.TAKEN_OVER:
            release(case)
            record(acting.session, acting.agent.id, "case.released", case.id)
        return
    if mine and case.claimed_until is not None and case.claimed_until > utcnow() + CLAIM_LASTS / 2:
        return
    await claim(acting.session, case, acting.agent)
