"""`rimedio report wordings` and `agents`, as whoever reads figures meets it."""

import asyncio
import csv
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.database import Database, sqlite_url
from responses.approving.approval import Approvals
from responses.config import Business, RoadConfig
from responses.hours import OpeningHours
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.responses.reports.test_causes import LATE, answers, complaint, gives, says
from tests.unit.responses.reports.test_learning import REMEDY, TEXT, often
from tests.unit.responses.reports.test_strengths import THANKS
from tests.unit.rimedio.test_rules_commands import SHOP, Terminal

ZONE = ZoneInfo("Europe/Rome")


CONFIG = RoadConfig(
    business=Business(name="Maglieria Rossi"), timezone=ZONE, debounce=timedelta(0), undo=timedelta(0)
)


async def sends_one() -> None:
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    async with database.writing() as session:
        agent = await seed_agent(session, "Sara")
        draft = await seed_draft(session, await seed_case(session), "Buongiorno Marta.\nSara")
        draft.variant, draft.parts = "b-formal", [["greeting", "Buongiorno Marta."]]
        await Approvals(CONFIG).approve(session, agent, bound(draft), OpeningHours.always(ZONE))
    await database.close()


async def sends_rewritten() -> None:
    """Six answers with a sentence that each agent changes in their own way."""
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    approvals = Approvals(CONFIG)
    for name in ("Anna", "Bruna", "Carla", "Dora", "Elsa", "Franca"):
        async with database.writing() as session:
            agent = await seed_agent(session, name)
            draft = await seed_draft(session, await seed_case(session), "Le chiedo scusa per il ritardo.")
            draft.variant, draft.parts = "b-formal", [["apology", draft.text]]
            edited = await approvals.edit(
                session, agent, bound(draft), f"Le chiedo scusa per il disguido, {name}."
            )
            await approvals.approve(session, agent, bound(edited), OpeningHours.always(ZONE))
    await database.close()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    return Terminal(tmp_path)


def test_it_says_what_was_used_what_is_lacking_and_writes_both(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(sends_one())
    status, shown = terminal.types("report", "wordings")
    assert (status, "1 answers to 1 people since" in shown) == (0, True)
    assert "100 con la a, 99 con la b, 100 con la c" in shown
    terminal.types("report", "wordings", "--csv", "wordings.csv")
    with Path("wordings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = rows[0]
    assert (first["variant"], first["outcome"], first["count"], first["of"]) == ("b", "rewritten", "0", "1")
    assert {row["what"] for row in rows} == {"variant", "lacking"}


def test_it_says_which_wording_is_rewritten_how_often_and_into_what(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(sends_rewritten())
    status, shown = terminal.types("report", "agents", "--csv", "corrections.csv")
    assert (status, "6 drafts approved since" in shown) == (0, True)
    with Path("corrections.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["what"]: row for row in csv.DictReader(file)}
    wording, change = rows["wording"], rows["change"]
    assert (wording["name"], wording["detail"]) == ("apology", "b it")
    assert wording["words"] == "Le chiedo scusa per il ritardo."
    assert (wording["changed"], wording["of"], wording["low"], wording["high"]) == (
        "6",
        "6",
        "0.610",
        "1.000",
    )
    assert (change["words"], change["changed"], change["of"]) == ("ritardo → disguido, …", "6", "6")


async def overrules_a_rule() -> None:
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    await often(4, database, TEXT.replace(REMEDY, "Ci penso io."))
    await often(1, database, "Mi serve il numero.", kind="ask")
    await often(2, database)
    await database.close()


def test_it_says_what_came_instead_of_a_rules_answer(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(overrules_a_rule())
    terminal.types("report", "agents", "--csv", "corrections.csv")
    with Path("corrections.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["what"], row["detail"], row["changed"], row["of"]) for row in csv.DictReader(file)]
    assert [row for row in rows if row[0] in ("rule", "instead")] == [
        ("rule", "", "5", "7"),
        ("instead", "reworded", "4", "7"),
        ("instead", "asked", "1", "7"),
    ]


async def costs_twelve_euros() -> None:
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    async with database.writing() as session:
        case = await seed_case(session)
        await says(session, case, complaint(LATE))
        await gives(session, await answers(session, case, types=[LATE]), 1250)
    await database.close()


def test_it_says_what_cost_most_and_writes_it(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(costs_twelve_euros())
    status, shown = terminal.types("report", "causes")
    assert (status, "12.50 EUR" in shown) == (0, True)
    status, shown = terminal.types("report", "causes", "--by-return", "--csv", "causes.csv")
    assert (status, "1 cases with a complaint since" in shown) == (0, True)
    assert Path("causes.csv").read_text(encoding="utf-8").splitlines() == [
        "type,cases,returned,again,second_time,broken,currency,given,favours",
        "delivery_late,1,0,0,0,0,EUR,12.50,12.50",
    ]


async def thanks_once() -> None:
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    async with database.writing() as session:
        await says(session, await seed_case(session), THANKS, "Grazie mille!")
    await database.close()


def test_it_says_how_much_people_thank_and_tells_nobodys_words(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(thanks_once())
    status, shown = terminal.types("report", "strengths", "--csv", "strengths.csv")
    assert (status, "1 of 1 messages since" in shown) == (0, True)
    written = Path("strengths.csv").read_text(encoding="utf-8").splitlines()
    assert written[:2] == ["what,name,praise,read,share", "about,,1,,"]
    assert "mille" not in "".join(written)
    status, shown = terminal.types("report", "strengths")
    assert (status, "mille" in shown) == (0, False)
