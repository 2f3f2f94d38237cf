"""The case page tells what a customer was given and promised case by case, favours apart from the owed."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select, update

from models.clock import utcnow
from models.states import CaseState
from models.tables import Case, LedgerEntry, Message
from tests.unit.desk.test_desk_promises import answered

CHARGED_TWICE = {
    "act": "complaint",
    "complaint_types": ["billing_error"],
    "tone": "calm",
    "urgency": "normal",
    "asks": [],
    "own_error": False,
}


async def a_parcel_and_a_bill(house):
    """A late parcel with its voucher and promise, closed long ago, then 18 € charged too much, answered."""
    first = await answered(house, "v1")
    then = utcnow() - timedelta(days=60)
    async with house.database.writing() as session:
        past = dict.fromkeys(("created_at", "answered_at", "closed_at"), then)
        await session.execute(update(Case).values(state=CaseState.CLOSED, answer_until=None, **past))
    second = await house.said("Mi avete addebitato 18 euro in più.")
    sara = await house.browser("Sara")
    async with house.database.reading() as session:
        message = await session.scalar(select(func.max(Message.id)).where(Message.direction == "in"))
    await sara.act(f"/cases/{second}/correct", {"message": message, **CHARGED_TWICE})
    await house.settle()
    await sara.act(f"/cases/{second}/facts", {"name": "overcharged", "value": "18"})
    await house.settle()
    answer = await sara.act(f"/cases/{second}/approve", await sara.shown(second))
    assert answer.json()["ok"], answer.json()
    await house.settle()
    return first, second


async def block(house, number, name="Giulia"):
    """The customer's part of the page, as it reads."""
    page = (await (await house.browser(name)).open(f"/cases/{number}")).text
    part = page.split("Dato finora")[1].split('class="preferences"')[0]
    return " ".join(re.sub("<[^>]+>", " ", part).split()).replace("\u202f", " ")


async def test_every_case_of_the_customer_is_told_with_what_it_gave_and_promised(house):
    first, second = await house.begins_after(a_parcel_and_a_bill)
    told = await block(house, second)
    newer, older = told.split(f"#{first}")
    assert f"#{second} questo con un impegno" in newer
    assert "rimborso di 18 € dovuto vale 18 €" in newer
    assert "facciamo partire il rimborso impegno aperto scadenza:" in newer
    assert older.startswith(" chiuso")
    assert "buono 5 € favore vale 5 €" in older
    assert "cerchiamo il pacco e le scriviamo dov&#39;è e quando arriva impegno aperto" in older


async def test_what_was_owed_is_summed_apart_from_favours(house):
    _, second = await house.begins_after(a_parcel_and_a_bill)
    assert "dovuto: 18 € · favori: 5 €" in await block(house, second)


async def test_a_promise_that_was_not_kept_is_seen_from_the_customers_other_cases(house):
    first, second = await house.begins_after(a_parcel_and_a_bill)
    sara = await house.browser("Sara")
    page = (await sara.open(f"/cases/{first}")).text
    promise = re.search(r'data-promise="([^"]+)"', page)[1]
    broken = await sara.act(f"/promises/{promise}/break", {"words": "il corriere l'ha perso"})
    assert broken.json()["ok"]
    told = await block(house, second)
    assert "impegno non mantenuto" in told
    assert "il corriere l&#39;ha perso" in told


async def test_what_is_taken_back_counts_for_nothing(house):
    number = await house.begins_after(answered, "v1")
    async with house.database.writing() as session:
        entry = (await session.scalars(select(LedgerEntry))).one()
        columns = {one.key: getattr(entry, one.key) for one in LedgerEntry.__table__.columns}
        columns |= {"id": f"{entry.id}-", "amount_minor": -entry.amount_minor}
        session.add(LedgerEntry(**columns))
    told = await block(house, number)
    assert told.startswith("niente Caso per caso")
    assert "vale" not in told


@pytest.mark.parametrize("table", ["ledger", "offers JOIN approvals"])
async def test_a_page_asks_for_all_cases_at_once(house, table):
    _, second = await house.begins_after(a_parcel_and_a_bill)
    browser = await house.browser()
    asked = []
    event.listen(
        house.database.engine.sync_engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, *rest: asked.append(statement),
    )
    await browser.open(f"/cases/{second}")
    assert sum(f"FROM {table}" in statement for statement in asked) == 1
