"""`rimedio policy fairness`, as a supervisor meets it."""

import asyncio
import csv
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from models.database import Database, sqlite_url
from models.decision import Role
from responses.approving.approval import Approvals
from responses.config import Business, RoadConfig
from responses.hours import OpeningHours
from tests.seed import bound, seed_agent, seed_case, seed_draft
from tests.unit.rimedio.test_rules_commands import SHOP, Terminal

ZONE = ZoneInfo("Europe/Rome")
REASON = "Aspetta da tre settimane"


async def gives_by_hand() -> None:
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    config = RoadConfig(
        business=Business(name="Maglieria Rossi"), timezone=ZONE, debounce=timedelta(0), undo=timedelta(0)
    )
    async with database.writing() as session:
        agent = await seed_agent(session, "Sara", Role.SUPERVISOR)
        draft = await seed_draft(
            session, await seed_case(session), "Buongiorno Marta, le rimborsiamo 30 €.\nSara"
        )
        await Approvals(config).approve(
            session, agent, bound(draft), OpeningHours.always(ZONE), reason=REASON
        )
    await database.close()


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIMEDIO_HOME", str(tmp_path / "var"))
    return Terminal(tmp_path)


def test_without_a_policy_there_is_nothing_to_be_fair_by(terminal: Terminal) -> None:
    status, shown = terminal.types("policy", "fairness")
    assert (status, "no policy is in use yet" in shown) == (1, True)


def test_it_says_who_went_off_policy_and_why(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(gives_by_hand())
    status, shown = terminal.types("policy", "fairness")
    assert status == 0
    assert "Ancora niente da dire: servono 20 risposte per gruppo" in shown
    assert "Fuori regola questa settimana, chi e perché:" in shown
    assert f"Sara  #101  – → «30 €» (+30 €)  {REASON}" in shown


def test_the_file_holds_the_same(terminal: Terminal) -> None:
    terminal.types("policy", "use", str(SHOP), "--yes")
    asyncio.run(gives_by_hand())
    assert terminal.types("policy", "fairness", "--csv", "equita.csv")[0] == 0
    with Path("equita.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["what"], row["who"], row["given"], row["reason"]) for row in rows] == [
        ("off_policy", "Sara", "«30 €» (+30 €)", REASON)
    ]


def test_a_day_that_is_none_is_refused(terminal: Terminal) -> None:
    status, shown = terminal.types("policy", "fairness", "--since", "ieri")
    assert (status, "expected a day such as 2026-11-01" in shown) == (2, True)
