"""Being away: everyone's own form, and for admins that of every colleague."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy.ext.asyncio import AsyncSession

from desk.context import Actor, Reader, Visit
from desk.errors import ForbiddenPageError
from desk.refusals import explained
from models.clock import utcnow
from models.decision import Role
from models.money import Money
from models.tables import Agent
from responses.errors import BlockedError, ResponsesError, UnknownAgentError
from responses.people.agents import agent_by_name, working_agents
from responses.people.presence import absences_from, come_back, go_away, last_day
from responses.people.turns import turn_over
from responses.policy.scalars import parse_date

router = APIRouter()


@router.get("/absence")
async def page(visit: Reader, name: str = "") -> HTMLResponse:
    """The form: one's own, or for admins that of the colleague called `name`."""
    async with visit.desk.road.database.reading() as session:
        return await _page(session, visit, await _whose(session, visit, name))


@router.post("/absence")
async def save(request: Request, visit: Actor) -> HTMLResponse:
    """Notes an absence, or (`back`) that the agent is here again."""
    form = await request.form()
    now = utcnow()
    road = visit.desk.road
    try:
        async with road.database.writing() as session:
            agent = await _whose(session, visit, str(form.get("name", "")))
            if form.get("back"):
                await come_back(session, agent, now=now, by=visit.agent)
            else:
                deputy = str(form.get("deputy", ""))
                await go_away(
                    session,
                    agent,
                    first=_day(form.get("first")),
                    last=_day(form.get("last")),
                    deputy=await _deputy(session, deputy) if deputy else None,
                    policy=await road.policies.current(session),
                    now=now,
                    by=visit.agent,
                )
            await turn_over(session, road.triage, now)
    except ResponsesError as error:
        problem = explained(visit, error)[1]
        async with road.database.reading() as session:
            agent = await _whose(session, visit, str(form.get("name", "")))
            return await _page(session, visit, agent, problem=problem, status=400)
    async with road.database.reading() as session:
        return await _page(session, visit, agent, done=True)


async def _whose(session: AsyncSession, visit: Visit, name: str) -> Agent:
    """Whose absence it is.

    Raises:
        ForbiddenPageError: somebody else's, for who is no admin; or nobody's.
    """
    if not name or name == visit.agent.name:
        return await session.get_one(Agent, visit.agent.id)
    if visit.agent.role != Role.ADMIN:
        raise ForbiddenPageError
    try:
        return await agent_by_name(session, name)
    except UnknownAgentError:
        raise ForbiddenPageError from None


async def _deputy(session: AsyncSession, name: str) -> Agent:
    try:
        return await agent_by_name(session, name)
    except UnknownAgentError:
        raise BlockedError("deputy_unknown", name=name) from None


def _day(value: object) -> date:
    day = parse_date(str(value or ""))
    if day is None:
        raise BlockedError("absence_dates")
    return day


async def _page(
    session: AsyncSession,
    visit: Visit,
    agent: Agent,
    *,
    problem: str | None = None,
    done: bool = False,
    status: int = 200,
) -> HTMLResponse:
    policy = await visit.desk.road.policies.current(session)
    colleagues = await working_agents(session)
    absence = (await absences_from(session, utcnow())).get(agent.id)
    limit = absence.deputy_limit_minor if absence is not None else None
    return visit.page(
        "absence.html",
        status=status,
        whose=agent,
        own=agent.id == visit.agent.id,
        absence=absence,
        last=last_day(absence, policy.timezone) if absence is not None else None,
        deputy=next((one for one in colleagues if absence and one.id == absence.deputy_id), None),
        limit=Money.from_minor(limit, policy.currency) if limit is not None else None,
        colleagues=[one for one in colleagues if one.id != agent.id],
        problem=problem,
        done=done,
    )
