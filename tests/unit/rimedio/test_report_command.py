"""`rimedio report wordings`, as whoever reads figures meets it."""

import asyncio
import csv
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from test_rules_commands import SHOP, Terminal

from models.database import Database, sqlite_url
from responses.approval import Approvals
from responses.config import Business, RoadConfig
from responses.hours import OpeningHours
from tests.seed import bound, seed_agent, seed_case, seed_draft

ZONE = ZoneInfo("Europe/Rome")


async def sends_one() -> None:
    database = Database(sqlite_url(Path("var/rimedio.sqlite")))
    config = RoadConfig(
        business=Business(name="Maglieria Rossi"), timezone=ZONE, debounce=timedelta(0), undo=timedelta(0)
    )
    async with database.writing() as session:
        agent = await seed_agent(session, "Sara")
        draft = await seed_draft(session, await seed_case(session), "Buongiorno Marta.\nSara")
        draft.variant, draft.parts = "b-formal", [["greeting", "Buongiorno Marta."]]
        await Approvals(config).approve(session, agent, bound(draft), OpeningHours.always(ZONE))
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
