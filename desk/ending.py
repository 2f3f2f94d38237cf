"""Ending a relation: a supervisor has the exit drafted, and reads it like every other draft."""

from datetime import date

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import acting_on, done
from desk.context import Actor
from desk.refusals import refused
from models.clock import utcnow
from responses.customers.leaving import MAX_INSTEAD, propose_exit
from responses.errors import ResponsesError
from responses.intake.filing import clean

router = APIRouter(prefix="/cases/{number:int}")


class Ending(BaseModel):
    """From when nothing new is taken on, and whom the customer can turn to, in the customer's language."""

    from_day: date
    instead: str = Field(default="", max_length=4 * MAX_INSTEAD)


@router.post("/exit")
async def end(visit: Actor, number: int, body: Ending) -> JSONResponse:
    """Puts the exit on the table; it leaves when it is approved."""
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            policy = await road.policies.in_force(
                acting.session, acting.case.audience, acting.case.incident_at
            )
            draft = await propose_exit(
                acting.session,
                acting.agent,
                acting.case,
                policy=policy,
                config=road.config,
                from_day=body.from_day,
                instead=clean(body.instead),
                now=utcnow(),
            )
            await road.triage.show(acting.session, acting.case, draft)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.exit"))
