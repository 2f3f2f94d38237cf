"""What an agent does with a customer's choice: confirms the words, notes it for them, or says it is none."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import acting_on, done
from desk.context import Actor
from desk.refusals import refused
from models.clock import utcnow
from responses.choices.choosing import choose_for, overrule
from responses.errors import ResponsesError

router = APIRouter(prefix="/cases/{number:int}")


class Chosen(BaseModel):
    """Which option of which choice; None for none of them."""

    key: str = Field(max_length=40)
    option: int | None = None


@router.post("/choose")
async def choose(visit: Actor, number: int, chosen: Chosen) -> JSONResponse:
    """Confirms what the customer wrote, or records what they said on the telephone; they are told."""
    road = visit.desk.road
    try:
        async with acting_on(visit, number) as acting:
            await choose_for(
                acting.session,
                road.texts,
                acting.agent,
                acting.case,
                chosen.key,
                chosen.option,
                policies=road.policies,
                now=utcnow(),
            )
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.choice_none" if chosen.option is None else "done.choice"))


@router.post("/no-choice")
async def no_choice(visit: Actor, number: int) -> JSONResponse:
    """What the customer wrote chooses nothing: it is drafted for as usual."""
    try:
        async with acting_on(visit, number) as acting:
            await overrule(acting.session, acting.agent, acting.case, utcnow())
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.no_choice"))
