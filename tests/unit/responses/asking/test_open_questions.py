"""Questions of ours that stay open while the customer says something else."""

from dataclasses import replace

import pytest
import pytest_asyncio

from models.database import Database
from models.decision import FactValue
from models.states import CaseState
from models.tables import Agent, Case
from responses.config import RoadConfig
from tests.seed import seed_agent
from tests.unit.responses.orders.test_order_book import MARTA, Shop
from tests.unit.responses.test_triage import assessed


@pytest_asyncio.fixture
async def shop(sqlite: Database, config: RoadConfig) -> Shop:
    shop = Shop(sqlite, config)
    await shop.prepare()
    return shop


@pytest_asyncio.fixture
async def agent(shop: Shop) -> Agent:
    async with shop.database.writing() as session:
        return await seed_agent(session)


@pytest_asyncio.fixture
async def beside(shop: Shop, agent: Agent) -> Case:
    """We asked whether it has arrived, and then answered a question of theirs."""
    case = await shop.says("È arrivata la maglia sbagliata", "item_wrong")
    await shop.answers(agent, case)
    aside = await shop.writes("Intanto: siete aperti sabato?", assessed("question"))
    assert aside.id == case.id
    async with shop.database.writing() as session:
        draft = await shop.draft(case)
        (await session.get_one(type(draft), draft.id)).text = "Gentile Marta, sì, siamo aperti."
    await shop.answers(agent, case)
    return case


async def test_an_aside_that_was_answered_leaves_the_question_open(shop: Shop, beside: Case) -> None:
    await shop.says("Sì, è arrivato")
    assert (await shop.facts(beside))["arrived"] == FactValue(value=True, source="customer")


@pytest.mark.parametrize("aside", ["Siete aperti sabato?", "È arrivata la maglia sbagliata!"])
async def test_what_answers_nothing_ends_no_waiting(shop: Shop, agent: Agent, aside: str) -> None:
    case = await shop.says("È arrivata la maglia sbagliata", "item_wrong")
    first = await shop.draft(case)
    await shop.answers(agent, case)
    act = "question" if "?" in aside else "complaint"
    await shop.writes(aside, assessed(act, *(["item_wrong"] if act == "complaint" else [])))
    decision, draft = await shop.decision(case), await shop.draft(case)
    assert [(fact.name, fact.again, fact.from_agent) for fact in decision.asks_customer] == [
        ("arrived", True, False)
    ]
    assert "grazie" in draft.text
    asked = [line for line in draft.text.splitlines() if "se il pacco è arrivato" in line]
    assert asked
    assert not set(asked) & set(first.text.splitlines())


async def test_nobody_is_asked_a_third_time(shop: Shop, agent: Agent) -> None:
    case = await shop.says("È arrivata la maglia sbagliata", "item_wrong")
    await shop.answers(agent, case)
    await shop.says("È ancora quella sbagliata", "item_wrong")
    await shop.answers(agent, case)
    async with shop.database.reading() as session:
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_CUSTOMER
    await shop.says("Allora?", "item_wrong")
    decision = await shop.decision(case)
    assert decision.kind == "hand_over"
    # An agent may know it, and is told why the customer is not asked.
    [missing] = decision.missing
    assert (missing.name, missing.from_agent) == ("arrived", True)
    assert missing.remark == "chiesto due volte al cliente, e non si sa ancora"
    assert decision.notes == (f"se il pacco è arrivato: {missing.remark}",)


async def test_whoever_was_asked_once_was_not_asked_twice(shop: Shop, agent: Agent) -> None:
    case = await shop.says("È arrivata la maglia sbagliata", "item_wrong")
    await shop.answers(agent, case)
    await shop.says("È ancora quella sbagliata", "item_wrong")
    decision = await shop.decision(case)
    assert ([fact.remark for fact in decision.missing], decision.notes) == ([None], ())


async def test_of_half_an_answer_the_other_half_is_asked_for(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says("è RS1234", order_ids=("RS1234",))
    assert [fact.name for fact in (await shop.decision(case)).asks_customer] == ["order_proof"]
    draft = await shop.draft(case)
    assert "grazie" in draft.text
    assert "CAP" in draft.text


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("RS 12345", "RS12345, del 12/11/2026"),
        ("RS 12345", "è RS 12345 di novembre 2026"),
        ("48213", "il mio ordine è 48213"),
        ("48213", "il mio ordine è 48213, ho pagato 1200 euro"),
        ("48213", "my order is 48213, I paid € 1200 for it"),
        ("48213", "mi pedido es el 48213, costó 1200,50 en 2025"),
        ("48213", "ma commande est la 48213, du 12.11.2026, payée 1200€"),
        ("48213", "meine Bestellung ist 48213, 1200 Franken gezahlt"),
    ],
)
async def test_a_year_a_sum_and_the_orders_own_number_try_no_proof(
    shop: Shop, agent: Agent, number: str, answer: str
) -> None:
    await shop.load(replace(MARTA, number=number))
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says(answer, order_ids=(number,))
    assert [fact.name for fact in (await shop.decision(case)).asks_customer] == ["order_proof"]


@pytest.mark.parametrize(
    "answer",
    [
        "il mio ordine è 48213, CAP 20122",
        "48213 del 12/11/2026, abito a 20122 Milano.",
        "my order is 48213, postcode 20122.",
        "mi pedido es el 48213, 28013, Madrid",
        "ma commande est la 48213, 75011 Paris, payée 1200 €",
        "meine Bestellung ist 48213, PLZ 1010",
    ],
)
async def test_whoever_wrote_another_postcode_has_tried(shop: Shop, agent: Agent, answer: str) -> None:
    await shop.load(replace(MARTA, number="48213"))
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says(answer, order_ids=("48213",))
    assert "order_proof" not in [fact.name for fact in (await shop.decision(case)).asks_customer]


async def test_an_offer_ends_the_question(shop: Shop, agent: Agent, beside: Case) -> None:
    await shop.says("Sì, è arrivato")
    await shop.answers(agent, beside)
    async with shop.database.reading() as session:
        assert (await session.get_one(Case, beside.id)).state != CaseState.WAITING_CUSTOMER
