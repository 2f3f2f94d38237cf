"""Two orders in what a customer writes: the case is about one of them, and the agent is told which."""

from dataclasses import replace
from decimal import Decimal

import pytest

from models.assessment import Entities
from models.decision import FactValue
from models.money import Money
from models.states import ProofHow
from models.tables import Agent, Case
from responses.facts import give_fact, orders_named
from responses.orders.proof import book_view
from responses.orders.values import OrderEntry
from tests.unit.responses.orders.order_shop import MARTA, Shop, agent, shop
from tests.unit.responses.triage_road import assessed

__all__ = ["agent", "shop"]

RS2 = OrderEntry(number="RS2", email="marta@example.org", value=Money(amount=Decimal(20), currency="EUR"))
BOTH = "Gli ordini RS 1234 e RS2 non sono arrivati"


async def counts_for(shop: Shop, agent: Agent, case: Case, number: str) -> None:
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        await give_fact(session, agent, await session.get_one(Case, case.id), "order_id", number, policy)
    await shop.triage.run(case.id)


async def test_of_two_orders_the_agent_is_told_for_which_the_offer_counts(shop: Shop) -> None:
    case = await shop.says(BOTH, "delivery_late", order_ids=("RS 1234", "RS2"))
    decision = await shop.decision(case)
    assert (await shop.facts(case))["order_id"] == FactValue(value="RS2", source="customer")
    assert decision.other_orders == ("RS 1234",)
    assert decision.notes[0] == "il cliente nomina anche RS 1234: quanto deciso conta per RS2 soltanto"


async def test_an_agent_makes_it_count_for_the_other_and_the_book_follows(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA, RS2)
    numbers, emails = ("RS 1234", "RS2"), ("marta@example.org",)
    text = f"{BOTH}, la mia e-mail è marta@example.org"
    case = await shop.says(text, "delivery_late", order_ids=numbers, emails=emails)
    assert (await shop.decision(case)).rule_ids == ("ritardo",)
    await counts_for(shop, agent, case, "RS 1234")
    decision = await shop.decision(case)
    # Of 89.90 EUR, where the other costs 20.
    assert (decision.rule_ids, decision.other_orders) == (("caro",), ("RS2",))
    assert decision.notes[0] == "il cliente nomina anche RS2: quanto deciso conta per RS 1234 soltanto"
    async with shop.database.reading() as session:
        view = await book_view(session, case)
    assert view.proof is not None
    assert (view.number, view.proof.how) == ("RS 1234", ProofHow.EMAIL)


async def test_whoever_names_one_order_is_not_told_of(shop: Shop) -> None:
    case = await shop.says(
        "Il pacco RS1234 è in ritardo, RS-1234 dico", "delivery_late", order_ids=("RS1234", "RS-1234")
    )
    decision = await shop.decision(case)
    assert (decision.other_orders, decision.notes) == ((), ())


async def test_what_is_named_after_an_agent_has_said_the_number_is_told_as_well(
    shop: Shop, agent: Agent
) -> None:
    case = await shop.complains()
    await counts_for(shop, agent, case, "RS1234")
    await shop.says("Non è arrivato nemmeno l'ordine RS2", "delivery_late", order_ids=("RS2",))
    assert (await shop.facts(case))["order_id"] == FactValue(value="RS1234", source="agent")
    assert (await shop.decision(case)).other_orders == ("RS2",)


async def test_the_number_can_be_said_where_no_rule_asks_about_it(shop: Shop, agent: Agent) -> None:
    case = await shop.says(BOTH, "delivery_late", order_ids=("RS 1234", "RS2"))
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        without = {name: spec for name, spec in policy.facts.items() if name != "order_id"}
        row = await session.get_one(Case, case.id)
        await give_fact(session, agent, row, "order_id", "RS 1234", replace(policy, facts=without))
    assert (await shop.facts(case))["order_id"] == FactValue(value="RS1234", source="agent")


@pytest.mark.parametrize(
    ("messages", "named"),
    [
        ([("RS1", "RS2")], ("RS1", "RS2")),
        ([("RS1",), ("RS2",)], ("RS1", "RS2")),
        ([("RS1", "RS2"), ("rs-1",)], ("RS2", "rs-1")),
        ([("-",), ("RS1",)], ("RS1",)),
        ([()], ()),
    ],
    ids=["in one message", "in two", "the first again", "no number", "none"],
)
def test_each_number_is_named_once_and_the_last_one_last(
    messages: list[tuple[str, ...]], named: tuple[str, ...]
) -> None:
    read = [assessed("complaint", entities=Entities(order_ids=numbers)) for numbers in messages]
    assert orders_named(read) == named
