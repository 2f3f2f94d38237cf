"""Promises made before they were in words by language."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text

import models
from models.clock import utcnow
from models.database import Database
from models.states import PromiseKind
from models.tables import Approval, Promise
from models.upgrade import upgrade
from responses.promises.told import words_of
from tests.seed import seed_agent, seed_case, seed_draft


def to_the_schema_before(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    before = ScriptDirectory.from_config(config).get_revision("20261127_promises").down_revision
    command.downgrade(config, str(before))


@pytest.mark.parametrize(
    ("old", "kind", "italian", "german"),
    [
        pytest.param(
            "rispediamo il pacco",
            PromiseKind.COMMITMENT,
            "rispediamo il pacco",
            "rispediamo il pacco",
            id="words",
        ),
        pytest.param("refund", PromiseKind.REMEDY, "il rimborso", "die Rückzahlung", id="a remedy"),
        pytest.param("", PromiseKind.COMMITMENT, "", "", id="erased"),
    ],
)
async def test_they_are_told_in_the_words_they_have(
    database: Database, old: str, kind: PromiseKind, italian: str, german: str
) -> None:
    async with database.writing() as session:
        agent, case = await seed_agent(session), await seed_case(session)
        draft = await seed_draft(session, case)
        approval = Approval(
            case_id=case.id,
            draft_id=draft.id,
            agent_id=agent.id,
            verdict="send",
            revision=draft.revision,
            sha256=draft.sha256,
        )
        session.add(approval)
        await session.flush()
        session.add(Promise(case_id=case.id, approval_id=approval.id, what={"it": old}, due_at=utcnow()))
    async with database.engine.begin() as connection:
        await connection.run_sync(to_the_schema_before)
        stored = (await connection.execute(text("SELECT what FROM promises"))).scalar_one()
    assert stored == old
    await upgrade(database)
    async with database.reading() as session:
        promise = (await session.scalars(select(Promise))).one()
    assert promise.kind == kind
    assert (words_of(promise, "it"), words_of(promise, "de")) == (italian, german)
