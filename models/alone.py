"""One process at a time, among all that share a PostgreSQL database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select

from models.database import Database

_AGAIN = 0.1  # seconds


@asynccontextmanager
async def alone(database: Database, key: int) -> AsyncIterator[None]:
    """Waits until no other process holds `key`, and holds it; a process that dies lets go of it.

    Asks again and again instead of waiting inside a statement: `CREATE INDEX CONCURRENTLY` waits for every
    statement that is running, so that who builds an index and who waits for them would wait for ever.
    """
    async with database.engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        while not (await connection.execute(select(func.pg_try_advisory_lock(key)))).scalar_one():  # noqa: ASYNC110 - another process tells no event
            await asyncio.sleep(_AGAIN)
        try:
            yield
        finally:
            await connection.execute(select(func.pg_advisory_unlock(key)))
