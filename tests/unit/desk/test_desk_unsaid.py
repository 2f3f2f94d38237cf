"""A text that leaves out what was decided, at the desk: asked about, and bound to that very text."""

import pytest
from sqlalchemy import select

from models.states import OfferState
from models.tables import Choice, OfferRow
from tests.unit.desk.test_desk_choices import put

LESS = "Buongiorno Marta, abbiamo sbagliato noi e le chiedo scusa. Le offriamo il 15% di sconto.\n{agent}"


@pytest.fixture
async def rewritten(house):
    number = await put(house, approve=False)
    browser = await house.browser("Sara")
    return number, browser, await browser.shown(number) | {"text": LESS}


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
