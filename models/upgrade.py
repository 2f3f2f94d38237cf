"""Bringing a database's schema to what this program expects."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select

from models.database import Database
from models.errors import DatabaseOutdatedError

_UPGRADE_LOCK = 0x52494D55  # any number that no other lock of ours uses


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def known_schemas() -> frozenset[str]:
    """The versions of the schema that this program can bring up to date."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _upgrade(connection: Connection) -> tuple[str | None, str]:
    if connection.dialect.name == "postgresql":
        # Several processes may start at once: the second finds the first one's work done.
        connection.execute(select(func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
    before = MigrationContext.configure(connection).get_current_revision()
    if before is not None and before not in known_schemas():
        raise DatabaseOutdatedError(
            f"the database has schema {before}, which this program does not know: "
            "it was made by a newer version; install that one again"
        )
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    after = MigrationContext.configure(connection).get_current_revision()
    return before, after or ""


async def is_current(database: Database) -> bool:
    """Whether the database has exactly the schema of this program."""
    head = ScriptDirectory.from_config(_config()).get_current_head()

    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.engine.connect() as connection:
        return await connection.run_sync(revision) == head


async def upgrade(database: Database) -> tuple[str | None, str]:
    """Upgrade to the newest schema in one transaction; returns the versions before and after.

    Raises:
        DatabaseOutdatedError: the database was made by a newer program.
    """
    async with database.engine.begin() as connection:
        return await connection.run_sync(_upgrade)
