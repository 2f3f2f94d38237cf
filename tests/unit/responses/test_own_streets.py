"""The streets of the business itself: its ready answers name them, in the file or saved at the desk."""

from dataclasses import replace
from pathlib import Path

import pytest

from models.clock import utcnow
from models.database import Database
from models.tables import AnswerEntry
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from tests.seed import seed_agent, seed_case, seed_draft
from tests.unit.responses.test_checks_on_the_road import written

TEXT = "Buongiorno Marta, può passare da noi in via Garibaldi 12."


async def found(database: Database, config: RoadConfig, *saved: str) -> list[str]:
    async with database.writing() as session:
        agent = await seed_agent(session)
        case = await seed_case(session)
        await seed_draft(session, case)
        session.add_all(
            AnswerEntry(
                questions=["Dove siete?"],
                answer={"it": answer},
                sha256="0",
                written_by=agent.id,
                accepted_by=agent.id,
                accepted_at=utcnow(),
            )
            for answer in saved
        )
    draft = await written(database, Approvals(config), agent, case, TEXT)
    return [one["words"] for one in draft.findings if one["code"] == "stranger_data"]


async def test_a_street_that_nobody_has_named_is_told(sqlite: Database, config: RoadConfig) -> None:
    assert await found(sqlite, config) == ["via Garibaldi 12"]


async def test_one_of_a_saved_answer_is_ours(database: Database, config: RoadConfig) -> None:
    assert await found(database, config, "Siamo in via Garibaldi, 12, dalle 9 alle 18.") == []


@pytest.mark.parametrize(
    ("content", "words"),
    [("via Garibaldi 12", []), ("via Mazzini 12", ["via Garibaldi 12"])],
    ids=["this", "another"],
)
async def test_so_is_one_of_the_file(
    sqlite: Database, config: RoadConfig, tmp_path: Path, content: str, words: list[str]
) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(f"answers:\n  - id: dove\n    answer:\n      it: Siamo in {content}.\n", encoding="utf-8")
    assert await found(sqlite, replace(config, answers=file)) == words


async def test_a_file_that_is_not_there_names_none(sqlite: Database, config: RoadConfig) -> None:
    assert await found(sqlite, replace(config, answers=Path("/nirgends.yaml"))) == ["via Garibaldi 12"]
