"""Getting in and out: one-time links, name and password, sessions."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.concurrency import run_in_threadpool

from desk.context import Actor, AnyDesk, Desk, Reader, address_of
from desk.security import SEED_COOKIE, SESSION_COOKIE, new_secret, sent_token
from desk.words import Words, words_in
from models.tables import Agent
from responses.errors import BlockedError, UnknownAgentError
from responses.events import record
from responses.people.agents import (
    SESSION_LIFETIME,
    agent_by_name,
    agent_of_session,
    close_session,
    close_sessions,
    hash_password,
    open_session,
    password_fits,
    use_link,
)

router = APIRouter()


@router.get("/")
async def start(request: Request, desk: AnyDesk) -> Response:
    """The queue for who is signed in; for everybody else, where to go."""
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        async with desk.road.database.reading() as session:
            if await agent_of_session(session, token) is not None:
                return RedirectResponse("/queue", 303)
    return _door(request, desk, "start.html")


@router.get("/login")
async def login_page(request: Request, desk: AnyDesk) -> HTMLResponse:
    """Name and password."""
    return _door(request, desk, "login.html", problem=None, name="")


@router.post("/login")
async def login(request: Request, desk: AnyDesk) -> Response:
    """Signs in with name and password, a limited number of times."""
    desk.seal.check(request.cookies.get(SEED_COOKIE), await sent_token(request))
    form = await request.form()
    name, password = " ".join(str(form.get("name", "")).split()), str(form.get("password", ""))
    by_name, by_address = name.casefold(), address_of(request)
    if desk.logins_by_name.full(by_name) or desk.logins_by_address.full(by_address):
        return _door(request, desk, "login.html", status=429, problem="login.too_often", name=name)
    async with desk.road.database.reading() as session:
        agent = await _by_name(session, name)
    if not await run_in_threadpool(password_fits, agent, password) or agent is None:
        desk.logins_by_name.count(by_name)
        desk.logins_by_address.count(by_address)
        return _door(request, desk, "login.html", status=403, problem="login.wrong", name=name)
    desk.logins_by_name.forget(by_name)
    return await _let_in(desk, agent)


@router.get("/login/{code}")
async def link_page(request: Request, desk: AnyDesk, code: str) -> HTMLResponse:
    """A button: programs that look at links in messages must not use them up."""
    return _door(request, desk, "link.html", code=code, problem=None)


@router.post("/login/{code}")
async def use(request: Request, desk: AnyDesk, code: str) -> Response:
    """Redeems a one-time link."""
    desk.seal.check(request.cookies.get(SEED_COOKIE), await sent_token(request))
    address = address_of(request)
    if desk.logins_by_address.full(address):
        return _door(request, desk, "link.html", status=429, code=code, problem="login.too_often")
    async with desk.road.database.writing() as session:
        agent = await use_link(session, code, "web")
    if agent is None:
        desk.logins_by_address.count(address)
        return _door(request, desk, "link.html", status=403, code=code, problem="login.link_used")
    return await _let_in(desk, agent)


@router.post("/logout")
async def logout(visit: Actor) -> Response:
    """Signs this browser out."""
    async with visit.desk.road.database.writing() as session:
        await close_session(session, visit.token)
    response = RedirectResponse("/", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/logout/everywhere")
async def logout_everywhere(visit: Actor) -> Response:
    """Signs the agent out of every browser, this one included."""
    async with visit.desk.road.database.writing() as session:
        await close_sessions(session, visit.agent)
    response = RedirectResponse("/", 303)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.get("/password")
async def password_page(visit: Reader) -> HTMLResponse:
    """Set or change the password."""
    return visit.page("password.html", problem=None, done=False)


@router.post("/password")
async def set_password(request: Request, visit: Actor) -> HTMLResponse:
    """Sets the password; who has one types it first. Every other browser is signed out."""
    form = await request.form()
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    has_one = visit.agent.password_hash is not None
    if visit.desk.logins_by_name.full(visit.agent.id):
        return visit.page("password.html", status=429, problem=visit.words("login.too_often"), done=False)
    if has_one and not await run_in_threadpool(password_fits, visit.agent, old):
        visit.desk.logins_by_name.count(visit.agent.id)
        return visit.page("password.html", status=403, problem=visit.words("password.wrong"), done=False)
    if new != again:
        return visit.page("password.html", status=400, problem=visit.words("password.differ"), done=False)
    try:
        hashed = await run_in_threadpool(hash_password, new)
    except BlockedError as error:
        problem = visit.words(f"blocked.{error.reason}", **error.details)
        return visit.page("password.html", status=400, problem=problem, done=False)
    async with visit.desk.road.database.writing() as session:
        agent = await session.get_one(Agent, visit.agent.id)
        agent.password_hash = hashed
        # Whoever is signed in with what was known before may be why it was changed.
        await close_sessions(session, agent, but=visit.token)
        record(session, agent.id, "password.set")
    return visit.page("password.html", problem=None, done=True)


async def _by_name(session: AsyncSession, name: str) -> Agent | None:
    try:
        return await agent_by_name(session, name)
    except UnknownAgentError:
        return None


async def _let_in(desk: Desk, agent: Agent) -> Response:
    async with desk.road.database.writing() as session:
        token, _ = await open_session(session, agent)
    response = RedirectResponse("/queue", 303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION_LIFETIME.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=desk.seal.secure,
    )
    return response


def browser_words(request: Request, desk: Desk) -> Words:
    """The words for somebody we do not know: the first of our languages that their browser asks for."""
    for asked in request.headers.get("accept-language", "").split(","):
        language = asked.partition(";")[0].strip().partition("-")[0].lower()
        if language in ("it", "en"):
            return words_in(language)
    return words_in(desk.language)


def _door(
    request: Request, desk: Desk, template: str, *, status: int = 200, **values: object
) -> HTMLResponse:
    seed = request.cookies.get(SEED_COOKIE) or new_secret()
    response = desk.page(
        template,
        browser_words(request, desk),
        binding=seed,
        status=status,
        me=None,
        model_ready=True,
        **values,
    )
    response.set_cookie(SEED_COOKIE, seed, httponly=True, samesite="lax", secure=desk.seal.secure)
    return response
