"""The bot in a test's own event loop: real database, real road, real requests to the Telegram double.

What the program adds is left out: alarms ring as tasks of the loop at once, and labels come from a table.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import TextClause, text

from bot.service import TelegramBot
from bot.telegram.pacing import Limit, Pacing
from desk.channel import WebChannel
from desk.webchat import web_handler
from models.alarm import Alarm, Job
from models.assessment import Assessment, Entities, Evidence, Label
from models.database import Database
from models.decision import Role
from models.embedding import Embeddings
from models.tables import Agent, Base
from responses.approving.approval import Approvals
from responses.config import Business, RoadConfig
from responses.embedding import Embedding
from responses.explaining import Explaining
from responses.intake.desk_cases import DeskCases
from responses.intake.files import FileStore
from responses.intake.filing import Filing
from responses.intake.giving_up import give_up
from responses.intake.inbox import Inbox
from responses.orders.links import link_key
from responses.people.agents import add_agent, link_telegram
from responses.policies import PolicyBook
from responses.precedents import Precedents
from responses.road import Road
from responses.sending.delivery import Delivery
from responses.sending.hand import HandChannel
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage
from rimedio.bell import Bell
from tests.databases import open_sqlite
from tests.telegram import Double, Seen, User

LINK_KEY = link_key("a secret of the tests")
QUICK = Limit(count=1_000, seconds=0.01)


def late_parcel() -> Assessment:
    """What the table says of every message, unless a test changes it."""

    def label(name: str) -> Label:
        return Label(label=name, probability=0.95)

    return Assessment(
        act=label("complaint"),
        complaint_types=(label("delivery_late"),),
        tone=label("calm"),
        urgency=label("normal"),
        asks=(label("refund"),),
        own_error=label("no"),
        language="it",
        entities=Entities(),
        abstained=frozenset(),
        encoder="table",
        heads="table",
    )


_PATIENCE = 120.0
_LOOK_EVERY = 0.03


class BotBench:
    """`async with BotBench(folder) as bench:`; `bench.telegram` has the people."""

    def __init__(
        self, folder: Path, *, undo: float = 0, api: str | None = None, database_url: str | None = None
    ) -> None:
        self.telegram = Double()
        self._folder = folder
        self._api = api
        self._database_url = database_url
        self.config = RoadConfig(
            business=Business(name="Maglieria Rossi"),
            timezone=ZoneInfo("Europe/Rome"),
            debounce=timedelta(0),
            undo=timedelta(seconds=undo),
            link_key=LINK_KEY,
        )
        self.says = late_parcel()

    async def __aenter__(self) -> Self:
        self.telegram.start()
        if self._database_url is None:
            self.database = await open_sqlite(
                self._folder / "bench.sqlite", kind="bench", fill=self._open_shop
            )
        else:
            self.database = Database(self._database_url)
            await self._open_shop(self.database)
        policies, texts = PolicyBook(), StandingTexts(self.config)
        filing = Filing(self.config, lambda text: ())
        self.road = Road(
            database=self.database,
            config=self.config,
            filing=filing,
            triage=Triage(
                database=self.database,
                config=self.config,
                policies=policies,
                texts=texts,
                classify=self._classify,
                agent_chat=self._agent_chat,
            ),
            approvals=Approvals(self.config),
            policies=policies,
            texts=texts,
            files=FileStore(str(self._folder / "files")),
            desk_cases=DeskCases(filing=filing),
            precedents=Precedents(policies),
        )
        self.bot = TelegramBot(
            self.road,
            self.telegram.token,
            self._api or self.telegram.url,
            pacing=Pacing(overall=QUICK, private=QUICK, group=QUICK),
        )
        handlers = {"telegram": self.bot.handle, "web": web_handler(self.road)}
        channels = {"telegram": self.bot.channel, "web": WebChannel(), "desk": HandChannel()}
        self.inbox = Inbox(self.database, handlers, give_up)
        self.delivery = Delivery(self.database, channels, "bench")
        self._bell = Bell(
            {
                Job.PROCESS: self.inbox.process,
                Job.ASSESS: self.road.triage.assess,
                Job.TRIAGE: self.road.triage.run,
                Job.DELIVER: self.delivery.run,
                Job.EXPLAIN: Explaining(self.database, self._explain).run,
                Job.EMBED: Embedding(self.database, self._embed).run,
            }
        )
        self.database.ring = self._ring
        await self.bot.start()
        self._receiving = asyncio.create_task(self.bot.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._receiving.cancel()
        await asyncio.gather(self._receiving, return_exceptions=True)
        await self._bell.stop()
        await self.delivery.finish()
        await self.bot.stop()
        await self.database.close()
        self.telegram.stop()

    async def _open_shop(self, database: Database) -> None:
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        policy = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        async with database.writing() as session:
            await PolicyBook().load(session, {"negozio.yaml": policy})
            await StandingTexts(self.config).seed(session)

    async def hire(self, name: str, role: Role = Role.AGENT, *, language: str = "it") -> User:
        """An agent with a linked account."""
        user = self.telegram.user(name, language=language, started=True)
        async with self.database.writing() as session:
            agent = await add_agent(session, name, role)
            agent.languages = [language]
            await link_telegram(session, agent, user.id)
        return user

    async def card(self, agent: User, words: str, button: str = "Approva e invia") -> Seen:
        """Waits for the post with the buttons of the newest card whose head shows these words."""

        def found() -> Seen | None:
            heads = [seen for seen in agent.messages() if "n. " in seen.text or "no. " in seen.text]
            heads = [seen for seen in heads if words in seen.text]
            if not heads:
                return None
            newer = [seen for seen in agent.messages() if seen.message_id >= heads[-1].message_id]
            return next((seen for seen in newer if button in seen.labels), None)

        return await self.telegram.wait_for(found, what=f"the card of {words!r}")

    async def prompt(self, agent: User, after: Seen) -> Seen:
        """Waits for a question that wants a reply."""

        def found() -> Seen | None:
            asked = [seen for seen in agent.messages() if seen.asks_reply]
            return next((seen for seen in asked if seen.message_id > after.message_id), None)

        return await self.telegram.wait_for(found, what="a prompt")

    async def settled(self) -> None:
        """Waits until nothing is left to be worked off, read or sent."""
        await self._none(
            "SELECT (SELECT count(*) FROM updates WHERE processed_at IS NULL)"
            " + (SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL)"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))"
        )

    async def worked_off(self) -> None:
        """Waits until no update is left unprocessed; what follows from them may still be on its way."""
        await self._none("SELECT count(*) FROM updates WHERE processed_at IS NULL")

    async def _none(self, query: str) -> None:
        left = text(query)
        async with asyncio.timeout(_PATIENCE):
            while not self.telegram.all_acknowledged or await self._count(left):  # noqa: ASYNC110 - rows ring no bell
                await asyncio.sleep(_LOOK_EVERY)

    async def _count(self, query: TextClause) -> int:
        async with self.database.reading() as session:
            return int((await session.execute(query)).scalar_one())

    def say_also(self, **changes: object) -> None:
        """Changes what the table says of messages from now on."""
        self.says = replace(self.says, **changes)  # type: ignore[arg-type]

    def _agent_chat(self, agent: Agent) -> str | None:
        return self.bot.chat_key(agent.telegram_id) if agent.telegram_id is not None else None

    async def _classify(self, texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
        return [self.says for _ in texts]

    async def _explain(self, text: str, sent_at: datetime, assessment: Assessment) -> Sequence[Evidence]:
        return ()

    async def _embed(self, texts: Sequence[str]) -> Embeddings:
        return Embeddings(vectors=np.ones((len(texts), 4), np.float32) / 2, encoder="table")

    async def _ring(self, alarms: Sequence[Alarm]) -> None:
        for alarm in alarms:
            self._bell.ring(alarm)
