"""Signals once they are kept: shown to agents, simulated, exported, erased, and gone in time."""

from datetime import date
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.decision import FactValue
from models.record import Dismissal
from models.serial import fact_to_json
from models.tables import Agent, Case, Customer, DecisionRow, Draft, SignalRow
from responses.customers.history import given_to
from responses.customers.signal_views import SignalView
from responses.customers.signalling import record_of
from responses.intake.files import FileStore
from responses.intake.samples import remove_samples
from responses.privacy.erasure import erase_person
from responses.privacy.export import export_person
from responses.privacy.retention import Retention
from responses.reports.past_cases import past_cases
from responses.views import view_case
from tests.unit.responses.customers.signals_shop import (
    LATE_ORDER,
    WORDS,
    Shop,
    agent,
    in_the_book,
    insatiable,
    shop,
)
from tests.unit.responses.triage_road import assessed

__all__ = ["agent", "shop"]


async def signals_of(session: AsyncSession, shop: Shop, case: Case) -> tuple[SignalView, ...]:
    view = await view_case(session, await session.get_one(Case, case.id), shop.config.timezone)
    return view.signals


async def test_agents_see_it_with_the_numbers_of_its_cases(shop: Shop, agent: Agent) -> None:
    case = await insatiable(shop)
    async with shop.database.reading() as session:
        (signal,) = await signals_of(session, shop, case)
    assert [seen.number for seen in signal.cases] == [101, 102, case.number]
    assert "in ritardo" in signal.cases[-1].messages[-1].text
    await shop.dismisses(agent, case, signal.row)
    async with shop.database.reading() as session:
        (dismissed,) = await signals_of(session, shop, case)
    assert dismissed.dismissed_by == agent.name


async def test_a_simulation_knows_what_was_dismissed_by_the_numbers_of_its_cases(
    shop: Shop, agent: Agent
) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    await shop.dismisses(agent, case, signal)
    async with shop.database.reading() as session:
        pasts = {past.case_id: past async for past in past_cases(session, "customer", "EUR")}
    cases = ("#101", "#102", f"#{case.number}")
    known = (Dismissal(signal="repeated_claims", evidence=cases),)
    # The first was answered long before anybody dismissed anything.
    assert [pasts[one].dismissed for one in cases] == [(), known, known]


async def test_an_export_has_the_signals_in_words_and_the_reason(
    shop: Shop, agent: Agent, tmp_path: Path
) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    await shop.dismisses(agent, case, signal)
    async with shop.database.reading() as session:
        customer = await session.get_one(Customer, case.customer_id)
        (shown,) = (await export_person(session, customer, FileStore(str(tmp_path))))["signals"]
    assert shown["in_words"] == {"it": WORDS, "en": "3 claims in 60 days, 2 after a remedy"}
    assert (shown["dismissed_reason"], "expires_at" in shown) == ("Era il corriere", True)


async def test_erasing_a_person_erases_what_their_history_showed(shop: Shop, agent: Agent) -> None:
    case = await insatiable(shop)
    (signal,) = await shop.signals()
    await shop.dismisses(agent, case, signal)
    async with shop.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), agent.id)
    assert await shop.signals() == []
    async with shop.database.reading() as session:
        contents = (await session.scalars(select(DecisionRow.content))).all()
    assert [content["signals"] for content in contents if content["signals"]] == []


async def test_when_its_time_is_over_it_is_gone(shop: Shop, tmp_path: Path) -> None:
    case = await insatiable(shop)
    retention = Retention(shop.database, FileStore(str(tmp_path)), None, shop.config.timezone)
    await retention.run()
    assert len(await shop.signals()) == 1
    async with shop.database.writing() as session:
        await session.execute(update(SignalRow).values(expires_at=utcnow()))
        assert await signals_of(session, shop, case) == ()
    await retention.run()
    assert await shop.signals() == []


async def test_samples_go_with_all_that_hangs_on_them(shop: Shop) -> None:
    case = await insatiable(shop)
    async with shop.database.writing() as session:
        await session.execute(update(Case).values(is_sample=True))
        await session.execute(update(Customer).values(is_sample=True))
        await remove_samples(session, "system")
    assert await shop.signals() == []
    assert case.number > 0


async def test_the_worth_of_a_favour_is_told_to_whom_the_policy_says(shop: Shop) -> None:
    case = await shop.writes("Ciao", assessed("other"))
    old = FactValue(value=date(2024, 1, 2), source="book")
    await in_the_book(shop, case.customer_id, facts={"ordered_on": fact_to_json(old)})
    case = await shop.writes("Il pacco RS5 è in ritardo", LATE_ORDER)
    decision = await shop.decision(case)
    assert (decision.signals, decision.show_worth) == (("no_purchase",), True)


async def test_what_was_given_is_what_the_history_says(shop: Shop) -> None:
    case = await insatiable(shop)
    async with shop.database.reading() as session:
        _, elsewhere = await given_to(session, await session.get_one(Case, case.id))
        policy = await shop.policies.current(session)
        row = await session.get_one(Case, case.id)
        record = await record_of(session, row, policy, elsewhere, utcnow())
    assert record is not None
    assert [one.id for one in record.remedies] == [given.case_id for given in elsewhere]
    assert await shop.number(Draft) > 0
