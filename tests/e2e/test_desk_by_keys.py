"""The desk without a mouse, while it changes by itself, and with texts of any length and direction."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Staffed
from tests.e2e.test_browser import browser, desk_page, new_page, pytestmark
from tests.telegram import User

__all__ = ["browser", "pytestmark"]

LONG_NAME = "W" * 60
RIGHT_TO_LEFT = "مرحبا، لم تصل شحنتي بعد وأريد استرداد المال"


@pytest.fixture(scope="module")
def signed_in(running: Staffed, browser) -> list[object]:
    """The cookies of a supervisor, who came in by a one-time link."""
    page = new_page(browser, [])
    printed = running.office.command("login", "Sofia").stdout
    page.goto(f"{running.office.address}/login/{printed.strip().rpartition('/')[2]}")
    page.get_by_role("button", name="Entra alla scrivania").click()
    expect(page).to_have_url(f"{running.office.address}/queue")
    cookies = page.context.cookies()
    page.context.close()
    return list(cookies)


@pytest.fixture
def desk(staffed: Staffed, browser, signed_in) -> Iterator[Page]:
    """The queue, listening for changes."""
    complaints: list[str] = []
    page = desk_page(browser, signed_in, complaints)
    page.goto(f"{staffed.office.address}/queue")
    page.wait_for_load_state()
    yield page
    page.context.close()
    assert complaints == []


def written(staffed: Staffed, customer: User, *texts: str) -> int:
    """The customer has written this; the number of the case, once its draft is there."""
    for text in texts:
        customer.send(text)
    staffed.office.settled()
    return staffed.office.number(
        "SELECT max(c.number) FROM cases c JOIN identities i ON i.id = c.identity_id WHERE i.external_id = ?",
        str(customer.id),
    )


def called(staffed: Staffed, name: str) -> User:
    """A customer of this name, who has opened the bot."""
    return staffed.office.telegram.user(name, started=True)


def test_the_focus_stays_on_its_line_when_the_queue_changes_by_itself(desk, staffed):
    aurora = called(staffed, "Aurora")
    number = written(staffed, aurora, "Il pacco RS30001 non è arrivato.")
    line = desk.locator(f"#case-{number}")
    expect(line).to_contain_text("RS30001")
    line.get_by_role("link").focus()
    aurora.send("Aspetto da due settimane.")
    expect(line).to_contain_text("Aspetto da due settimane.")
    expect(line.get_by_role("link")).to_be_focused()


def test_whose_line_has_gone_is_on_the_next_one(desk, staffed):
    first = written(staffed, called(staffed, "Bianca"), "Il pacco RS30002 non è arrivato.")
    second = written(staffed, called(staffed, "Carla"), "Il pacco RS30003 non è arrivato.")
    following = desk.locator(f"#case-{second}").get_by_role("link")
    expect(following).to_be_visible()
    desk.locator(f"#case-{first}").get_by_role("link").focus()
    colleague = staffed.office.desk("Bruno")
    token = re.search(r'data-csrf="([^"]+)"', colleague.get("/queue").text)
    assert token is not None
    colleague.post(f"/cases/{first}/close", json={}, headers={"X-CSRF-Token": token[1]}).raise_for_status()
    colleague.close()
    expect(desk.locator(f"#case-{first}")).to_have_count(0)
    expect(following).to_be_focused()


def test_the_focus_stays_on_its_button_when_the_case_changes_by_itself(desk, staffed):
    dora = called(staffed, "Dora")
    number = written(staffed, dora, "Il pacco RS30004 non è arrivato.")
    desk.goto(f"{staffed.office.address}/cases/{number}")
    fold = desk.locator(".conversation .correct summary")
    fold.focus()
    dora.send("Aspetto da tre settimane.")
    expect(desk.locator(".bubble", has_text="Aspetto da tre settimane.")).to_be_visible()
    expect(fold).to_be_focused()


def test_escape_closes_what_is_open_and_goes_back_to_where_it_was_opened(desk, staffed):
    number = written(staffed, called(staffed, "Elena"), "Il pacco RS30005 non è arrivato.")
    desk.goto(f"{staffed.office.address}/cases/{number}")
    expect(desk.locator("#preview")).not_to_be_empty()
    menu = desk.locator("details.more")
    desk.get_by_text("Altro", exact=True).press("Enter")
    menu.get_by_role("link").first.focus()
    desk.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()

    passing = desk.locator("[data-do=pass]")
    passing.press("Enter")
    expect(desk.locator("#pass-dialog")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(passing).to_be_focused()

    passing.press("e")
    expect(desk.locator("#text")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("[data-do=edit]")).to_be_focused()


def test_a_menu_closes_behind_who_goes_on_by_tab(desk):
    menu = desk.locator("details.more")
    menu.locator("summary").press("Enter")
    expect(menu).to_have_attribute("open", "")
    menu.get_by_role("link").last.focus()
    desk.keyboard.press("Tab")
    expect(menu).not_to_have_attribute("open", "")


@pytest.mark.parametrize("width", [1280, 768, 380])
def test_long_words_and_names_and_a_long_conversation_leave_the_page_as_wide_as_it_is(desk, staffed, width):
    words = "Donaudampfschifffahrtsgesellschaft" * 8
    texts = [f"Guardate https://example.com/{'a' * 200} e {words}", "Il mio pacco non arriva. " * 119]
    number = written(staffed, called(staffed, LONG_NAME), *texts, *(f"Messaggio {n}" for n in range(4)))
    desk.set_viewport_size({"width": width, "height": 900})
    for path in ("/queue", f"/cases/{number}"):
        desk.goto(f"{staffed.office.address}{path}")
        assert desk.evaluate("document.documentElement.scrollWidth") <= width
    expect(desk.locator("#preview")).not_to_be_empty()


def test_beside_a_long_conversation_the_answer_stays_in_sight(desk, staffed):
    number = written(
        staffed, called(staffed, "Fiamma"), *(f"Il pacco RS30006 non è arrivato, {n}." for n in range(12))
    )
    desk.goto(f"{staffed.office.address}/cases/{number}")
    expect(desk.locator("#preview")).not_to_be_empty()
    conversation = desk.locator(".conversation")
    assert conversation.evaluate("box => box.scrollHeight > box.clientHeight")
    conversation.focus()
    desk.keyboard.press("End")
    expect(desk.locator(".bubble").last).to_be_in_viewport()
    expect(desk.get_by_role("button", name="Approva e invia")).to_be_in_viewport(ratio=1)


def test_a_name_written_from_right_to_left_leaves_the_rest_of_its_line_in_order(desk, staffed):
    number = written(staffed, called(staffed, "محمد عبد الله"), RIGHT_TO_LEFT)
    name = desk.locator(f"#case-{number} .row-name")
    expect(name).to_contain_text(f"#{number}")
    strong, quiet = name.locator("strong").bounding_box(), name.locator(".quiet").bounding_box()
    assert strong is not None
    assert quiet is not None
    assert strong["x"] + strong["width"] <= quiet["x"] + 1
