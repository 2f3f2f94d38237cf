"""Who gets in, and what every answer carries."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from responses.people.agents import remove_agent
from tests.unit.desk.conftest import PASSWORD


@pytest.mark.parametrize(
    "path",
    ["/queue", "/cases/101", "/cases/new", "/rules", "/colleagues", "/absence", "/reading", "/password"],
)
async def test_nobody_sees_a_page_without_signing_in(house, path):
    answer = await house.stranger().open(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("path", ["/live", "/queue/lines", "/cases/101/parts"])
async def test_a_script_is_told_that_nobody_is_signed_in(house, path):
    answer = await house.stranger(Accept="application/json").open(path)
    assert answer.status_code == 401


async def test_looking_at_a_link_does_not_use_it_up(house):
    code = await house.link("Marco")
    browser = house.stranger()
    await browser.open(f"/login/{code}")
    await browser.open(f"/login/{code}")
    entered = await browser.submit(f"/login/{code}")
    assert (entered.status_code, entered.headers["location"]) == (303, "/queue")


async def test_a_link_lets_in_once(house):
    code = await house.link("Marco")
    await house.stranger().submit(f"/login/{code}")
    again = await house.stranger().submit(f"/login/{code}")
    assert again.status_code == 403
    assert "rimedio_session" not in again.cookies


async def test_a_wrong_password_does_not_let_in(house):
    answer = await house.stranger().submit("/login", name="Giulia", password="indovinata")
    assert answer.status_code == 403
    assert "non corrispondono" in answer.text


def test_guessing_from_what_is_stored_costs_what_is_recommended(own_hasher):
    stored = own_hasher.hash(PASSWORD)
    assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
    assert own_hasher.verify(stored, PASSWORD)


async def test_tries_with_a_password_are_limited(house):
    browser = house.stranger()
    answers = [await browser.submit("/login", name="Giulia", password=f"no {n}") for n in range(7)]
    assert [answer.status_code for answer in answers] == [403] * 6 + [429]
    assert (await browser.submit("/login", name="Giulia", password="una frase lunga")).status_code == 429


async def test_a_removed_agent_is_out_at_once(house):
    browser = await house.browser("Marco")
    assert (await browser.open("/queue")).status_code == 200
    async with house.database.writing() as session:
        await remove_agent(session, "Marco")
    assert (await browser.open("/queue")).headers["location"] == "/login"


async def test_who_signs_out_is_out(house):
    browser = await house.browser()
    token = browser.client.cookies["rimedio_session"]
    await browser.submit("/logout", page="/queue")
    browser.client.cookies.set("rimedio_session", token, domain="desk.test")
    assert (await browser.open("/queue")).headers["location"] == "/login"


async def test_the_session_cookie_is_out_of_reach_for_scripts(house):
    entered = await house.stranger().submit("/login", name="Giulia", password="una frase lunga")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_a_password_can_be_changed_only_by_who_knows_it(house):
    browser = await house.browser()
    words = {"new": "un'altra frase", "again": "un'altra frase"}
    assert (await browser.submit("/password", old="sbagliata!", **words)).status_code == 403
    assert (await browser.submit("/password", old="una frase lunga", **words)).status_code == 200
    again = await house.stranger().submit("/login", name="Giulia", password="un'altra frase")
    assert again.status_code == 303


async def test_a_short_password_is_refused_with_what_is_expected(house):
    browser = await house.browser()
    answer = await browser.submit("/password", old="una frase lunga", new="corta", again="corta")
    assert answer.status_code == 400
    assert "almeno 10 caratteri" in answer.text


@pytest.mark.parametrize("path", ["/", "/login", "/chat", "/nothing", "/healthz", "/static/desk.css"])
async def test_every_answer_forbids_foreign_content(house, path):
    headers = (await house.stranger().open(path)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/queue", "/cases/new", "/rules", "/colleagues", "/absence", "/reading", "/password"]
)
async def test_no_page_has_script_or_style_of_its_own(house, path):
    page = (await (await house.browser()).open(path)).text
    assert "<style" not in page
    assert " style=" not in page
    assert "<script>" not in page
    assert " onclick" not in page


async def test_a_change_without_the_token_is_refused(house):
    browser = await house.browser()
    assert (await browser.client.post("/samples/remove")).status_code == 403
    assert (await browser.client.post("/cases/101/note", json={"text": "x"})).status_code == 403


async def test_another_browsers_token_is_refused(house):
    stolen = await (await house.browser("Marco")).token("/queue")
    answer = await (await house.browser()).client.post("/samples/remove", data={"csrf": stolen})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
    ids=["origin", "fetch-site", "opaque"],
)
async def test_a_change_from_another_site_is_refused(house, headers):
    browser = await house.browser()
    token = await browser.token("/queue")
    answer = await browser.client.post("/samples/remove", data={"csrf": token}, headers=headers)
    assert answer.status_code == 403


async def test_only_admins_see_the_colleagues(house):
    assert (await (await house.browser("Marco")).open("/colleagues")).status_code == 403
    assert (await (await house.browser()).open("/colleagues")).status_code == 200


async def test_a_new_colleague_comes_in_by_the_link_shown(house):
    page = (
        await (await house.browser()).submit("/colleagues", name="Anna", role="agent", language="en")
    ).text
    code = page.split("/login/")[1].split("<")[0]
    browser = house.stranger()
    assert (await browser.submit(f"/login/{code}")).status_code == 303
    assert "Everything is answered" in (await browser.open("/queue")).text


async def test_the_last_admin_stays(house):
    answer = await (await house.browser()).submit("/colleagues/remove", page="/colleagues", name="Giulia")
    assert answer.status_code == 400
    assert "unico amministratore" in answer.text


async def test_health_answers_before_the_model_is_there(house):
    house.model_ready = False
    browser = house.stranger()
    assert (await browser.open("/healthz")).json() == {
        "status": "ok",
        "model": "loading",
        "telegram": "off",
        "bot": "off",
    }
    assert (await browser.open("/readyz")).status_code == 503
    house.model_ready = True
    assert (await browser.open("/readyz")).status_code == 200


async def test_the_desk_says_that_the_model_is_loading(house):
    house.model_ready = False
    page = (await (await house.browser()).open("/queue")).text
    assert '<p class="line" id="model-line" role="status">' in page


@pytest.mark.parametrize("number", [2**31, 2**63, 10**30])
async def test_a_number_that_no_case_can_have_is_not_found(house, number):
    assert (await (await house.browser()).open(f"/cases/{number}")).status_code == 404


SCRIPTS = sorted(
    path for path in Path(str(files("desk").joinpath("static"))).iterdir() if path.suffix in (".js", ".css")
)
IMPORTED = re.compile(r'^import .* from "\./([\w.]+)";$', re.MULTILINE)
IMPORTING = [path for path in SCRIPTS if IMPORTED.search(path.read_text(encoding="utf-8"))]
LONGEST = 600  # lines, as for a module


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_or_style_is_longer_than_a_module_may_be(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("path", IMPORTING, ids=lambda path: path.name)
async def test_what_a_script_imports_is_served_to_it(house, path):
    imported = IMPORTED.findall(path.read_text(encoding="utf-8"))
    answers = [(await house.stranger().open(f"/static/{name}")).status_code for name in imported]
    assert answers == [200] * len(imported)
