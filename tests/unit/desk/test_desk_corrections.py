"""Agents say on the page what a message means, and everybody sees it."""

import re

import pytest
from sqlalchemy import select

from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from models.tables import Correction, Message
from tests.unit.desk.conftest import LATE

AS_READ = {
    "act": "complaint",
    "complaint_types": ["delivery_late"],
    "tone": "frustrated",
    "urgency": "normal",
    "asks": [],
    "own_error": False,
}


async def last(house):
    """The id of the customer's last message."""
    async with house.database.reading() as session:
        query = select(Message.id).where(Message.direction == "in").order_by(Message.id.desc()).limit(1)
        return (await session.scalars(query)).one()


async def says(house, browser, number, **labels):
    """Saves the form under the last message; answers once everything due is done."""
    content = {"message": await last(house), **AS_READ, **labels}
    answer = await browser.act(f"/cases/{number}/correct", content)
    await house.settle()
    return answer


def form(page):
    return page.split('class="correct-form"')[1].split("</form>")[0]


def chosen(page):
    """What stands in the form: selected options and checked boxes."""
    selected = re.findall(r'<option value="(\w+)" selected', form(page))
    return selected, re.findall(r'name="(\w+)" value="(\w+)" checked', form(page))


async def test_the_form_holds_what_was_understood_and_all_there_is_to_choose(house):
    number = await house.begins_with(LATE)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert chosen(page) == (["complaint", "normal", "frustrated"], [("complaint_types", "delivery_late")])
    offered = {*re.findall(r'value="(\w+)"', form(page))}
    assert offered == {*Act, *ComplaintType, *Tone, *Urgency, *Ask, "yes"}
    assert "prodotto sbagliato" in form(page)
    assert "vuole un rimborso" in form(page)


async def test_one_press_calls_it_a_threat_and_another_takes_that_back(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    assert "data-threat" not in form((await browser.open(f"/cases/{number}")).text).split(">", 1)[1]
    await says(house, browser, number, tone="threatening")
    page = form((await browser.open(f"/cases/{number}")).text)
    assert 'data-threat="yes">È una minaccia, non un passo lecito<' in page
    assert (await says(house, browser, number, tone="threatening", threat=True)).json()["ok"] is True
    page = form((await browser.open(f"/cases/{number}")).text)
    # What is saved next keeps it.
    assert page.split(">", 1)[0].endswith('data-threat="yes"')
    assert 'data-threat="no">Non è una minaccia<' in page
    async with house.database.reading() as session:
        labels = (await session.scalars(select(Correction.labels).order_by(Correction.id))).all()
    assert [one["threat"] for one in labels] == [None, True]


async def test_only_the_customers_last_message_is_corrected(house):
    number = await house.begins_with(LATE)
    await house.said("Allora? Sto ancora aspettando il pacco.")
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert re.findall(r'class="correct-form" data-message="([^"]+)"', page) == [await last(house)]


async def test_what_was_said_stands_on_the_page_with_who_said_it(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    before = await browser.shown(number)
    answer = await says(
        house, browser, number, complaint_types=["item_wrong"], asks=["refund"], own_error=True
    )
    assert answer.json() == {"ok": True, "sentence": "Corretto: la bozza si rifà."}
    after = await browser.shown(number)
    assert after["draft_id"] != before["draft_id"]
    assert after["text"] != before["text"]
    page = (await browser.open(f"/cases/{number}")).text
    chips = page.split('<p class="chips">')[1].split("<details")[0]
    for words in ("prodotto sbagliato", "vuole un rimborso", "dice di aver sbagliato", "corretto da Giulia"):
        assert words in chips
    assert "consegna in ritardo" not in chips
    assert "%" not in chips
    assert chosen(page)[1] == [("complaint_types", "item_wrong"), ("asks", "refund"), ("own_error", "yes")]
    assert "Giulia ha corretto come è stato letto un messaggio" in page
    assert "prodotto sbagliato" in (await browser.open("/queue")).text


async def test_a_confirmation_leaves_the_draft_and_says_so(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    before = await browser.shown(number)
    assert (await says(house, browser, number)).json()["sentence"] == "Corretto."
    assert await browser.shown(number) == before
    assert "corretto da Giulia" in (await browser.open(f"/cases/{number}")).text


async def test_insults_that_are_none_are_unfolded(house):
    number = await house.said("SIETE DEI CRETINI")
    browser = await house.browser()
    await says(house, browser, number, tone="angry")
    assert "Messaggio con insulti" not in (await browser.open(f"/cases/{number}")).text


@pytest.mark.parametrize(
    ("labels", "status"),
    [
        ({"act": "revenge"}, 422),
        ({"tone": None}, 422),
        ({"urgency": ["normal"]}, 422),
        ({"asks": ["money"]}, 422),
        ({"own_error": "perhaps"}, 422),
        ({"complaint_types": "delivery_late"}, 422),
        ({"message": "x\x00"}, 422),
        ({"message": "nobody-wrote-this"}, 409),
        ({"complaint_types": ["revenge"]}, 409),
    ],
    ids=lambda value: str(value),
)
async def test_what_does_not_exist_is_refused_in_words(house, labels, status):
    number = await house.begins_with(LATE)
    answer = await says(house, await house.browser(), number, **labels)
    assert answer.status_code == status
    assert answer.json()["sentence"]
    async with house.database.reading() as session:
        assert (await session.scalars(select(Correction))).all() == []


async def test_an_unknown_type_is_named(house):
    number = await house.begins_with(LATE)
    answer = await says(house, await house.browser(), number, complaint_types=["<b>parcheggio</b>"])
    assert answer.json()["reason"] == "label_unknown"
    assert answer.json()["sentence"] == "«<b>parcheggio</b>» non è tra i tipi di reclamo."


async def test_a_business_chooses_among_its_own_types(house, monkeypatch):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    monkeypatch.setattr(house.road.policies, "complaint_types", (*ComplaintType, "posto_auto"))
    assert "posto auto" in form((await browser.open(f"/cases/{number}")).text)
    assert (await says(house, browser, number, complaint_types=["posto_auto"])).json()["ok"] is True
    assert "posto auto" in (await browser.open("/queue")).text


async def test_a_type_that_the_classifier_no_longer_tells_stays_where_it_is(house, monkeypatch):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    monkeypatch.setattr(house.road.policies, "complaint_types", ("posto_auto",))
    page = (await browser.open(f"/cases/{number}")).text
    assert chosen(page)[1] == [("complaint_types", "delivery_late")]
    assert (await says(house, browser, number, tone="angry")).json()["ok"] is True


async def test_a_case_that_a_colleague_holds_is_left_alone(house):
    number = await house.begins_with(LATE)
    marco, giulia = await house.browser("Marco"), await house.browser()
    await marco.act(f"/cases/{number}/claim", {"force": False})
    answer = await says(house, giulia, number, tone="angry")
    assert (answer.status_code, answer.json()["reason"]) == (409, "claimed")
    assert "Marco" in answer.json()["sentence"]


async def test_a_message_of_another_case_is_refused(house):
    number = await house.begins_with(LATE)
    await house.said("Il mio pacco RS1 è rotto.", visitor="v2")
    answer = await says(house, await house.browser(), number, tone="angry")
    assert (answer.status_code, answer.json()["reason"]) == (409, "gone")


async def test_the_page_of_an_erased_person_has_nothing_to_correct(house):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    await says(house, browser, number, complaint_types=["item_wrong"])
    await browser.submit(f"/cases/{number}/erase", page=f"/cases/{number}", sure="yes")
    page = await browser.open(f"/cases/{number}")
    assert page.status_code == 200
    assert "corretto da Giulia" in page.text
    assert "correct-form" not in page.text
    late = await says(house, browser, number, tone="angry")
    assert (late.status_code, late.json()["reason"]) == (409, "erased")


async def test_a_type_that_is_told_no_more_stays_on_its_cases(house, monkeypatch):
    number = await house.begins_with(LATE)
    browser = await house.browser()
    usual = house.road.policies.complaint_types
    monkeypatch.setattr(house.road.policies, "complaint_types", (*ComplaintType, "posto_auto"))
    await says(house, browser, number, complaint_types=["posto_auto"])
    monkeypatch.setattr(house.road.policies, "complaint_types", usual)
    page = (await browser.open(f"/cases/{number}")).text
    assert "posto auto" in page.split('<p class="chips">')[1].split("<details")[0]
    assert ("complaint_types", "posto_auto") in chosen(page)[1]
    assert "posto auto" in (await browser.open("/queue")).text
