"""The running program: everything wired once, in one process and one event loop."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import uvicorn
from bot.service import TelegramBot
from filelock import FileLock, Timeout
from responses.standing_texts import StandingTexts
from sqlalchemy.ext.asyncio import AsyncSession

from desk.app import create_app
from desk.channel import WebChannel
from desk.webchat import web_handler
from models.alarm import Alarm, Job
from models.channel import Channel
from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.errors import DatabaseLockedError
from models.ids import new_id
from models.states import CaseState
from models.tables import Agent, Case, Process
from models.upgrade import upgrade
from nlp.entities import EntityFinder
from responses.agents import add_agent, make_link, working_agents
from responses.approval import Approvals
from responses.config import Business, RoadConfig
from responses.delivery import Delivery, give_up_lost
from responses.desk_cases import DeskCases
from responses.files import FileStore
from responses.filing import Filing, due_now
from responses.giving_up import give_up
from responses.hand import HandChannel
from responses.inbox import Handler, Inbox, overdue_updates
from responses.outbox import overdue_entries
from responses.policies import PolicyBook
from responses.road import Road
from responses.samples import load_samples, sample_handler
from responses.triage import Triage, idle_takeovers, overdue_cases
from rimedio.errors import ProgramError
from rimedio.jobs import Jobs, jobs_url
from rimedio.model import Model
from rimedio.settings import Settings

log = logging.getLogger(__name__)

_AT_ONCE = 200
_SAMPLE_POLICY = "negozio.yaml"


def road_config(settings: Settings) -> RoadConfig:
    """What the road needs of the settings."""
    business = settings.business
    return RoadConfig(
        business=Business(name=business.name, contact=business.contact, privacy=business.privacy),
        timezone=settings.zone,
        language=settings.language,
        debounce=settings.debounce_time,
        undo=settings.undo_time,
    )


def policy_folder(settings: Settings) -> Path:
    """Where the owner's policy files are; the sample is put there when there is none yet."""
    folder = settings.policy or settings.home / "policies"
    if settings.policy is None and not folder.exists():
        folder.mkdir(parents=True)
        sample = files("responses.policy").joinpath("samples", _SAMPLE_POLICY).read_text(encoding="utf-8")
        (folder / _SAMPLE_POLICY).write_text(sample, encoding="utf-8")
    if not folder.is_dir():
        raise ProgramError(f"RIMEDIO_POLICY = {str(folder)!r}: expected a folder with policy files (*.yaml)")
    return folder


def open_database(settings: Settings) -> Database:
    """The database of the settings; a SQLite file's folder is made when absent."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Database(settings.database)


class Program:
    """One process that does everything: receives, reads, drafts, serves the desk, sends."""

    def __init__(self, settings: Settings, database: Database, model: Model) -> None:
        self.settings = settings
        self.database = database
        self.process_id = new_id()
        self.model = model
        config = road_config(settings)
        finder = EntityFinder()
        filing = Filing(
            config, lambda text: finder.find(text, language=config.language, today=utcnow().date()).order_ids
        )
        policies = PolicyBook()
        texts = StandingTexts(config)
        self.road = Road(
            database=database,
            config=config,
            filing=filing,
            triage=Triage(
                database=database,
                config=config,
                policies=policies,
                texts=texts,
                classify=self.model.classify,
                agent_chat=self._agent_chat,
            ),
            approvals=Approvals(config),
            policies=policies,
            texts=texts,
            files=FileStore(settings.home / "files"),
            desk_cases=DeskCases(filing=filing),
        )
        self.bot: TelegramBot | None = None
        handlers: dict[str, Handler] = {"web": web_handler(self.road), "sample": sample_handler(filing)}
        hand = HandChannel()
        channels: dict[str, Channel] = {"web": WebChannel(), "sample": hand, "desk": hand}
        if settings.telegram_token is not None:
            self.bot = TelegramBot(self.road, settings.telegram_token, settings.telegram_api)
            handlers["telegram"] = self.bot.handle
            channels["telegram"] = self.bot.channel
        self.inbox = Inbox(database, handlers, give_up)
        self.delivery = Delivery(database, channels, self.process_id)
        self.jobs = Jobs(
            work={
                Job.PROCESS: self.inbox.process,
                Job.ASSESS: self.road.triage.assess,
                Job.TRIAGE: self.road.triage.run,
                Job.DELIVER: self.delivery.run,
            },
            sweep=self._sweep,
            database_url=jobs_url(settings.database, settings.home),
            process_id=self.process_id,
        )
        database.ring = self.jobs.ring
        self._tasks: list[asyncio.Task[None]] = []

    def _agent_chat(self, agent: Agent) -> str | None:
        if self.bot is None or agent.telegram_id is None:
            return None
        return self.bot.chat_key(agent.telegram_id)

    async def serve(self, listener: socket.socket) -> None:
        """Serves the desk on `listener` and runs the road until it is told to stop."""
        app = create_app(
            self.road,
            secret=self.settings.signing_secret,
            public_url=self.settings.address,
            language=self.settings.language,
            model_ready=lambda: self.model.ready,
            telegram=lambda: self.bot.username if self.bot is not None else None,
        )
        server = uvicorn.Server(
            uvicorn.Config(
                app, log_config=None, access_log=False, timeout_graceful_shutdown=3, server_header=False
            )
        )
        async with self.database.writing() as session:
            session.add(Process(id=self.process_id, role="run", host=socket.gethostname()))
            # A SQLite file has one program at a time: whatever is still `sending` was cut off.
            only_one = self.process_id if self.settings.is_sqlite else None
            await give_up_lost(session, utcnow(), all_of_others=only_one)
        await self.jobs.start()
        self._tasks = [asyncio.create_task(self._load_model(server), name="model")]
        if self.bot is not None:
            await self.bot.start()
            self._tasks.append(asyncio.create_task(self.bot.run(), name="bot"))
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            if self.bot is not None:
                await self.bot.stop()
            await self.jobs.stop()
            self.model.close()

    async def _load_model(self, server: uvicorn.Server) -> None:
        try:
            await self.model.load()
        except Exception as error:
            # Without a model the desk shows cases but drafts nothing: better to stop and say why.
            self.model.error = str(error)
            log.exception("model.failed")
            server.should_exit = True
            raise

    async def _sweep(self) -> Sequence[Alarm]:
        """Everything that is due and might have lost its alarm; and what a crash left half done."""
        now = utcnow()
        async with self.database.writing() as session:
            await give_up_lost(session, now)
            for case in await idle_takeovers(session, now):
                await _give_back(session, case)
        async with self.database.reading() as session:
            alarms = [
                *(
                    Alarm(job=Job.PROCESS, row_id=row)
                    for row in await overdue_updates(session, now, _AT_ONCE)
                ),
                *(Alarm(job=Job.TRIAGE, row_id=row) for row in await overdue_cases(session, now, _AT_ONCE)),
                *(
                    Alarm(job=Job.DELIVER, row_id=row)
                    for row in await overdue_entries(session, now, _AT_ONCE)
                ),
            ]
        if self.bot is not None:
            await self.bot.fetch_missing()
        return alarms


async def _give_back(session: AsyncSession, case: Case) -> None:
    """Whoever held the case has not written for half an hour: it goes back to everybody."""
    case.claimed_by = case.claimed_until = None
    case.state = CaseState.DRAFTING
    await due_now(session, case)


async def prepare(settings: Settings, database: Database, *, samples: bool) -> tuple[bool, str | None]:
    """Brings the installation up to date: schema, policy, standing texts, the first admin, samples.

    Returns whether this was the first start, and the code of the first admin's one-time link.
    """
    await upgrade(database)
    folder = policy_folder(settings)
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))}
    code = None
    async with database.writing() as session:
        loaded = await PolicyBook().load(session, texts)
        for refused in loaded.refused:
            log.error("policy.refused %s", refused)
        await StandingTexts(road_config(settings)).seed(session)
        first = not await working_agents(session)
        if first:
            admin = await add_agent(session, "admin", Role.ADMIN)
            code = await make_link(session, admin, "web")
        if samples:
            await load_samples(session)
    if not texts or (loaded.refused and first):
        reasons = "\n".join(str(problem) for problem in loaded.refused) or "there is no *.yaml in it"
        raise ProgramError(f"no policy could be loaded from {folder}:\n{reasons}")
    return first, code


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


def listen(settings: Settings) -> socket.socket:
    """The desk's listening socket, bound before anything slow begins.

    Raises:
        ProgramError: the port is taken.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        raise ProgramError(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): "
            "set RIMEDIO_PORT to a free port"
        ) from None
    listener.listen(128)
    return listener
