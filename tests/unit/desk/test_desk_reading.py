"""The same draft beside one in a language that the agent does not read, and which languages those are."""

import re

import pytest

from tests.unit.desk.conftest import LATE


async def german(house, text):
    """A case whose customer wants to be answered in German."""
    number = await house.said(text)
    browser = await house.browser()
    await browser.act(f"/cases/{number}/facts", {"name": "order_id", "value": "RS20418"})
    await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "9"})
    await browser.act(f"/cases/{number}/preference", {"which": "language", "value": "de"})
    await house.settle()
    return number


async def reading(house, name, *languages):
    async with house.database.writing() as session:
        agent = await session.merge(await house.agent(name))
        agent.languages = list(languages)
    return await house.browser(name)


async def twin_beside(browser, number):
    page = (await browser.open(f"/cases/{number}")).text
    found = re.search(
        r'<details class="twin" open><summary>([^<]*)</summary><p class="text">(.*?)</p>', page, re.S
    )
    return found and (found[1], found[2])


@pytest.mark.parametrize(
    ("language", "title", "greeting", "due", "foreign"),
    [
        ("it", "La stessa bozza nella tua lingua", r"Buon\w+ Marta,", r" entro \w+ \S+ \w+", r" by |\bbis\b"),
        (
            "en",
            "The same draft in your language",
            r"Good \w+ Marta,",
            r" by \w+day \d+ \w+",
            r"\bentro\b|\bbis\b",
        ),
    ],
)
async def test_everyone_sees_the_same_draft_in_their_own_language(
    house, language, title, greeting, due, foreign
):
    number = await house.begins_after(german, LATE)
    shown = await twin_beside(await reading(house, "Marco", language), number)
    assert shown is not None
    assert shown[0] == title
    assert re.match(greeting, shown[1])
    assert re.search(due, shown[1])
    assert not re.search(foreign, shown[1])


async def test_an_agent_of_another_language_than_the_house_sees_a_draft_of_the_house_in_theirs(house):
    number = await house.begins_with(LATE)
    assert await twin_beside(await house.browser("Giulia"), number) is None
    shown = await twin_beside(await reading(house, "Marco", "en"), number)
    assert shown is not None
    assert shown[1].startswith("Good ")


async def test_who_says_that_they_read_it_sees_the_draft_alone_until_they_take_it_back(house):
    number = await house.begins_after(german, LATE)
    marco = await reading(house, "Marco", "en")
    saved = await marco.submit("/reading", language="de")
    assert "Saved." in saved.text
    assert (await house.agent("Marco")).languages == ["en", "de"]
    assert await twin_beside(marco, number) is None
    await marco.submit("/reading")
    assert (await house.agent("Marco")).languages == ["en"]
    assert await twin_beside(marco, number) is not None


async def test_only_languages_of_drafts_are_noted(house):
    marco = await reading(house, "Marco", "en")
    await marco.submit("/reading", language="xx")
    assert (await house.agent("Marco")).languages == ["en"]


async def test_with_another_answer_the_twin_has_it_too(house):
    house.answers.write_text(
        "answers:\n"
        "  - {id: orari, questions: ['Domanda: a che ora aprite il negozio?'],\n"
        "     answer: {it: 'Apriamo alle 9.', en: 'We open at 9.'}}\n"
        "  - {id: reso, questions: ['Domanda: come restituisco un maglione al negozio?'],\n"
        "     answer: {it: 'Entro 14 giorni.', en: 'Within 14 days.'}}\n",
        encoding="utf-8",
    )
    number = await house.said("Domanda: a che ora aprite il negozio?", name="Weiß")
    marco = await reading(house, "Marco", "en")
    assert "We open at 9." in (await twin_beside(marco, number))[1]
    await marco.act(f"/cases/{number}/answer", {**(await marco.shown(number)), "answer": "reso"})
    shown = (await twin_beside(marco, number))[1]
    assert "Weiß, " in shown
    assert " Within 14 days." in shown
    assert "We open at 9." not in shown
