"""The running program: everything wired once, in one event loop; all of it, or one duty's part."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from bot.telegram.address import bot_id_of, chat_key, source_of
from desk.app import create_app, create_monitor
from desk.channel import WebChannel
from desk.hook import Hook
from desk.monitor import Monitor
from desk.webchat import web_handler
from desk.webhook import PATH
from models.alarm import Alarm, Job
from models.channel import Channel
from models.clock import utcnow
from models.database import Database
from models.tables import Agent
from nlp.entities.finder import EntityFinder
from nlp.errors import NlpError, SpeechError
from nlp.nearness import FLOORS
from responses.approving.approval import Approvals
from responses.asking.unanswered import asked_cases, end_asking
from responses.cases import raise_revision
from responses.choices.choosing import take_defaults
from responses.customers.dismissals import decide_dismissed_anew
from responses.embedding import Embedding
from responses.explaining import Explaining
from responses.intake.desk_cases import DeskCases
from responses.intake.files import FileStore
from responses.intake.filing import Filing, due_now
from responses.intake.giving_up import give_up
from responses.intake.inbox import Handler, Inbox, overdue_updates
from responses.intake.samples import sample_handler
from responses.intake.silence import note_silence
from responses.knowledge.entries import Knowledge
from responses.manners import Manners
from responses.notices import Notice, tell_admins
from responses.people.holding import draft_anew
from responses.people.watch import Watch
from responses.policies import PolicyBook
from responses.policy.files import ANSWERS
from responses.policy_files import FolderWatch
from responses.precedents import Precedents
from responses.privacy.retention import Retention
from responses.road import Road
from responses.sending.delivery import Delivery, give_up_lost
from responses.sending.hand import HandChannel
from responses.sending.outbox import overdue_entries
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage, idle_takeovers, outdated_drafts, overdue_cases, unread_cases
from responses.waiting import end_silence, silent_cases
from rimedio.ears import Ears
from rimedio.errors import ProgramError
from rimedio.figures import count_figures
from rimedio.heads_store import complaint_types_of
from rimedio.installation import road_config
from rimedio.jobs import SWEEP_EVERY, Jobs, jobs_url
from rimedio.model import Model
from rimedio.order_source import OrderSource
from rimedio.places import places_for
from rimedio.presence import Presence
from rimedio.settings import Settings

if TYPE_CHECKING:
    from bot.service import TelegramBot
    from bot.telegram.webhook import Webhook

log = logging.getLogger(__name__)

_AT_ONCE = 200
_UNTIL_SERVING = 0.01

Part = Callable[[], Awaitable[None]]


class Program:
    """One process: it receives, reads, drafts, serves the desk, sends, as far as that is its duty."""

    def __init__(self, settings: Settings, database: Database, model: Model, presence: Presence) -> None:
        self.settings = settings
        self.database = database
        self.presence = presence
        self.duty = presence.duty
        self.model = model
        config = road_config(settings)
        finder = EntityFinder(settings.order_patterns, patterns_only=settings.order_patterns_only)

        def numbers_in(text: str) -> Sequence[str]:
            today = utcnow().astimezone(config.timezone).date()
            return finder.find(text, language=config.language, today=today).numbers

        filing = Filing(config, numbers_in)
        types = complaint_types_of(settings.heads_folder)
        policies, folder = PolicyBook(types), settings.policy or settings.home / "policies"
        texts = StandingTexts(config, policies)
        judge = self.model.judge if self.duty.works else None
        manners = Manners(database, judge, self._agent_chat)
        self.knowledge = Knowledge(database, folder / ANSWERS, self.model.embed, config.timezone)
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
                look_up=OrderSource(settings.orders_url, settings.orders_token)
                if settings.orders_url
                else None,
                knowledge=self.knowledge,
            ),
            approvals=Approvals(config, policies, manners),
            policies=policies,
            texts=texts,
            files=FileStore(settings.files or str(settings.home / "files")),
            desk_cases=DeskCases(filing=filing),
            precedents=Precedents(policies, FLOORS),
            knowledge=self.knowledge,
        )
        self.retention = Retention(database, self.road.files, settings.retention, config.timezone)
        self.bot = self._connect()
        handlers: dict[str, Handler] = {}
        channels: dict[str, Channel] = {}
        if self.duty.works:
            hand = HandChannel()
            handlers |= {"web": web_handler(self.road), "sample": sample_handler(filing)}
            channels |= {"web": WebChannel(), "sample": hand, "desk": hand}
        if self.bot is not None and self.duty.sends:
            handlers["telegram"] = self.bot.handle
            channels["telegram"] = self.bot.channel
        self.webhook: Webhook | None = None
        if self.bot is not None and settings.telegram_webhook:
            self.webhook = self.bot.webhook(settings.address + PATH, settings.signing_secret)
        self.inbox = Inbox(database, handlers, give_up)
        self.delivery = Delivery(database, channels, presence.id)
        self.jobs = Jobs(
            work={
                Job.PROCESS: self.inbox.process,
                Job.ASSESS: self.road.triage.assess,
                Job.TRIAGE: self.road.triage.run,
                Job.DELIVER: self.delivery.run,
                Job.EXPLAIN: Explaining(database, self.model.explain).run,
                Job.EMBED: Embedding(database, self.model.embed).run,
                Job.JUDGE: manners.run,
            },
            sweep=self._sweep,
            database_url=jobs_url(settings.database, settings.home),
            process_id=presence.id,
            places=places_for(self.duty, database),
        )
        database.ring = self.jobs.ring
        self.ears: Ears | None = None
        if settings.speech is not None and self.duty.works:
            self.ears = Ears(database, self.road.files, settings.speech, lambda: presence.is_eldest)
        self._watch = Watch(
            database=database,
            triage=self.road.triage,
            policies=policies,
            agent_chat=self._agent_chat,
        )
        self._files = FolderWatch(database=database, policies=policies, folder=folder, complaint_types=types)
        self._tasks: list[asyncio.Task[None]] = []
        self._failure: ProgramError | None = None
        self._bot_state = "off"

    def _connect(self) -> "TelegramBot | None":
        token = self.settings.telegram_token
        if token is None or not (self.duty.sends or self.duty.serves):
            return None
        # Only who has a bot waits for its library at the start.
        from bot.service import TelegramBot

        return TelegramBot(self.road, token, self.settings.telegram_api)

    async def note_silence(self) -> Notice | None:
        """Says how long nobody listened to Telegram, if it was long; asked before anybody does again."""
        if self.bot is None:
            return None
        now = utcnow()
        async with self.database.writing() as session:
            notice = await note_silence(session, source_of(self.bot.bot_id), now)
            if notice is not None:
                policy = await self.road.policies.current(session)
                await tell_admins(session, notice, self._agent_chat, policy.hours, now)
        return notice

    def _agent_chat(self, agent: Agent) -> str | None:
        token = self.settings.telegram_token
        if token is None or agent.telegram_id is None:
            return None
        return chat_key(bot_id_of(token), agent.telegram_id)

    async def serve(self, listener: socket.socket | None) -> None:
        """Runs this process's part until it is told to stop; serves on `listener` where there is one.

        Raises:
            ProgramError: it could not go on.
        """
        server = uvicorn.Server(
            uvicorn.Config(
                self._app(),
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=3,
                server_header=False,
            )
        )
        async with self.database.writing() as session:
            # On SQLite nobody else lives: whatever is still `sending` was cut off.
            await give_up_lost(session, utcnow(), living=[self.presence.id])
        work: list[Part] = [partial(self.presence.run, self._take_over), self._begin]
        if self.duty.works:
            work.append(self._load_model)
        if self.ears is not None:
            work.append(partial(self._listen, self.ears))
        self._tasks = [asyncio.create_task(self._once_serving(server, part)) for part in work]
        # The server ends on SIGTERM and then raises it again: what follows here must still be done.
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
        try:
            await server.serve(sockets=[listener] if listener is not None else [])
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.jobs.stop()
            await self.delivery.finish()
            if self.bot is not None:
                await self.bot.stop()
            self.model.close()
            if self.ears is not None:
                self.ears.close()
        if self._failure is not None:
            raise self._failure

    def _app(self) -> FastAPI:
        monitor = Monitor(
            database=self.database,
            model_ready=self._model_ready,
            telegram=self._telegram,
            bot=lambda: self._bot_state,
            token=self.settings.metrics_token,
            own=[self.model.seconds] if self.duty.works else [],
            shared=(lambda: count_figures(self.database)) if self.duty.serves else None,
        )
        if not self.duty.serves:
            return create_monitor(monitor)
        return create_app(
            self.road,
            secret=self.settings.signing_secret,
            public_url=self.settings.address,
            language=self.settings.language,
            model_ready=self._model_ready,
            telegram=self._telegram,
            hook=Hook(secret=self.webhook.secret, keep=self.webhook.keep) if self.webhook else None,
            monitor=monitor,
        )

    def _model_ready(self) -> bool:
        return self.model.ready or not self.duty.works

    def _telegram(self) -> str | None:
        return self.bot.username if self.bot is not None else None

    async def _once_serving(self, server: uvicorn.Server, part: Part) -> None:
        """Runs a part once the desk answers: it should not wait for what takes seconds to load.

        What cannot go on stops the process: better that than half a program that looks alive.
        """
        try:
            while not server.started and not server.should_exit:  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(_UNTIL_SERVING)
            if server.should_exit:
                return
            await part()
        except ProgramError as error:
            self._failure = error
            server.should_exit = True
        except Exception as error:
            log.exception("program.failed")
            self._failure = ProgramError(f"stopped by {type(error).__name__}: see the log above")
            server.should_exit = True

    async def _begin(self) -> None:
        """Starts the clock and the bot, once nobody else has the bot; receives."""
        if self.bot is not None and self.duty.sends:
            self._bot_state = "waiting"
            if not self.settings.is_sqlite:
                await self.presence.hold(source_of(self.bot.bot_id))
            self._bot_state = "held"
        await self.jobs.start()
        if not self.settings.is_sqlite:
            await self._take_over()
        if self.bot is None:
            return
        await self.bot.start(sends=self.duty.sends)
        if self.webhook is not None and self.duty.serves:
            await self.webhook.register()
        elif self.webhook is None and self.duty.sends:
            await self.bot.run()

    async def _take_over(self) -> None:
        """A process is gone: what it was working on is looked at anew."""
        if self.jobs.started:
            await self.jobs.take_over(self.presence.alive)

    async def _load_model(self) -> None:
        """Without a model the desk shows cases but drafts nothing: better to stop and say why."""
        try:
            await self.model.load()
        except NlpError as error:
            self.model.error = str(error)
            raise ProgramError(str(error)) from error
        # The first question need not wait until all those of the answers have been read.
        await self.knowledge.refreshed()

    async def _listen(self, ears: Ears) -> None:
        """Who set a speech model counts on it: better to stop and say why than to leave notes unheard."""
        try:
            await ears.run()
        except SpeechError as error:
            raise ProgramError(str(error)) from error

    async def _sweep(self) -> Sequence[Alarm]:
        """Everything that is due and might have lost its alarm; and what a crash left half done."""
        now = utcnow()
        keeps_house = self.duty.works and self.presence.is_eldest
        if not keeps_house and not self.duty.sends:
            return []
        if keeps_house:
            await self._files.look(now)
            await self._watch.look(now)
            await decide_dismissed_anew(self.database)
        async with self.database.writing() as session:
            await give_up_lost(session, now)
            for case in await idle_takeovers(session, now) if keeps_house else ():
                await draft_anew(session, case)
            for case in await asked_cases(session, now) if keeps_house else ():
                policy = await self.road.policies.in_force(session, case.audience, case.incident_at)
                await end_asking(session, case, policy, now)
            for case in await silent_cases(session, now) if keeps_house else ():
                await end_silence(session, self.road.texts, case, now)
            if keeps_house:
                await take_defaults(session, self.road.texts, self.road.policies, now)
            for case in await outdated_drafts(session, now) if keeps_house else ():
                await raise_revision(session, case)
                await due_now(session, case)
        async with self.database.reading() as session:
            # Up to the next sweep: what a crash has taken from the bell rings at its time all the same.
            until = now + SWEEP_EVERY
            updates = await overdue_updates(session, until, _AT_ONCE, sources=self.inbox.sources)
            cases = await overdue_cases(session, until, _AT_ONCE) if keeps_house else []
            unread = await unread_cases(session, now, _AT_ONCE) if keeps_house else []
            entries = await overdue_entries(session, until, _AT_ONCE, channels=self.delivery.channels)
        if self.bot is not None:
            await self.bot.fetch_missing()
        if keeps_house:
            await self.retention.run()
        return [*updates, *unread, *cases, *entries]
