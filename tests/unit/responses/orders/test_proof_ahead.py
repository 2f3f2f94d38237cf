"""The number and what proves it, asked for in one message."""

from dataclasses import replace

import pytest
import pytest_asyncio

from models.database import Database
from models.decision import FactValue
from models.tables import Agent, Case
from responses.config import RoadConfig
from tests.seed import seed_agent
from tests.unit.responses.orders.test_order_book import MARTA, Shop

BOTH = ["order_id", "order_proof"]


@pytest_asyncio.fixture
async def shop(database: Database, config: RoadConfig) -> Shop:
    shop = Shop(database, config)
    await shop.prepare()
    return shop


@pytest_asyncio.fixture
async def agent(shop: Shop) -> Agent:
    async with shop.database.writing() as session:
        return await seed_agent(session)


async def _late(shop: Shop) -> Case:
    return await shop.says("Il pacco è in ritardo", "delivery_late")


async def _asked(shop: Shop, case: Case) -> list[str]:
    return [fact.name for fact in (await shop.decision(case)).asks_customer]


async def test_the_number_is_asked_for_together_with_what_proves_it(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await _late(shop)
    assert await _asked(shop, case) == BOTH
    draft = await shop.draft(case)
    asked = "il numero d'ordine e l'indirizzo e-mail oppure il CAP indicati nell'ordine"
    assert asked in draft.text
    assert "due cose" in draft.text


async def test_one_answer_to_both_decides_with_the_book(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await _late(shop)
    await shop.answers(agent, case)
    await shop.says("è RS1234, CAP 20121", order_ids=("RS1234",))
    facts = await shop.facts(case)
    assert facts["order_value"] == FactValue(value=MARTA.value, source="book")
    assert (await shop.decision(case)).rule_ids == ("caro",)


async def test_with_an_empty_book_the_number_alone_is_asked_for(shop: Shop) -> None:
    assert await _asked(shop, await _late(shop)) == ["order_id"]


async def test_what_the_book_does_not_tell_needs_no_proof(shop: Shop) -> None:
    await shop.load(replace(MARTA, value=None))
    assert await _asked(shop, await _late(shop)) == ["order_id"]


async def test_who_has_written_an_address_is_asked_for_the_number_alone(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await shop.says("Scrivo da anna@example.org", "delivery_late", emails=("anna@example.org",))
    assert await _asked(shop, case) == ["order_id"]


async def test_who_has_neither_is_decided_without_the_book(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await _late(shop)
    await shop.answers(agent, case)
    await shop.says("Purtroppo non ce l'ho")
    assert (await shop.decision(case)).rule_ids == ("senza-numero",)


@pytest.mark.parametrize("answer", ["20121", "il CAP è 20121", "20121 grazie"])
async def test_a_postcode_alone_is_no_orders_number(shop: Shop, agent: Agent, answer: str) -> None:
    await shop.load(MARTA)
    case = await _late(shop)
    await shop.answers(agent, case)
    await shop.says(answer)
    assert "order_id" not in await shop.facts(case)


async def test_an_address_with_figures_hides_no_number(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await _late(shop)
    await shop.answers(agent, case)
    await shop.says("è AB77812, la mail marta88@example.org", emails=("marta88@example.org",))
    assert (await shop.facts(case))["order_id"].value == "AB77812"
