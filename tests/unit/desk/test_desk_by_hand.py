"""Vouchers by hand on a case's page: chosen by their value, put into the text, sent with a reason."""

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from models.money import Money
from models.states import CaseState, VoucherState
from models.tables import Case, LedgerEntry, Voucher
from responses.vouchers.codes import load_codes

QUESTION = "Domanda: quando aprite?"
ANSWER = "Buongiorno Marta, apriamo alle 9.\n{agent}"


async def loaded(house, *codes):
    async with house.database.writing() as session:
        await load_codes(session, codes, Money(amount=Decimal(10), currency="EUR"), None)


async def codes_of(house):
    async with house.database.reading() as session:
        return {one.code: one.state for one in await session.scalars(select(Voucher))}


async def puts_in(browser, number):
    typed = await browser.shown(number) | {"text": ANSWER, "amount": 1000}
    return await browser.act(f"/cases/{number}/voucher", typed)


async def test_a_voucher_is_chosen_by_its_value_and_sent_by_a_supervisor_with_a_reason(house):
    number = await house.begins_with(QUESTION)
    await loaded(house, "NATALE-1")
    sara = await house.browser("Sara")
    page = (await sara.open(f"/cases/{number}")).text
    assert (
        'data-voucher="1000">Buono da 10\u202f€ <span class="quiet">(codici tuoi: 1)</span></button>' in page
    )
    answer = (await puts_in(sara, number)).json()
    assert answer["sentence"] == "Il buono è nel testo: rileggi e approva."
    shown = await sara.shown(number)
    assert shown["text"] == (
        "Buongiorno Marta, apriamo alle 9.\nLe mandiamo un buono da 10 €: il codice è NATALE-1.\n{agent}"
    )
    asked = (await sara.act(f"/cases/{number}/approve", shown)).json()
    assert asked["overrule"] is True
    assert "«NATALE-1» è un buono da 10 € dato a mano" in asked["sentence"]
    sent = (await sara.act(f"/cases/{number}/approve", shown | {"why": "Aspetta da tre settimane"})).json()
    assert "NATALE-1" in sent["filled"]
    await house.settle()
    assert await codes_of(house) == {"NATALE-1": VoucherState.ACTIVE}
    async with house.database.reading() as session:
        assert [one.amount_minor for one in await session.scalars(select(LedgerEntry))] == [1000]


async def test_an_agent_puts_it_in_and_throws_it_away_again(house):
    number = await house.begins_with(QUESTION)
    await loaded(house, "NATALE-1")
    marco = await house.browser("Marco")
    await puts_in(marco, number)
    shown = await marco.shown(number)
    refused = (await marco.act(f"/cases/{number}/approve", shown)).json()
    assert "Passa a…" in refused["sentence"]
    assert await codes_of(house) == {"NATALE-1": VoucherState.RESERVED}
    await marco.act(f"/cases/{number}/discard", shown)
    assert await codes_of(house) == {"NATALE-1": VoucherState.FREE}


async def test_a_page_that_is_no_longer_right_reserves_nothing(house):
    number = await house.begins_with(QUESTION)
    await loaded(house, "NATALE-1")
    marco = await house.browser("Marco")
    old = await marco.shown(number)
    await marco.act(f"/cases/{number}/discard", old)
    answer = (await marco.act(f"/cases/{number}/voucher", old | {"amount": 1000})).json()
    assert not answer["ok"]
    assert await codes_of(house) == {"NATALE-1": VoucherState.FREE}


async def test_a_page_without_a_draft_replaces_nothing_that_a_colleague_wrote(house):
    number = await house.begins_with(QUESTION)
    await loaded(house, "NATALE-1")
    marco, sara = await house.browser("Marco"), await house.browser("Sara")
    await marco.act(f"/cases/{number}/discard", await marco.shown(number))
    old = await marco.shown(number)
    assert old["draft_id"] is None
    await puts_in(sara, number)
    waiting = (await sara.shown(number))["text"]
    answer = (await marco.act(f"/cases/{number}/voucher", old | {"text": "", "amount": 1000})).json()
    assert not answer["ok"]
    assert (await sara.shown(number))["text"] == waiting
    assert list((await codes_of(house)).values()) == [VoucherState.RESERVED]


@pytest.mark.parametrize("text", ["", ANSWER], ids=["an empty box", "a text in the box"])
async def test_a_page_without_a_draft_opens_no_case_that_was_closed(house, text):
    number = await house.begins_with(QUESTION)
    await loaded(house, "NATALE-1")
    marco = await house.browser("Marco")
    await marco.act(f"/cases/{number}/discard", await marco.shown(number))
    old = await marco.shown(number)
    async with house.database.writing() as session:
        await session.execute(update(Case).where(Case.number == number).values(state=CaseState.CLOSED))
    answer = (await marco.act(f"/cases/{number}/voucher", old | {"text": text, "amount": 1000})).json()
    assert not answer["ok"]
    async with house.database.reading() as session:
        state = await session.scalar(select(Case.state).where(Case.number == number))
    assert state == CaseState.CLOSED
    assert await codes_of(house) == {"NATALE-1": VoucherState.FREE}
