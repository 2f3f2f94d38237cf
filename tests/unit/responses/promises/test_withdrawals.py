"""A promise that nobody pursues any more: who may say so, who hears it, and what stays in the books."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from sqlalchemy import select, update

from models.clock import utcnow
from models.database import Database
from models.decision import Basis, DecisionKind, RemedyKind, Role
from models.states import CaseState, OutboxState, PromiseState
from models.tables import Case, Customer, Event, LedgerEntry, OutboxEntry, Promise
from responses.cases import close
from responses.config import RoadConfig
from responses.customers.dealings import dealings_of
from responses.customers.history import given_to
from responses.errors import BlockedError, NotAllowedError
from responses.promises.withdrawals import Why, call_off
from responses.sending.standing_texts import StandingTexts
from tests.seed import seed_agent
from tests.unit.responses.approving.test_withholding import FIFTEEN, REFUNDED, RESEND, VOUCHER, Table, decided
from tests.unit.responses.promises.test_promises import LATE, WORDS, Desk


class Shop(Desk):
    """The desk, where promises are withdrawn too."""

    async def withdraws(
        self, promise: Promise, why: Why = Why.NOT_NEEDED, words: str = "", *, told: bool = False
    ) -> None:
        async with self.database.writing() as session:
            agent = await session.merge(self.agent)
            await call_off(session, self.texts, agent, promise.id, why, words, told=told)

    async def heard(self) -> list[str]:
        """What the customer was told of promises that were withdrawn."""
        async with self.database.reading() as session:
            query = select(OutboxEntry).where(OutboxEntry.dedupe_key.startswith("withdrawn:"))
            return [entry.content["text"] for entry in await session.scalars(query)]

    async def noted(self) -> list[tuple[str, str, object]]:
        async with self.database.reading() as session:
            query = select(Event).where(Event.action.startswith("promise."))
            return [(one.actor, one.action, one.details["told"]) for one in await session.scalars(query)]


@pytest_asyncio.fixture
async def shop(sqlite: Database, config: RoadConfig) -> Shop:
    return await Shop(sqlite, config).hire()


@pytest_asyncio.fixture
async def any_shop(database: Database, config: RoadConfig) -> Shop:
    """The same on each storage."""
    return await Shop(database, config).hire()


@pytest.fixture
def any_table(database: Database, config: RoadConfig) -> Table:
    return Table(database, config)


async def takes_off(table: Table, role: Role | None = None) -> None:
    """Withdraws the only promise of the table, by whoever approved it or by somebody of another role."""
    texts = StandingTexts(table.approvals._config)
    async with table.database.writing() as session:
        await texts.seed(session)
        agent = await session.merge(table.agent)
        if role is not None:
            agent = await seed_agent(session, f"Un {role}", role)
        promise = (await session.scalars(select(Promise))).one()
        await call_off(session, texts, agent, promise.id, Why.AGREED)


async def test_the_customer_is_told_once_and_the_case_may_close(any_shop: Shop) -> None:
    shop = any_shop
    case = await shop.promised("My parcel RS1234 is late again", replace(LATE, language="en"))
    promise = await shop.one()
    await shop.withdraws(promise, words="it came by another courier")
    withdrawn = await shop.one()
    assert (withdrawn.state, withdrawn.broken_reason) == (
        PromiseState.WITHDRAWN,
        "it came by another courier",
    )
    assert withdrawn.settled_at is not None
    assert await shop.noted() == [(shop.agent.id, "promise.not_needed", 0)]
    assert (await shop.heard(), await shop.told()) == (
        [
            "Request no. 101: as we've discussed, this is no longer going ahead: “we'll trace the parcel and"
            " write to tell you where it is and when it will arrive”. One word here is enough and we'll pick"
            " it up again."
        ],
        [],
    )
    async with shop.database.writing() as session:
        await session.execute(update(OutboxEntry).values(state=OutboxState.SENT))
        row = await session.get_one(Case, case.id)
        assert row.state == CaseState.ANSWERED
        await close(session, row, shop.agent.id)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("it", "qui ci fermiamo con «"),
        ("es", "no seguimos adelante con «"),
        ("fr", "nous en restons là pour «"),
        ("de", "verfolgen wir das nicht weiter: „"),
        ("pt", "this is no longer going ahead: “"),
    ],
)
async def test_it_is_told_in_the_customers_language(shop: Shop, language: str, said: str) -> None:
    case = await shop.promised()
    async with shop.database.writing() as session:
        (await session.get_one(Case, case.id)).language = language
    await shop.withdraws(await shop.one())
    assert said in (await shop.heard())[0]


async def test_who_knows_already_is_told_nothing(shop: Shop) -> None:
    await shop.promised()
    await shop.withdraws(await shop.one(), Why.AGREED, told=True)
    assert await shop.heard() == []
    assert await shop.noted() == [(shop.agent.id, "promise.agreed_otherwise", 1)]


async def test_an_erased_person_is_told_nothing(shop: Shop) -> None:
    case = await shop.promised()
    async with shop.database.writing() as session:
        (await session.get_one(Customer, case.customer_id)).erased_at = utcnow()
    await shop.withdraws(await shop.one())
    assert (await shop.heard(), (await shop.case(case)).state) == ([], CaseState.ANSWERED)


async def test_whoever_is_quicker_settles_it_and_nothing_happens_twice(any_shop: Shop) -> None:
    shop = any_shop
    await shop.promised()
    promise = await shop.one()
    done = await asyncio.gather(
        shop.withdraws(promise), shop.withdraws(promise), shop.keeps(promise), return_exceptions=True
    )
    assert sorted(str(one) for one in done) == ["None", "gone", "gone"]
    settled = await shop.one()
    with pytest.raises(BlockedError, match="gone"):
        await shop.withdraws(promise)
    assert (await shop.one()).state == settled.state
    assert len(await shop.heard()) == (settled.state == PromiseState.WITHDRAWN)


async def test_another_reason_wants_words(shop: Shop) -> None:
    await shop.promised()
    promise = await shop.one()
    with pytest.raises(BlockedError, match="why_missing"):
        await shop.withdraws(promise, Why.OTHER, " \n")
    assert (await shop.one()).state == PromiseState.OPEN
    await shop.withdraws(promise, Why.OTHER, "ha cambiato casa")
    assert (await shop.one()).broken_reason == "ha cambiato casa"


async def test_it_is_no_second_failure_and_the_draft_speaks_of_it_no_more(any_shop: Shop) -> None:
    shop = any_shop
    case = await shop.promised()
    async with shop.database.writing() as session:
        await session.execute(update(Promise).values(due_at=utcnow() - timedelta(days=1)))
    await shop.writes("Allora, dov'è il pacco?", LATE)
    await shop.withdraws(await shop.one())
    await shop.triage.run(case.id)
    draft = await shop.draft(case)
    assert draft.kind == DecisionKind.STATUS
    assert "mantenuto" not in draft.text
    assert "cerchiamo il pacco" not in draft.text
    assert "10\u00a0€" not in draft.text


async def test_what_else_the_answer_gave_still_counts(any_shop: Shop) -> None:
    case = await any_shop.promised()
    async with any_shop.database.reading() as session:
        before = await given_to(session, await session.get_one(Case, case.id))
    await any_shop.withdraws(await any_shop.one())
    async with any_shop.database.reading() as session:
        (after, _) = await given_to(session, await session.get_one(Case, case.id))
    assert [(one.kind, one.worth) for one in after] == [(one.kind, one.worth) for one in before[0]]
    assert RemedyKind.VOUCHER in {one.kind for one in after}
    assert {one.promise_state for one in after} == {None}


async def test_a_favour_that_is_not_wanted_leaves_the_books(any_table: Table) -> None:
    await any_table.lays(decided(FIFTEEN), REFUNDED)
    await any_table.sends()
    await takes_off(any_table)
    assert await any_table.booked() == [1500, -1500]
    assert [one.promise_state for one in await any_table.record()] == ["withdrawn"]
    async with any_table.database.reading() as session:
        dealings = await dealings_of(session, any_table.case.customer_id)
    assert (dealings.cases[0].gifts, dealings.favours) == ((), ())


async def test_of_a_favour_that_was_lowered_only_what_was_given_leaves(any_table: Table) -> None:
    await any_table.lays(decided(FIFTEEN), REFUNDED, Role.SUPERVISOR)
    await any_table.edits(REFUNDED.replace("15 €", "10 €"))
    await any_table.sends(reason="basta così")
    await takes_off(any_table)
    assert sum(await any_table.booked()) == 0


async def test_what_is_owed_stays_owed(any_table: Table) -> None:
    await any_table.lays(decided(FIFTEEN, basis=Basis.OWED), REFUNDED)
    await any_table.sends()
    await takes_off(any_table)
    assert await any_table.booked() == [1500]
    (given,) = await any_table.record()
    assert (given.basis, given.promise_state) == (Basis.OWED, "withdrawn")
    async with any_table.database.reading() as session:
        dealings = await dealings_of(session, any_table.case.customer_id)
    assert [sum_.amount for sum_ in dealings.owed] == [Decimal(15)]
    assert [one.state for one in dealings.cases[0].promises] == [PromiseState.WITHDRAWN]


async def test_money_is_withdrawn_by_who_may_approve_it(any_table: Table) -> None:
    await any_table.lays(decided(FIFTEEN, tier=Role.SUPERVISOR), REFUNDED, Role.SUPERVISOR)
    await any_table.sends()
    with pytest.raises(NotAllowedError, match="withdraw_limit") as refused:
        await takes_off(any_table, Role.AGENT)
    assert refused.value.details == {"role": Role.SUPERVISOR}
    assert await any_table.promised() == ["il rimborso"]
    await takes_off(any_table, Role.SUPERVISOR)
    assert await any_table.promised() == []


async def test_what_costs_nothing_anybody_withdraws(any_table: Table) -> None:
    decision = decided(VOUCHER, commitments=(RESEND,), tier=Role.SUPERVISOR)
    text = "Rispediamo il pacco {due:1}. Le mandiamo un buono da 10 €: {voucher:1}.\n{agent}"
    await any_table.lays(decision, text, Role.SUPERVISOR)
    await any_table.sends()
    await takes_off(any_table, Role.AGENT)
    assert await any_table.promised() == []
    assert sum(await any_table.booked()) == 1000


async def test_what_an_agent_gave_by_hand_stays_when_something_else_is_withdrawn(any_table: Table) -> None:
    decision = decided(VOUCHER, commitments=(RESEND,), tier=Role.SUPERVISOR)
    text = "Rispediamo il pacco {due:1}. Le mandiamo un buono da 10 €: {voucher:1}.\n{agent}"
    await any_table.lays(decision, text, Role.SUPERVISOR)
    await any_table.edits(text.replace("Le mandiamo", "Le scaliamo 20 € dalla fattura. Le mandiamo"))
    await any_table.sends(reason="basta così")
    before = await any_table.booked()
    assert sum(before) > 1000
    texts = StandingTexts(any_table.approvals._config)
    async with any_table.database.writing() as session:
        await texts.seed(session)
        agent = await session.merge(any_table.agent)
        for promise in (await session.scalars(select(Promise).where(Promise.offer_id.is_(None)))).all():
            await call_off(session, texts, agent, promise.id, Why.AGREED)
    assert await any_table.booked() == before


async def test_the_books_of_a_sample_stay_empty(shop: Shop) -> None:
    case = await shop.promised(WORDS)
    async with shop.database.writing() as session:
        (await session.get_one(Case, case.id)).is_sample = True
    before = await _booked(shop)
    await shop.withdraws(await shop.one())
    assert (await shop.heard(), await _booked(shop)) == ([], before)


async def _booked(shop: Shop) -> list[int]:
    async with shop.database.reading() as session:
        return list(await session.scalars(select(LedgerEntry.amount_minor)))
