"""Drafts from when each had one twin, in the language of the house."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, select, text

import models
from models.database import Database
from models.tables import Draft
from models.upgrade import upgrade
from responses.twins import twin_for
from tests.seed import seed_case, seed_draft


def to_the_schema_before(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(models.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    before = ScriptDirectory.from_config(config).get_revision("20261128_twins").down_revision
    command.downgrade(config, str(before))


@pytest.mark.parametrize(
    ("twins", "old", "italian", "english"),
    [
        pytest.param(
            {"it": [["help", "eccomi."]], "en": [["help", "here I am."]]},
            "eccomi.",
            "Eccomi.",
            "Eccomi.",
            id="one for all, as it was",
        ),
        pytest.param({}, None, None, None, id="none"),
    ],
)
async def test_an_old_twin_stays(
    database: Database, twins: dict[str, object], old: str, italian: str, english: str
) -> None:
    async with database.writing() as session:
        draft = await seed_draft(session, await seed_case(session))
        draft.language, draft.twins = "de", twins
    async with database.engine.begin() as connection:
        await connection.run_sync(to_the_schema_before)
        assert (await connection.execute(text("SELECT twin FROM drafts"))).scalar_one() == old
    await upgrade(database)
    async with database.reading() as session:
        draft = (await session.scalars(select(Draft))).one()
    assert (twin_for(draft, "it", ["it"]), twin_for(draft, "en", ["en"])) == (italian, english)
