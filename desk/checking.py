"""Checking a text while it is being written."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import Kind, done
from desk.case_pages import case_by_number, policy_of
from desk.context import Actor
from desk.findings import shown
from models.decision import DecisionKind
from responses.checks import check_text
from responses.checks.context import context_of
from responses.drafts.errors import UnknownSlotError
from responses.proposed import MAX_TEXT, proposed_draft

router = APIRouter(prefix="/cases/{number:int}")


class Written(BaseModel):
    """A text as it stands in the box, and what the agent wants it to be."""

    text: str = Field(max_length=4 * MAX_TEXT)
    kind: Kind | None = None


@router.post("/check")
async def check(visit: Actor, number: int, body: Written) -> JSONResponse:
    """Checks a text that is being written; keeps nothing."""
    text = body.text.replace("\r\n", "\n")
    async with visit.desk.road.database.reading() as session:
        case = await case_by_number(session, number)
        draft = await proposed_draft(session, case)
        about = await context_of(
            session,
            case,
            draft,
            config=visit.desk.road.config,
            policy=await policy_of(session, visit, case),
            kind=body.kind or (draft.kind if draft is not None else DecisionKind.HAND_OVER),
            language=draft.language if draft is not None else case.language or visit.desk.language,
            text=text,
        )
    approvals = visit.desk.road.approvals
    await approvals.read_first(text, about.language)
    try:
        found = check_text(text, about)
    except UnknownSlotError:
        # The words in braces come first: until they are right, nothing is known of the rest.
        wrong = {"severity": "error", "start": 0, "end": 0, "advice": visit.words("blocked.slot")}
        return done(findings=[wrong])
    return done(findings=shown((*found, *(approvals.sounds(text, about, found) or ())), visit))
