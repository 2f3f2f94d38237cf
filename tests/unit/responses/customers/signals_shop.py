"""A shop whose policy looks at what the history of a customer shows, with customers of all sorts."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest_asyncio
from sqlalchemy import select, update

from models.assessment import Assessment
from models.clock import utcnow
from models.database import Database
from models.decision import Decision, FactValue, Given, Role
from models.record import Record
from models.serial import fact_to_json, from_json, to_json
from models.states import CaseState, Direction, ProofHow
from models.tables import (
    Agent,
    Approval,
    AssessmentRow,
    Case,
    Customer,
    DecisionRow,
    Fact,
    Identity,
    Message,
    Order,
    OrderProof,
    SignalRow,
)
from responses.cases import open_case
from responses.config import RoadConfig
from responses.customers.signalling import dismiss, record_of
from responses.intake.filing import due_now
from responses.policy import Policy
from tests.seed import seed_agent
from tests.unit.responses.triage_road import Road, assessed

DAY = timedelta(days=1)


LATE = assessed("complaint", "delivery_late")


WORDS = "3 richieste in 60 giorni, 2 dopo un rimedio"


class Shop(Road):
    """A customer with a past."""

    async def customer(self) -> Customer:
        async with self.database.reading() as session:
            return (await session.scalars(select(Customer))).one()

    async def earlier(
        self, days_ago: float, text: str = "Di nuovo in ritardo", labels: Assessment = LATE, **changes: object
    ) -> Case:
        """A case that the customer had so many days ago, closed since."""
        then = utcnow() - days_ago * DAY
        async with self.database.writing() as session:
            identity = (await session.scalars(select(Identity))).one()
            case = await open_case(session, identity, is_sample=False, is_test=False)
            case.state, case.created_at, case.closed_at = CaseState.CLOSED, then, then
            for name, value in changes.items():
                setattr(case, name, value)
            await self._say(session, case, text, labels, then)
        return case

    async def opens(self, order: str) -> Case:
        """A case beside those that are open, about an order of its own, decided at once."""
        late = assessed("complaint", "delivery_late", entities=replace(LATE.entities, order_ids=(order,)))
        async with self.database.writing() as session:
            identity = (await session.scalars(select(Identity))).one()
            case = await open_case(session, identity, is_sample=False, is_test=False)
            await self._say(session, case, f"Il pacco {order} è in ritardo", late, utcnow())
            await due_now(session, case)
        await self.triage.run(case.id)
        return case

    async def adds(self, case: Case, days_ago: float, text: str, labels: Assessment = LATE) -> None:
        async with self.database.writing() as session:
            await self._say(session, case, text, labels, utcnow() - days_ago * DAY)

    async def _say(self, session: object, case: Case, text: str, labels: Assessment, then: datetime) -> None:
        message = Message(
            case_id=case.id,
            identity_id=case.identity_id,
            direction=Direction.IN,
            text=text,
            sent_at=then,
            created_at=then,
        )
        session.add(message)  # type: ignore[attr-defined]
        await session.flush()  # type: ignore[attr-defined]
        session.add(  # type: ignore[attr-defined]
            AssessmentRow(
                message_id=message.id, fields=to_json(labels), needs_review=False, encoder="t", heads="t"
            )
        )

    async def favoured(self, days_ago: float) -> Case:
        """A case that ended with a voucher, so many days ago."""
        case = await self.writes("Il primo pacco è in ritardo", LATE_ORDER)
        async with self.database.writing() as session:
            agent = await seed_agent(session, f"Anna {days_ago}", Role.ADMIN)
        await self.answers(agent, case)
        then = utcnow() - days_ago * DAY
        async with self.database.writing() as session:
            for table in (Message, Approval, Fact):
                await session.execute(update(table).where(table.case_id == case.id).values(created_at=then))
            closed = {"state": CaseState.CLOSED, "closed_at": then, "answered_at": then, "created_at": then}
            await session.execute(update(Case).where(Case.id == case.id).values(**closed))
        return case

    async def record(self, case: Case, policy: Policy | None = None, *given: Given) -> Record:
        async with self.database.reading() as session:
            judging = policy or await self.policies.current(session)
            found = await record_of(session, await session.get_one(Case, case.id), judging, given, utcnow())
        assert found is not None
        return found

    async def signals(self) -> Sequence[SignalRow]:
        async with self.database.reading() as session:
            return (await session.scalars(select(SignalRow).order_by(SignalRow.id))).all()

    async def decision(self, case: Case) -> Decision:
        async with self.database.reading() as session:
            query = select(DecisionRow).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id.desc())
            return from_json(Decision, (await session.scalars(query.limit(1))).one().content)

    async def dismisses(
        self, agent: Agent, case: Case, signal: SignalRow, reason: str = "Era il corriere"
    ) -> None:
        async with self.database.writing() as session:
            who = await session.get_one(Agent, agent.id)
            where = await session.get_one(Case, case.id, with_for_update=True)
            await dismiss(session, who, where, signal.id, reason)
        await self.triage.run(case.id)


LATE_ORDER = assessed("complaint", "delivery_late", entities=replace(LATE.entities, order_ids=("RS1",)))


NEW_ORDER = assessed("complaint", "delivery_late", entities=replace(LATE.entities, order_ids=("RS9",)))


@pytest_asyncio.fixture
async def shop(database: Database, config: RoadConfig) -> AsyncIterator[Shop]:
    opened = Shop(database, config)
    await opened.prepare()
    yield opened


@pytest_asyncio.fixture
async def agent(shop: Shop) -> Agent:
    async with shop.database.writing() as session:
        return await seed_agent(session)


async def insatiable(shop: Shop) -> Case:
    """Three claims in sixty days, the second and the third after a voucher."""
    await shop.favoured(40)
    await shop.earlier(20)
    return await shop.writes("Anche questo pacco è in ritardo", NEW_ORDER)


async def in_the_book(shop: Shop, customer: str | None, **changes: object) -> None:
    async with shop.database.writing() as session:
        day = FactValue(value=date(2026, 11, 3), source="book")
        values = {
            "number": "RS1",
            "key": "RS1",
            "facts": {"ordered_on": fact_to_json(day)},
            "source": "o.csv",
            "imported_at": utcnow(),
            "value_minor": 4990,
            "currency": "EUR",
        }
        order = Order(**(values | changes))
        session.add(order)
        await session.flush()
        if customer is not None:
            session.add(OrderProof(customer_id=customer, order_id=order.id, how=ProofHow.EMAIL))
