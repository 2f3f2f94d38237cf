"""Choices on a case's page and in the web chat: shown, pressed, confirmed, noted for who chose by voice."""

import re

import pytest
from sqlalchemy import select

from models.states import CaseState, ChoiceHow, VoucherState
from models.tables import Choice, Voucher


async def put(house, *, approve=True):
    """A choice was put to a visitor; the case's number."""
    return await house.begins_after(decided, approve)


async def decided(house, approve):
    number = await house.said("Il mio pacco RS20418 doveva arrivare il 12.")
    sara = await house.browser("Sara")
    for name, value in (("order_id", "RS20418"), ("days_late", "9")):
        await sara.act(f"/cases/{number}/facts", {"name": name, "value": value})
        await house.settle()
    if approve:
        answer = await sara.act(f"/cases/{number}/approve", await sara.shown(number))
        assert answer.json()["ok"], answer.json()
        await house.settle()
    return number


async def the_choice(house):
    async with house.database.reading() as session:
        return (await session.scalars(select(Choice))).one()


async def the_code(house):
    async with house.database.reading() as session:
        return (await session.scalars(select(Voucher))).one()


async def said(customer):
    return (await customer.open("/chat/messages")).json()["messages"]


async def test_an_agent_sees_before_approving_which_buttons_the_customer_will_have(house):
    number = await put(house, approve=False)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert "Sotto il testo il cliente trova un bottone per ciascuna:" in page
    assert '<span class="chip">buono 10 €</span>' in page
    assert "Scelta del cliente" not in page


async def test_the_page_shows_what_was_put_and_until_when_and_then_what_was_chosen_and_how(house):
    number = await put(house)
    sara = await house.browser("Sara")
    page = (await sara.open(f"/cases/{number}")).text
    assert "Scelta del cliente" in page
    assert "poi vale la prima: 15% sul prossimo ordine (fino a 20 €)" in page
    # "fino a 5 dicembre" would want its article; a day of the week wants none.
    assert re.search(r"Può scegliere fino a \w+[ìao] \d+ \w+ \d{4}, \d+:\d\d;", page)
    key = (await the_choice(house)).key
    answer = await sara.act(f"/cases/{number}/choose", {"key": key, "option": 1})
    assert answer.json()["sentence"] == "Scelta segnata: il cliente lo sa."
    await house.settle()
    page = (await sara.open(f"/cases/{number}")).text
    assert "<li><strong>✓ buono 10 €</strong></li>" in page
    assert "segnato da Sara" in page
    code = await the_code(house)
    assert f"<code>{code.code}</code>" in page
    assert (code.state, (await the_choice(house)).chosen_how) == (VoucherState.ACTIVE, ChoiceHow.AGENT)


async def test_words_that_choose_are_proposed_and_confirmed_with_one_press(house):
    number = await put(house)
    await house.said("Prendo il buono, grazie")
    sara = await house.browser("Sara")
    page = (await sara.open(f"/cases/{number}")).text
    assert "Marta sceglie: buono 10 €" in page
    assert "Conferma: buono 10 €" in page
    assert "Il cliente ha scelto?" in page
    await sara.act(f"/cases/{number}/choose", {"key": (await the_choice(house)).key, "option": 1})
    await house.settle()
    assert (await the_choice(house)).chosen_how == ChoiceHow.WORDS
    assert (await house.case()).state == CaseState.PROMISED


async def test_words_that_are_no_choice_are_drafted_for(house):
    number = await put(house)
    await house.said("Prendo il buono, grazie")
    sara = await house.browser("Sara")
    assert (await sara.act(f"/cases/{number}/no-choice", {})).json()["ok"]
    await house.settle()
    page = (await sara.open(f"/cases/{number}")).text
    assert "Marta sceglie" not in page
    assert (await sara.shown(number))["draft_id"] is not None
    again = await sara.act(f"/cases/{number}/no-choice", {})
    assert (again.status_code, again.json()["reason"]) == (409, "gone")


async def test_what_is_closed_or_unknown_is_not_chosen_again(house):
    number = await put(house)
    sara = await house.browser("Sara")
    key = (await the_choice(house)).key
    tries = ((key, 5), ("another", 0), (key, None), (key, 0))
    answers = [
        await sara.act(f"/cases/{number}/choose", {"key": which, "option": option}) for which, option in tries
    ]
    assert [answer.json().get("reason") for answer in answers] == ["gone", "gone", None, "choice_over"]
    assert "Nessuna delle possibilità" in (await sara.open(f"/cases/{number}")).text


async def test_a_visitor_chooses_by_a_button_under_the_answer(house):
    await put(house)
    customer = house.visitor()
    (message,) = [one for one in await said(customer) if "choices" in one]
    (choice,) = message["choices"]
    assert choice["labels"] == ["15% sul prossimo ordine (fino a 20 €)", "buono 10 €"]
    pressed = {"key": choice["key"], "option": 1}
    answers = [await customer.act("/chat/choices", pressed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    await house.settle()
    messages = await said(customer)
    assert [one for one in messages if "choices" in one] == []
    code = (await the_code(house)).code
    assert [code in one["text"] for one in messages[-2:]] == [True, False]
    assert "la scelta è già segnata" in messages[-1]["text"]


@pytest.mark.parametrize("option", [2, -1, "buono", None])
async def test_no_other_option_is_taken(house, option):
    await put(house)
    customer = house.visitor()
    key = (await the_choice(house)).key
    answer = await customer.act("/chat/choices", {"key": key, "option": option})
    assert answer.status_code in (404, 422)
    assert (await the_choice(house)).chosen_at is None


async def test_another_visitor_chooses_nothing(house):
    await put(house)
    pressed = {"key": (await the_choice(house)).key, "option": 1}
    answer = await house.stranger().act("/chat/choices", pressed, page="/chat")
    assert answer.status_code == 404
    assert (await the_choice(house)).chosen_at is None
