"""Backing up and restoring: the database at one moment, customers' files, the secret, the rules.

The alarm clock's own rows stay out: what is due is found again by the sweep. Files need no such moment:
each is written before the row that names it, and never changes.
"""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

from models.clock import utcnow
from models.tables import Base
from models.upgrade import known_schemas
from rimedio.archive import Manifest, read_archive, write_archive
from rimedio.errors import ArchiveError
from rimedio.installation import only_program
from rimedio.presence import DEAD_AFTER
from rimedio.settings import Settings

DATABASE, SECRET = "database", "secret"
_PLAIN = ("--no-owner", "--no-privileges")
_SCHEMA = "SELECT version_num FROM alembic_version"
# A backup may be older than what was sent: whether a pending message has left by now, nobody knows.
_DOUBT = (
    "UPDATE outbox SET state = 'sending', sending_by = 'restored', sending_since = '{now}' "
    "WHERE state = 'pending'"
)


def back_up(settings: Settings, target: Path) -> Manifest:
    """Writes one archive of everything; the program may run meanwhile.

    Raises:
        ArchiveError: it cannot be made.
    """
    with _workspace(target.absolute().parent) as folder:
        copy = folder / DATABASE
        schema = _copy_sqlite(settings, copy) if settings.is_sqlite else _dump(settings, copy)
        parts = {DATABASE: copy}
        if (settings.home / SECRET).is_file():
            parts[SECRET] = settings.home / SECRET
        for name, source in _folders(settings).items():
            parts |= {
                f"{name}/{path.relative_to(source).as_posix()}": path
                for path in sorted(source.rglob("*"))
                if path.is_file()
            }
        return write_archive(
            target, parts, database=_kind(settings), schema=schema, made_at=utcnow().replace(microsecond=0)
        )


def restore(settings: Settings, source: Path, *, force: bool) -> Manifest:
    """Puts an archive's content in the place that the settings name.

    Messages that were still to be sent are in doubt afterwards: they may have left since the backup.

    Raises:
        ArchiveError: the archive is not whole, does not fit, or `force` is missing where something stands.
        DatabaseLockedError: a program is running there.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    lock = only_program(settings) if settings.is_sqlite else None
    try:
        with _workspace(settings.home) as folder:
            manifest = read_archive(source, folder)
            _check_fits(settings, source, manifest)
            if not force and (standing := _standing(settings)):
                raise ArchiveError(
                    f"{', '.join(standing)} would be overwritten: use --force if that is what you want"
                )
            if settings.is_sqlite:
                _place_sqlite(settings, folder / DATABASE)
            else:
                _place_dump(settings, folder / DATABASE)
            for name, target in _folders(settings).items():
                if target.exists():
                    shutil.rmtree(target)
                if (folder / name).exists():
                    shutil.move(folder / name, target)
            if (folder / SECRET).exists():
                (folder / SECRET).chmod(0o600)
                (folder / SECRET).replace(settings.home / SECRET)
    finally:
        if lock is not None:
            lock.release()
    return manifest


def _kind(settings: Settings) -> str:
    return "sqlite" if settings.is_sqlite else "postgresql"


def _folders(settings: Settings) -> dict[str, Path]:
    # Files kept elsewhere are that place's to back up.
    files = settings.home / "files" if settings.files is None else Path(settings.files)
    policies = settings.policy or settings.home / "policies"
    return {"files": files, "policies": policies, "heads": settings.home / "heads"}


@contextmanager
def _workspace(near: Path) -> Iterator[Path]:
    """A folder on the same disk as the result, so that moving there is one step."""
    try:
        with tempfile.TemporaryDirectory(dir=near, prefix=".rimedio-") as folder:
            yield Path(folder)
    except OSError as error:
        raise ArchiveError(f"{error.filename or near}: {error.strerror}") from None


def _check_fits(settings: Settings, source: Path, manifest: Manifest) -> None:
    if manifest.database != _kind(settings):
        raise ArchiveError(
            f"{source} holds a {manifest.database} database, and RIMEDIO_DATABASE_URL names a "
            f"{_kind(settings)} one"
        )
    if manifest.schema not in known_schemas():
        raise ArchiveError(
            f"{source} has schema {manifest.schema}, which this program does not know: "
            "it was made by a newer version; install that one first"
        )


def _standing(settings: Settings) -> list[str]:
    """What a restore would overwrite."""
    folders = [
        str(folder) for folder in _folders(settings).values() if folder.is_dir() and any(folder.iterdir())
    ]
    if settings.is_sqlite:
        database = _sqlite_file(settings)
        return [str(database), *folders] if database.exists() else folders
    with _connected(settings) as connection:
        query = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = ANY(%s))"
        found = connection.execute(query, [list(Base.metadata.tables)]).fetchone()
    return ["the database's tables", *folders] if found is not None and found[0] else folders


def _sqlite_file(settings: Settings) -> Path:
    return Path(make_url(settings.database).database or "")


def _copy_sqlite(settings: Settings, copy: Path) -> str:
    database = _sqlite_file(settings)
    if not database.is_file():
        raise ArchiveError(f"{database} does not exist: there is nothing to back up yet")
    # One reading transaction: whoever writes meanwhile neither waits nor shows in the copy.
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", [str(copy)])
    with closing(sqlite3.connect(copy)) as connection:
        return str(connection.execute(_SCHEMA).fetchone()[0])


def _place_sqlite(settings: Settings, copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(_DOUBT.format(now=utcnow().strftime("%Y-%m-%d %H:%M:%S.%f")))
        connection.commit()
    database = _sqlite_file(settings)
    database.parent.mkdir(parents=True, exist_ok=True)
    # What another database left beside the file would be taken for this one's latest changes.
    for left in (f"{database}-wal", f"{database}-shm", *map(str, settings.home.glob("jobs.sqlite*"))):
        Path(left).unlink(missing_ok=True)
    shutil.move(copy, database)


def _dump(settings: Settings, copy: Path) -> str:
    with _connected(settings) as connection:
        try:
            schema = connection.execute(_SCHEMA).fetchone()
        except psycopg.errors.UndefinedTable:
            schema = None
    if schema is None:
        raise ArchiveError("the database is empty: there is nothing to back up yet")
    _run(settings, "pg_dump", "--format=custom", *_PLAIN, "--exclude-schema=dbos", f"--file={copy}")
    return str(schema[0])


def _place_dump(settings: Settings, copy: Path) -> None:
    with _connected(settings) as connection:
        living = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename = 'processes'"
        ).fetchone()
        if living is not None and living[0]:
            fresh = connection.execute(
                "SELECT host, role FROM processes WHERE heartbeat_at > clock_timestamp() - %s", [DEAD_AFTER]
            ).fetchall()
            if fresh:
                names = ", ".join(f"rimedio {role} on {host}" for host, role in fresh)
                raise ArchiveError(f"still running: {names}. Stop every process first")
        connection.execute("DROP SCHEMA IF EXISTS dbos CASCADE")
        for table in (*Base.metadata.tables, "alembic_version"):
            connection.execute(f'DROP TABLE IF EXISTS public."{table}" CASCADE')
    _run(settings, "pg_restore", *_PLAIN, "--single-transaction", "--exit-on-error", str(copy))
    with _connected(settings) as connection:
        connection.execute(_DOUBT.format(now=utcnow().isoformat()))
        connection.execute("DELETE FROM processes")


def _conninfo(settings: Settings) -> str:
    url = make_url(settings.database).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection]:
    try:
        with psycopg.connect(_conninfo(settings), autocommit=True, connect_timeout=10) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise ArchiveError(f"the database cannot be reached: {error}") from None


def _run(settings: Settings, tool: str, *words: str) -> None:
    path = shutil.which(tool)
    if path is None:
        raise ArchiveError(
            f"{tool} is not on the PATH: install PostgreSQL's client programs, "
            "of the server's version or a newer one (Debian: postgresql-client)"
        )
    where = {name: str(value) for name, value in conninfo_to_dict(_conninfo(settings)).items()}
    # Not among the words, which every user of the machine can see.
    password = {"PGPASSWORD": where.pop("password")} if "password" in where else {}
    done = subprocess.run(
        [path, f"--dbname={make_conninfo(**where)}", "--no-password", *words],
        env=os.environ | password,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ArchiveError(f"{tool} failed: {done.stderr.strip()}")
