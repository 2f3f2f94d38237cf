"""The installation: its data folder, database, policy files, and what a first start puts there."""

import errno
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.errors import DatabaseLockedError
from models.upgrade import upgrade
from responses.config import Business, RoadConfig
from responses.intake.samples import load_samples
from responses.orders.links import link_key
from responses.people.agents import add_agent, make_link, working_agents
from responses.policies import PolicyBook
from responses.policy import PolicyFileError
from responses.policy.case_file import SUFFIX
from responses.policy.files import ANSWERS
from responses.policy.schema import Audience
from responses.policy_files import NotInUse, compare, put_first_in_use, read_folder
from responses.sending.standing_texts import StandingTexts
from rimedio.errors import ProgramError, SettingError
from rimedio.heads_store import complaint_types_of
from rimedio.settings import Settings

_SAMPLE_POLICY = "negozio.yaml"
_POLICIES = "policies"
_START_LOCK = 0x52494D53  # any number that no other lock of ours uses


def road_config(settings: Settings) -> RoadConfig:
    """What the road needs of the settings."""
    business = settings.business
    return RoadConfig(
        business=Business(name=business.name, contact=business.contact, privacy=business.privacy),
        timezone=settings.zone,
        language=settings.language,
        debounce=settings.debounce_time,
        undo=settings.undo_time,
        link_key=link_key(settings.signing_secret),
        answers=(settings.policy or settings.home / _POLICIES) / ANSWERS,
    )


def policy_folder(settings: Settings) -> Path:
    """Where the owner's policy files are; the sample is put there when there is none yet."""
    folder = settings.policy or settings.home / _POLICIES
    if settings.policy is None and not folder.exists():
        # Whole or not at all: a folder without a policy would keep the program from starting.
        half = folder.with_name(f".{folder.name}.partial")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        for name in (_SAMPLE_POLICY, _SAMPLE_POLICY.replace(".yaml", SUFFIX)):
            sample = files("responses.policy").joinpath("samples", name).read_text(encoding="utf-8")
            (half / name).write_text(sample, encoding="utf-8")
        answers = files("responses.knowledge").joinpath("sample_answers.yaml").read_text(encoding="utf-8")
        (half / ANSWERS).write_text(answers, encoding="utf-8")
        half.rename(folder)
    if not folder.is_dir():
        raise ProgramError(f"RIMEDIO_POLICY = {str(folder)!r}: expected a folder with policy files (*.yaml)")
    return folder


def open_database(settings: Settings) -> Database:
    """The database of the settings; the data folder is made when absent.

    Raises:
        SettingError: the folder cannot be made.
    """
    make_home(settings)
    return Database(settings.database)


def make_home(settings: Settings) -> None:
    """Makes the data folder when it is absent.

    Raises:
        SettingError: it cannot be made.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(
            f"RIMEDIO_HOME = {str(settings.home)!r}: expected a folder that can be made ({error.strerror})"
        ) from None


async def check_reachable(settings: Settings, database: Database) -> None:
    """Opens one connection.

    Raises:
        SettingError: the database cannot be opened, or does not answer.
    """
    try:
        async with database.engine.connect():
            return
    except (OperationalError, OSError) as error:
        why = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    setting = "RIMEDIO_DATABASE_URL" if settings.database_url is not None else "RIMEDIO_HOME"
    raise SettingError(f"{setting}: expected a database that can be opened ({why})")


@asynccontextmanager
async def alone(database: Database) -> AsyncIterator[None]:
    """Keeps other processes on the same database waiting at this point; a SQLite file has no others."""
    if database.is_sqlite:
        yield
        return
    async with database.engine.connect() as connection:
        await connection.execute(select(func.pg_advisory_xact_lock(_START_LOCK)))
        yield


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """How the installation was found.

    `code` lets the first admin in, once, on the `first` start. `refused` are the policy files that are
    wrong, `not_in_use` those that judge nothing.
    """

    first: bool = False
    code: str | None = None
    refused: tuple[PolicyFileError, ...] = ()
    not_in_use: tuple[NotInUse, ...] = ()


async def prepare(settings: Settings, database: Database, *, samples: bool, rules: bool = True) -> Prepared:
    """Brings the installation up to date: schema, policy, standing texts, the first admin, samples.

    Without `rules` the schema alone. Policy files are put in use on the very first start only: later ones
    by who runs the business, with `rimedio policy use`; samples come then or never.

    Raises:
        ProgramError: no policy for customers is in use, and none can be.
    """
    await upgrade(database)
    if not rules:
        return Prepared()
    types = complaint_types_of(settings.heads_folder)
    where = policy_folder(settings)
    try:
        folder = read_folder(where, types)
    except OSError as error:
        raise ProgramError(f"{error.filename}: {error.strerror}") from error
    book, now = PolicyBook(types), utcnow()
    code = None
    async with database.writing() as session:
        if not await book.audiences(session):
            await put_first_in_use(session, book, folder.files, now)
        if Audience.CUSTOMER not in await book.audiences(session):
            reasons = "\n".join(map(str, folder.refused)) or "there is no policy for customers (*.yaml) in it"
            raise ProgramError(f"no policy could be loaded from {where}:\n{reasons}")
        not_in_use = await compare(session, book, folder, now)
        await StandingTexts(road_config(settings)).seed(session)
        first = not await working_agents(session)
        if first:
            admin = await add_agent(session, "admin", Role.ADMIN)
            code = await make_link(session, admin, "web")
        if samples and first:
            await load_samples(session)
    return Prepared(first=first, code=code, refused=folder.refused, not_in_use=tuple(not_in_use))


def only_program(settings: Settings) -> FileLock:
    """The lock that keeps a second program off the same data folder.

    Raises:
        DatabaseLockedError: another program is running on it.
    """
    lock = FileLock(settings.home / "rimedio.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise DatabaseLockedError(
            f"another Rimedio is running on {settings.home}: stop it first, or set another RIMEDIO_HOME"
        ) from None
    return lock


def listen(settings: Settings, port: int) -> socket.socket:
    """A listening socket, bound before anything slow begins.

    Raises:
        SettingError: the host is none of this machine's.
        ProgramError: the port is taken, or not for everybody.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, port))
    except OSError as error:
        listener.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise SettingError(
                f"RIMEDIO_HOST = {settings.host!r}: expected an address of this machine, such as 127.0.0.1, "
                f"or 0.0.0.0 for all of them ({error.strerror})"
            ) from None
        raise ProgramError(
            f"cannot listen on {settings.host}:{port} ({error.strerror}): "
            "set RIMEDIO_PORT (or RIMEDIO_MONITOR_PORT) to a free port"
        ) from None
    listener.listen(128)
    return listener
