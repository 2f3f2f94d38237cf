"""The order book on the road: what is claimed, what proves it, and what drafts use before and after."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.assessment import Entities
from models.clock import utcnow
from models.database import Database
from models.decision import Decision, FactValue
from models.errors import LookUpError
from models.money import Money
from models.serial import from_json
from models.states import CaseState, ProofHow
from models.tables import (
    Agent,
    Case,
    Contact,
    Customer,
    DecisionRow,
    Fact,
    Identity,
    OpenedLink,
    Order,
    OrderProof,
)
from responses.config import RoadConfig
from responses.contacts import order_by_contact
from responses.erasure import erase_person
from responses.errors import BlockedError
from responses.export import export_person
from responses.facts import give_fact, known_facts
from responses.files import FileStore
from responses.order_links import link_code, link_key, open_link, order_of_code
from responses.order_values import OrderEntry
from responses.orders import Kept, facts_of, find_order, forget_old_orders, keep_orders
from responses.proof import book_view, postcodes_like, vouch
from responses.related import maybe_same_person, same_order
from responses.triage import Triage
from responses.unanswered import asked_cases, end_asking
from tests.seed import seed_agent, seed_case, seed_identity
from tests.unit.responses.test_triage import Road, assessed

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
NEW = replace(MARTA, facts={"ordered_on": utcnow().date()})
"""The same, recent whenever the tests run."""


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


async def test_an_import_says_what_is_new_what_changed_and_what_is_as_it_was(shop: Shop) -> None:
    other = OrderEntry(number="RS2")
    assert await shop.load(MARTA, other) == Kept(new=2)
    assert await shop.load(MARTA, replace(other, name="Paolo")) == Kept(changed=1, same=1)
    async with shop.database.reading() as session:
        order = await find_order(session, "rs-2")
    assert order is not None
    assert order.name == "Paolo"


async def test_of_one_number_written_in_two_ways_the_last_counts(shop: Shop) -> None:
    assert await shop.load(MARTA, replace(MARTA, number="rs1234", name="Marta B.")) == Kept(new=1)
    async with shop.database.reading() as session:
        assert (await session.scalars(select(Order.name))).all() == ["Marta B."]


async def test_what_an_import_says_nothing_of_stays_in_the_book(shop: Shop) -> None:
    await shop.load(MARTA)
    late = OrderEntry(number="rs1234", facts={"days_late": Decimal(3)})
    assert await shop.load(late) == Kept(changed=1)
    assert await shop.load(OrderEntry(number="RS 1234")) == Kept(changed=1)
    assert await shop.load(OrderEntry(number="RS 1234")) == Kept(same=1)
    async with shop.database.reading() as session:
        order = await find_order(session, "RS1234")
    assert order is not None
    assert (order.number, order.name, order.email, order.phone, order.postcode) == (
        "RS 1234",
        "Marta Bianchi",
        "marta@example.org",
        "+393331234567",
        "20121",
    )
    assert {name: fact.value for name, fact in facts_of(order).items()} == {
        "ordered_on": date(2026, 11, 3),
        "days_late": Decimal(3),
        "order_value": MARTA.value,
    }


async def test_two_rows_of_one_number_are_taken_together(shop: Shop) -> None:
    assert await shop.load(MARTA, OrderEntry(number="RS 1234", name="Marta B.")) == Kept(new=1)
    async with shop.database.reading() as session:
        order = await find_order(session, "RS1234")
    assert order is not None
    assert (order.name, order.email, order.value_minor) == ("Marta B.", "marta@example.org", 8990)


async def test_an_import_and_a_look_up_at_once_lose_nothing_of_each_other(shop: Shop) -> None:
    await shop.load(OrderEntry(number="RS 1234"))
    names = ("item", "days_late", "ordered_on", "booked_for")
    entries = [OrderEntry(number="RS 1234", facts={name: name}) for name in names]
    await asyncio.gather(*(shop.load(entry) for entry in entries))
    async with shop.database.reading() as session:
        order = await find_order(session, "RS1234")
    assert order is not None
    assert set(order.facts) == set(names)


async def test_without_a_book_a_fact_that_only_it_knows_is_done_without(shop: Shop) -> None:
    case = await shop.complains()
    decision = await shop.decision(case)
    assert (decision.kind, decision.rule_ids) == ("offer", ("ritardo",))


async def test_a_number_that_the_book_does_not_have_changes_nothing(shop: Shop) -> None:
    await shop.load(replace(MARTA, number="RS9"))
    assert (await shop.decision(await shop.complains())).rule_ids == ("ritardo",)


async def test_an_order_is_recent_by_the_day_that_has_begun_here(shop: Shop) -> None:
    begun = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    await shop.load(replace(MARTA, facts={"ordered_on": date(2026, 11, 21) - timedelta(days=91)}))
    case = await shop.says("Scrivo da marta@example.org", "delivery_late", emails=("marta@example.org",))
    async with shop.database.writing() as session:
        case = await session.get_one(Case, case.id)
        case.incident_at = begun
        assert await order_by_contact(session, case, shop.config.timezone) is None


async def test_a_claimed_number_is_asked_to_be_proven_and_nothing_of_the_book_is_used(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    decision, draft = await shop.decision(case), await shop.draft(case)
    assert decision.kind == "ask"
    assert [fact.name for fact in decision.asks_customer] == ["order_proof"]
    assert "e-mail" in draft.text
    assert "CAP" in draft.text
    # Written as the book writes it: one order has one name.
    assert await shop.facts(case) == {"order_id": FactValue(value="RS 1234", source="customer")}
    told = ("89", "Bianchi", "marta@", "20121", "3331234567", "novembre")
    assert [word for word in told if word in draft.text] == []


@pytest.mark.parametrize(
    ("text", "found", "how"),
    [
        ("La mia e-mail è Marta@Example.org", {"emails": ("Marta@Example.org",)}, ProofHow.EMAIL),
        ("Il telefono è 333 1234567", {"phone_numbers": ("+393331234567",)}, ProofHow.PHONE),
        ("CAP 20121, Milano", {}, ProofHow.POSTCODE),
    ],
    ids=["e-mail", "phone", "postcode"],
)
async def test_what_agrees_with_the_book_proves_it(
    shop: Shop, agent: Agent, text: str, found: dict[str, object], how: ProofHow
) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    await shop.answers(agent, case)
    again = await shop.says(text, **found)
    assert again.id == case.id
    facts = await shop.facts(case)
    assert facts["order_value"] == FactValue(value=MARTA.value, source="book")
    assert facts["ordered_on"].value == date(2026, 11, 3)
    assert (await shop.decision(case)).rule_ids == ("caro",)
    async with shop.database.reading() as session:
        view = await book_view(session, again)
    assert view.proof is not None
    assert view.proof.how == how


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("La mia e-mail è paolo@example.org", {"emails": ("paolo@example.org",)}),
        ("CAP 20122", {}),
        ("Il CAP è 20120, o 20121, o 20122, o 20123", {}),
        ("Ordine n. 20121-7", {}),
    ],
    ids=["another e-mail", "another postcode", "four postcodes", "a longer number"],
)
async def test_what_does_not_agree_or_is_guessed_proves_nothing(
    shop: Shop, agent: Agent, text: str, found: dict[str, object]
) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    await shop.answers(agent, case)
    await shop.says(text, **found)
    decision = await shop.decision(case)
    # Nobody is asked twice: from here on an agent has to say.
    assert decision.kind == "hand_over"
    assert "order_value" not in await shop.facts(case)


async def test_an_agent_says_that_it_is_them_and_the_case_is_decided_anew(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        await vouch(session, agent, await session.get_one(Case, case.id))
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("caro",)
    async with shop.database.reading() as session:
        assert (await book_view(session, case)).proven_by == agent.name


async def test_the_proof_is_asked_for_in_one_message_with_everything_else(shop: Shop) -> None:
    await shop.load(MARTA)
    text = "Il pacco RS1234 è in ritardo, e la maglia è un'altra"
    case = await shop.says(text, "delivery_late", "item_wrong", order_ids=("RS1234",))
    decision = await shop.decision(case)
    assert {fact.name for fact in decision.asks_customer} == {"order_proof", "arrived"}


async def test_a_number_written_otherwise_after_an_answer_is_no_new_matter(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        await vouch(session, agent, await session.get_one(Case, case.id))
    await shop.triage.run(case.id)
    await shop.answers(agent, case)
    again = await shop.says("E allora l'ordine rs-1234?", "delivery_late", order_ids=("rs-1234",))
    assert again.id == case.id


async def test_nobody_vouches_for_an_order_that_is_not_there(shop: Shop, agent: Agent) -> None:
    case = await shop.complains()
    async with shop.database.writing() as session:
        with pytest.raises(BlockedError, match="order_unknown"):
            await vouch(session, agent, await session.get_one(Case, case.id))


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

    shop.triage = _with_look_up(shop, look_up)
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

    shop.triage = _with_look_up(shop, look_up)
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


async def test_the_telegram_account_that_the_book_knows_proves_it(shop: Shop) -> None:
    await shop.load(replace(MARTA, telegram_id="marta"))
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    async with shop.database.writing() as session:
        (await session.get_one(Identity, case.identity_id)).channel = "telegram:1"
        (await session.get_one(Case, case.id)).triage_due_at = utcnow()
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("caro",)


@pytest.mark.parametrize(
    "found",
    [{"emails": ("Marta@Example.org",)}, {"phone_numbers": ("+393331234567",)}],
    ids=["e-mail", "phone"],
)
async def test_the_only_order_with_their_address_is_meant_and_neither_proven_nor_told(
    shop: Shop, found: dict[str, object]
) -> None:
    await shop.load(NEW, OrderEntry(number="RS9", email="paolo@example.org"))
    case = await shop.says("Il pacco è in ritardo, sono Marta", "delivery_late", **found)
    assert await shop.facts(case) == {"order_id": FactValue(value="RS 1234", source="contact")}
    decision, draft = await shop.decision(case), await shop.draft(case)
    assert [fact.name for fact in decision.asks_customer] == ["order_proof"]
    assert "il numero d'ordine oppure il CAP" in draft.text
    assert [word for word in ("1234", "89", "Bianchi", "20121") if word in draft.text] == []


@pytest.mark.parametrize(
    ("text", "more", "how"),
    [
        ("È l'ordine rs-1234", {"order_ids": ("rs-1234",)}, ProofHow.EMAIL),
        ("CAP 20121", {}, ProofHow.POSTCODE),
        ("Il telefono è 333 1234567", {"phone_numbers": ("+393331234567",)}, ProofHow.PHONE),
    ],
    ids=["number", "postcode", "phone"],
)
async def test_a_second_thing_proves_an_order_that_was_found_by_an_address(
    shop: Shop, agent: Agent, text: str, more: dict[str, object], how: ProofHow
) -> None:
    await shop.load(NEW)
    case = await shop.says("Il pacco è in ritardo", "delivery_late", emails=("marta@example.org",))
    await shop.answers(agent, case)
    await shop.says(text, **more)
    assert (await shop.decision(case)).rule_ids == ("caro",)
    async with shop.database.reading() as session:
        view = await book_view(session, case)
    assert view.proof is not None
    assert view.proof.how == how


async def test_what_is_decided_without_the_book_needs_no_proof_of_the_order_found(shop: Shop) -> None:
    await shop.load(OrderEntry(number="RS5678", email="marta@example.org"))
    case = await shop.says("Il pacco è in ritardo", "delivery_late", emails=("marta@example.org",))
    assert (await shop.decision(case)).rule_ids == ("ritardo",)
    assert "RS5678" not in (await shop.draft(case)).text


@pytest.mark.parametrize(
    ("other", "emails", "order"),
    [
        ({"ordered_on": -80}, (), None),
        ({}, (), None),
        ({"ordered_on": -100, "delivered_on": -95}, (), "RS 1234"),
        ({"ordered_on": -200, "booked_for": 30}, (), None),
        ({"ordered_on": -200}, ("a@example.org", "b@example.org", "c@example.org"), None),
    ],
    ids=["two recent", "without a day", "one long past", "one to come", "guessed"],
)
async def test_of_several_orders_with_their_address_the_only_recent_one_is_meant(
    shop: Shop, other: dict[str, int], emails: tuple[str, ...], order: str | None
) -> None:
    today = utcnow().date()
    days = {name: today + timedelta(days=distance) for name, distance in other.items()}
    await shop.load(NEW, OrderEntry(number="RS5678", email="marta@example.org", facts=days))
    case = await shop.says("Il pacco è in ritardo", "delivery_late", emails=("marta@example.org", *emails))
    known = (await shop.facts(case)).get("order_id")
    assert (known.value if known is not None else None) == order


async def test_agents_see_what_would_prove_an_order_found_by_an_address(shop: Shop) -> None:
    await shop.load(NEW)
    case = await shop.says("Il pacco è in ritardo", "delivery_late", emails=("marta@example.org",))
    async with shop.database.reading() as session:
        assert (await book_view(session, case)).proofs == ("number", "phone", "postcode")
    named = await shop.says("È RS1234", "delivery_late", order_ids=("RS1234",))
    async with shop.database.reading() as session:
        assert (await book_view(session, named)).proofs == ("email", "phone", "postcode")


async def test_what_an_agent_says_wins_over_the_book(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        row = await session.get_one(Case, case.id)
        policy = await shop.policies.current(session)
        await give_fact(session, agent, row, "order_value", "40", policy)
        await vouch(session, agent, row)
    await shop.triage.run(case.id)
    assert (await shop.facts(case))["order_value"].source == "agent"
    assert (await shop.decision(case)).rule_ids == ("ritardo",)


async def test_a_change_of_the_book_shows_and_leaves_the_decision_alone(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        await vouch(session, agent, await session.get_one(Case, case.id))
    await shop.triage.run(case.id)
    before = await shop.decision(case)
    cheaper = Money(amount=Decimal("30"), currency="EUR")
    await shop.load(replace(MARTA, value=cheaper))
    async with shop.database.reading() as session:
        view = await book_view(session, case)
    assert view.changed == {"order_value": FactValue(value=cheaper, source="book")}
    assert await shop.decision(case) == before
    assert (await shop.facts(case))["order_value"].value == MARTA.value


async def test_facts_of_one_order_are_not_taken_for_anothers(shop: Shop) -> None:
    await shop.load(MARTA, OrderEntry(number="RS5678", email="marta@example.org"))
    text = "Il pacco RS1234 è in ritardo, marta@example.org"
    case = await shop.says(text, "delivery_late", order_ids=("RS1234",), emails=("marta@example.org",))
    assert "order_value" in await shop.facts(case)
    await shop.says("Scusi, è RS5678", "delivery_late", order_ids=("RS5678",))
    assert "order_value" not in await shop.facts(case)


async def test_cases_on_the_same_order_are_found_whoever_wrote_them(shop: Shop, agent: Agent) -> None:
    case = await shop.complains()
    async with shop.database.writing() as session:
        theirs = await seed_case(session, await seed_identity(session, name="Paolo"))
        policy = await shop.policies.current(session)
        typed = await seed_case(session, await seed_identity(session, name="Anna"))
        await give_fact(session, agent, theirs, "order_id", "rs-1234", policy)
        await give_fact(session, agent, typed, "order_id", "rs-1234", policy)
        await give_fact(session, agent, typed, "order_id", "RS9", policy)
        row = await session.get_one(Case, case.id)
        assert [other.id for other in await same_order(session, row)] == [theirs.id]
        assert [other.id for other in await same_order(session, theirs)] == [case.id]
        assert await same_order(session, typed) == []


async def test_who_writes_the_same_address_may_be_the_same_person(shop: Shop) -> None:
    case = await shop.says("Scrivo da marta@example.org", "delivery_late", emails=("Marta@example.org",))
    async with shop.database.writing() as session:
        other = await seed_case(session, await seed_identity(session))
        stranger = await seed_case(session, await seed_identity(session, name="Paolo"))
        session.add(Contact(customer_id=other.customer_id, kind="email", value="marta@example.org"))
        session.add(Contact(customer_id=stranger.customer_id, kind="email", value="paolo@example.org"))
        await session.flush()
        row = await session.get_one(Case, case.id)
        assert [found.id for found in await maybe_same_person(session, row)] == [other.id]
        assert row.customer_id != other.customer_id


@pytest.mark.parametrize(
    ("numbers", "loaded", "looks_like", "order"),
    [
        (("rs-1234",), True, "", "RS 1234"),
        (("BRT0991", "RS1234"), True, "", "RS 1234"),
        (("RS9999",), True, ", looks_like: [RS1001]", None),
        (("RS9999",), False, ", looks_like: [RS1001]", "RS9999"),
        (("RS99990",), False, ", looks_like: [RS1001]", None),
        (("RS1234",), False, "", None),
    ],
    ids=[
        "in the book",
        "one of two",
        "not in the book",
        "as ours look",
        "longer than ours",
        "no book, no example",
    ],
)
async def test_a_number_without_a_word_for_an_order_is_one_where_that_is_known(
    shop: Shop, numbers: tuple[str, ...], loaded: bool, looks_like: str, order: str | None
) -> None:
    changed = POLICY.replace(
        "from: [message, customer, book]", f"from: [message, customer, book]{looks_like}"
    )
    async with shop.database.writing() as session:
        assert (await shop.policies.load(session, {"regole.yaml": changed})).refused == ()
    await shop.load(*([MARTA] if loaded else []))
    case = await shop.says(f"Il pacco {' '.join(numbers)} non arriva", "delivery_late", other_numbers=numbers)
    known = (await shop.facts(case)).get("order_id")
    assert (known.value if known is not None else None) == order


async def test_a_look_up_fills_the_book_before_the_decision(shop: Shop) -> None:
    asked: list[str] = []

    async def look_up(number: str) -> Mapping[str, object]:
        asked.append(number)
        return {"email": "marta@example.org", "value": "89.90", "days_late": 3}

    shop.triage = _with_look_up(shop, look_up)
    text = "Il pacco RS1234 è in ritardo, marta@example.org"
    case = await shop.says(text, "delivery_late", order_ids=("RS1234",), emails=("marta@example.org",))
    assert (await shop.decision(case)).rule_ids == ("caro",)
    await shop.says("Allora, RS1234?", "delivery_late", order_ids=("RS1234",))
    assert asked == ["RS1234"]


async def test_a_look_up_that_answers_little_takes_nothing_from_the_book(shop: Shop) -> None:
    async def look_up(number: str) -> Mapping[str, object]:
        return {"days_late": 3, "value": None, "email": ""}

    async with shop.database.writing() as session:
        await keep_orders(session, [MARTA], "ordini.csv", utcnow() - timedelta(days=1))
    shop.triage = _with_look_up(shop, look_up)
    await shop.complains()
    async with shop.database.reading() as session:
        order = await find_order(session, "RS1234")
    assert order is not None
    assert (order.source, order.email, order.value_minor) == ("look-up", "marta@example.org", 8990)


async def test_a_book_that_does_not_answer_stops_nothing_and_shows(shop: Shop) -> None:
    async def look_up(number: str) -> Mapping[str, object]:
        raise LookUpError(number)

    shop.triage = _with_look_up(shop, look_up)
    case = await shop.complains()
    assert case.state == CaseState.WAITING_AGENT
    assert case.book_failed_at is not None
    assert (await shop.decision(case)).rule_ids == ("ritardo",)


def _with_look_up(shop: Shop, look_up: object) -> Triage:
    return Triage(
        database=shop.database,
        config=shop.config,
        policies=shop.policies,
        texts=shop.texts,
        classify=shop._classify,
        agent_chat=lambda agent: None,
        look_up=look_up,  # type: ignore[arg-type]
    )


async def test_the_export_of_a_person_has_their_orders_and_erasing_blanks_them(
    shop: Shop, agent: Agent, tmp_path: Path
) -> None:
    await shop.load(MARTA, OrderEntry(number="RS9", name="Paolo Verdi", email="paolo@example.org"))
    text = "Il pacco RS1234 è in ritardo, marta@example.org"
    case = await shop.says(text, "delivery_late", order_ids=("RS1234",), emails=("marta@example.org",))
    async with shop.database.writing() as session:
        identity = await session.get_one(Identity, case.identity_id)
        marta = await session.get_one(Customer, identity.customer_id)
        exported = await export_person(session, marta, FileStore(str(tmp_path)))
        assert [order["number"] for order in exported["more"]["orders"]] == ["RS 1234"]
        assert exported["more"]["contacts"][0]["value"] == "marta@example.org"
        assert await erase_person(session, marta, agent.id) is not None
    async with shop.database.reading() as session:
        orders = {order.name: order for order in await session.scalars(select(Order))}
        contacts = (await session.scalars(select(Contact.value))).all()
        keys = (await session.scalars(select(Fact.order_key).where(Fact.case_id == case.id))).all()
    assert set(orders) == {None, "Paolo Verdi"}
    assert orders[None].number.startswith("erased:")
    assert orders[None].email is None
    assert orders[None].value_minor == 8990
    assert not any("marta" in value for value in contacts)
    assert set(keys) == {None}


async def test_who_only_named_a_number_takes_nobody_elses_order_along(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), agent.id)
    async with shop.database.reading() as session:
        assert (await find_order(session, "RS1234")) is not None


async def test_orders_that_no_import_brings_any_more_are_forgotten_but_for_open_cases(shop: Shop) -> None:
    await shop.load(MARTA, OrderEntry(number="RS9"))
    await shop.complains()
    later = utcnow() + timedelta(days=1)
    async with shop.database.writing() as session:
        assert await forget_old_orders(session, later, 100) == 1
        assert (await session.scalars(select(Order.number))).all() == ["RS 1234"]
        assert await forget_old_orders(session, later - timedelta(days=2), 100) == 0


@pytest.mark.parametrize(
    ("postcode", "text", "found"),
    [
        ("20121", "via Brera 20121 Milano", {"20121"}),
        ("SW1A 1AA", "my postcode is sw1a1aa.", {"SW1A1AA"}),
        ("20121", "RS20121 o 20121,50 € o 201210", set()),
    ],
)
def test_postcodes_are_found_by_their_form(postcode: str, text: str, found: set[str]) -> None:
    assert postcodes_like(postcode, [text]) == found


def test_a_link_carries_its_number_and_nothing_that_was_changed() -> None:
    code = link_code(KEY, "RS 1234/é")
    assert order_of_code(KEY, code) == "RS 1234/é"
    assert len(link_code(KEY, "x" * 35)) == 64
    altered = [code[:at] + ("A" if code[at] != "A" else "B") + code[at + 1 :] for at in range(len(code))]
    assert [order_of_code(KEY, one) for one in altered if order_of_code(KEY, one) == "RS 1234/é"] == []
    assert order_of_code(link_key("another secret"), code) is None
    assert order_of_code(b"", code) is None


# What customers answer to what was asked


@pytest.mark.parametrize(
    ("text", "arrived", "rule"),
    [("Sì", True, "sbagliato"), ("no, ancora niente", False, "altro")],
    ids=["yes", "no"],
)
async def test_a_short_answer_is_taken_for_what_was_asked(
    shop: Shop, agent: Agent, text: str, arrived: bool, rule: str
) -> None:
    case = await shop.says("È arrivata la maglia sbagliata", "item_wrong")
    assert (await shop.decision(case)).kind == "ask"
    await shop.answers(agent, case)
    await shop.says(text)
    assert (await shop.facts(case))["arrived"] == FactValue(value=arrived, source="customer")
    assert (await shop.decision(case)).rule_ids == (rule,)


async def test_what_the_customer_does_not_have_is_unavailable(shop: Shop, agent: Agent) -> None:
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says("Purtroppo non ce l'ho")
    assert (await shop.facts(case))["order_id"].unavailable
    assert (await shop.decision(case)).rule_ids == ("senza-numero",)


async def test_a_bare_number_answers_the_question_for_it(shop: Shop, agent: Agent) -> None:
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    await shop.says("è 77812")
    assert (await shop.facts(case))["order_id"].value == "77812"


async def test_an_answer_that_could_mean_two_things_is_asked_for_once_more(shop: Shop, agent: Agent) -> None:
    case = await shop.says("È arrivata la maglia sbagliata", "item_wrong")
    await shop.answers(agent, case)
    await shop.says("Dipende da che cosa intende lei con arrivata, direi")
    assert "arrived" not in await shop.facts(case)
    assert [fact.again for fact in (await shop.decision(case)).asks_customer] == [True]


async def test_who_cannot_prove_it_is_decided_without_the_book(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    await shop.answers(agent, case)
    await shop.says("Non me lo ricordo, non lo so più")
    assert (await shop.decision(case)).rule_ids == ("ritardo",)


async def test_silence_beyond_what_the_policy_waits_decides_anew(shop: Shop, agent: Agent) -> None:
    case = await shop.says("Il pacco è in ritardo", "delivery_late")
    await shop.answers(agent, case)
    for waited in (timedelta(days=1), timedelta(days=2)):
        assert await _sweep(shop, waited) == CaseState.WAITING_CUSTOMER
    assert await _sweep(shop, timedelta(days=3, minutes=1)) == CaseState.DRAFTING
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("senza-numero",)


async def _sweep(shop: Shop, waited: timedelta) -> CaseState:
    now = utcnow() + waited
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        for case in await asked_cases(session, now):
            await end_asking(session, case, policy, now)
        return CaseState((await session.scalars(select(Case.state))).one())


async def test_proofs_are_noted_once(shop: Shop, agent: Agent) -> None:
    await shop.load(MARTA)
    case = await shop.complains()
    async with shop.database.writing() as session:
        row = await session.get_one(Case, case.id)
        await vouch(session, agent, row)
        await vouch(session, agent, row)
        assert len((await session.scalars(select(OrderProof))).all()) == 1
