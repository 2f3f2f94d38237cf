"""The case page tells agents what a history shows, on what it rests, and lets them dismiss it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import escape
from sqlalchemy import select

from models.clock import utcnow
from models.decision import Duration, DurationUnit, FactValue
from models.record import Happening
from models.serial import fact_to_json, to_json
from models.states import ProofHow
from models.tables import Message, Order, OrderProof, SignalRow
from responses.policy.schema import Count
from responses.policy.signals import Raised
from tests.unit.desk.conftest import LATE

WORDS = "3 richieste in 60 giorni, 2 dopo un rimedio"


async def raise_signal(house, number, **changes):
    """A signal of the case's customer, resting on this very case; its id."""
    case = await house.case()
    assert case.number == number
    seen = Raised(
        name="repeated_claims",
        count=Count.CLAIMS,
        number=3,
        after_remedy=2,
        within=Duration(count=60, unit=DurationUnit.DAYS),
        until=utcnow() + timedelta(days=20),
        evidence=(Happening(id=case.id, at=case.created_at),),
    )
    values = {"name": seen.name, "evidence": to_json(seen), "expires_at": seen.until} | changes
    async with house.database.writing() as session:
        row = SignalRow(customer_id=case.customer_id, case_id=case.id, **values)
        session.add(row)
    return row.id


def resting_on(count, number, *evidence, **details):
    """Another signal than that of the claims, as it is kept."""
    year = Duration(count=365, unit=DurationUnit.DAYS)
    until = utcnow() + timedelta(days=20)
    seen = Raised(
        name="x", count=count, number=number, within=year, until=until, evidence=evidence, **details
    )
    return {"name": "x", "evidence": to_json(seen)}


async def buys(house, number, value_minor=4990):
    """An order of the customer, proven to be theirs; its id."""
    case = await house.case()
    bought = FactValue(value=date(2024, 1, 2), source="book")
    async with house.database.writing() as session:
        order = Order(
            number=number,
            key=number,
            facts={"ordered_on": fact_to_json(bought)},
            source="o.csv",
            imported_at=utcnow(),
            value_minor=value_minor,
            currency="EUR",
        )
        session.add(order)
        await session.flush()
        session.add(OrderProof(customer_id=case.customer_id, order_id=order.id, how=ProofHow.EMAIL))
        return order.id


async def signals_block(house, number):
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    return page.split('class="block signals"')[1].split("</section>")[0]


async def kept(house):
    async with house.database.reading() as session:
        return (await session.scalars(select(SignalRow))).one()


async def test_a_page_without_signals_says_nothing_of_them(house):
    number = await house.begins_with(LATE)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert 'class="block signals"' not in page


async def test_the_page_names_what_happened_and_links_to_it(house):
    number = await house.begins_with(LATE)
    await raise_signal(house, number)
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    block = page.split('class="block signals"')[1].split("</section>")[0]
    assert WORDS in block
    assert f'<a href="/cases/{number}">#{number}</a>' in block
    assert "repeated_claims" not in block
    assert "Può essere stata una brutta giornata." in block
    assert WORDS not in (await (await house.browser()).open("/queue")).text


async def test_each_case_is_told_by_the_words_that_count(house):
    number = await house.begins_with(LATE)
    case = await house.case()
    async with house.database.reading() as session:
        message = (await session.scalars(select(Message.id).where(Message.direction == "in"))).one()
    seen = Happening(id=case.id, at=case.created_at, messages=(message,))
    await raise_signal(house, number, **resting_on(Count.CLAIMS, 3, seen))
    block = await signals_block(house, number)
    assert f'<a href="/cases/{number}">#{number}</a>' in block
    assert f'<q dir="auto">{escape(LATE)}</q>' in block
    assert "20 novembre" in block


async def test_long_words_are_cut_and_deleted_ones_are_said_to_be(house):
    number = await house.begins_with(LATE)
    case = await house.case()
    async with house.database.writing() as session:
        message = (await session.scalars(select(Message).where(Message.direction == "in"))).one()
        message.text = "pacco " * 100
    seen = Happening(id=case.id, at=case.created_at, messages=(message.id,))
    await raise_signal(house, number, **resting_on(Count.CLAIMS, 3, seen))
    assert "pacco…</q>" in await signals_block(house, number)
    async with house.database.writing() as session:
        (await session.get_one(Message, message.id)).text = ""
    assert "parole cancellate" in await signals_block(house, number)


async def test_orders_are_told_by_their_numbers(house):
    number = await house.begins_with(LATE)
    order = await buys(house, "RS7")
    seen = Happening(id=order, at=datetime(2024, 1, 2, tzinfo=UTC))
    await raise_signal(house, number, **resting_on(Count.PAID_ORDERS, 2, seen))
    block = await signals_block(house, number)
    assert "Ordine RS7 · " in block
    assert "2 gennaio 2024" in block


async def test_without_a_purchase_the_orders_of_before_are_shown(house):
    number = await house.begins_with(LATE)
    await buys(house, "RS7")
    await raise_signal(house, number, **resting_on(Count.PAID_ORDERS, 0))
    block = await signals_block(house, number)
    assert "I suoi ordini pagati nel registro:" in block
    assert "Ordine RS7" in block


async def test_who_never_paid_for_an_order_is_said_to_have_none(house):
    number = await house.begins_with(LATE)
    await buys(house, "RS7", value_minor=0)
    await raise_signal(house, number, **resting_on(Count.PAID_ORDERS, 0))
    block = await signals_block(house, number)
    assert "Nel registro non c&#39;è nessun suo ordine pagato." in block
    assert "RS7" not in block


async def test_years_rest_on_the_first_message(house):
    number = await house.begins_with(LATE)
    since = datetime(2021, 3, 4, 12, tzinfo=UTC)
    await raise_signal(house, number, **resting_on(Count.YEARS_KNOWN, 5, since=since))
    block = await signals_block(house, number)
    assert "Primo messaggio: 4 marzo 2021" in block
    assert "brutta giornata" not in block


async def test_a_press_with_a_reason_dismisses_it_and_the_case_is_decided_anew(house):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number)
    browser = await house.browser("Marco")
    before = await browser.shown(number)
    answer = await browser.act(f"/cases/{number}/signals/{signal}/dismiss", {"reason": "È stato il corriere"})
    await house.settle()
    assert answer.json()["ok"]
    row = await kept(house)
    assert (row.dismissed_by, row.dismissed_reason) == (
        (await house.agent("Marco")).id,
        "È stato il corriere",
    )
    page = (await browser.open(f"/cases/{number}")).text
    assert "Marco" in page.split('class="dismissed"')[1]
    assert "signal-form" not in page
    assert (await browser.shown(number))["draft_id"] != before["draft_id"]
    assert "Marco ha tolto un segnale" in page


@pytest.mark.parametrize("reason", ["", "   "])
async def test_without_a_reason_it_stays(house, reason):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number)
    answer = await (await house.browser()).act(
        f"/cases/{number}/signals/{signal}/dismiss", {"reason": reason}
    )
    assert (answer.status_code, answer.json()["reason"]) == (409, "reason_empty")
    assert "motivo" in answer.json()["sentence"]
    assert (await kept(house)).dismissed_at is None


async def test_one_whose_time_is_over_is_neither_shown_nor_dismissed(house):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number, expires_at=utcnow())
    browser = await house.browser()
    assert 'class="block signals"' not in (await browser.open(f"/cases/{number}")).text
    answer = await browser.act(f"/cases/{number}/signals/{signal}/dismiss", {"reason": "tardi"})
    assert answer.json()["reason"] == "gone"


async def test_nobody_dismisses_without_signing_in(house):
    number = await house.begins_with(LATE)
    signal = await raise_signal(house, number)
    path = f"/cases/{number}/signals/{signal}/dismiss"
    answer = await house.stranger().client.post(path, json={"reason": "x"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert (await kept(house)).dismissed_at is None
