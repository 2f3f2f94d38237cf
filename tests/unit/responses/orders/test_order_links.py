"""Links of an order that a customer opened: what they say and what they prove."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from models.clock import utcnow
from models.decision import FactValue
from models.states import CaseState, ProofHow
from models.tables import Agent, Case, Customer, OpenedLink, Order
from responses.orders.links import link_code, link_key, order_of_code
from responses.orders.proof import book_view, vouch
from responses.orders.values import OrderEntry
from responses.privacy.erasure import erase_person
from tests.unit.responses.orders.order_shop import KEY, MARTA, Shop, agent, shop, with_look_up

__all__ = ["agent", "shop"]


async def test_a_link_that_was_opened_gives_the_number_and_proves_it(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    assert (await shop.decision(case)).kind == "ask"
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("caro",)
    assert (await shop.facts(case))["order_id"] == FactValue(value="RS 1234", source="book")


async def test_a_link_says_which_order_it_is_also_where_that_was_proven_before(
    shop: Shop, agent: Agent
) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        await vouch(session, agent, await session.get_one(Case, case.id))
    await shop.triage.run(case.id)
    await _close(shop, case)
    later = await shop.says("Il pacco è in ritardo", "delivery_late")
    assert (later.id != case.id, (await shop.decision(later)).kind) == (True, "ask")
    await shop.opens(later, "RS 1234")
    await shop.triage.run(later.id)
    assert (await shop.facts(later))["order_id"].value == "RS 1234"
    assert (await shop.decision(later)).rule_ids == ("caro",)


async def test_of_several_links_the_one_opened_last_counts_also_if_it_was_opened_before(shop: Shop) -> None:
    await shop.load(MARTA, OrderEntry(number="RS5678"))
    first = await shop.says("Buongiorno")
    await _close(shop, first)
    for number in ("RS 1234", "RS5678", "RS 1234"):
        await shop.opens(first, number)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    assert case.id != first.id
    assert (await shop.facts(case))["order_id"].value == "RS 1234"


async def test_a_link_opened_again_counts_for_thirty_days_more(shop: Shop) -> None:
    await shop.load(MARTA)
    first = await shop.says("Buongiorno")
    await shop.opens(first, "RS 1234")
    await _close(shop, first)
    async with shop.database.writing() as session:
        await session.execute(update(OpenedLink).values(opened_at=utcnow() - timedelta(days=40)))
    second = await shop.says("Il pacco è in ritardo", "delivery_late")
    assert "order_id" not in await shop.facts(second)
    await shop.opens(second, "RS 1234")
    await shop.triage.run(second.id)
    assert (await shop.facts(second))["order_id"].value == "RS 1234"


async def test_words_after_another_link_are_about_that_order_and_those_before_are_not(shop: Shop) -> None:
    await shop.load(MARTA, OrderEntry(number="RS5678", value=MARTA.value))
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    await shop.opens(case, "RS5678")
    await shop.triage.run(case.id)
    assert (await shop.facts(case))["order_id"].value == "RS 1234"
    assert (await shop.says("Allora, il pacco?", "delivery_late")).id == case.id
    facts = await shop.facts(case)
    assert (facts["order_id"].value, facts["order_value"].value) == ("RS5678", MARTA.value)


async def test_after_an_answer_words_about_another_links_order_are_a_case_of_their_own(
    shop: Shop, agent: Agent
) -> None:
    await shop.load(MARTA, OrderEntry(number="RS5678", value=MARTA.value))
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    await shop.answers(agent, case)
    await shop.opens(case, "RS5678")
    await shop.says("Il pacco è in ritardo", "delivery_late")
    async with shop.database.reading() as session:
        other = (await session.scalars(select(Case).where(Case.linked_case_id == case.id))).one()
    await shop.triage.run(other.id)
    assert (await shop.facts(case))["order_id"].value == "RS 1234"
    assert (await shop.facts(other))["order_id"].value == "RS5678"


async def test_a_number_that_was_written_stays_whatever_link_is_opened(shop: Shop) -> None:
    await shop.load(MARTA, OrderEntry(number="RS5678"))
    case = await shop.complains()
    await shop.opens(case, "RS5678")
    await shop.says("Allora, il pacco?", "delivery_late")
    assert (await shop.facts(case))["order_id"].value == "RS 1234"


async def test_a_link_that_says_nothing_new_leaves_the_draft_on_the_table(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    draft = await shop.draft(case)
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    assert (await shop.draft(case)).id == draft.id


async def test_a_link_says_the_number_that_they_did_not_have(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says("Purtroppo non ce l'ho")
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("caro",)


async def test_a_link_opened_before_the_import_gives_the_number_and_the_book_later_the_rest(
    shop: Shop,
) -> None:
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.opens(case, "RS 1234")
    await shop.triage.run(case.id)
    assert await shop.facts(case) == {"order_id": FactValue(value="RS 1234", source="link")}
    assert (await shop.decision(case)).rule_ids == ("ritardo",)
    await shop.load(replace(MARTA, number="rs-1234"))
    await shop.says("Allora, il pacco?", "delivery_late")
    assert (await shop.decision(case)).rule_ids == ("caro",)
    async with shop.database.reading() as session:
        view = await book_view(session, case)
    assert view.proof is not None
    assert view.proof.how == ProofHow.LINK


async def test_the_order_of_a_link_is_looked_up(shop: Shop) -> None:
    async def look_up(number: str) -> Mapping[str, object]:
        return {"value": "89.90"} if number == "RS 1234" else {}

    shop.triage = with_look_up(shop, look_up)
    first = await shop.says("Buongiorno")
    await _close(shop, first)
    await shop.opens(first, "RS 1234")
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    assert (await shop.decision(case)).rule_ids == ("caro",)
    assert (await shop.facts(case))["order_id"] == FactValue(value="RS 1234", source="book")


async def test_a_number_named_after_saying_that_there_is_none_is_looked_up(shop: Shop, agent: Agent) -> None:
    asked: list[str] = []

    async def look_up(number: str) -> None:
        asked.append(number)

    shop.triage = with_look_up(shop, look_up)
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says("Purtroppo non ce l'ho")
    await shop.says("Trovato: ordine RS1234", "delivery_late", order_ids=("RS1234",))
    assert asked == ["RS1234"]


async def test_whoever_writes_another_number_has_nothing_proven_by_the_link(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    await shop.opens(case, "RS5678")
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).kind == "ask"
    assert await shop.facts(case) == {"order_id": FactValue(value="RS 1234", source="customer")}


async def test_erasing_somebody_takes_the_links_they_opened_along(shop: Shop, agent: Agent) -> None:
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.opens(case, "RS 1234")
    await shop.load(MARTA, OrderEntry(number="RS9"))
    async with shop.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), agent.id)
    async with shop.database.reading() as session:
        opened = (await session.scalars(select(OpenedLink))).one()
        numbers = (await session.scalars(select(Order.number).order_by(Order.number))).all()
    assert not any("1234" in value for value in (opened.number, opened.order_key, *numbers))
    assert "RS9" in numbers


async def _close(shop: Shop, case: Case) -> None:
    long_ago = utcnow() - timedelta(days=10)
    async with shop.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.state, row.closed_at, row.answered_at = CaseState.CLOSED, long_ago, long_ago


def test_a_link_carries_its_number_and_nothing_that_was_changed() -> None:
    code = link_code(KEY, "RS 1234/é")
    assert order_of_code(KEY, code) == "RS 1234/é"
    assert len(link_code(KEY, "x" * 35)) == 64
    altered = [code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :] for at in range(len(code))]
    assert [order_of_code(KEY, one) for one in altered if order_of_code(KEY, one) == "RS 1234/é"] == []
    assert order_of_code(link_key("another secret"), code) is None
    assert order_of_code(b"", code) is None
