"""Answers to our questions on the whole road: what is taken, and what an agent confirms."""

from decimal import Decimal

import pytest
import pytest_asyncio

from models.assessment import Amount
from models.database import Database
from models.decision import FactValue, MissingFact
from models.money import Money
from models.tables import Agent, Case, Customer
from responses.config import RoadConfig
from responses.facts import give_fact
from responses.privacy.erasure import erase_person
from tests.seed import seed_agent
from tests.unit.responses.orders.order_shop import POLICY, Shop

MODEL_FACT = """facts:
  model: {type: text, from: [customer], ask: {it: "il modello", en: "the model", es: el modelo, fr: le modèle,
    de: das Modell}}
  price: {type: money, from: [customer], ask: {it: "il prezzo", en: "the price", es: el precio, fr: le prix,
    de: der Preis}}
  shipping: {type: money, from: [customer], ask: {it: "le spese di spedizione", en: "the shipping costs",
    es: los gastos de envío, fr: les frais de port, de: die Versandkosten}}
"""
MODEL_RULE = """rules:
  - id: difettoso
    when: {complaint: item_damaged, arrived: yes, model: known, fault: ours}
    give: {voucher: 10 EUR}
  - id: conto
    when: {complaint: billing_error, price: known, shipping: known, fault: ours}
    give: {voucher: 10 EUR}
  - id: mancante
    when: {complaint: quality_below, model: known, order_id: known, fault: ours}
    give: {voucher: 10 EUR}
"""
MODEL_POLICY = (
    POLICY.replace("facts:\n", MODEL_FACT, 1)
    .replace("rules:\n", MODEL_RULE, 1)
    .replace(
        "item_wrong: ours}",
        "item_wrong: ours, item_damaged: ours, billing_error: ours, quality_below: ours}",
        1,
    )
)


class ModelShop(Shop):
    async def prepare(self) -> None:
        async with self.database.writing() as session:
            assert (await self.policies.load(session, {"regole.yaml": MODEL_POLICY})).refused == ()
            await self.texts.seed(session)


@pytest_asyncio.fixture
async def shop(database: Database, config: RoadConfig) -> Shop:
    shop = ModelShop(database, config)
    await shop.prepare()
    return shop


@pytest_asyncio.fixture
async def agent(shop: Shop) -> Agent:
    async with shop.database.writing() as session:
        return await seed_agent(session)


async def answered(shop: Shop, agent: Agent, answer: str) -> Case:
    """A broken thing, of which we asked whether it has come and what model it is; and what was answered."""
    case = await shop.says("È rotto", "item_damaged")
    decision = await shop.decision(case)
    assert {fact.name for fact in decision.asks_customer} == {"arrived", "model"}
    await shop.answers(agent, case)
    return await shop.says(answer)


async def asked(shop: Shop, agent: Agent, complaint: str, *names: str) -> Case:
    """A complaint for which we asked the customer for these things."""
    case = await shop.says("Non va bene", complaint)
    assert {fact.name for fact in (await shop.decision(case)).asks_customer} == set(names)
    await shop.answers(agent, case)
    return case


async def confirmed(shop: Shop, agent: Agent, case: Case, name: str, value: str) -> None:
    """The agent gives the fact, and the case is decided anew."""
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        await give_fact(session, agent, await session.get_one(Case, case.id), name, value, policy)
    await shop.triage.run(case.id)


async def missing(shop: Shop, case: Case) -> dict[str, MissingFact]:
    return {fact.name: fact for fact in (await shop.decision(case)).missing}


@pytest.mark.parametrize("answer", ["Sì, è arrivato. Il modello è XY-200", "1) sì 2) XY-200"])
async def test_an_answer_of_two_things_fills_both(shop: Shop, agent: Agent, answer: str) -> None:
    case = await answered(shop, agent, answer)
    facts = await shop.facts(case)
    assert facts["model"] == FactValue(value="XY-200", source="customer")
    assert facts["arrived"] == FactValue(value=True, source="customer")
    assert (await shop.decision(case)).rule_ids == ("difettoso",)


async def test_what_is_not_certain_waits_for_an_agent_who_confirms_it_as_it_was_said(
    shop: Shop, agent: Agent
) -> None:
    case = await answered(shop, agent, "1) sì 2) un bosch bianco")
    assert "model" not in await shop.facts(case)
    likely = (await missing(shop, case))["model"].likely
    assert likely == "un bosch bianco"
    await confirmed(shop, agent, case, "model", likely)
    assert (await shop.decision(case)).rule_ids == ("difettoso",)


async def test_a_second_message_makes_no_other_answer_of_the_first(shop: Shop, agent: Agent) -> None:
    case = await asked(shop, agent, "billing_error", "price", "shipping")
    amount = Amount(value=Decimal(50), currency="EUR")
    await shop.says("Il prezzo era 50 €", amounts=(amount,))
    await shop.says("Grazie")
    price = FactValue(value=Money(amount=Decimal(50), currency="EUR"), source="customer")
    facts = await shop.facts(case)
    assert facts["price"] == price
    assert "shipping" not in facts
    await shop.says("La spedizione 5 €", amounts=(Amount(value=Decimal(5), currency="EUR"),))
    facts = await shop.facts(case)
    assert facts["price"] == price
    assert facts["shipping"] == FactValue(value=Money(amount=Decimal(5), currency="EUR"), source="customer")


async def test_what_an_agent_confirms_of_one_thing_is_said_of_no_other(shop: Shop, agent: Agent) -> None:
    case = await asked(shop, agent, "quality_below", "model", "order_id")
    await shop.says("Eccolo: XY-200")
    likely = {name: fact.likely for name, fact in (await missing(shop, case)).items()}
    assert likely == {"model": "XY-200", "order_id": "XY-200"}
    await confirmed(shop, agent, case, "model", "XY-200")
    assert "order_id" not in await shop.facts(case)
    assert (await missing(shop, case))["order_id"].likely is None


async def test_what_is_lacking_of_one_thing_is_lacking_of_no_other(shop: Shop, agent: Agent) -> None:
    case = await asked(shop, agent, "quality_below", "model", "order_id")
    await shop.says("Il numero d'ordine non ce l'ho")
    await shop.says("Grazie")
    facts = await shop.facts(case)
    assert facts["order_id"].unavailable
    assert "model" not in facts


async def test_who_is_erased_leaves_no_answer_behind(shop: Shop, agent: Agent) -> None:
    case = await answered(shop, agent, "1) sì 2) un bosch bianco")
    async with shop.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), agent.id)
    assert (await missing(shop, case))["model"].likely is None
