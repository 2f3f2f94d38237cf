"""What every page is made with: the road, the reader's words, and who is signed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from desk.changes import Changes
from desk.errors import ForbiddenPageError, SignInNeededError
from desk.hook import Hook
from desk.limits import Limit
from desk.present import Present
from desk.security import SESSION_COOKIE, Seal, sent_token
from desk.words import LANGUAGES, Words, words_in
from models.clock import utcnow
from models.decision import Role
from models.tables import Agent
from responses.notices import FOR_ADMINS, Notice, standing_notices
from responses.people.agents import agent_of_session, rank
from responses.promises.told import pressing
from responses.road import Road

FOLDER = Path(str(files("desk")))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The desk as it was wired at the start.

    `model_ready` says whether the classifier is loaded; `telegram` the connected bot's name.
    """

    road: Road
    seal: Seal
    public_url: str
    language: str
    model_ready: Callable[[], bool]
    telegram: Callable[[], str | None]
    changes: Changes
    hook: Hook | None = None
    templates: Environment = field(default_factory=_environment)
    logins_by_address: Limit = field(default_factory=lambda: Limit(most=20, seconds=900))
    logins_by_name: Limit = field(default_factory=lambda: Limit(most=6, seconds=900))
    chat_by_visitor: Limit = field(default_factory=lambda: Limit(most=30, seconds=60))
    chat_by_address: Limit = field(default_factory=lambda: Limit(most=120, seconds=60))
    files_by_visitor: Limit = field(default_factory=lambda: Limit(most=20, seconds=3600))
    files_by_address: Limit = field(default_factory=lambda: Limit(most=60, seconds=3600))

    def present(self, words: Words) -> Present:
        """How values are written for a reader of these words."""
        return Present(words=words, timezone=self.road.config.timezone)

    def page(
        self, template: str, words: Words, *, binding: str, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """A whole page. `binding` is the browser's cookie that the page's forgery token belongs to."""
        return HTMLResponse(self.fragment(template, words, binding=binding, **values), status_code=status)

    def fragment(self, template: str, words: Words, *, binding: str, **values: Any) -> str:
        """The HTML of a page or a part of one."""
        return self.templates.get_template(template).render(
            say=words,
            show=self.present(words),
            csrf=self.seal.token(binding),
            business=self.road.config.business,
            section=template.partition(".")[0],
            **values,
        )


def desk_of(request: Request) -> Desk:
    """The desk that serves this request."""
    desk: Desk = request.app.state.desk
    return desk


AnyDesk = Annotated[Desk, Depends(desk_of)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """A signed-in agent at the desk."""

    desk: Desk
    agent: Agent
    words: Words
    token: str
    notices: tuple[Notice, ...]
    pressing: int
    """How many promises the agent has to see to that are late or due today."""

    @property
    def may_supervise(self) -> bool:
        """Whether the agent is a supervisor or above."""
        return rank(self.agent.role) >= rank(Role.SUPERVISOR)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in the agent's language."""
        return self.desk.page(template, self.words, binding=self.token, status=status, **self._with(values))

    def fragment(self, template: str, **values: Any) -> str:
        """A part of a page in the agent's language."""
        return self.desk.fragment(template, self.words, binding=self.token, **self._with(values))

    def _with(self, values: dict[str, Any]) -> dict[str, Any]:
        return {"me": self.agent, "model_ready": self.desk.model_ready(), "visit": self} | values


def words_for(agent: Agent, house: str) -> Words:
    """The desk's words in the agent's first language, or in the house's when the desk has none in theirs."""
    first = str(agent.languages[0]) if agent.languages else house
    return words_in(first if first in LANGUAGES else house)


async def signed_in(request: Request, desk: AnyDesk) -> Visit:
    """Who is signed in.

    Raises:
        SignInNeededError: nobody is, or the agent was removed.
    """
    token = request.cookies.get(SESSION_COOKIE)
    if not token:
        raise SignInNeededError
    async with desk.road.database.reading() as session:
        agent = await agent_of_session(session, token)
        notices = tuple(await standing_notices(session))
        due = await pressing(session, agent, *until_tonight(desk)) if agent is not None else 0
    if agent is None:
        raise SignInNeededError
    words = words_for(agent, desk.language)
    shown = tuple(one for one in notices if agent.role == Role.ADMIN or one.kind not in FOR_ADMINS)
    return Visit(desk=desk, agent=agent, words=words, token=token, notices=shown, pressing=due)


def until_tonight(desk: Desk) -> tuple[datetime, datetime]:
    """Now, and when this day ends where the business is."""
    now, zone = utcnow(), desk.road.config.timezone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return now, datetime.combine(tomorrow, time(), zone)


async def acting(request: Request, visit: Annotated[Visit, Depends(signed_in)]) -> Visit:
    """Who is signed in and acts from one of our own pages.

    Raises:
        SignInNeededError, ForgedRequestError.
    """
    visit.desk.seal.check(visit.token, await sent_token(request))
    return visit


Reader = Annotated[Visit, Depends(signed_in)]
Actor = Annotated[Visit, Depends(acting)]


def admins_only(visit: Visit) -> None:
    """Keeps everybody else out.

    Raises:
        ForbiddenPageError: the agent is no admin.
    """
    if visit.agent.role != Role.ADMIN:
        raise ForbiddenPageError


def address_of(request: Request) -> str:
    """Where a request comes from, as far as limits need to know."""
    return request.client.host if request.client is not None else "unknown"
