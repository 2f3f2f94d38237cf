"""The files that go out with an answer: put beside the draft, or taken out again."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from desk.acting import Shown, acting_on, done
from desk.context import Actor
from desk.refusals import refused
from models.tables import Draft
from responses.approving.enclosures import check_content, enclosure, enclosures_of, with_one_more
from responses.approving.rights import Bound
from responses.errors import BlockedError, ResponsesError

router = APIRouter(prefix="/cases/{number:int}")


class TakenOut(Shown):
    """The sha256 of the file that stays here."""

    file: str


@router.post("/files")
async def enclose(
    visit: Actor, number: int, request: Request, name: str, draft_id: str, draft_revision: int, sha256: str
) -> JSONResponse:
    """One file more that goes out with the answer; the body is its content."""
    road = visit.desk.road
    try:
        content = await request.body()
        check_content(content)
        stored = await asyncio.to_thread(road.files.put, content)
        new = enclosure(stored, content, name)
        async with acting_on(visit, number) as acting:
            bound = Bound(draft_id=draft_id, revision=draft_revision, sha256=sha256)
            draft = await acting.session.get(Draft, draft_id)
            files = with_one_more(enclosures_of(draft), new) if draft is not None else (new,)
            await road.approvals.enclose(acting.session, acting.agent, bound, files)
        # The same content of somebody who was just erased may have been deleted in between.
        await asyncio.to_thread(road.files.put, content)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.enclosed", name=new.name))


@router.post("/files/remove")
async def take_out(visit: Actor, number: int, shown: TakenOut) -> JSONResponse:
    """A file no longer goes out with the answer."""
    try:
        async with acting_on(visit, number) as acting:
            bound = shown.bound
            draft = await acting.session.get(Draft, bound.draft_id) if bound is not None else None
            if bound is None or draft is None:
                raise BlockedError("gone")
            files = [file for file in enclosures_of(draft) if file.sha256 != shown.file]
            await visit.desk.road.approvals.enclose(acting.session, acting.agent, bound, files)
    except ResponsesError as error:
        return refused(visit, error)
    return done(visit.words("done.taken_out"))
