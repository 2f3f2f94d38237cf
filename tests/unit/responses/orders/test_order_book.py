"""The order book on the road: imported, looked up, shown, exported and forgotten."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.decision import FactValue
from models.errors import LookUpError
from models.money import Money
from models.states import CaseState
from models.tables import Agent, Case, Contact, Customer, Fact, Identity, Order
from responses.customers.related import maybe_same_person, same_order
from responses.facts import give_fact
from responses.intake.files import FileStore
from responses.orders.book import Kept, facts_of, find_order, forget_old_orders, keep_orders
from responses.orders.contacts import order_by_contact
from responses.orders.proof import book_view, postcodes_like, vouch
from responses.orders.values import OrderEntry
from responses.privacy.erasure import erase_person
from responses.privacy.export import export_person
from tests.seed import seed_case, seed_identity
from tests.unit.responses.orders.order_shop import MARTA, POLICY, Shop, agent, shop, with_look_up

__all__ = ["agent", "shop"]


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


async def test_a_value_in_another_currency_waits_for_what_an_agent_says(shop: Shop, agent: Agent) -> None:
    await shop.load(replace(MARTA, value=Money(amount=Decimal("89.90"), currency="GBP")))
    text = "Il pacco RS1234 è in ritardo, scrivo da marta@example.org"
    emails = ("marta@example.org",)
    case = await shop.says(text, "delivery_late", order_ids=("RS1234",), emails=emails)
    decision = await shop.decision(case)
    assert (decision.kind, [fact.name for fact in decision.missing]) == ("hand_over", ["order_value"])
    assert "si sa 89,90 £" in decision.notes[0]
    async with shop.database.writing() as session:
        policy = await shop.policies.current(session)
        row = await session.get_one(Case, case.id)
        await give_fact(session, agent, row, "order_value", "105", policy)
    await shop.triage.run(case.id)
    assert (await shop.decision(case)).rule_ids == ("caro",)


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


@pytest.mark.parametrize("entities", [{"order_ids": ("1234",)}, {"other_numbers": ("1234",)}])
@pytest.mark.parametrize(
    ("words", "loaded", "order"),
    [
        ("L'ordine rs 1234 non arriva", True, "RS 1234"),
        ("RS - 1234", True, "RS 1234"),
        ("L'ordine RS 1234 non arriva", False, "RS1234"),
    ],
    ids=["in the book", "with a dash", "as ours look"],
)
async def test_letters_before_a_blank_belong_to_the_number_where_it_is_known_so(
    shop: Shop, entities: dict[str, tuple[str, ...]], words: str, loaded: bool, order: str
) -> None:
    changed = POLICY.replace("customer, book], ask", "customer, book], looks_like: [RS1001], ask")
    async with shop.database.writing() as session:
        assert (await shop.policies.load(session, {"regole.yaml": changed})).refused == ()
    await shop.load(*([MARTA] if loaded else []))
    case = await shop.says(words, "delivery_late", **entities)
    assert (await shop.facts(case))["order_id"].value == order


async def test_other_letters_before_a_number_leave_it_as_it_is(shop: Shop) -> None:
    await shop.load(MARTA)
    case = await shop.says("Il mio ordine è il 99812, non arriva", "delivery_late", order_ids=("99812",))
    assert (await shop.facts(case))["order_id"].value == "99812"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("rs1234",), "RS 1234"),
        (("rs-1234", "RS1234"), "RS 1234"),
        (("rs 20 418",), "rs20418"),
        (("2026-118",), "2026-118"),
    ],
    ids=["in the book", "in the book, twice", "unknown, with blanks", "unknown"],
)
async def test_a_draft_writes_a_number_as_the_book_does_or_without_blanks(
    shop: Shop, typed: tuple[str, ...], told: str
) -> None:
    await shop.load(MARTA)
    case = await shop.says(f"{' e '.join(typed)}: non arriva", "delivery_late", order_ids=typed)
    understood = dict((await shop.draft(case)).parts)["understanding"]
    assert f"ordine {told} " in understood
    assert "ordini" not in understood


async def test_a_look_up_fills_the_book_before_the_decision(shop: Shop) -> None:
    asked: list[str] = []

    async def look_up(number: str) -> Mapping[str, object]:
        asked.append(number)
        return {"email": "marta@example.org", "value": "89.90", "days_late": 3}

    shop.triage = with_look_up(shop, look_up)
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
    shop.triage = with_look_up(shop, look_up)
    await shop.complains()
    async with shop.database.reading() as session:
        order = await find_order(session, "RS1234")
    assert order is not None
    assert (order.source, order.email, order.value_minor) == ("look-up", "marta@example.org", 8990)


async def test_a_book_that_does_not_answer_stops_nothing_and_shows(shop: Shop) -> None:
    async def look_up(number: str) -> Mapping[str, object]:
        raise LookUpError(number)

    shop.triage = with_look_up(shop, look_up)
    case = await shop.complains()
    assert case.state == CaseState.WAITING_AGENT
    assert case.book_failed_at is not None
    assert (await shop.decision(case)).rule_ids == ("ritardo",)


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
