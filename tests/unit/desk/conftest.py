"""A desk on a real database file, with the road behind it and browsers before it."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32
from zoneinfo import ZoneInfo

import httpx
import numpy as np
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy import select

from desk.app import create_app
from desk.channel import WebChannel
from desk.security import SESSION_COOKIE, VISITOR_COOKIE
from desk.webchat import web_handler
from models.alarm import Alarm, Job
from models.assessment import Assessment, Entities, Evidence, Label, Span
from models.database import Database, sqlite_url
from models.decision import Role
from models.embedding import Embeddings
from models.ids import new_id
from models.tables import Agent, Case
from responses.approving.approval import Approvals
from responses.config import Business, RoadConfig
from responses.embedding import Embedding
from responses.explaining import Explaining
from responses.intake.desk_cases import DeskCases
from responses.intake.files import FileStore
from responses.intake.filing import Filing
from responses.intake.giving_up import give_up
from responses.intake.inbox import Inbox, receive
from responses.intake.samples import sample_handler
from responses.knowledge.entries import Knowledge
from responses.manners import Manners
from responses.orders.links import link_key
from responses.people import agents
from responses.people.agents import add_agent, agent_by_name, hash_password, make_link, open_session
from responses.policies import PolicyBook
from responses.precedents import Precedents
from responses.road import Road
from responses.sending.delivery import Delivery
from responses.sending.hand import HandChannel
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage
from tests.databases import open_sqlite

BASE = "http://desk.test"
PASSWORD = "una frase lunga"
LINK_KEY = link_key("a secret of the tests")
LATE = "Il mio pacco RS20418 doveva arrivare il 12 e non c'è ancora."
_TOLD: dict[tuple[Any, ...], tuple[bytes, Any]] = {}
"""By story, the database file that it left and what it returned."""

T = TypeVar("T")


def label(name: str) -> Label:
    return Label(label=name, probability=0.93)


async def classify(texts: Sequence[str], sent_at: Sequence[datetime]) -> list[Assessment]:
    """Everything is a late parcel; in capitals, with insults. What begins with "Domanda" is a question."""
    return [
        Assessment(
            act=label("question" if text.startswith("Domanda") else "complaint"),
            complaint_types=() if text.startswith("Domanda") else (label("delivery_late"),),
            tone=label("abusive" if text.isupper() else "frustrated"),
            urgency=label("normal"),
            asks=(),
            own_error=label("no"),
            language="it",
            entities=Entities(),
            abstained=frozenset(),
            encoder="table",
            heads="table",
        )
        for text in texts
    ]


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A browser at the desk: its cookies, and the forgery token of its pages where it is known."""

    client: httpx.AsyncClient
    csrf: str | None = None

    async def open(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def token(self, path: str) -> str:
        page = await self.client.get(path)
        found = re.search(r'data-csrf="([^"]+)"', page.text)
        assert found is not None, page.text[:400]
        return found[1]

    async def submit(self, path: str, page: str | None = None, **fields: str) -> httpx.Response:
        token = await self.token(page or path)
        return await self.client.post(path, data={"csrf": token, **fields})

    async def act(self, path: str, content: dict[str, object], page: str | None = None) -> httpx.Response:
        token = self.csrf if page is None and self.csrf else await self.token(page or "/password")
        return await self.client.post(
            path, json=content, headers={"X-CSRF-Token": token, "Accept": "application/json"}
        )

    async def send_file(self, path: str, query: dict[str, object], content: bytes) -> httpx.Response:
        token = self.csrf or await self.token("/password")
        headers = {"X-CSRF-Token": token, "Content-Type": "application/octet-stream"}
        return await self.client.post(path, params=query, content=content, headers=headers)

    async def shown(self, number: int) -> dict[str, object]:
        """What the case's page binds a verdict to."""
        state = (await self.client.get(f"/cases/{number}/parts")).json()["state"]
        names = ("draft_id", "draft_revision", "sha256", "revision", "text")
        return {name: state[name] for name in names}


async def explain(text: str, sent_at: datetime, assessment: Assessment) -> list[Evidence]:
    """The first word of the message is the reason of everything."""
    first = Span(start=0, end=len(text.split()[0]))
    types = [one.label for one in assessment.complaint_types]
    return [Evidence(field="complaint_types", label=label, spans=(first,)) for label in types]


async def embed(texts: Sequence[str]) -> Embeddings:
    """Texts are near as far as they have words in common."""
    vectors = np.zeros((len(texts), 64), np.float32)
    for row, text in zip(vectors, texts, strict=True):
        for word in re.findall(r"\w+", text.casefold()):
            row[crc32(word.encode()) % 64] += 1
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return Embeddings(vectors=vectors / np.maximum(lengths, 1e-9), encoder="words")


async def judge(passages: Sequence[str], *, wait: bool) -> list[str | None]:
    """Whoever speaks of their nephew mocks."""
    return ["sarcasm" if "nipote" in one else None for one in passages]


class House:
    """The desk and everything behind it; alarms are worked off by `settle`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.file = Path(str(database.url.database))
        self._log = Path(f"{self.file}-wal")
        self.telegram: str | None = None
        self.model_ready = True
        self._alarms: list[Alarm] = []
        config = RoadConfig(
            business=Business(name="Maglieria Rossi", contact=None, privacy="https://rossi.example/privacy"),
            timezone=ZoneInfo("Europe/Rome"),
            debounce=timedelta(0),
            undo=timedelta(0),
            link_key=LINK_KEY,
        )
        filing = Filing(config, lambda text: re.findall(r"RS\d+", text))
        policies, texts = PolicyBook(), StandingTexts(config)
        self.answers = folder / "answers.yaml"
        self.knowledge = Knowledge(database, self.answers, embed, config.timezone)
        manners = Manners(database, judge)
        self.road = Road(
            database=database,
            config=config,
            filing=filing,
            triage=Triage(
                database=database,
                config=config,
                policies=policies,
                texts=texts,
                classify=classify,
                agent_chat=lambda agent: None,
                knowledge=self.knowledge,
            ),
            approvals=Approvals(config, manners=manners),
            policies=policies,
            texts=texts,
            files=FileStore(str(folder / "files")),
            desk_cases=DeskCases(filing=filing),
            precedents=Precedents(policies),
            knowledge=self.knowledge,
        )
        hand = HandChannel()
        handlers = {"web": web_handler(self.road), "sample": sample_handler(filing)}
        channels = {"web": WebChannel(), "sample": hand, "desk": hand}
        self._work = {
            Job.PROCESS: Inbox(database, handlers, give_up).process,
            Job.ASSESS: self.road.triage.assess,
            Job.TRIAGE: self.road.triage.run,
            Job.DELIVER: Delivery(database, channels, "test").run,
            Job.EXPLAIN: Explaining(database, explain).run,
            Job.EMBED: Embedding(database, embed).run,
            Job.JUDGE: manners.run,
        }
        database.ring = self._ring
        self.app = create_app(
            self.road,
            secret="a secret of the tests",
            public_url=BASE,
            language="it",
            model_ready=lambda: self.model_ready,
            telegram=lambda: self.telegram,
        )

    async def _ring(self, alarms: Sequence[Alarm]) -> None:
        self._alarms.extend(alarms)

    async def settle(self) -> None:
        """Works off everything that is due."""
        while self._alarms:
            alarm = self._alarms.pop(0)
            await self._work[alarm.job](alarm.row_id)

    async def open_shop(self) -> None:
        name = "negozio.yaml"
        text = files("responses.policy").joinpath("samples", name).read_text(encoding="utf-8")
        async with self.database.writing() as session:
            await self.road.policies.load(session, {name: text})
            await self.road.texts.seed(session)
            for person, role in (("Giulia", Role.ADMIN), ("Marco", Role.AGENT), ("Sara", Role.SUPERVISOR)):
                agent = await add_agent(session, person, role)
                agent.password_hash = hash_password(PASSWORD)

    async def begins_after(self, story: Callable[..., Awaitable[T]], *details: object) -> T:
        """A house after a story about it, told once in a process: the next house gets the database it left.

        It is the first thing that happens in a house. A story returns what stays true of the copy: numbers,
        keys, the cookies of a browser.
        """
        assert not self._log.exists(), "something has happened in this house already"
        key = (story, *details)
        if key in _TOLD:
            left, result = _TOLD[key]
            self.file.write_bytes(left)
            return result
        result = await story(self, *details)
        assert self._alarms == []
        assert await self.database.leave_no_traces(rebuild=False)
        _TOLD[key] = self.file.read_bytes(), result
        return result

    async def begins_with(self, text: str, *, name: str = "Marta") -> int:
        """A house in which a customer has written this; the number of the case."""
        return await self.begins_after(_told, text, name)

    def stranger(self, **headers: str) -> Browser:
        transport = httpx.ASGITransport(self.app, client=("192.0.2.7", 1))
        client = httpx.AsyncClient(transport=transport, base_url=BASE, headers=headers)
        return Browser(client=client)

    async def browser(self, name: str = "Giulia") -> Browser:
        """A browser in which this agent has signed in."""
        async with self.database.writing() as session:
            token, _ = await open_session(session, await agent_by_name(session, name))
        browser = Browser(client=self.stranger().client, csrf=self.app.state.desk.seal.token(token))
        browser.client.cookies.set(SESSION_COOKIE, token, domain="desk.test")
        return browser

    def visitor(self, visitor: str = "v1") -> Browser:
        """A browser in which this customer has written before."""
        seal = self.app.state.desk.seal
        browser = Browser(client=self.stranger().client, csrf=seal.token(visitor))
        browser.client.cookies.set(VISITOR_COOKIE, seal.visitor_cookie(visitor), domain="desk.test")
        return browser

    async def link(self, name: str) -> str:
        async with self.database.writing() as session:
            return await make_link(session, await agent_by_name(session, name), "web")

    async def agent(self, name: str) -> Agent:
        async with self.database.reading() as session:
            return (await session.scalars(select(Agent).where(Agent.name == name))).one()

    async def said(
        self, text: str, *, visitor: str = "v1", name: str | None = "Marta", settle: bool = True
    ) -> int:
        """A customer writes in the web chat; the number of the case."""
        message = {"id": new_id(), "visitor": visitor, "text": text, "at": "2026-11-20T10:00:00+00:00"}
        async with self.database.writing() as session:
            await receive(
                session,
                source="web",
                external_id=f"{visitor}:{message['id']}",
                chat_key=f"web:{visitor}",
                raw=json.dumps(message | {"name": name}),
                customer_says=True,
            )
        if settle:
            await self.settle()
        return (await self.case(visitor)).number if settle else 0

    async def case(self, visitor: str = "v1") -> Case:
        async with self.database.reading() as session:
            query = select(Case).where(Case.chat_key == f"web:{visitor}").order_by(Case.id.desc()).limit(1)
            return (await session.scalars(query)).one()


async def _told(house: House, text: str, name: str) -> int:
    return await house.said(text, name=name)


@pytest.fixture(scope="session", autouse=True)
def own_hasher() -> Iterator[PasswordHasher]:
    """The program's own, which takes a quarter of a second for a password; the tests have a quick one."""
    own = agents._hasher
    agents._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield own
    agents._hasher = own


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with its policy, an admin, an agent and a supervisor, as a file to be copied."""
    folder = tmp_path_factory.mktemp("furnished")

    async def furnish() -> None:
        database = await open_sqlite(folder / "desk.sqlite")
        await House(database, folder).open_shop()
        await database.close()

    asyncio.run(furnish())
    return folder / "desk.sqlite"


@asynccontextmanager
async def opened(furnished: Path, folder: Path) -> AsyncIterator[House]:
    """The shop, and the desk in it."""
    path = folder / "desk.sqlite"
    shutil.copyfile(furnished, path)
    database = Database(sqlite_url(path))
    yield House(database, folder)
    await database.close()


@pytest_asyncio.fixture
async def house(furnished: Path, tmp_path: Path) -> AsyncIterator[House]:
    """The shop of this test alone."""
    async with opened(furnished, tmp_path) as house:
        yield house
