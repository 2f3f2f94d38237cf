"""Splitting a case in two, and merging it into another."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from desk.acting import acting_on, done
from desk.case_pages import case_by_number
from desk.context import Actor
from desk.refusals import refused
from responses.errors import BlockedError, ResponsesError
from responses.rearranging import merge, split_off

router = APIRouter(prefix="/cases/{number:int}")


class SplitOff(BaseModel):
    """Which message leaves the case."""

    message: str


class MergedInto(BaseModel):
    """The number of the case that goes on."""

    into: int


@router.post("/split")
async def split(visit: Actor, number: int, body: SplitOff) -> JSONResponse:
    """A message becomes a case of its own."""
    try:
        async with acting_on(visit, number) as acting:
            new = await split_off(acting.session, acting.agent, body.message)
            if new.linked_case_id != acting.case.id:
                raise BlockedError("gone")
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.split", number=new.number), go_to=f"/cases/{new.number}")


@router.post("/merge")
async def merge_cases(visit: Actor, number: int, body: MergedInto) -> JSONResponse:
    """What is unanswered here goes on in another case of the same customer."""
    try:
        async with acting_on(visit, number) as acting:
            into = await case_by_number(acting.session, body.into)
            await acting.session.refresh(into, with_for_update=True)
            await merge(acting.session, acting.agent, acting.case, into)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.merged", number=into.number), go_to=f"/cases/{into.number}")
