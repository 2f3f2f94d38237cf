"""SQLite's driver as SQLAlchemy sees it, with one trip to the driver's thread for a statement.

aiosqlite runs SQLite in a thread of its own. SQLAlchemy sends it there four times for each statement
that gives rows: for a cursor, to execute, to fetch, and to close; each trip wakes two threads.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a statement left behind: its rows, and what SQLAlchemy asks the cursor for afterwards."""

    rows: Sequence[Any] = ()
    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1


def _run(connection: sqlite3.Connection, statement: str, parameters: Any, many: bool) -> _Outcome:
    cursor = connection.cursor()
    try:
        if many:
            cursor.executemany(statement, parameters)
        else:
            cursor.execute(statement, () if parameters is None else parameters)
        rows = () if cursor.description is None else cursor.fetchall()
        return _Outcome(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    finally:
        # Closed at once: a cursor that is still open keeps its transaction open as well.
        cursor.close()


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ()

    # What is closed in `_run` needs no closing by the event loop.
    _awaitable_cursor_close = False

    def _make_new_cursor(self, connection: Any) -> Any:
        return _Outcome()

    def _aenter_cursor(self, cursor: Any) -> Any:
        return cursor

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._go(operation, parameters, many=False)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        await self._go(operation, seq_of_parameters, many=True)

    async def _go(self, statement: str, parameters: Any, *, many: bool) -> None:
        connection = self._connection
        async with self._adapt_connection._execute_mutex:
            outcome = await connection._execute(_run, connection._conn, statement, parameters, many)
        self._cursor = outcome
        self._rows = deque(outcome.rows)

    def close(self) -> None:
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = _Cursor


class OneTrip(AsyncAdapt_aiosqlite_dbapi):
    """What `create_async_engine` takes as `module` for a SQLite URL."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        """A connection whose statements take one trip each."""
        return _Connection(self, super().connect(*arg, async_creator_fn=_open, **kw)._connection)


async def _open(*arg: Any, **kw: Any) -> aiosqlite.Connection:
    connection = aiosqlite.connect(*arg, **kw)
    # As SQLAlchemy has it when it opens one itself: a thread that is left behind holds up no exit.
    connection._thread.daemon = True
    try:
        return await connection
    except Exception:
        # Told to stop, its thread still reports that to this loop; a loop that has ended by then, because
        # a command gives up without its database, would have it print a traceback.
        await asyncio.to_thread(connection._thread.join)
        raise
