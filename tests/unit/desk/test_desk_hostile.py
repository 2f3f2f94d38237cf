"""Whatever a customer writes is text on every page, in every file and in every answer."""

import html
import json
import re
from html.parser import HTMLParser
from urllib.parse import quote

import pytest

from models.ids import new_id
from tests.hostile import HOSTILE

TEXTS = pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
PLAIN = "Il pacco non è arrivato. "


class Tags(HTMLParser):
    """The elements and attributes of a page, as a browser would find them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: set[str] = set()
        self.images: set[str | None] = set()
        self.scripts: list[str | None] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes |= {name for name, _ in attrs}
        self.scripts += [dict(attrs).get("src")] * (tag == "script")
        self.images |= {value for name, value in attrs if (tag, name) == ("img", "src")}


def harmless(page: str) -> bool:
    """Whether nothing in the page acts but our own scripts."""
    tags = Tags(page)
    ours = all(source is not None and source.startswith("/static/") for source in tags.scripts)
    return ours and "x" not in tags.images and not [name for name in tags.attributes if name.startswith("on")]


def shows(page: str, words: str) -> bool:
    """Whether a page has the words as text: escaped, and none of its tags is theirs."""
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
    return " ".join(words.split()) in text


@TEXTS
async def test_a_case_page_shows_it_as_text(house, words):
    number = await house.begins_with(PLAIN + words, name=words[:100])
    browser = await house.browser()
    for_pages = [await browser.open(f"/cases/{number}"), await browser.open("/queue")]
    parts = (await browser.open(f"/cases/{number}/parts")).json()["html"]
    pages = [page.text for page in for_pages] + list(parts.values())
    assert shows(pages[0], words)
    assert [harmless(page) for page in pages] == [True] * len(pages)
    assert "49<class" not in "".join(pages)


@TEXTS
async def test_the_customers_own_page_gives_it_back_as_it_was(house, words):
    browser = house.stranger()
    token = await browser.token("/chat")
    written = {"id": new_id(), "text": PLAIN + words, "name": words[:100]}
    said = await browser.client.post("/chat/messages", json=written, headers={"X-CSRF-Token": token})
    assert said.json() == {"ok": True}
    await house.settle()
    shown = (await browser.open("/chat/messages")).json()["messages"][0]["text"]
    assert shown == PLAIN + words
    assert harmless((await browser.open("/chat")).text)


@TEXTS
async def test_a_search_for_it_finds_nothing_and_breaks_nothing(house, words):
    await house.begins_with(PLAIN)
    answer = await (await house.browser()).client.get("/queue", params={"q": words, "type": words})
    assert answer.status_code == 200
    assert harmless(answer.text)


@TEXTS
async def test_an_export_holds_it_as_it_was(house, words):
    number = await house.begins_with(PLAIN + words, name=words[:100])
    answer = await (await house.browser()).open(f"/cases/{number}/person.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert json.loads(answer.text)["cases"][0]["messages"][0]["text"] == PLAIN + words


@TEXTS
async def test_an_address_made_of_it_is_answered_politely(house, words):
    browser = await house.browser()
    path = quote(words, safe="")
    answers = [await browser.open(f"/login/{path}"), await browser.open(f"/{path}")]
    assert {answer.status_code for answer in answers} <= {200, 404}
    assert [harmless(answer.text) for answer in answers] == [True, True]
