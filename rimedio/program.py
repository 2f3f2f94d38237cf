"""The running program: everything wired once, in one process and one event loop."""

import asyncio
import logging
import socket
from collections.abc import Sequence

import uvicorn

from bot.service import TelegramBot
from desk.app import create_app
from desk.channel import WebChannel
from desk.webchat import web_handler
from models.alarm import Alarm, Job
from models.channel import Channel
from models.clock import utcnow
from models.database import Database
from models.ids import new_id
from models.tables import Agent, Process
from nlp.entities import EntityFinder
from responses.approval import Approvals, draft_anew
from responses.cases import raise_revision
from responses.delivery import Delivery, give_up_lost
from responses.desk_cases import DeskCases
from responses.files import FileStore
from responses.filing import Filing, due_now
from responses.giving_up import give_up
from responses.hand import HandChannel
from responses.inbox import Handler, Inbox, overdue_updates
from responses.outbox import overdue_entries
from responses.policies import PolicyBook
from responses.retention import Retention
from responses.road import Road
from responses.samples import sample_handler
from responses.standing_texts import StandingTexts
from responses.triage import Triage, idle_takeovers, outdated_drafts, overdue_cases
from rimedio.installation import road_config
from rimedio.jobs import Jobs, jobs_url
from rimedio.model import Model
from rimedio.settings import Settings

log = logging.getLogger(__name__)

_AT_ONCE = 200


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
        self.retention = Retention(database, self.road.files, settings.retention, config.timezone)
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
                await draft_anew(session, case)
            for case in await outdated_drafts(session, now):
                await raise_revision(session, case)
                await due_now(session, case)
        async with self.database.reading() as session:
            alarms = [
                *(
                    Alarm(job=Job.PROCESS, row_id=row)
                    for row in await overdue_updates(session, now, _AT_ONCE)
                ),
                *(Alarm(job=Job.TRIAGE, row_id=row) for row in await overdue_cases(session, now, _AT_ONCE)),
                *(
                    Alarm(job=Job.DELIVER, row_id=row)
                    for row in await overdue_entries(session, now, _AT_ONCE, channels=self.delivery.channels)
                ),
            ]
        if self.bot is not None:
            await self.bot.fetch_missing()
        await self.retention.run()
        return alarms
