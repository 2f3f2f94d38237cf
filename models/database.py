"""Opening the database, and the two ways to work in it: reading and writing.

SQLite's own defaults lose updates and fail with "database is locked" within milliseconds, so the
driver is put into autocommit and every unit of work opens its transaction itself: `BEGIN IMMEDIATE`
for what writes (it waits its turn before it reads), `BEGIN` for what only reads. Who waits for SQLite's
one writing place asks again and again with growing pauses; so the writers of one process queue up here.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from models.alarm import Alarm, Ring, alarms_of
from models.sqlite_driver import OneTrip

# With secure_delete what is deleted or overwritten is zeroed in the file, not only forgotten.
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "secure_delete=ON",
)


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def async_url(url: str) -> URL:
    """`url` with the driver this program uses: aiosqlite or psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return parsed.set(drivername="sqlite+aiosqlite")
    return parsed.set(drivername="postgresql+psycopg")


async def _silent(_alarms: Sequence[Alarm]) -> None:
    """Rings nothing: for commands that leave the waking to the running program's sweep."""


class Database:
    """One database. Sessions come from `reading()` and `writing()`; nothing else opens one.

    `ring` is handed the alarms of every committed transaction; the program sets it once its jobs run.
    """

    def __init__(self, url: str) -> None:
        self.ring: Ring = _silent
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # Parameters are customers' words: they must not stand in an error's message.
        options: dict[str, Any] = {"hide_parameters": True}
        if self.is_sqlite:
            options["module"] = OneTrip()
        else:
            options |= {"pool_pre_ping": True, "pool_size": 10}
        self._writer = asyncio.Lock()
        self.engine: AsyncEngine = create_async_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.engine.sync_engine, "begin", _begin_sqlite)
            event.listen(self.engine.sync_engine, "invalidate", _give_up_sqlite)
        self._reading = async_sessionmaker(self.engine, expire_on_commit=False)
        self._writing = async_sessionmaker(
            self.engine.execution_options(rimedio_begin="IMMEDIATE"), expire_on_commit=False
        )

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A transaction that sees one state of the database and is rolled back at the end."""
        async with self._reading() as session:
            yield session

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed at the end, or rolled back when the body raises.

        On SQLite it holds the only writer's place from its first line: no network or model call
        belongs inside.
        """
        async with self._writer if self.is_sqlite else nullcontext(), self._writing() as session:
            async with session.begin():
                # Takes the writer's place now: what is read below cannot be outdated at the commit.
                await session.connection()
                yield session
            alarms = alarms_of(session)
        if alarms:
            await self.ring(alarms)

    async def leave_no_traces(self, *, rebuild: bool) -> bool:
        """Has SQLite's log of earlier pages written into the file and emptied; whether that was possible.

        Somebody who reads at this moment may need the log: it is tried again later then. With `rebuild`
        the file is written anew first, which leaves behind whatever older versions did not overwrite, and
        holds up writers meanwhile. PostgreSQL does both by itself (`VACUUM`, and its own log's recycling).
        """
        if not self.is_sqlite:
            return True
        async with self.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            if rebuild:
                await driver.execute("VACUUM")
            cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _, _ = await cursor.fetchone()
            await cursor.close()
        return not busy

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    mode = connection.get_execution_options().get("rimedio_begin", "")
    connection.exec_driver_sql(f"BEGIN {mode}".strip())


def _give_up_sqlite(connection: Any, _record: Any, _error: BaseException | None) -> None:
    """Rolls back before a connection is closed whose statement was cancelled.

    SQLite closes only once every statement is finalised, and until then keeps the transaction, with the
    only writer's place: as long as anybody holds the cancelled task's traceback.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return  # collected after its loop has ended: no statement holds it any more
    # Not awaited, for that could be cancelled again: the closing queues up behind it in the driver's thread.
    rolling_back = loop.create_task(connection.driver_connection.rollback())
    _rolling_back.add(rolling_back)
    rolling_back.add_done_callback(_rolled_back)


_rolling_back: set[asyncio.Task[None]] = set()  # the loop itself does not hold its tasks


def _rolled_back(task: asyncio.Task[None]) -> None:
    _rolling_back.discard(task)
    if not task.cancelled():
        task.exception()  # closed meanwhile, which is as good
