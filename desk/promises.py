"""The promises that are open: what is late, what is due today, what is to come; settled in a line."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from desk.acting import done
from desk.context import Actor, Reader, Visit
from desk.promise_lines import SECTIONS, line_of
from desk.refusals import refused
from models.clock import utcnow
from models.tables import Agent
from responses.errors import BlockedError, ResponsesError
from responses.promises.keeping import MAX_WORDS, break_, keep
from responses.promises.told import pledges
from responses.promises.withdrawals import Why, call_off

router = APIRouter(prefix="/promises")


class Settled(BaseModel):
    """The proof, or the reason."""

    words: str = Field(default="", max_length=4 * MAX_WORDS)


class Withdrawn(Settled):
    """Why nobody pursues it any more, and whether the customer knows."""

    why: Why
    told: bool = False


@router.get("")
async def page(visit: Reader, whose: str = "mine") -> HTMLResponse:
    """The whole page: one's own promises, or (`all`) everybody's."""
    async with visit.desk.road.database.reading() as session:
        values = await _values(session, visit, whose)
    return visit.page("promises.html", **values)


@router.get("/lines")
async def lines(visit: Reader, whose: str = "mine") -> JSONResponse:
    """What of the page changes."""
    async with visit.desk.road.database.reading() as session:
        values = await _values(session, visit, whose)
    return JSONResponse({"lines": visit.fragment("promise_lines.html", **values), "pressing": visit.pressing})


@router.post("/{promise_id}/keep")
async def mark_kept(visit: Actor, promise_id: str, body: Settled) -> JSONResponse:
    """The promise was kept; the customer is told."""
    road = visit.desk.road
    try:
        async with road.database.writing() as session:
            agent = await session.get_one(Agent, visit.agent.id)
            await keep(session, road.texts, agent, promise_id, body.words)
    except ResponsesError as error:
        return _refused(visit, error)
    return done(visit.words("done.promise_kept"))


@router.post("/{promise_id}/break")
async def mark_broken(visit: Actor, promise_id: str, body: Settled) -> JSONResponse:
    """The promise was not kept; the case is decided anew."""
    try:
        async with visit.desk.road.database.writing() as session:
            agent = await session.get_one(Agent, visit.agent.id)
            await break_(session, agent, promise_id, body.words)
    except ResponsesError as error:
        return _refused(visit, error)
    return done(visit.words("done.promise_broken"))


@router.post("/{promise_id}/withdraw")
async def mark_withdrawn(visit: Actor, promise_id: str, body: Withdrawn) -> JSONResponse:
    """Nobody pursues the promise any more; the customer is told, unless they know."""
    road = visit.desk.road
    try:
        async with road.database.writing() as session:
            agent = await session.get_one(Agent, visit.agent.id)
            await call_off(session, road.texts, agent, promise_id, body.why, body.words, told=body.told)
    except ResponsesError as error:
        return _refused(visit, error)
    return done(visit.words("done.promise_withdrawn"))


def _refused(visit: Visit, error: ResponsesError) -> JSONResponse:
    """As any refusal; of what others have settled meanwhile it says so."""
    gone = isinstance(error, BlockedError) and error.reason == "gone"
    return refused(visit, BlockedError("promise_gone") if gone else error)


async def _values(session: AsyncSession, visit: Visit, whose: str) -> dict[str, Any]:
    now = utcnow()
    everything = [line_of(pledge, visit, now) for pledge in await pledges(session, now)]
    mine = [line for line in everything if line.charged is not None and line.charged.id == visit.agent.id]
    chosen = "all" if whose == "all" else "mine"
    shown = everything if chosen == "all" else mine
    return {
        "whose": chosen,
        "numbers": {"mine": len(mine), "all": len(everything)},
        "parts": {
            section: [line for line in shown if line.section == section]
            for section in SECTIONS
            if any(line.section == section for line in shown)
        },
    }
