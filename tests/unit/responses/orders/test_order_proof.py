"""What proves that an order is theirs, what is asked for it, and what customers answer."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.decision import FactValue
from models.states import CaseState, ProofHow
from models.tables import Agent, Case, Identity, OrderProof
from responses.asking.unanswered import asked_cases, end_asking
from responses.errors import BlockedError
from responses.orders.proof import book_view, vouch
from responses.orders.values import OrderEntry
from tests.unit.responses.orders.order_shop import MARTA, Shop, agent, shop

__all__ = ["agent", "shop"]


NEW = replace(MARTA, facts={"ordered_on": utcnow().date()})
"""The same, recent whenever the tests run."""


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
