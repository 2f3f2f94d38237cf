"""Questions of ours that stay open while the customer says something else."""

import pytest
import pytest_asyncio

from models.database import Database
from models.decision import FactValue
from models.states import CaseState
from models.tables import Agent, Case
from responses.config import RoadConfig
from tests.seed import seed_agent
from tests.unit.responses.test_order_book import MARTA, Shop
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
    assert (await shop.decision(case)).kind == "hand_over"


async def test_of_half_an_answer_the_other_half_is_asked_for(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says("è RS1234", order_ids=("RS1234",))
    assert [fact.name for fact in (await shop.decision(case)).asks_customer] == ["order_proof"]
    draft = await shop.draft(case)
    assert "grazie" in draft.text
    assert "CAP" in draft.text


async def test_an_offer_ends_the_question(shop: Shop, agent: Agent, beside: Case) -> None:
    await shop.says("Sì, è arrivato")
    await shop.answers(agent, beside)
    async with shop.database.reading() as session:
        assert (await session.get_one(Case, beside.id)).state != CaseState.WAITING_CUSTOMER
