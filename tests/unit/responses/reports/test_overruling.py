"""What came instead of a rule's answer, as the report of corrections tells it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.clock import utcnow
from models.database import Database
from models.decision import Decision, Role
from models.states import EditReason
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.reports.judged import judged_since
from responses.reports.overruling import Instead, RuleCount, overruled_rules
from tests.seed import bound
from tests.unit.responses.approving.test_approval import HOURS
from tests.unit.responses.approving.test_withholding import (
    FIFTEEN,
    REFUNDED,
    SIGNED,
    SORRY,
    WITHHELD,
    WITHOUT,
    Table,
    decided,
)

DECIDED = decided(FIFTEEN, rule_ids=("regola",))
WHY = "Era già successo."


async def overruled(database: Database) -> list[RuleCount]:
    async with database.reading() as session:
        return await overruled_rules(session, await judged_since(session, utcnow() - timedelta(days=1)))


@pytest.fixture
def table(database: Database, config: RoadConfig) -> Table:
    return Table(database, config)


@pytest.mark.parametrize(
    ("text", "meant", "instead"),
    [
        (REFUNDED.replace("15 €", "25 €"), {}, Instead.MORE),
        (REFUNDED.replace("15 €", "10 €"), {}, Instead.LESS),
        (f"{SORRY} Le mandiamo in regalo 20 €.{SIGNED}", {"o0": WITHHELD}, Instead.ANOTHER),
        (WITHOUT, {"o0": WITHHELD}, Instead.WITHHELD),
    ],
    ids=["more", "less", "another", "withheld"],
)
async def test_what_was_given_instead_is_told(
    table: Table, text: str, meant: dict[str, object], instead: Instead
) -> None:
    await table.lays(DECIDED, REFUNDED, Role.SUPERVISOR)
    await table.edits(text)
    await table.sends(meant, WHY)  # type: ignore[arg-type]
    assert await overruled(table.database) == [RuleCount(rule_id="regola", of=1, instead=((instead, 1),))]


@pytest.mark.parametrize(
    ("kind", "instead"),
    [("decline", Instead.DECLINED), ("ask", Instead.ASKED), ("thanks", Instead.ANOTHER)],
    ids=["a no", "a question", "thanks"],
)
async def test_another_kind_of_answer_is_told(table: Table, kind: str, instead: Instead) -> None:
    await table.lays(DECIDED, REFUNDED)
    async with table.database.writing() as session:
        agent = await session.merge(table.agent)
        table.draft = await table.approvals.edit(session, agent, bound(table.draft), WITHOUT, kind)
    await table.sends()
    assert [one.instead for one in await overruled(table.database)] == [((instead, 1),)]


async def test_a_draft_thrown_away_overrules_its_rule(table: Table) -> None:
    await table.lays(DECIDED, REFUNDED)
    async with table.database.writing() as session:
        await table.approvals.discard(session, await session.merge(table.agent), bound(table.draft), None)
    assert [one.instead for one in await overruled(table.database)] == [((Instead.DISCARDED, 1),)]


async def test_an_answer_as_it_was_decided_overrules_nothing(table: Table) -> None:
    await table.lays(DECIDED, REFUNDED)
    await table.sends()
    assert await overruled(table.database) == [RuleCount(rule_id="regola", of=1, instead=())]


async def test_the_same_in_other_words_is_told_as_that(database: Database, config: RoadConfig) -> None:
    table = await Table(database, config).lays(DECIDED, REFUNDED)
    await table.edits(REFUNDED.replace("Le rimborsiamo", "Le restituiamo"))
    async with database.writing() as session:
        await Approvals(config).approve(
            session, await session.merge(table.agent), bound(table.draft), HOURS, EditReason.AMOUNT
        )
    assert [one.instead for one in await overruled(database)] == [((Instead.REWORDED, 1),)]


async def test_what_is_withheld_counts_for_its_own_rule_alone(table: Table) -> None:
    both: Decision = replace(DECIDED, rule_ids=("regola", "scuse"))
    await table.lays(both, REFUNDED)
    await table.edits(WITHOUT)
    await table.sends({"o0": WITHHELD})
    assert {one.rule_id: one.instead for one in await overruled(table.database)} == {
        "regola": ((Instead.WITHHELD, 1),),
        "scuse": (),
    }
