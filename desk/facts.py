"""Facts that an agent supplies with one press or a typed value; and whose order it is."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import acting_on, done
from desk.context import Actor
from desk.refusals import refused
from responses.errors import ResponsesError
from responses.facts import give_fact
from responses.orders.proof import vouch

router = APIRouter(prefix="/cases/{number:int}")


class Supplied(BaseModel):
    """A fact's name and its value as typed; None when nobody can know it."""

    name: str = Field(max_length=200)
    value: str | None = Field(default=None, max_length=2000)


@router.post("/facts")
async def supply(visit: Actor, number: int, body: Supplied) -> JSONResponse:
    """Notes the fact; the case is decided anew."""
    try:
        async with acting_on(visit, number) as acting:
            policy = await visit.desk.road.policies.in_force(
                acting.session, acting.case.audience, acting.case.incident_at
            )
            await give_fact(acting.session, acting.agent, acting.case, body.name, body.value, policy)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.fact"))


@router.post("/vouch")
async def vouch_for(visit: Actor, number: int) -> JSONResponse:
    """The agent says that the order is the customer's; the case is decided anew."""
    try:
        async with acting_on(visit, number) as acting:
            await vouch(acting.session, acting.agent, acting.case)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.proven"))
