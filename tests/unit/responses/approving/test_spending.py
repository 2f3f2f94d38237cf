"""Budgets and totals: counted from what was approved, and once more at the moment of approving."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, Offer, Remedy, RemedyKind, Role, Spent
from models.states import CaseState, ChoiceHow, OfferState, Verdict
from models.tables import Agent, Approval, Case, Choice, Draft, LedgerEntry, OfferRow
from responses.approving.approval import Approvals
from responses.approving.spending import decide_anew, spent
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.policy import Policy
from responses.policy.schema import Audience
from tests.seed import seed_agent, seed_case, seed_draft, seed_identity
from tests.unit.responses.approving.test_approval import a_decision
from tests.unit.responses.staff import Staff, euros, lay

TEXT = "Buongiorno, rimediamo noi. Ecco un buono da 10 €: {voucher:1}\n{agent}"
CHOICE = "Buongiorno, può scegliere: un buono da 10 € oppure 8 € di rimborso.\n{agent}"


def either() -> Decision:
    voucher = Remedy(kind=RemedyKind.VOUCHER, amount=euros(10), worth=euros(10))
    refund = Remedy(kind=RemedyKind.REFUND, amount=euros(8), worth=euros(8))
    offer = Offer(basis=Basis.GOODWILL, options=(voucher, refund), rule_id="r", complaint_type=None)
    return a_decision(offers=(offer,))


class Till(Staff):
    """A shop whose favours of a day, a month and a customer are bounded."""

    async def opens(self, *, day: int = 300, month: int = 4000, customer: int = 120) -> None:
        def bounded(text: str) -> str:
            budget = text.replace(
                "budget: {day: 300 EUR, month: 4000 EUR}", f"budget: {{day: {day} EUR, month: {month} EUR}}"
            )
            return budget.replace("total: 120 EUR", f"total: {customer} EUR")

        await self.prepare(bounded)

    async def policy(self) -> Policy:
        async with self.database.reading() as session:
            return await self.policies.in_force(session, "customer", utcnow())

    async def drafts(
        self,
        *,
        decision: Decision | None = None,
        text: str = TEXT,
        same_customer: bool = False,
        count: int = 1,
    ) -> list[Draft]:
        async with self.database.writing() as session:
            identity = await seed_identity(session) if same_customer else None
            cases = [await seed_case(session, identity) for _ in range(count)]
            return [await lay(session, case, decision or a_decision(), text) for case in cases]

    async def outcomes(self, agents: Sequence[Agent], drafts: Sequence[Draft]) -> list[str]:
        """What comes of approving all of them at once."""
        pairs = zip(agents, drafts, strict=True)
        return sorted(await asyncio.gather(*(self._outcome(*pair) for pair in pairs)))

    async def _outcome(self, agent: Agent, draft: Draft) -> str:
        try:
            return type(await self.approves(agent, draft)).__name__
        except BlockedError as error:
            return error.reason

    async def spent(self, *, later: timedelta = timedelta(0)) -> tuple[Decimal, Decimal]:
        policy = await self.policy()
        async with self.database.reading() as session:
            found = await spent(session, policy, utcnow() + later)
        return found.day.amount, found.month.amount


@pytest.fixture
def till(database: Database, config: RoadConfig) -> Till:
    return Till(database, config)


async def test_what_was_approved_today_counts_for_the_day_and_the_month(till: Till) -> None:
    await till.opens()
    agent = await till.hires("Giulia")
    (draft,) = await till.drafts()
    assert await till.spent() == (0, 0)
    await till.approves(agent, draft)
    assert await till.spent() == (10, 10)


async def test_another_day_and_another_month_begin_at_nothing(till: Till) -> None:
    await till.opens()
    agent = await till.hires("Giulia")
    (draft,) = await till.drafts()
    await till.approves(agent, draft)
    assert await till.spent(later=timedelta(days=40)) == (0, 0)


async def test_what_was_taken_back_has_not_been_spent(till: Till, config: RoadConfig) -> None:
    await till.opens()
    agent = await till.hires("Giulia")
    (draft,) = await till.drafts()
    approval = await till.approves(agent, draft)
    async with till.database.writing() as session:
        await Approvals(config).undo(session, await session.merge(agent), approval.id)
    assert await till.spent() == (0, 0)


async def test_of_an_open_choice_the_dearest_counts_and_then_what_was_chosen(till: Till) -> None:
    await till.opens()
    agent = await till.hires("Giulia")
    (draft,) = await till.drafts(decision=either(), text=CHOICE)
    approval = await till.approves(agent, draft)
    assert await till.spent() == (10, 10)
    async with till.database.writing() as session:
        choice = (await session.scalars(select(Choice))).one()
        refund = await session.get_one(OfferRow, choice.options[1])
        choice.chosen_at, choice.chosen_how, choice.chosen_offer_id = utcnow(), ChoiceHow.BUTTON, refund.id
        refund.state = OfferState.CHOSEN
        case = await session.get_one(Case, draft.case_id)
        session.add(
            LedgerEntry(
                customer_id=case.customer_id,
                case_id=case.id,
                approval_id=approval.id,
                offer_id=refund.id,
                basis=Basis.GOODWILL,
                amount_minor=800,
                currency="EUR",
            )
        )
    assert await till.spent() == (8, 8)


@pytest.mark.parametrize("column", ["is_sample", "is_test"])
async def test_samples_and_tests_cost_nothing(till: Till, column: str) -> None:
    await till.opens()
    agent = await till.hires("Giulia")
    drafts = await till.drafts(decision=either(), text=CHOICE)
    async with till.database.writing() as session:
        setattr(await session.get_one(Case, drafts[0].case_id), column, True)
    await till.approves(agent, drafts[0])
    assert await till.spent() == (0, 0)


async def test_two_approvals_at_once_do_not_both_fit_into_the_day(till: Till) -> None:
    await till.opens(day=15)
    agents = [await till.hires("Giulia"), await till.hires("Marco")]
    drafts = await till.drafts(count=2)
    assert await till.outcomes(agents, drafts) == ["Approval", "above_budget"]
    assert await till.spent() == (10, 10)


async def test_nor_both_into_what_one_customer_may_have(till: Till) -> None:
    await till.opens(customer=15)
    agents = [await till.hires("Giulia"), await till.hires("Marco")]
    drafts = await till.drafts(count=2, same_customer=True)
    assert await till.outcomes(agents, drafts) == ["Approval", "above_budget"]


async def test_the_month_bounds_as_the_day_does(till: Till) -> None:
    await till.opens(month=5)
    agent = await till.hires("Giulia")
    (draft,) = await till.drafts()
    with pytest.raises(BlockedError, match="above_budget"):
        await till.approves(agent, draft)


async def test_a_supervisor_goes_beyond_it(till: Till) -> None:
    await till.opens(day=5)
    sara = await till.hires("Sara", Role.SUPERVISOR)
    (draft,) = await till.drafts()
    await till.approves(sara, draft)
    assert await till.spent() == (10, 10)


async def test_who_stands_in_for_the_only_supervisor_goes_beyond_it_within_the_deputys_limit(
    till: Till,
) -> None:
    await till.opens(day=5)
    sara = await till.hires("Sara", Role.SUPERVISOR)
    giulia = await till.hires("Giulia")
    await till.leaves(sara, deputy=giulia, limit=5000)
    (draft,) = await till.drafts()
    await till.approves(giulia, draft)
    assert await till.spent() == (10, 10)


async def test_after_the_refusal_the_case_is_decided_anew(till: Till) -> None:
    await till.opens(day=5)
    agent = await till.hires("Giulia")
    (draft,) = await till.drafts()
    with pytest.raises(BlockedError, match="above_budget"):
        await till.approves(agent, draft)
    async with till.database.writing() as session:
        await decide_anew(session, await session.get_one(Case, draft.case_id))
    after = await till.case(draft)
    assert (after.state, after.revision) == (CaseState.DRAFTING, draft.revision + 1)
    assert after.triage_due_at is not None


async def test_what_is_owed_asks_no_budget(till: Till) -> None:
    await till.opens(day=5)
    agent = await till.hires("Giulia")
    owed = replace(a_decision().offers[0], basis=Basis.OWED)
    (draft,) = await till.drafts(decision=a_decision(offers=(owed,), worth=euros(0)))
    await till.approves(agent, draft)
    assert await till.spent() == (0, 0)


async def book(session: AsyncSession, case: Case, minor: int, at: datetime, **changes: object) -> None:
    agent = await seed_agent(session, f"agent of {case.number} {minor} {len(changes)}")
    draft = await seed_draft(session, case)
    approval = Approval(
        case_id=case.id,
        draft_id=draft.id,
        agent_id=agent.id,
        verdict=Verdict.SEND,
        revision=draft.revision,
        sha256=draft.sha256,
        created_at=at,
    )
    session.add(approval)
    await session.flush()
    fields: dict[str, object] = {"basis": Basis.GOODWILL, "currency": "EUR", "amount_minor": minor, **changes}
    session.add(
        LedgerEntry(
            customer_id=case.customer_id,
            case_id=case.id,
            approval_id=approval.id,
            agent_id=agent.id,
            **fields,
        )
    )


async def test_favours_of_the_day_and_of_the_month_are_counted_and_nothing_else(till: Till) -> None:
    await till.opens()
    policy = await till.policy()
    noon = datetime.fromisoformat("2026-11-27T12:00:00+01:00")
    early = datetime.fromisoformat("2026-11-27T00:10:00+01:00")  # the day before, by the clock of Greenwich
    async with till.database.writing() as session:
        case, sample = await seed_case(session), await seed_case(session)
        sample.is_sample = True
        await book(session, case, 1000, early)
        await book(session, case, -400, noon)
        await book(session, case, 2000, noon - timedelta(days=1))
        await book(session, case, 8000, noon - timedelta(days=40))
        await book(session, case, 500, noon, basis=Basis.OWED)
        await book(session, case, 700, noon, currency="USD")
        await book(session, sample, 900, noon)
        found = await spent(session, policy, noon)
        others = await spent(session, replace(policy, audience=Audience.COLLEAGUE), noon)
    assert found == Spent(day=euros(6), month=euros(26))
    assert others == Spent(day=euros(0), month=euros(0))
