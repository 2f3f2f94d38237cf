"""Signals that an agent dismisses, with the reason."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import acting_on, done
from desk.context import Actor
from desk.refusals import refused
from responses.customers.dismissals import decide_dismissed_at_once
from responses.customers.signalling import MAX_REASON, dismiss
from responses.errors import ResponsesError
from responses.intake.filing import clean

router = APIRouter(prefix="/cases/{number:int}/signals")


class Dismissed(BaseModel):
    """Why the signal does not hold."""

    reason: str = Field(default="", max_length=4 * MAX_REASON)


@router.post("/{signal_id}/dismiss")
async def dismiss_signal(visit: Actor, number: int, signal_id: str, body: Dismissed) -> JSONResponse:
    """Dismisses the signal; what it changed in the customer's waiting cases is decided anew."""
    try:
        async with acting_on(visit, number) as acting:
            await dismiss(acting.session, acting.agent, acting.case, signal_id, clean(body.reason))
            customer_id = acting.case.customer_id
    except ResponsesError as error:
        return refused(visit, error)
    await decide_dismissed_at_once(visit.desk.road.database, customer_id)
    return done(visit.words("done.signal_dismissed"))
