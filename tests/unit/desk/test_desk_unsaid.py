"""A text that leaves out what was decided, at the desk: asked about, and bound to that very text."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.states import OfferState
from models.tables import Choice, OfferRow, Promise
from responses.people.agents import agent_by_name
from tests.unit.desk.test_desk_choices import put

LESS = "Buongiorno Marta, abbiamo sbagliato noi e le chiedo scusa. Le offriamo il 15% di sconto.\n{agent}"


async def in_the_box(house, text, **more):
    """A text of Sara's own on the page of a case with an answer to choose from."""
    number = await put(house, approve=False)
    browser = await house.browser("Sara")
    return number, browser, await browser.shown(number) | {"text": text} | more


@pytest.fixture
async def rewritten(house):
    return await in_the_box(house, LESS)


async def the_promises(house):
    async with house.database.reading() as session:
        return list(await session.scalars(select(Promise)))


async def test_the_page_is_told_what_to_ask_and_the_answers_send_the_text(house, rewritten):
    number, browser, body = rewritten
    refused = await browser.act(f"/cases/{number}/approve", body)
    assert (refused.status_code, refused.json()["reason"]) == (409, "unsaid")
    option, promise = refused.json()["unsaid"]
    assert (option["key"], option["told"]) == ("o0.1", "buono 10 €")
    assert [choice["label"] for choice in option["choices"]] == ["Non lo diamo", "C'è, con altre parole"]
    meant = {option["key"]: "withheld", promise["key"]: "withheld"}
    sent = await browser.act(f"/cases/{number}/approve", body | {"meant": meant})
    assert sent.status_code == 200
    async with house.database.reading() as session:
        states = (
            await session.scalars(select(OfferRow.state).where(OfferRow.approval_id.is_not(None)))
        ).all()
        assert (await session.scalars(select(Choice))).all() == []
    assert sorted(states) == [OfferState.ACCEPTED, OfferState.WITHDRAWN]


async def test_an_answer_given_about_an_older_draft_sends_nothing(house, rewritten):
    number, browser, body = rewritten
    await browser.act(f"/cases/{number}/facts", {"name": "days_late", "value": "12"})
    await house.settle()
    meant = {"o0.1": "withheld", "d1": "withheld"}
    answer = await browser.act(f"/cases/{number}/approve", body | {"meant": meant})
    assert (answer.status_code, answer.json()["reason"]) == (409, "stale")


async def test_the_finding_stands_beside_the_text_while_it_is_written(rewritten):
    number, browser, body = rewritten
    found = (await browser.act(f"/cases/{number}/check", {"text": body["text"]})).json()["findings"]
    assert any("buono" in one["advice"] and one["severity"] == "warning" for one in found)


@pytest.fixture
async def promising(house):
    return await in_the_box(house, "Buongiorno Marta, mi manda una foto? La richiamo lunedì.", kind="ask")


async def test_of_a_promise_in_own_words_the_page_says_whose_it_becomes_and_by_when(house, promising):
    number, browser, body = promising
    refused = await browser.act(f"/cases/{number}/approve", body)
    assert (refused.status_code, refused.json()["reason"]) == (409, "word_given")
    (given,) = refused.json()["given"]
    assert given["words"] == "La richiamo lunedì"
    assert given["becomes"].startswith("Diventa un impegno: Sara, entro lunedì ")
    sent = await browser.act(f"/cases/{number}/approve", body | {"meant": {given["key"]: "promised"}})
    assert sent.status_code == 200
    (promise,) = await the_promises(house)
    assert promise.what == {"it": "La richiamo"}


async def test_taken_out_it_is_gone_from_the_box_and_nothing_was_sent(house, promising):
    number, browser, body = promising
    (given,) = (await browser.act(f"/cases/{number}/approve", body)).json()["given"]
    gone = await browser.act(f"/cases/{number}/take-out", body | {"key": given["key"]})
    assert (gone.status_code, gone.json()["sentence"]) == (200, "Tolto. Rileggi il testo, poi invialo.")
    shown = await browser.shown(number)
    assert shown["text"] == "Buongiorno Marta, mi manda una foto?"
    assert (await browser.act(f"/cases/{number}/approve", shown)).status_code == 200
    assert await the_promises(house) == []


async def test_the_finding_says_that_it_becomes_a_promise_or_goes(promising):
    number, browser, body = promising
    asked = {"text": body["text"], "kind": "ask"}
    found = (await browser.act(f"/cases/{number}/check", asked)).json()["findings"]
    assert any("all'invio diventa un impegno" in one["advice"] for one in found)


@pytest.fixture
async def undated(house):
    return await in_the_box(house, "Buongiorno Marta, mi manda una foto? La richiamo.", kind="ask")


async def test_for_one_without_a_day_the_page_offers_the_next_working_day(house, undated):
    number, browser, body = undated
    refused = await browser.act(f"/cases/{number}/approve", body)
    (given,) = refused.json()["given"]
    assert (refused.status_code, given["words"]) == (409, "La richiamo")
    first, last = given["days"]
    assert first < given["day"] < last
    async with house.database.reading() as session:
        giulia = await agent_by_name(session, "Giulia")
    later = (date.fromisoformat(given["day"]) + timedelta(days=7)).isoformat()
    answer = {
        "meant": {given["key"]: "promised"},
        "terms": {given["key"]: {"day": later, "owner": giulia.id}},
    }
    assert (await browser.act(f"/cases/{number}/approve", body | answer)).status_code == 200
    (promise,) = await the_promises(house)
    assert promise.owner_id == giulia.id
    assert promise.due_at.astimezone(house.road.config.timezone).date().isoformat() == later


async def test_a_day_that_is_over_is_refused_with_a_sentence(undated):
    number, browser, body = undated
    (given,) = (await browser.act(f"/cases/{number}/approve", body)).json()["given"]
    answer = {"meant": {given["key"]: "promised"}, "terms": {given["key"]: {"day": "2020-01-01"}}}
    refused = await browser.act(f"/cases/{number}/approve", body | answer)
    assert refused.json()["sentence"] == "Il giorno deve essere tra oggi e un anno."


async def test_what_is_no_promise_goes_out_and_stands_in_the_history(house, promising):
    number, browser, body = promising
    (given,) = (await browser.act(f"/cases/{number}/approve", body)).json()["given"]
    assert given["day"] is None
    sent = await browser.act(f"/cases/{number}/approve", body | {"meant": {given["key"]: "no_promise"}})
    assert sent.status_code == 200
    assert await the_promises(house) == []
    page = (await browser.open(f"/cases/{number}")).text
    assert "Sara ha detto che non è una promessa: «La richiamo lunedì»" in page
