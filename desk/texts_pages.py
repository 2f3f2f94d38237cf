"""The texts that the program sends by itself: all read them, supervisors word them, admins approve."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from desk.context import Actor, Reader, Visit, admins_only
from desk.errors import ForbiddenPageError
from desk.refusals import explained
from models.clock import utcnow
from models.tables import Agent
from responses.drafts.templates import in_register
from responses.errors import BlockedError
from responses.sending.standing import LANGUAGES, StandingTextError, StandingWording, standing_text
from responses.sending.wordings import (
    MAX_BUTTON,
    MAX_LENGTH,
    approve_wording,
    discard_wording,
    is_button,
    propose,
    reset_wording,
    wordings_in,
)

router = APIRouter(prefix="/texts")
_DONE = ("proposed", "approved", "discarded", "reset")
_Step = Callable[[AsyncSession, Agent, StandingWording, str, datetime], Awaitable[None]]


@router.get("")
async def page(visit: Reader, language: str = "", at: str = "", done: str = "") -> HTMLResponse:
    """Every text in one language; `done` is what has just happened to the text called `at`."""
    chosen = language if language in LANGUAGES else visit.words.language
    return await _list(visit, chosen, at, said=visit.words(f"texts.done.{done}") if done in _DONE else None)


@router.get("/{name}/{language}")
async def form(visit: Reader, name: str, language: str) -> HTMLResponse:
    """The form in which a text is worded."""
    _writers_only(visit)
    return await _form(visit, _own(visit, name, language))


@router.post("/{name}/{language}")
async def write(request: Request, visit: Actor, name: str, language: str) -> Response:
    """Keeps a wording that an admin has to approve; a mistake keeps what was typed."""
    _writers_only(visit)
    own = _own(visit, name, language)
    written = str((await request.form()).get("text", ""))
    try:
        async with visit.desk.road.database.writing() as session:
            await propose(session, visit.agent, own, written, utcnow())
    except BlockedError as error:
        return await _form(visit, own, written=written, problem=explained(visit, error)[1])
    return _back(own, "proposed")


@router.post("/{name}/{language}/approve")
async def approve(request: Request, visit: Actor, name: str, language: str) -> Response:
    """From now on the wording that stood on the page goes out."""
    admins_only(visit)
    return await _step(request, visit, _own(visit, name, language), approve_wording, "approved")


@router.post("/{name}/{language}/discard")
async def discard(request: Request, visit: Actor, name: str, language: str) -> Response:
    """Throws away what waits for approval."""
    _writers_only(visit)
    return await _step(request, visit, _own(visit, name, language), discard_wording, "discarded")


@router.post("/{name}/{language}/reset")
async def reset(request: Request, visit: Actor, name: str, language: str) -> Response:
    """The program's own text goes out again."""
    admins_only(visit)
    return await _step(request, visit, _own(visit, name, language), reset_wording, "reset")


async def _step(request: Request, visit: Visit, own: StandingWording, step: _Step, said: str) -> Response:
    """Does something with the wording that stood on the page, and says so, or why not."""
    text_id = str((await request.form()).get("id", ""))
    try:
        async with visit.desk.road.database.writing() as session:
            await step(session, visit.agent, own, text_id, utcnow())
    except BlockedError as error:
        return await _refused(visit, own, error)
    return _back(own, said)


def _writers_only(visit: Visit) -> None:
    if not visit.may_supervise:
        raise ForbiddenPageError


def _own(visit: Visit, name: str, language: str) -> StandingWording:
    try:
        own = standing_text(name, language)
    except StandingTextError:
        raise HTTPException(404) from None
    if not _is_shown(visit, own):
        raise HTTPException(404)
    return own


def _is_shown(visit: Visit, own: StandingWording) -> bool:
    """What nothing sends has no description, and nobody need word it."""
    return f"texts.when.{own.name}" in visit.words.wordings


def _back(own: StandingWording, done: str) -> RedirectResponse:
    return RedirectResponse(f"/texts?language={own.language}&at={own.name}&done={done}#{own.name}", 303)


async def _refused(visit: Visit, own: StandingWording, error: BlockedError) -> HTMLResponse:
    return await _list(visit, own.language, own.name, problem=explained(visit, error)[1], status=409)


async def _list(
    visit: Visit,
    language: str,
    at: str,
    *,
    said: str | None = None,
    problem: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    async with visit.desk.road.database.reading() as session:
        wordings = await wordings_in(session, language)
        names = {agent.id: agent.name for agent in await session.scalars(select(Agent))}
    return visit.page(
        "texts.html",
        status=status,
        wordings=[one for one in wordings if _is_shown(visit, one.own)],
        names=names,
        languages=LANGUAGES,
        chosen=language,
        at=at,
        said=said,
        problem=problem,
        addressed=in_register,
    )


async def _form(
    visit: Visit, own: StandingWording, *, written: str | None = None, problem: str | None = None
) -> HTMLResponse:
    async with visit.desk.road.database.reading() as session:
        wordings = await wordings_in(session, own.language)
    wording = next(one for one in wordings if one.own.name == own.name)
    if written is None:
        written = wording.waiting.text if wording.waiting is not None else wording.text
    return visit.page(
        "text_form.html",
        status=200 if problem is None else 400,
        wording=wording,
        written=written,
        longest=MAX_BUTTON if is_button(own) else MAX_LENGTH,
        problem=problem,
        addressed=in_register,
    )
