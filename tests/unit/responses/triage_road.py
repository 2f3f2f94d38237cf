"""A road for triage: the shipped policy, a real database, and messages whose meaning the test says."""

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from itertools import count

import pytest_asyncio
from sqlalchemy import func, select

from models.assessment import Assessment, Entities, Label
from models.clock import utcnow
from models.database import Database
from models.states import DraftState
from models.tables import Agent, Case, Draft, OutboxEntry, Update
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.intake.filing import Filing
from responses.intake.inbox import receive
from responses.intake.incoming import Incoming
from responses.policies import PolicyBook
from responses.sending.delivery import Delivery
from responses.sending.hand import HandChannel
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage
from tests.seed import bound, seed_agent

_numbers = count(1)


def label(name: str, probability: float = 0.95) -> Label:
    return Label(label=name, probability=probability)


def assessed(act: str = "complaint", *types: str, **changes: object) -> Assessment:
    values: dict[str, object] = {
        "act": label(act),
        "complaint_types": tuple(label(name) for name in types),
        "tone": label("calm"),
        "urgency": label("normal"),
        "asks": (),
        "own_error": label("no"),
        "language": "it",
        "entities": Entities(),
        "abstained": frozenset(),
        "encoder": "table",
        "heads": "table",
    }
    return Assessment(**(values | changes))  # type: ignore[arg-type]


class Road:
    """A customer who writes, and the parts of the road up to the desk."""

    def __init__(self, database: Database, config: RoadConfig) -> None:
        self.database = database
        self.config = config
        self.labels: dict[str, Assessment] = {}
        self.sent_on: list[datetime] = []
        self.filing = Filing(config, lambda text: ())
        self.policies = PolicyBook()
        self.texts = StandingTexts(config)
        self.triage = Triage(
            database=database,
            config=config,
            policies=self.policies,
            texts=self.texts,
            classify=self._classify,
            agent_chat=lambda agent: f"telegram:1:{agent.telegram_id}" if agent.telegram_id else None,
        )

    async def _classify(self, texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
        self.sent_on += sent_at
        return [self.labels[text] for text in texts]

    async def prepare(self) -> None:
        sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        async with self.database.writing() as session:
            loaded = await self.policies.load(session, {"negozio.yaml": sample})
            assert loaded.refused == ()
            await self.texts.seed(session)

    async def writes(self, text: str, labels: Assessment, **changes: object) -> Case:
        """Files the customer's message and lets triage do what is due."""
        self.labels[text] = labels
        number = str(next(_numbers))
        async with self.database.writing() as session:
            update = await receive(
                session, source="web", external_id=number, chat_key="web:marta", raw="{}", customer_says=True
            )
            incoming = Incoming(
                channel="web",
                person_id="marta",
                chat_key="web:marta",
                external_id=number,
                text=text,
                **({"display_name": "Marta", "sent_at": utcnow()} | changes),  # type: ignore[arg-type]
            )
            row = await session.get_one(Update, update)
            row.processed_at = utcnow()
            filed = await self.filing.file(session, row, incoming)
            assert filed.case is not None
        await self.triage.run(filed.case.id)
        async with self.database.reading() as session:
            return await session.get_one(Case, filed.case.id)

    async def draft(self, case: Case) -> Draft:
        async with self.database.reading() as session:
            query = select(Draft).where(Draft.case_id == case.id, Draft.state == DraftState.PROPOSED)
            return (await session.scalars(query)).one()

    async def answers(self, agent: Agent, case: Case) -> None:
        """Approves what is on the table and delivers everything."""
        draft = await self.draft(case)
        async with self.database.writing() as session:
            policy = await self.policies.current(session)
            await Approvals(self.config).approve(session, agent, bound(draft), policy.hours)
        delivery = Delivery(self.database, {"web": HandChannel()}, "p")
        async with self.database.reading() as session:
            entries = (await session.scalars(select(OutboxEntry.id).order_by(OutboxEntry.id))).all()
        for entry in entries:
            await delivery.run(entry)

    async def number(self, table: type, *conditions: object) -> int:
        async with self.database.reading() as session:
            query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]
            return int((await session.scalars(query)).one())


@pytest_asyncio.fixture
async def road(sqlite: Database, config: RoadConfig) -> Road:
    road = Road(sqlite, config)
    await road.prepare()
    return road


@pytest_asyncio.fixture
async def agent(road: Road) -> Agent:
    async with road.database.writing() as session:
        return await seed_agent(session)


LATE = assessed("complaint", "delivery_late")


LATE_ORDER = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS1234",)))


async def under(road: Road, old: str, new: str) -> None:
    """The sample policy with these words of it changed is in force."""
    sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    assert old in sample
    async with road.database.writing() as session:
        loaded = await road.policies.load(session, {"negozio.yaml": sample.replace(old, new)})
    assert loaded.refused == ()
