"""What a screen reader needs of every page: names, headings in order, and the language of a text."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.unit.desk.conftest import LATE

FIELDS = ("input", "select", "textarea")
VOID = ("input", "img", "br", "meta", "link", "hr")
PAGES = (
    "/queue",
    "/queue?state=all",
    "/cases/101",
    "/cases/101/save-answer",
    "/cases/new",
    "/promises",
    "/rules",
    "/answers",
    "/texts",
    "/texts/receipt/de",
    "/learning",
    "/causes",
    "/strengths",
    "/fairness",
    "/colleagues",
    "/password",
    "/absence",
    "/reading",
    "/login",
    "/chat",
)


@dataclass
class Element:
    """What was written in the tag, the tags around it, and all the words in it."""

    tag: str
    given: dict[str, str]
    around: list[str]
    words: str = ""


@dataclass
class Reading(HTMLParser):
    """A page as a list of its elements."""

    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        element = Element(tag, given, [one.tag for one in self.open])
        self.elements.append(element)
        if tag == "img":
            self.handle_data(given.get("alt", ""))
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        while self.open and self.open.pop().tag != tag:
            pass

    def handle_data(self, data):
        for element in self.open:
            element.words += data

    def all(self, *tags: str) -> list[Element]:
        return [one for one in self.elements if one.tag in tags]


def read(text: str) -> Reading:
    reading = Reading()
    reading.feed(text)
    return reading


def is_named(element: Element) -> bool:
    given = element.given
    return bool(
        given.get("aria-label")
        or given.get("aria-labelledby")
        or (element.words.strip() if element.tag in ("a", "button", "summary") else "label" in element.around)
    )


async def a_case(house) -> int:
    """A case with an answer sent, a message since, and a promise."""
    number = await house.said(LATE)
    browser = await house.browser()
    shown = await browser.shown(number)
    await browser.act(f"/cases/{number}/approve", shown)
    await house.settle()
    return await house.said("Il pacco non c'è ancora.")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["it", "en"])
async def test_every_page_can_be_read_aloud(house, path, language):
    await house.begins_after(a_case)
    async with house.database.writing() as session:
        agent = await session.merge(await house.agent("Giulia"))
        agent.languages = [language]
    browser = await house.browser() if path not in ("/login", "/chat") else house.stranger()
    answer = await browser.open(path)
    assert answer.status_code == 200
    reading = read(answer.text)

    fields = [one for one in reading.all(*FIELDS) if one.given.get("type") != "hidden"]
    fields = [one for one in fields if "hidden" not in one.given or "aria-label" in one.given]
    assert [one for one in (*fields, *reading.all("a", "button", "summary")) if not is_named(one)] == []
    assert [one for one in reading.all("img") if "alt" not in one.given] == []
    levels = [int(one.tag[1]) for one in reading.all("h1", "h2", "h3", "h4") if "dialog" not in one.around]
    assert levels.count(1) == 1
    assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == []
    named = [one.given.get("aria-label") for one in reading.all("nav")]
    assert len(set(named)) == len(named)
    assert None not in named
    ids = [one.given["id"] for one in reading.elements if "id" in one.given]
    assert len(set(ids)) == len(ids)
    assert reading.all("html")[0].given["lang"] in ("it", "en")
    assert len(reading.all("main")) == 1


async def test_a_text_in_another_language_says_which(house):
    number = await house.begins_after(german)
    browser = await house.browser()
    page = read((await browser.open(f"/cases/{number}")).text)
    preview, box = (
        next(one for one in page.elements if one.given.get("id") == name) for name in ("preview", "text")
    )
    assert (preview.given.get("lang"), box.given.get("lang")) == ("de", "de")
    twins = [one for one in page.all("p") if "details" in one.around and one.given.get("class") == "text"]
    assert [("lang" in one.given, one.words.startswith("Buon")) for one in twins] == [(False, True)]
    queue = read((await browser.open("/queue")).text)
    words = next(one for one in queue.all("span") if one.given.get("class") == "row-words")
    assert (words.given.get("dir"), words.given.get("lang")) == ("auto", "de")


@pytest.mark.parametrize(("reader", "told"), [("it", None), ("en", "it")])
async def test_a_customers_words_say_their_language_to_who_works_in_another(house, reader, told):
    number = await house.begins_with(LATE)
    async with house.database.writing() as session:
        agent = await session.merge(await house.agent("Giulia"))
        agent.languages = [reader]
    browser = await house.browser()
    page = read((await browser.open(f"/cases/{number}")).text)
    said = next(one for one in page.all("p") if one.given.get("class") == "text" and one.words == LATE)
    assert said.given.get("lang") == told


async def german(house) -> int:
    number = await house.said(LATE)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/preference", {"which": "language", "value": "de"})
    await house.settle()
    return number


async def test_what_changes_by_itself_is_told_and_a_name_keeps_to_itself(house):
    number = await house.begins_with(LATE, name="محمد")
    browser = await house.browser()
    page = (await browser.open("/queue")).text
    assert re.search(r'role="status" id="waiting-said">Da fare: 1<', page)
    assert "<bdi>محمد</bdi>" in page
    assert (await browser.open("/queue/lines")).json()["said"] == "Da fare: 1"
    case = (await browser.open(f"/cases/{number}")).text
    assert case.count("<bdi>محمد</bdi>") == 2
