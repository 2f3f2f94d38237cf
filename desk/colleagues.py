"""Who works here: for admins."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from desk.context import Actor, Reader, Visit, admins_only
from desk.refusals import explained
from models.clock import utcnow
from models.decision import Role
from models.tables import Agent
from responses.errors import BlockedError, ResponsesError, UnknownAgentError
from responses.people.agents import add_agent, agent_by_name, make_link, remove_agent, working_agents
from responses.people.presence import absences_from, last_day

router = APIRouter()


@router.get("/colleagues")
async def page(visit: Reader) -> HTMLResponse:
    """Everyone who works here, with their ways in."""
    admins_only(visit)
    return await _page(visit)


@router.post("/colleagues")
async def add(request: Request, visit: Actor) -> HTMLResponse:
    """A new colleague, with one-time links shown once."""
    admins_only(visit)
    form = await request.form()
    role = str(form.get("role", Role.AGENT))
    languages = [language for language in form.getlist("language") if language in ("it", "en")]
    try:
        if role not in set(Role):
            raise BlockedError("refused")
        async with visit.desk.road.database.writing() as session:
            agent = await add_agent(session, str(form.get("name", ""))[:80], Role(role))
            agent.languages = languages or [visit.desk.language]
            links = await _links(session, visit, agent)
    except ResponsesError as error:
        return await _page(visit, problem=explained(visit, error)[1], status=400)
    return await _page(visit, fresh=agent, links=links)


@router.post("/colleagues/link")
async def link(request: Request, visit: Actor) -> HTMLResponse:
    """New one-time links for a colleague; earlier unused ones end."""
    admins_only(visit)
    form = await request.form()
    try:
        async with visit.desk.road.database.writing() as session:
            agent = await agent_by_name(session, str(form.get("name", "")))
            links = await _links(session, visit, agent)
    except UnknownAgentError:
        return await _page(visit, problem=visit.words("blocked.gone"), status=400)
    return await _page(visit, fresh=agent, links=links)


@router.post("/colleagues/remove")
async def remove(request: Request, visit: Actor) -> HTMLResponse:
    """Takes away a colleague's ways in."""
    admins_only(visit)
    form = await request.form()
    name = str(form.get("name", ""))
    try:
        async with visit.desk.road.database.writing() as session:
            await remove_agent(session, name)
    except UnknownAgentError:
        return await _page(visit, problem=visit.words("blocked.gone"), status=400)
    except ResponsesError as error:
        return await _page(visit, problem=explained(visit, error)[1], status=400)
    return await _page(visit, said=visit.words("colleagues.removed", name=name))


async def _links(session: AsyncSession, visit: Visit, agent: Agent) -> dict[str, str]:
    links = {"web": f"{visit.desk.public_url}/login/{await make_link(session, agent, 'web')}"}
    bot = visit.desk.telegram()
    if bot is not None:
        links["telegram"] = f"https://t.me/{bot}?start={await make_link(session, agent, 'telegram')}"
    return links


async def _page(
    visit: Visit,
    *,
    fresh: Agent | None = None,
    links: dict[str, str] | None = None,
    problem: str | None = None,
    said: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    async with visit.desk.road.database.reading() as session:
        everyone = await working_agents(session)
        absences = await absences_from(session, utcnow())
    show = visit.desk.present(visit.words)
    return visit.page(
        "colleagues.html",
        status=status,
        everyone=everyone,
        absences={
            agent_id: {
                "first": show.day(absence.starts_at),
                "last": show.day(last_day(absence, visit.desk.road.config.timezone)),
            }
            for agent_id, absence in absences.items()
        },
        fresh=fresh,
        links=links or {},
        problem=problem,
        said=said,
        roles=[role.value for role in Role],
        bot=visit.desk.telegram(),
    )
