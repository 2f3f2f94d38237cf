"""A shop with an order book: its policy, its orders, and a road to a real database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest_asyncio
from sqlalchemy import select

from models.assessment import Entities
from models.clock import utcnow
from models.database import Database
from models.decision import Decision, FactValue
from models.money import Money
from models.serial import from_json
from models.tables import Agent, Case, DecisionRow, Identity
from responses.config import RoadConfig
from responses.facts import known_facts
from responses.orders.book import Kept, keep_orders
from responses.orders.links import link_code, link_key, open_link
from responses.orders.values import OrderEntry
from responses.triage import Triage
from tests.seed import seed_agent
from tests.unit.responses.triage_road import Road, assessed

POLICY = """
policy: regole
audience: customer
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
voice: {it: lei, en: you, es: usted, fr: vous, de: Sie}
facts:
  fault: {type: choice, of: [ours, theirs], from: [agent]}
  order_value: {type: money, from: [book]}
  arrived: {type: yes_no, from: [customer], ask: {it: "se il pacco è arrivato", en: "whether it has arrived",
    es: "si ha llegado", fr: "si le colis est arrivé", de: "ob das Paket da ist"}}
  order_id: {type: text, from: [message, customer, book], ask: {it: "il numero d'ordine",
    en: "the order number", es: "el número de pedido", fr: "le numéro de commande", de: "die Bestellnummer"}}
presume: {fault: {delivery_late: ours, item_wrong: ours}}
rules:
  - id: caro
    when: {complaint: delivery_late, order_id: known, order_value: {over: 50 EUR}, fault: ours}
    apologise: yes
    give: {voucher: 20 EUR}
  - id: ritardo
    when: {complaint: delivery_late, order_id: known, fault: ours}
    apologise: yes
    give: {voucher: 5 EUR}
  - id: senza-numero
    when: {complaint: delivery_late, fault: ours}
    apologise: yes
    give: {voucher: 2 EUR}
  - id: sbagliato
    when: {complaint: item_wrong, arrived: yes, fault: ours}
    give: {voucher: 10 EUR}
  - id: altro
    when: {act: complaint}
    hand_over: agent
worth: {}
approval: {agent: 30 EUR, supervisor: 200 EUR, admin: no limit}
wait_for_answer: 3 days
deadlines: {critical: 30 minutes, high: 4 hours, normal: 1 working day, low: 3 working days}
codes: ours
"""


KEY = link_key("a secret of the tests")


MARTA = OrderEntry(
    number="RS 1234",
    name="Marta Bianchi",
    email="marta@example.org",
    phone="+393331234567",
    postcode="20121",
    value=Money(amount=Decimal("89.90"), currency="EUR"),
    facts={"ordered_on": date(2026, 11, 3)},
)


class Shop(Road):
    async def prepare(self) -> None:
        async with self.database.writing() as session:
            loaded = await self.policies.load(session, {"regole.yaml": POLICY})
            assert loaded.refused == ()
            await self.texts.seed(session)

    async def load(self, *entries: OrderEntry) -> Kept:
        async with self.database.writing() as session:
            return await keep_orders(session, entries, "ordini.csv", utcnow())

    async def decision(self, case: Case) -> Decision:
        async with self.database.reading() as session:
            query = select(DecisionRow.content).where(DecisionRow.case_id == case.id)
            content = (await session.scalars(query.order_by(DecisionRow.id.desc()).limit(1))).one()
            return from_json(Decision, content)

    async def facts(self, case: Case) -> Mapping[str, FactValue]:
        async with self.database.reading() as session:
            return await known_facts(session, case.id)

    async def says(self, text: str, *types: str, **found: object) -> Case:
        entities = Entities(**found)  # type: ignore[arg-type]
        act = "complaint" if types else "other"
        return await self.writes(text, assessed(act, *types, entities=entities))

    async def complains(self) -> Case:
        return await self.says("Il pacco RS1234 è in ritardo", "delivery_late", order_ids=("RS1234",))

    async def opens(self, case: Case, number: str) -> None:
        async with self.database.writing() as session:
            identity = await session.get_one(Identity, case.identity_id)
            await open_link(session, KEY, link_code(KEY, number), identity)


@pytest_asyncio.fixture
async def shop(database: Database, config: RoadConfig) -> Shop:
    shop = Shop(database, config)
    await shop.prepare()
    return shop


@pytest_asyncio.fixture
async def agent(shop: Shop) -> Agent:
    async with shop.database.writing() as session:
        return await seed_agent(session)


def with_look_up(shop: Shop, look_up: object) -> Triage:
    return Triage(
        database=shop.database,
        config=shop.config,
        policies=shop.policies,
        texts=shop.texts,
        classify=shop._classify,
        agent_chat=lambda agent: None,
        look_up=look_up,  # type: ignore[arg-type]
    )
