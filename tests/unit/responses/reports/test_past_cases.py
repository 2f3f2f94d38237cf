"""The desk's own cases, as a past to simulate."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.assessment import Entities
from models.clock import utcnow
from models.database import Database
from models.decision import DecisionKind, FactValue
from models.labels import Act, Tone, Urgency
from models.money import Money
from models.serial import fact_to_json
from models.states import ProofHow
from models.tables import Agent, Case, Customer, Message, Order, OrderProof
from responses.config import RoadConfig
from responses.corrections import Labels, correct
from responses.customers.history import given_to
from responses.customers.signalling import record_of
from responses.policy.replay import Past
from responses.policy.simulate import simulate
from responses.reports.past_cases import past_cases
from tests.seed import seed_agent
from tests.unit.responses.triage_road import Road, assessed, label

LATE = assessed("complaint", "delivery_late")
VIOLENT = assessed("complaint", "no_reply", tone=label("abusive"), urgency=label("critical"))
NUMBER = assessed("other", entities=Entities(order_ids=("RS1234",)))
RUDE = Labels(
    act=Act.COMPLAINT,
    complaint_types=("staff_conduct",),
    tone=Tone.ANGRY,
    urgency=Urgency.HIGH,
    asks=(),
    own_error=False,
)


class Office(Road):
    """The road, and what becomes of it later."""

    async def pasts(self, audience: str = "customer") -> list[Past]:
        async with self.database.reading() as session:
            return [past async for past in past_cases(session, audience, "EUR")]

    async def hires(self) -> Agent:
        async with self.database.writing() as session:
            return await seed_agent(session)


@pytest_asyncio.fixture
async def office(database: Database, config: RoadConfig) -> Office:
    office = Office(database, config)
    await office.prepare()
    return office


async def test_what_one_answer_took_up_is_one_matter_with_what_it_really_gave(office: Office) -> None:
    agent = await office.hires()
    case = await office.writes("Il pacco è in ritardo", LATE)
    await office.answers(agent, case)  # a question settles nothing
    await office.writes("RS1234", NUMBER)
    await office.answers(agent, case)
    (past,) = await office.pasts()
    assert (past.case_id, past.customer) == (f"#{case.number}", case.customer_id)
    assert (past.act, past.complaint_types) == ("complaint", ("delivery_late",))
    assert past.facts["order_id"].value == "RS1234"
    assert past.paid == Money(amount=Decimal(5), currency="EUR")


async def test_what_is_written_after_an_answer_is_another_matter_of_the_same_case(office: Office) -> None:
    agent = await office.hires()
    numbered = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS1234",)))
    case = await office.writes("Il pacco RS1234 è in ritardo", numbered)
    await office.answers(agent, case)
    await office.writes("E il pacco RS1234?!", replace(numbered, tone=label("angry")))
    first, second = await office.pasts()
    assert first.case_id == second.case_id
    assert [first.tone, second.tone] == ["calm", "angry"]
    assert second.paid is None


async def test_the_policy_that_decided_gives_what_was_given(office: Office) -> None:
    agent = await office.hires()
    numbered = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS1234",)))
    await office.answers(agent, await office.writes("Il pacco RS1234 è in ritardo", numbered))
    await office.writes("Quando arriva il pacco RS1234?", numbered)
    async with office.database.reading() as session:
        policy = await office.policies.current(session)
    found = simulate(await office.pasts(), policy)
    assert sum(found.tally.days.values()) == sum(found.paid.values()) == 5


async def test_what_counts_for_signals_is_what_the_road_counts(office: Office) -> None:
    agent = await office.hires()
    numbered = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS1234",)))
    case = await office.writes("Il pacco RS1234 è in ritardo", numbered)
    await office.writes("Grazie", assessed("praise"))
    await office.answers(agent, case)
    later = await office.writes("Stasera vi spacco la faccia", VIOLENT)
    first, second = await office.pasts()
    async with office.database.reading() as session:
        policy = await office.policies.current(session)
        row = await session.get_one(Case, later.id)
        here, elsewhere = await given_to(session, row)
        road = await record_of(session, row, policy, (*here, *elsewhere), utcnow())
        since = (await session.get_one(Customer, case.customer_id)).created_at
    assert road is not None
    assert (first.since, first.paid_orders) == (since, None)
    said = [*(first.said or ()), *(second.said or ())]
    assert [(one.claim, one.critical, one.threat) for one in said] == [
        (True, False, False),
        (False, False, False),
        (True, True, True),
    ]
    assert [one.message for one in said] == [
        message for counted in road.cases or () for message in counted.messages
    ]
    assert [one.case_id for one in second.said or ()] == [second.case_id]


async def test_of_the_erased_nothing_is_counted(office: Office) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    async with office.database.writing() as session:
        await session.execute(
            update(Customer).where(Customer.id == case.customer_id).values(erased_at=utcnow())
        )
    assert [past.said for past in await office.pasts()] == [None]


@pytest.mark.parametrize(("days", "count"), [(-1, [1]), (1, [])], ids=["proven before", "proven later"])
async def test_an_order_counts_from_when_it_was_proven(office: Office, days: int, count: list[int]) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    day = FactValue(value=date(2026, 11, 3), source="book")
    async with office.database.writing() as session:
        order = Order(
            number="RS1",
            key="RS1",
            facts={"ordered_on": fact_to_json(day)},
            source="o.csv",
            imported_at=utcnow(),
            value_minor=4990,
            currency="EUR",
        )
        session.add(order)
        await session.flush()
        proof = OrderProof(customer_id=case.customer_id, order_id=order.id, how=ProofHow.EMAIL)
        proof.created_at = utcnow() + timedelta(days=days)
        session.add(proof)
    (past,) = await office.pasts()
    assert [len(one) for one in (past.paid_orders,) if one is not None] == count


async def test_an_agents_word_counts_over_the_classifiers(office: Office) -> None:
    agent = await office.hires()
    case = await office.writes("Il pacco è in ritardo", LATE)
    async with office.database.writing() as session:
        held = await session.get_one(Case, case.id, with_for_update=True)
        said = (await session.scalars(select(Message.id).where(Message.case_id == case.id))).first()
        assert said is not None
        await correct(session, await session.get_one(Agent, agent.id), held, said, RUDE, RUDE.complaint_types)
    (past,) = await office.pasts()
    assert (past.complaint_types, past.tone, past.urgency) == (("staff_conduct",), "angry", "high")


async def test_samples_tests_and_other_audiences_are_left_out(office: Office) -> None:
    case = await office.writes("Il pacco è in ritardo", LATE)
    assert await office.pasts("colleague") == []
    async with office.database.writing() as session:
        await session.execute(update(Case).where(Case.id == case.id).values(is_test=True))
    assert await office.pasts() == []
    async with office.database.writing() as session:
        await session.execute(update(Case).where(Case.id == case.id).values(is_test=False, is_sample=True))
    assert await office.pasts() == []


async def test_who_asked_where_a_promise_stands_brought_no_new_case(office: Office) -> None:
    agent = await office.hires()
    late = replace(LATE, entities=NUMBER.entities)
    case = await office.writes("Il pacco RS1234 è in ritardo", late)
    await office.answers(agent, case)
    asked = await office.writes("novità?", assessed("other", asks_where_it_stands=True))
    pasts = await office.pasts()
    assert [past.asks_where_it_stands for past in pasts] == [False, True]
    async with office.database.reading() as session:
        policy = await office.policies.current(session)
    kinds = simulate(pasts, policy).tally.kinds
    assert (await office.draft(asked)).kind == DecisionKind.STATUS
    assert kinds == {DecisionKind.OFFER: 1, DecisionKind.STATUS: 1}
