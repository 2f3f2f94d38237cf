"""Answers to our questions on the whole road: what is taken, and what an agent confirms."""

import pytest
import pytest_asyncio

from models.database import Database
from models.decision import FactValue, MissingFact
from models.tables import Agent, Case, Customer
from responses.config import RoadConfig
from responses.erasure import erase_person
from responses.facts import give_fact
from tests.seed import seed_agent
from tests.unit.responses.test_order_book import POLICY, Shop

MODEL_FACT = """facts:
  model: {type: text, from: [customer], ask: {it: "il modello", en: "the model", es: el modelo, fr: le modèle,
    de: das Modell}}
"""
MODEL_RULE = """rules:
  - id: difettoso
    when: {complaint: item_damaged, arrived: yes, model: known, fault: ours}
    give: {voucher: 10 EUR}
"""
MODEL_POLICY = (
    POLICY.replace("facts:\n", MODEL_FACT, 1)
    .replace("rules:\n", MODEL_RULE, 1)
    .replace("item_wrong: ours}", "item_wrong: ours, item_damaged: ours}", 1)
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
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        await give_fact(session, agent, await session.get_one(Case, case.id), "model", likely, policy)
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("difettoso",)


async def test_who_is_erased_leaves_no_answer_behind(shop: Shop, agent: Agent) -> None:
    case = await answered(shop, agent, "1) sì 2) un bosch bianco")
    async with shop.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), agent.id)
    assert (await missing(shop, case))["model"].likely is None
