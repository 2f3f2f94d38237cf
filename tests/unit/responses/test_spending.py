"""What favours have cost, against budgets and customers' totals, on both storages."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, DecisionKind, Role, Spent
from models.money import Money
from models.states import Verdict
from models.tables import Approval, Case, LedgerEntry
from responses.policy import Policy, load_policy_text
from responses.spending import needs_more, spent_by
from tests.seed import seed_agent, seed_case, seed_draft

SHOP = load_policy_text(
    files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8"), "negozio.yaml"
)


def euros(minor: int) -> Money:
    return Money.from_minor(minor, "EUR")


def favour(worth: int) -> Decision:
    return Decision(
        kind=DecisionKind.OFFER, policy="p", policy_sha256="0", complaint_types=(), worth=euros(worth)
    )


async def book(session: AsyncSession, case: Case, minor: int, **changes: object) -> LedgerEntry:
    agent = await seed_agent(session, f"agent of {case.number} {minor} {len(changes)}")
    draft = await seed_draft(session, case)
    approval = Approval(
        case_id=case.id,
        draft_id=draft.id,
        agent_id=agent.id,
        verdict=Verdict.SEND,
        revision=draft.revision,
        sha256=draft.sha256,
    )
    session.add(approval)
    await session.flush()
    fields: dict[str, object] = {"basis": Basis.GOODWILL, "currency": "EUR", "amount_minor": minor, **changes}
    entry = LedgerEntry(
        customer_id=case.customer_id, case_id=case.id, approval_id=approval.id, agent_id=agent.id, **fields
    )
    session.add(entry)
    await session.flush()
    return entry


async def test_favours_of_the_day_and_of_the_month_are_counted_and_nothing_else(database: Database) -> None:
    noon = datetime.fromisoformat("2026-11-27T12:00:00+01:00")
    async with database.writing() as session:
        case, sample = await seed_case(session), await seed_case(session)
        sample.is_sample = True
        await book(session, case, 1000, created_at=noon)
        await book(session, case, -400, created_at=noon)
        await book(session, case, 2000, created_at=noon - timedelta(days=1))
        await book(session, case, 8000, created_at=noon - timedelta(days=40))
        await book(session, case, 500, created_at=noon, basis=Basis.OWED)
        await book(session, case, 700, created_at=noon, currency="USD")
        await book(session, sample, 900, created_at=noon)
        found = await spent_by(session, SHOP, "customer", noon)
        others = await spent_by(session, SHOP, "colleague", noon)
    assert found == Spent(day=euros(600), month=euros(2600))
    assert others == Spent(day=euros(0), month=euros(0))


@pytest.mark.parametrize(
    ("worth", "role"), [(500, None), (501, Role.SUPERVISOR)], ids=["exactly the budget", "a cent more"]
)
async def test_a_budget_used_up_takes_a_supervisor(database: Database, worth: int, role: Role | None) -> None:
    async with database.writing() as session:
        await book(session, await seed_case(session), 29500)
        case = await seed_case(session)
        assert await needs_more(session, case, favour(worth), SHOP, utcnow()) == role


async def test_a_customers_total_takes_a_supervisor(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session)
        await book(session, case, 11900, created_at=utcnow() - timedelta(days=30))
        other = await seed_case(session)
        assert await needs_more(session, case, favour(200), SHOP, utcnow()) == Role.SUPERVISOR
        assert await needs_more(session, other, favour(200), SHOP, utcnow()) is None


async def test_what_gives_nothing_needs_nobody(database: Database) -> None:
    async with database.writing() as session:
        case = await seed_case(session)
        await book(session, case, 40000)
        kind = replace(favour(100), kind=DecisionKind.DECLINE)
        assert await needs_more(session, case, kind, SHOP, utcnow()) is None
        assert await needs_more(session, case, favour(0), SHOP, utcnow()) is None


async def test_of_two_approvals_at_once_only_one_gets_what_was_left(database: Database) -> None:
    async with database.writing() as session:
        cases = [(await seed_case(session)).id for _ in range(2)]

    async def approve(policy: Policy, case_id: str) -> bool:
        async with database.writing() as session:
            case = await session.get_one(Case, case_id)
            role = await needs_more(session, case, favour(20000), policy, utcnow())
            await asyncio.sleep(0)  # the other one's turn
            if role is None:
                await book(session, case, 20000)
            return role is None

    wide = replace(SHOP, limits=replace(SHOP.limits, per_customer=None))
    passed = await asyncio.gather(*(approve(wide, case_id) for case_id in cases))
    assert sorted(passed) == [False, True]
