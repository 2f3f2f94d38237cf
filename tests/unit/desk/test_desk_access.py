"""Every address of the desk against everybody who must not get in.

The addresses are the application's own list: one that is added is for agents who are signed in, and is
tested as such, unless it is named here.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute
from sqlalchemy import update

from desk.app import create_app
from desk.security import SESSION_COOKIE, VISITOR_COOKIE
from models.clock import utcnow
from models.tables import LoginLink, Session
from responses.people.agents import agent_by_name, make_link, open_session, remove_agent
from responses.road import Road
from tests.unit.desk.conftest import Browser, House, opened

FOR_EVERYBODY = {
    ("GET", "/"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/login/{code}"),
    ("POST", "/login/{code}"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/chat"),
    # Shut until there are rules for colleagues: test_desk_rules.py.
    ("GET", "/chat/colleagues"),
    # Asks for Telegram's secret instead: test_scenarios_webhook.py.
    ("POST", "/telegram/webhook"),
}
FOR_VISITORS = {
    ("GET", "/chat/messages"),
    ("POST", "/chat/messages"),
    ("GET", "/chat/status"),
    ("GET", "/chat/colleagues/status"),
    ("POST", "/chat/marks"),
    ("POST", "/chat/choices"),
    ("GET", "/chat/live"),
    ("POST", "/chat/files"),
    ("POST", "/chat/colleagues/files"),
    # Only files of their own: test_desk_chat_files.py.
    ("GET", "/chat/files/{attachment_id}"),
    *((method, f"/chat/colleagues/{name}") for method, name in (("GET", "messages"), ("POST", "messages"))),
    *((method, f"/chat/colleagues/{name}") for method, name in (("POST", "marks"), ("GET", "live"))),
    ("GET", "/chat/colleagues/files/{attachment_id}"),
}
FOR_ADMINS = {
    ("GET", "/colleagues"),
    ("POST", "/colleagues"),
    ("POST", "/colleagues/link"),
    ("POST", "/colleagues/remove"),
    ("GET", "/cases/{number:int}/person.json"),
    ("POST", "/cases/{number:int}/erase"),
    ("POST", "/texts/{name}/{language}/approve"),
    ("POST", "/texts/{name}/{language}/reset"),
}


def addresses() -> set[tuple[str, str]]:
    app = create_app(
        cast(Road, SimpleNamespace(database=None)),
        secret="a secret of the tests",
        public_url="http://desk.test",
        language="it",
        model_ready=lambda: True,
        telegram=lambda: None,
    )
    found: set[tuple[str, str]] = set()
    waiting = list(app.routes)
    while waiting:
        route = waiting.pop()
        waiting += getattr(getattr(route, "original_router", None), "routes", [])
        if isinstance(route, APIRoute):
            found |= {(method, route.path) for method in route.methods}
    return found


ALL = addresses()
FOR_AGENTS = sorted(ALL - FOR_EVERYBODY - FOR_VISITORS)
CHANGES = [address for address in FOR_AGENTS if address[0] == "POST"]


def path_of(address: tuple[str, str], number: int) -> str:
    path = address[1].replace("{number:int}", str(number)).replace("{code}", "x")
    return path.replace("{attachment_id}", "x")


@dataclass
class Watched:
    """A house in which nobody may change anything, shared by the tests that only knock at its doors."""

    house: House
    number: int
    cookies: dict[str, tuple[str, str]]
    """Who holds which cookie. Each test has browsers of its own: one keeps what an answer sets or takes."""
    watch: sqlite3.Connection

    def browser(self, who: str) -> Browser:
        browser = self.house.stranger()
        if who in self.cookies:
            name, value = self.cookies[who]
            browser.client.cookies.set(name, value, domain="desk.test")
        return browser

    def writes(self) -> int:
        """A number that is another once anybody else has changed anything in the database."""
        return self.watch.execute("PRAGMA data_version").fetchone()[0]

    async def refused(self, address, *attempts) -> list[bool]:
        """Whether each request, by whom and with what it sends, is turned away; none may change anything."""
        before = self.writes()
        method, path = address[0], path_of(address, self.number)
        answers = [await self.browser(who).client.request(method, path, **sent) for who, sent in attempts]
        unchanged = self.writes() == before
        return [
            unchanged and (answer.status_code in (401, 403) or answer.headers.get("location") == "/login")
            for answer in answers
        ]


WHERE = "Il pacco non è arrivato, dov'è?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def watched(furnished, tmp_path_factory):
    """Agents have signed in; a customer waits."""
    async with opened(furnished, tmp_path_factory.mktemp("watched")) as house:
        number = await house.begins_with(WHERE)
        seal = house.app.state.desk.seal
        cookies = {
            # Another thing that we have signed is no visitor's cookie.
            "posing": (VISITOR_COOKIE, seal.token("v1")),
            "forged": (VISITOR_COOKIE, '"v1".forged'),
        }
        for name in ("Giulia", "Marco", "Sara"):
            browser = await house.browser(name)
            cookies[name] = (SESSION_COOKIE, browser.client.cookies[SESSION_COOKIE])
        with closing(sqlite3.connect(house.file)) as watch:
            yield Watched(house, number, cookies, watch)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shut(furnished, tmp_path_factory):
    """Every session has expired, and Marco was removed."""
    async with opened(furnished, tmp_path_factory.mktemp("shut")) as house:
        number = await house.begins_with(WHERE)
        visitor = house.app.state.desk.seal.visitor_cookie("v1")
        past = (await house.browser("Giulia")).client.cookies[SESSION_COOKIE]
        async with house.database.writing() as session:
            await session.execute(update(Session).values(expires_at=utcnow()))
            removed, _ = await open_session(session, await agent_by_name(session, "Marco"))
            await remove_agent(session, "Marco")
        cookies = {
            "customer": (VISITOR_COOKIE, visitor),
            "posing": (SESSION_COOKIE, visitor),
            "past": (SESSION_COOKIE, past),
            "removed": (SESSION_COOKIE, removed),
        }
        with closing(sqlite3.connect(house.file)) as watch:
            yield Watched(house, number, cookies, watch)


def test_the_list_has_every_address_that_is_named_here() -> None:
    assert ALL >= FOR_EVERYBODY | FOR_VISITORS | FOR_ADMINS
    assert len(FOR_AGENTS) >= 25


@pytest.mark.asyncio(loop_scope="module")
async def test_it_is_noticed_when_anything_is_changed(watched):
    before = watched.writes()
    await watched.browser("Giulia").open(f"/cases/{watched.number}")
    assert watched.writes() == before
    async with watched.house.database.writing() as session:
        await session.execute(update(Session).values(expires_at=utcnow() + timedelta(days=1)))
    assert watched.writes() != before


@pytest.mark.parametrize("address", FOR_AGENTS, ids=" ".join)
@pytest.mark.asyncio(loop_scope="module")
async def test_neither_nobody_nor_a_customer_nor_a_past_session_gets_in(shut, address):
    request = {"headers": {"X-CSRF-Token": shut.house.app.state.desk.seal.token("v1")}}
    people = ("nobody", "customer", "posing", "past", "removed")
    assert await shut.refused(address, *((one, request) for one in people)) == [True] * 5


@pytest.mark.parametrize("address", CHANGES, ids=" ".join)
@pytest.mark.asyncio(loop_scope="module")
async def test_no_change_is_made_without_this_browsers_own_token(watched, address):
    foreign = watched.house.app.state.desk.seal.token(watched.cookies["Marco"][1])
    tokens = ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "forged.token"}, {"X-CSRF-Token": foreign})
    attempts = [("Giulia", {"headers": one}) for one in tokens]
    assert await watched.refused(address, *attempts) == [True] * 4


@pytest.mark.parametrize("address", sorted(FOR_ADMINS), ids=" ".join)
@pytest.mark.parametrize("name", ["Marco", "Sara"])
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_for_admins_is_for_nobody_else(watched, address, name):
    token = await watched.browser(name).token("/queue")
    assert await watched.refused(address, (name, {"headers": {"X-CSRF-Token": token}})) == [True]


@pytest.mark.parametrize("address", sorted(FOR_VISITORS), ids=" ".join)
@pytest.mark.asyncio(loop_scope="module")
async def test_a_conversation_is_open_to_its_own_browser_only(watched, address):
    request = {"json": {"id": "12345678", "text": "x"}}
    people = ("nobody", "forged", "posing", "Giulia")
    assert await watched.refused(address, *((one, request) for one in people)) == [True] * 4


@pytest.mark.asyncio(loop_scope="module")
async def test_every_page_of_an_agent_has_the_token_of_this_browsers_session(watched):
    seal = watched.house.app.state.desk.seal
    for name in ("Giulia", "Marco"):
        tokens = {await watched.browser(name).token(path) for path in ("/queue", "/password", "/cases/101")}
        assert tokens == {seal.token(watched.cookies[name][1])}


async def test_a_visitor_sees_nothing_of_another(house):
    await house.said("Solo per me.", visitor="v1")
    other = house.stranger()
    cookie = house.app.state.desk.seal.visitor_cookie("v2")
    other.client.cookies.set(VISITOR_COOKIE, cookie, domain="desk.test")
    assert (await other.open("/chat/messages")).json() == {"messages": []}


async def expired(session, marco, code):
    await session.execute(update(LoginLink).values(expires_at=utcnow() - timedelta(seconds=1)))
    return code


async def of_another_kind(session, marco, code):
    return await make_link(session, marco, "telegram")


async def of_somebody_removed(session, marco, code):
    await remove_agent(session, "Marco")
    return code


async def replaced(session, marco, code):
    await make_link(session, marco, "web")
    return code


async def guessed(session, marco, code):
    return "guessed"


@pytest.mark.parametrize("spoil", [expired, of_another_kind, of_somebody_removed, replaced, guessed])
async def test_a_link_that_is_no_longer_good_lets_nobody_in(house, spoil):
    code = await house.link("Marco")
    async with house.database.writing() as session:
        code = await spoil(session, await agent_by_name(session, "Marco"), code)
    answer = await house.stranger().submit(f"/login/{code}")
    assert answer.status_code == 403
    assert SESSION_COOKIE not in answer.cookies


async def test_guessing_links_is_limited(house):
    browser = house.stranger()
    answers = [(await browser.submit(f"/login/guess{number}")).status_code for number in range(21)]
    assert answers == [403] * 20 + [429]


async def test_signing_out_everywhere_ends_every_session_of_this_agent_only(house):
    here, there, other = [await house.browser(name) for name in ("Giulia", "Giulia", "Marco")]
    await here.submit("/logout/everywhere", page="/password")
    assert (await there.open("/queue")).headers["location"] == "/login"
    assert (await other.open("/queue")).status_code == 200


async def test_a_new_password_signs_every_other_browser_out(house):
    here, there = await house.browser("Giulia"), await house.browser("Giulia")
    words = {"old": "una frase lunga", "new": "un'altra frase", "again": "un'altra frase"}
    assert (await here.submit("/password", **words)).status_code == 200
    assert (await here.open("/queue")).status_code == 200
    assert (await there.open("/queue")).headers["location"] == "/login"


async def test_behind_https_cookies_and_pages_stay_there(house):
    house.app = create_app(
        house.road,
        secret="a secret of the tests",
        public_url="https://desk.test",
        language="it",
        model_ready=lambda: True,
        telegram=lambda: None,
    )
    browser = house.stranger()
    browser.client.base_url = "https://desk.test"
    entered = await browser.submit("/login", name="Giulia", password="una frase lunga")
    chat = await browser.open("/chat")
    assert "secure" in entered.headers["set-cookie"].lower()
    assert "secure" in chat.headers["set-cookie"].lower()
    assert entered.headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in (await plain(house)).headers


async def plain(house):
    """An answer of a desk that is reached without encryption."""
    app = create_app(
        house.road,
        secret="a secret of the tests",
        public_url="http://desk.test",
        language="it",
        model_ready=lambda: True,
        telegram=lambda: None,
    )
    house.app = app
    return await house.stranger().open("/")


SAFE = {
    "content-security-policy",
    "x-content-type-options",
    "x-frame-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
}


@pytest.mark.parametrize("path", ["/", "/queue", "/nothing", "/chat", "/static/desk.css"])
async def test_every_answer_carries_what_keeps_browsers_safe(house, path):
    assert SAFE - set((await house.stranger().open(path)).headers) == set()
