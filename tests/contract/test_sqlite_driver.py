"""A statement takes one trip to SQLite's thread, and tells what it told before."""

import threading
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from models.database import Database, sqlite_url
from models.tables import Cursor


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was sent to the driver's thread since the list was emptied."""
    sent: list[object] = []
    send = aiosqlite.Connection._execute

    async def noted(connection: aiosqlite.Connection, what: Any, *words: Any, **more: Any) -> Any:
        sent.append(what)
        return await send(connection, what, *words, **more)

    monkeypatch.setattr(aiosqlite.Connection, "_execute", noted)
    return sent


async def test_every_statement_takes_one_trip(sqlite: Database, trips: list[object]) -> None:
    rows = [{"source": "a", "position": 1}, {"source": "b", "position": 2}]
    statements = (
        lambda session: session.execute(insert(Cursor), rows),
        lambda session: session.execute(select(Cursor).order_by(Cursor.source)),
        lambda session: session.execute(update(Cursor).values(position=3)),
        lambda session: session.execute(select(Cursor).where(Cursor.source == "nowhere")),
    )
    async with sqlite.writing() as session:
        for statement in statements:
            trips.clear()
            await statement(session)
            assert len(trips) == 1


async def test_a_statement_tells_what_it_found_and_changed(sqlite: Database) -> None:
    async with sqlite.writing() as session:
        await session.execute(insert(Cursor), [{"source": name, "position": 1} for name in "abc"])
        changed: Any = await session.execute(update(Cursor).where(Cursor.source != "a").values(position=2))
        assert changed.rowcount == 2
        gone = await session.execute(delete(Cursor).where(Cursor.source == "a").returning(Cursor.position))
        assert gone.all() == [(1,)]
        nothing = await session.execute(text("SELECT source, position FROM cursors WHERE position > 9"))
        assert list(nothing.keys()) == ["source", "position"]
        assert nothing.all() == []


async def test_what_fails_is_told_as_the_error_it_is_and_leaves_the_connection_usable(
    sqlite: Database,
) -> None:
    async with sqlite.writing() as session:
        await session.execute(insert(Cursor).values(source="a", position=1))
    with pytest.raises(IntegrityError):
        async with sqlite.writing() as session:
            await session.execute(insert(Cursor), [{"source": name, "position": 2} for name in "ba"])
    with pytest.raises(OperationalError, match="no such table"):
        async with sqlite.reading() as session:
            await session.execute(text("SELECT * FROM nowhere"))
    async with sqlite.reading() as session:
        assert (await session.execute(text("SELECT source, position FROM cursors"))).all() == [("a", 1)]


async def test_the_thread_of_a_file_that_cannot_be_opened_has_ended_when_the_error_is_raised(
    tmp_path: Path,
) -> None:
    # Not only told to: what it reported to a loop that has ended would be printed as a traceback.
    before = set(threading.enumerate())
    database = Database(sqlite_url(tmp_path / "nowhere" / "a.sqlite"))
    for _ in range(20):
        with pytest.raises(OperationalError, match="unable to open"):
            await database.engine.connect()
        left = {thread for thread in set(threading.enumerate()) - before if "worker_thread" in thread.name}
        assert not left
    await database.close()
