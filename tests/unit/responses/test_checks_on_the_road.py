"""The checks where they bite: a draft is put on the table, edited, written by hand, approved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.decision import DecisionKind
from models.states import DraftState
from models.tables import Agent, Case, Draft, Fact, Message, OutboxEntry
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.errors import BlockedError
from responses.people.holding import pass_on
from responses.proposed import proposed_draft
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.approving.test_approval import a_decision, approve, on_the_table

TEXT = (
    "{greeting} Marta, abbiamo sbagliato noi e le chiedo scusa. Ecco un buono da 10 €: {voucher:1}\n{agent}"
)


async def edited(database: Database, approvals: Approvals, agent: Agent, draft: Draft, text: str) -> Draft:
    async with database.writing() as session:
        return await approvals.edit(session, await session.merge(agent), bound(draft), text)


async def written(database: Database, approvals: Approvals, agent: Agent, case: Case, text: str) -> Draft:
    async with database.writing() as session:
        return await approvals.write(
            session,
            await session.merge(agent),
            await session.get_one(Case, case.id),
            text,
            kind=DecisionKind.HAND_OVER,
            language="it",
        )


@pytest.fixture
def approvals(config: RoadConfig) -> Approvals:
    return Approvals(config)


async def test_an_edited_offer_with_a_higher_sum_is_blocked(database: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(database, text=TEXT)
    higher = await edited(database, approvals, agent, draft, TEXT.replace("10 €", "100 €"))
    assert [found["code"] for found in higher.findings] == ["amount_above"]
    with pytest.raises(BlockedError) as blocked:
        await approve(database, approvals, agent, higher)
    assert (blocked.value.reason, blocked.value.details["words"]) == ("findings", "100 €")
    async with database.reading() as session:
        after = await session.get_one(Draft, higher.id)
    assert after.state == DraftState.PROPOSED


async def test_the_decided_sum_goes_out(sqlite: Database, approvals: Approvals) -> None:
    agent, _, draft = await on_the_table(sqlite, text=TEXT)
    same = await edited(sqlite, approvals, agent, draft, TEXT.replace("Ecco", "Qui c'è"))
    assert same.findings == []
    await approve(sqlite, approvals, agent, same)
    async with sqlite.reading() as session:
        entry = (await session.scalars(select(OutboxEntry))).one()
    assert "Qui c'è un buono da 10 €" in entry.content["text"]


async def test_a_hand_written_sum_is_blocked(sqlite: Database, approvals: Approvals) -> None:
    async with sqlite.writing() as session:
        agent, case = await seed_agent(session), await seed_case(session)
        await seed_draft(session, case)
    draft = await written(sqlite, approvals, agent, case, "Buongiorno Marta, le rimborsiamo 100 €.\nGiulia")
    with pytest.raises(BlockedError, match="amount_above"):
        await approve(sqlite, approvals, agent, draft)


async def test_a_warning_stops_nothing(sqlite: Database, approvals: Approvals) -> None:
    async with sqlite.writing() as session:
        agent, case = await seed_agent(session), await seed_case(session)
        await seed_draft(session, case)
    draft = await written(sqlite, approvals, agent, case, "Buongiorno Paolo, guardo io.\nGiulia")
    assert [found["code"] for found in draft.findings] == ["wrong_name"]
    await approve(sqlite, approvals, agent, draft)


async def test_a_fact_found_later_makes_the_text_right(sqlite: Database, approvals: Approvals) -> None:
    async with sqlite.writing() as session:
        agent, case = await seed_agent(session), await seed_case(session)
        await seed_draft(session, case)
    text = "Buongiorno Marta, l'ordine RS-4471 è in preparazione.\nGiulia"
    draft = await written(sqlite, approvals, agent, case, text)
    assert [found["code"] for found in draft.findings] == ["stranger_data"]
    async with sqlite.writing() as session:
        value = {"type": "text", "value": "RS4471"}
        session.add(Fact(case_id=case.id, name="order_id", value=value, source="agent"))
    await approve(sqlite, approvals, agent, draft)


async def test_what_the_customer_wrote_may_be_said_back(sqlite: Database, approvals: Approvals) -> None:
    async with sqlite.writing() as session:
        agent, case = await seed_agent(session), await seed_case(session)
        await seed_draft(session, case)
        session.add(
            Message(
                case_id=case.id,
                identity_id=case.identity_id,
                external_id="1",
                direction="in",
                text="mi avete addebitato 62,50 euro il 3 novembre per l'ordine RS-4471",
                sent_at=utcnow() - timedelta(minutes=1),
            )
        )
    text = "Buongiorno Marta, vedo l'addebito di 62,50 € per l'ordine RS-4471: guardo io.\nGiulia"
    draft = await written(sqlite, approvals, agent, case, text)
    assert draft.findings == []


async def test_an_instead_written_refusal_gives_nothing_of_the_offer(
    sqlite: Database, approvals: Approvals
) -> None:
    agent, _, draft = await on_the_table(sqlite, text=TEXT, decision=a_decision())
    async with sqlite.writing() as session:
        no = await approvals.edit(
            session, await session.merge(agent), bound(draft), "Le offriamo 10 €.", kind="decline"
        )
    assert "amount_above" in [found["code"] for found in no.findings]


async def test_findings_stay_with_a_text_that_is_passed_on(sqlite: Database, approvals: Approvals) -> None:
    agent, case, draft = await on_the_table(sqlite, text=TEXT)
    higher = await edited(sqlite, approvals, agent, draft, TEXT.replace("10 €", "100 €"))
    async with sqlite.writing() as session:
        row = await session.get_one(Case, case.id)
        await pass_on(session, await session.merge(agent), row, to=None, reason=None)
        again = await proposed_draft(session, row)
    assert again is not None
    assert (again.id != higher.id, again.findings) == (True, higher.findings)


@pytest.mark.parametrize("is_ready", [True, False])
async def test_the_price_in_a_ready_answer_is_the_owners(
    database: Database, approvals: Approvals, is_ready: bool
) -> None:
    costs = "spediamo anche in Francia, con 19 €."
    agent, _, draft = await on_the_table(
        database,
        text=f"{{greeting}} Marta, {costs}\n{{agent}}",
        decision=a_decision(kind=DecisionKind.HAND_OVER, offers=()),
    )
    async with database.writing() as session:
        stored = await session.get_one(Draft, draft.id)
        stored.parts = [["answer", costs]] if is_ready else [["holding", costs]]
        stored.kind = DecisionKind.HAND_OVER
    if is_ready:
        await approve(database, approvals, agent, draft)
    else:
        with pytest.raises(BlockedError, match="amount_above"):
            await approve(database, approvals, agent, draft)
