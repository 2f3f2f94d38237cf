"""What an agent notes of a customer's wishes: language, form of address, kind of remedy."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desk.acting import acting_on, done
from desk.context import Actor
from desk.refusals import refused
from responses.customers.preferences import Preference, set_preference
from responses.errors import ResponsesError

router = APIRouter(prefix="/cases/{number:int}")


class Wished(BaseModel):
    """Of what, and how; None when nothing is to be noted any more."""

    which: Preference
    value: str | None = Field(default=None, max_length=32)


@router.post("/preference")
async def prefer(visit: Actor, number: int, body: Wished) -> JSONResponse:
    """Notes the wish; the customer's drafts that wait are made anew with it."""
    try:
        async with acting_on(visit, number) as acting:
            anew = await set_preference(acting.session, acting.agent, acting.case, body.which, body.value)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.preference_anew" if anew else "done.preference"))
