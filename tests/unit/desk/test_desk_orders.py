"""The order book at the desk: what an agent sees of it, the press that says whose an order is, and links."""

import re
from decimal import Decimal

from sqlalchemy import select

from models.clock import utcnow
from models.money import Money
from models.tables import Case, Contact, DecisionRow, OrderProof, Update
from responses.facts import give_fact
from responses.orders.book import keep_orders
from responses.orders.links import link_code
from responses.orders.values import OrderEntry
from responses.people.agents import agent_by_name
from tests.seed import seed_case, seed_identity
from tests.unit.desk.conftest import LINK_KEY, House

RS1 = OrderEntry(
    number="RS1001",
    name="Marta Bianchi",
    email="marta@example.org",
    postcode="20121",
    value=Money(amount=Decimal("89.90"), currency="EUR"),
    facts={"days_late": Decimal(8)},
)


async def load(house: House, *entries: OrderEntry) -> None:
    async with house.database.writing() as session:
        await keep_orders(session, entries, "ordini.csv", utcnow())


async def about(house: House, number: str) -> int:
    """A late parcel, and an agent who knows its number."""
    case = await house.said("Il pacco non arriva, che cosa faccio?")
    async with house.database.writing() as session:
        row = (await session.scalars(select(Case).where(Case.number == case))).one()
        policy = await house.road.policies.current(session)
        giulia = await agent_by_name(session, "Giulia")
        await give_fact(session, giulia, row, "order_id", number, policy)
    await house.settle()
    return case


async def test_the_page_says_that_a_number_is_in_the_book_and_whose_it_is_is_open(house: House) -> None:
    await load(house, RS1)
    number = await about(house, "rs1001")
    page = (await (await house.browser()).open(f"/cases/{number}")).text
    assert "non sappiamo se è di chi scrive" in page
    assert "Marta Bianchi · marta@example.org · 20121" in page
    assert "l&#39;e-mail o il CAP" in page
    assert "89,90" not in page


async def test_one_press_makes_the_book_count_and_the_draft_anew(house: House) -> None:
    await load(house, RS1)
    number = await about(house, "RS1001")
    browser = await house.browser()
    pressed = await browser.act(f"/cases/{number}/vouch", {})
    assert pressed.json()["ok"] is True
    await house.settle()
    page = (await browser.open(f"/cases/{number}")).text
    assert "L&#39;ordine RS1001 è suo: lo ha detto Giulia." in page
    assert "dal registro, del" in page
    assert "89,90" in page
    assert "ritardo-lungo" in page


async def test_a_number_that_is_not_in_the_book_cannot_be_anybodys(house: House) -> None:
    await load(house, RS1)
    number = await about(house, "RS9")
    browser = await house.browser()
    assert "Il numero RS9 nel registro non c&#39;è." in (await browser.open(f"/cases/{number}")).text
    refused = await browser.act(f"/cases/{number}/vouch", {})
    assert (refused.status_code, refused.json()["reason"]) == (409, "order_unknown")


async def test_without_a_book_the_page_does_not_speak_of_one(house: House) -> None:
    number = await about(house, "RS1001")
    assert "Registro degli ordini" not in (await (await house.browser()).open(f"/cases/{number}")).text


async def test_another_case_on_the_same_order_stands_first(house: House) -> None:
    first = await about(house, "RS1001")
    async with house.database.writing() as session:
        other = await seed_case(session, await seed_identity(session, name="Paolo"))
        policy = await house.road.policies.current(session)
        await give_fact(session, await agent_by_name(session, "Giulia"), other, "order_id", "RS 1001", policy)
    head = (await (await house.browser()).open(f"/cases/{first}/parts")).json()["html"]["head"]
    assert "Altra richiesta sullo stesso ordine:" in head
    assert f'href="/cases/{other.number}"' in head


async def test_who_wrote_the_same_address_is_only_a_suggestion(house: House) -> None:
    number = await house.said("Il pacco non arriva, che cosa faccio?")
    async with house.database.writing() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
        other = await seed_case(session, await seed_identity(session, name="Paolo"))
        for customer in (case.customer_id, other.customer_id):
            session.add(Contact(customer_id=customer, kind="email", value="marta@example.org"))
    why = (await (await house.browser()).open(f"/cases/{number}/parts")).json()["html"]["why"]
    assert "Potrebbe essere la stessa persona di:" in why
    assert f'href="/cases/{other.number}"' in why


async def test_the_chat_opened_by_an_orders_link_proves_it_with_the_first_message(house: House) -> None:
    await load(house, RS1)
    stranger = house.stranger()
    code = link_code(LINK_KEY, "RS1001")
    page = await stranger.open(f"/chat?o={code}")
    assert f'data-order="{code}"' in page.text
    token = re.search(r'data-csrf="([^"]+)"', page.text)
    assert token is not None
    # Looking alone leaves no trace.
    async with house.database.reading() as session:
        assert (await session.scalars(select(Update))).all() == []
    written = {"id": "message-1", "text": "Il pacco non arriva, che cosa faccio?", "order": code}
    said = await stranger.client.post("/chat/messages", json=written, headers={"X-CSRF-Token": token[1]})
    assert said.json() == {"ok": True}
    await house.settle()
    async with house.database.reading() as session:
        assert [proof.how for proof in await session.scalars(select(OrderProof))] == ["link"]
        number = (await session.scalars(select(Case.number))).one()
    assert "ha aperto il link" in (await (await house.browser()).open(f"/cases/{number}")).text


async def test_the_chat_opens_plainly_with_a_broken_link(house: House) -> None:
    page = await house.stranger().open("/chat?o=%22%3E%3Cscript%3E")
    assert page.status_code == 200
    assert 'data-order=""' in page.text


async def test_of_two_orders_the_page_has_a_button_that_counts_for_the_other(house: House) -> None:
    number = await about(house, "RS1002")
    async with house.database.writing() as session:
        row = (await session.scalars(select(DecisionRow).order_by(DecisionRow.id.desc()).limit(1))).one()
        row.content = {**row.content, "other_orders": ["RS1001"]}
    browser = await house.browser()
    page = (await browser.open(f"/cases/{number}")).text
    assert '<button class="secondary small" data-value="RS1001">Conta per RS1001</button>' in page
    pressed = await browser.act(f"/cases/{number}/facts", {"name": "order_id", "value": "RS1001"})
    assert pressed.json()["ok"] is True
    await house.settle()
    assert 'data-value="RS1001">Conta' not in (await browser.open(f"/cases/{number}")).text
