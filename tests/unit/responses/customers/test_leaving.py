"""The exit: for supervisors, for approval, never before what is owed, and with all that is still open."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Commitment, Duration, DurationUnit, Offer, Remedy, RemedyKind, Role
from models.money import Money
from models.states import CaseState, DraftState, OfferState, PromiseState
from models.tables import Agent, Case, Draft, OfferRow, Promise
from responses.approving.approval import Approvals
from responses.config import Business, RoadConfig
from responses.customers.leaving import propose_exit
from responses.errors import BlockedError, NotAllowedError
from responses.policies import PolicyBook
from tests.seed import bound, seed_agent, seed_case, seed_identity
from tests.unit.responses.approving.test_approval import HOURS, a_decision
from tests.unit.responses.staff import Staff, lay

RESEND = Commitment(
    what={"it": "rispediamo il pacco", "en": "we send the parcel again"},
    within=Duration(count=2, unit=DurationUnit.WORKING_DAYS),
    rule_id="ritardo",
)
OWED = Offer(
    basis=Basis.OWED,
    options=(Remedy(kind=RemedyKind.REFUND, amount=Money(amount=Decimal("49.90"), currency="EUR")),),
    rule_id="dovuto",
    complaint_type="refund_missing",
)


class Relation:
    """A customer with a decided case, and people who may end it."""

    def __init__(self, database: Database, config: RoadConfig) -> None:
        self.database = database
        self.config = replace(config, business=Business(name="Rossi", contact="055 1"), undo=timedelta(0))
        self.policies = PolicyBook()

    async def decided(self, *offers: Offer, commitments: Sequence[Commitment] = (RESEND,)) -> Draft:
        decision = a_decision(
            offers=offers or a_decision().offers, commitments=tuple(commitments), tier=Role.AGENT
        )
        async with self.database.writing() as session:
            self.case = await seed_case(session, await seed_identity(session))
            self.agent = await seed_agent(session, "Giulia")
            self.supervisor = await seed_agent(session, "Sara", Role.SUPERVISOR)
            when = "".join(f" {{due:{number}}}" for number, _ in enumerate(commitments, start=1))
            return await lay(session, self.case, decision, f"Rimediamo{when}.\n{{agent}}")

    async def approve(self, agent: Agent, draft: Draft) -> None:
        async with self.database.writing() as session:
            await Approvals(self.config).approve(session, await session.merge(agent), bound(draft), HOURS)

    async def end(self, agent: Agent, *, days: int = 7, instead: str = "") -> Draft:
        async with self.database.writing() as session:
            policy = await self.policies.current(session)
            return await propose_exit(
                session,
                await session.merge(agent),
                await session.get_one(Case, self.case.id),
                policy=policy,
                config=self.config,
                from_day=utcnow().astimezone(self.config.timezone).date() + timedelta(days=days),
                instead=instead,
                now=utcnow(),
            )

    async def rows(self, table: type) -> list[object]:
        async with self.database.reading() as session:
            return list((await session.scalars(select(table).order_by(table.id))).all())  # type: ignore[attr-defined]


@pytest_asyncio.fixture
async def relation(database: Database, config: RoadConfig) -> Relation:
    staff = await Staff(database, config).prepare()
    made = Relation(database, config)
    made.policies = staff.policies
    return made


async def test_a_supervisor_gets_a_draft_and_nothing_leaves(relation: Relation) -> None:
    first = await relation.decided()
    draft = await relation.end(relation.supervisor)
    case = (await relation.rows(Case))[-1]
    states = {row.id: row.state for row in await relation.rows(Draft)}
    assert (draft.kind, draft.state, case.state) == ("exit", DraftState.PROPOSED, CaseState.WAITING_AGENT)
    assert states[first.id] == DraftState.SUPERSEDED
    assert draft.revision == case.revision


async def test_an_agent_may_neither_start_it_nor_approve_it(relation: Relation) -> None:
    await relation.decided()
    with pytest.raises(NotAllowedError, match="exit_role"):
        await relation.end(relation.agent)
    draft = await relation.end(relation.supervisor)
    with pytest.raises(NotAllowedError, match="above_limit"):
        await relation.approve(relation.agent, draft)
    await relation.approve(relation.supervisor, draft)


async def test_what_is_owed_is_approved_first(relation: Relation) -> None:
    draft = await relation.decided(OWED, commitments=())
    with pytest.raises(BlockedError, match="exit_owed"):
        await relation.end(relation.supervisor)
    await relation.approve(relation.agent, draft)
    text = (await relation.end(relation.supervisor)).text
    assert "«rimborso di 49,90\u00a0€», entro" in text


async def test_open_promises_are_listed_and_stay(relation: Relation) -> None:
    decided = await relation.decided()
    await relation.approve(relation.agent, decided)
    draft = await relation.end(relation.supervisor)
    assert "«rispediamo il pacco», entro" in draft.text
    assert "055 1" in draft.text
    assert "date_unknown" not in {one["code"] for one in draft.findings}
    await relation.approve(relation.supervisor, draft)
    assert [row.state for row in await relation.rows(Promise)] == [PromiseState.OPEN]
    assert (await relation.rows(Case))[-1].state == CaseState.PROMISED


async def test_an_overdue_promise_is_listed_without_its_day(relation: Relation) -> None:
    decided = await relation.decided()
    await relation.approve(relation.agent, decided)
    async with relation.database.writing() as session:
        (await session.scalars(select(Promise))).one().due_at = utcnow() - timedelta(days=3)
    draft = await relation.end(relation.supervisor)
    assert re.search(r"(già fatto|in ritardo|rispettato in tempo).*: «rispediamo il pacco»\.", draft.text)


async def test_a_choice_that_was_not_made_is_still_open(relation: Relation) -> None:
    voucher = a_decision().offers[0]
    choice = replace(voucher, options=(*voucher.options, Remedy(kind=RemedyKind.REPAIR)))
    decided = await relation.decided(choice, commitments=())
    await relation.approve(relation.agent, decided)
    draft = await relation.end(relation.supervisor)
    assert "«buono 10\u00a0€ oppure riparazione»" in draft.text
    assert {row.state for row in await relation.rows(OfferRow)} == {OfferState.OFFERED}


async def test_a_day_that_is_over_is_refused(relation: Relation) -> None:
    await relation.decided()
    with pytest.raises(BlockedError, match="exit_past"):
        await relation.end(relation.supervisor, days=-1)


async def test_where_to_turn_to_stands_in_the_text_and_cannot_become_a_slot(relation: Relation) -> None:
    await relation.decided()
    draft = await relation.end(relation.supervisor, instead="Lana {due:1}, Prato.")
    assert ": Lana {{due:1}}, Prato." in draft.text


async def test_an_unread_message_comes_first(relation: Relation) -> None:
    await relation.decided()
    async with relation.database.writing() as session:
        (await session.get_one(Case, relation.case.id)).triage_due_at = utcnow()
    with pytest.raises(BlockedError, match="new_message"):
        await relation.end(relation.supervisor)
