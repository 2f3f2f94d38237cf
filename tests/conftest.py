"""Fixtures that several kinds of tests share."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from models import database as databases
from models.database import Database
from tests.databases import PostgresServer, engine_that_remembers, open_sqlite, start_postgres

databases.create_async_engine = engine_that_remembers

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the processor: with threads of their own each they wait for one another, twice as long.
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(threads, "1")

# Nothing here is reached over TLS, and each new HTTP client would read all the world's authorities first.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = os.devnull

# A slow machine is no failure: how fast something is, the benchmarks say. The same code meets nearly the
# same examples, so that no change fails for what another one did; `make explore` looks for new ones.
# Nearly: Hypothesis mixes in numbers it reads in the modules that a worker happens to have imported.
settings.register_profile("patient", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None, max_examples=1000)
settings.load_profile("patient")

RAM_DISK = Path("/dev/shm")
ROOM = 4 * 1024**3
WAITS_LONGEST = ("test_kills.py", "test_scenarios_sending.py")


def pytest_configure(config: pytest.Config) -> None:
    """Puts the tests' folders on a RAM disk where there is a large one: their databases wait for no disk."""
    usable = RAM_DISK.is_dir() and os.access(RAM_DISK, os.W_OK)
    if config.getoption("basetemp") is None and usable and shutil.disk_usage(RAM_DISK).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(RAM_DISK))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Looks for no garbage in what is imported and collected, then or later: all of it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        # By default it looks after every 700 new objects: 3 % of the time of tests that speak to a database.
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits longest begins first: files that come later compute meanwhile."""
    items.sort(key=lambda item: item.path.name not in WAITS_LONGEST)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    yield from start_postgres(tmp_path_factory.mktemp("pg"))


@pytest_asyncio.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty SQLite database with the newest schema."""
    database = await open_sqlite(tmp_path / "test.sqlite")
    yield database
    await database.close()


@pytest_asyncio.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """The same test on each storage."""
    if request.param == "sqlite":
        opened = await open_sqlite(tmp_path / "test.sqlite")
        yield opened
        await opened.close()
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        opened = await server.open()
        yield opened
        await server.drop(opened)
