"""Which languages an agent reads: their own form. A draft in one of them needs no twin beside it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from desk.context import Actor, Reader, Visit
from models.tables import Agent
from responses.drafts.phrases import LANGUAGES

router = APIRouter()


@router.get("/reading")
async def page(visit: Reader) -> HTMLResponse:
    """The form."""
    return _page(visit, visit.agent.languages, done=False)


@router.post("/reading")
async def save(request: Request, visit: Actor) -> HTMLResponse:
    """Notes them, behind the language in which the agent works: that one comes first."""
    form = await request.form()
    ticked = form.getlist("language")
    async with visit.desk.road.database.writing() as session:
        agent = await session.get_one(Agent, visit.agent.id)
        first = str(agent.languages[0]) if agent.languages else visit.words.language
        agent.languages = [first, *(one for one in LANGUAGES if one in ticked and one != first)]
        reads = list(agent.languages)
    return _page(visit, reads, done=True)


def _page(visit: Visit, reads: list[str], *, done: bool) -> HTMLResponse:
    others = [language for language in LANGUAGES if language != visit.words.language]
    return visit.page("reading.html", others=others, reads=reads, done=done)
