"""A business with people in it, cases on the table, and a clock that the test sets."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment
from models.clock import utcnow
from models.database import Database
from models.decision import Basis, Decision, DecisionKind, Offer, Remedy, RemedyKind, Role
from models.ids import new_id
from models.money import Money
from models.serial import to_json
from models.tables import Absence, Agent, AgentsGroup, Approval, Card, Case, DecisionRow, Draft, OutboxEntry
from responses.approving.approval import Approvals
from responses.config import RoadConfig
from responses.people.watch import Watch
from responses.policies import PolicyBook
from responses.proposing import keep_offers
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage
from tests.seed import bound, seed_agent, seed_case, seed_draft

GROUP = "telegram:1:-5"


async def nothing(texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
    return []


def chat_of(agent: Agent) -> str | None:
    return f"telegram:1:{agent.telegram_id}" if agent.telegram_id is not None else None


def euros(amount: int) -> Money:
    return Money(amount=Decimal(amount), currency="EUR")


async def lay(session: AsyncSession, case: Case, decision: Decision, text: str) -> Draft:
    """Puts a draft on the case's table, as composed from that decision."""
    row = DecisionRow(
        case_id=case.id,
        revision=1,
        kind=decision.kind,
        tier=decision.tier,
        content=to_json(decision),
        policy_sha256="0",
        inputs_sha256="0",
    )
    session.add(row)
    await session.flush()
    keep_offers(session, case, row, decision)
    draft = await seed_draft(session, case, text, kind=decision.kind)
    draft.decision_id = row.id
    return draft


class Staff:
    def __init__(self, database: Database, config: RoadConfig) -> None:
        self.database = database
        self.config = config
        self.policies = PolicyBook()
        self.texts = StandingTexts(config)
        self.triage = Triage(
            database=database,
            config=config,
            policies=self.policies,
            texts=self.texts,
            classify=nothing,
            agent_chat=chat_of,
        )
        self.watch = Watch(database=database, triage=self.triage, policies=self.policies, agent_chat=chat_of)

    async def prepare(self, change: Callable[[str], str] = str) -> "Staff":
        """Loads the sample policy, as `change` makes it."""
        sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
        async with self.database.writing() as session:
            loaded = await self.policies.load(session, {"negozio.yaml": change(sample)})
            assert loaded.refused == ()
            await self.texts.seed(session)
        return self

    async def hires(
        self, name: str, role: Role = Role.AGENT, *, telegram: int | None = None, limit: int | None = None
    ) -> Agent:
        async with self.database.writing() as session:
            agent = await seed_agent(session, name, role)
            agent.telegram_id, agent.limit_minor = telegram, limit
        return agent

    async def meets(self, admin: Agent, *, source: str = "telegram:1") -> None:
        """The agents have a group from now on."""
        async with self.database.writing() as session:
            session.add(AgentsGroup(source=source, chat_key=GROUP, has_topics=False, set_by=admin.id))

    async def everyone(self) -> dict[str, Agent]:
        async with self.database.reading() as session:
            return {agent.name: agent for agent in await session.scalars(select(Agent))}

    async def leaves(
        self,
        agent: Agent,
        *,
        deputy: Agent | None = None,
        limit: int | None = None,
        since: datetime | None = None,
    ) -> None:
        """The agent is away for a week and a day, by default since yesterday."""
        start = since or utcnow() - timedelta(days=1)
        async with self.database.writing() as session:
            session.add(
                Absence(
                    agent_id=agent.id,
                    starts_at=start,
                    ends_at=start + timedelta(days=8),
                    deputy_id=deputy.id if deputy is not None else None,
                    deputy_limit_minor=limit,
                )
            )

    async def draft(self, *, tier: Role = Role.AGENT, worth: int = 10, **changes: object) -> Draft:
        """A case that waits, with an offer of `worth` euros on the table."""
        money = euros(worth)
        offer = Offer(
            basis=Basis.GOODWILL,
            options=(Remedy(kind=RemedyKind.REFUND, amount=money, worth=money),),
            rule_id="ritardo",
            complaint_type="delivery_late",
        )
        decision = Decision(
            kind=DecisionKind.OFFER,
            policy="p",
            policy_sha256="0",
            complaint_types=("delivery_late",),
            offers=(offer,),
            worth=money,
            tier=tier,
        )
        async with self.database.writing() as session:
            case = await seed_case(session)
            draft = await lay(session, case, decision, "Buongiorno, le rendiamo l'importo.")
            for name, value in changes.items():
                setattr(case, name, value)
        return draft

    async def approves(self, agent: Agent, draft: Draft) -> Approval:
        """By the sample policy's hours."""
        async with self.database.writing() as session:
            policy = await self.policies.in_force(session, "customer", utcnow())
            return await Approvals(self.config, self.policies).approve(
                session, await session.merge(agent), bound(draft), policy.hours
            )

    async def show(self, draft: Draft) -> None:
        """Deals the draft's cards."""
        async with self.database.writing() as session:
            case = await session.get_one(Case, draft.case_id)
            await self.triage.show(session, case, await session.merge(draft))

    async def looks(self, now: datetime | None = None) -> None:
        await self.watch.look(now or utcnow())

    async def case(self, draft: Draft) -> Case:
        async with self.database.reading() as session:
            return await session.get_one(Case, draft.case_id)

    async def cards(self, draft: Draft) -> list[str]:
        """Whose chats got a card of this case, in order."""
        async with self.database.reading() as session:
            query = select(Card.chat_key).where(Card.case_id == draft.case_id).order_by(Card.id)
            return [key.rpartition(":")[2] for key in await session.scalars(query)]

    async def said(self, kind: str) -> list[OutboxEntry]:
        """The bulletins of a kind, oldest first."""
        async with self.database.reading() as session:
            entries = (await session.scalars(select(OutboxEntry).order_by(OutboxEntry.id))).all()
        return [entry for entry in entries if entry.content.get("bulletin") == kind]

    async def card_at(self, draft: Draft, agent: Agent | None, at: datetime) -> None:
        """A card that this agent, or (None) the agents' group, got at that moment."""
        async with self.database.writing() as session:
            case = await session.get_one(Case, draft.case_id)
            session.add(
                Card(
                    key=new_id()[-12:],
                    case_id=case.id,
                    draft_id=draft.id,
                    agent_id=agent.id if agent is not None else None,
                    chat_key=(chat_of(agent) or "") if agent is not None else GROUP,
                    message_ids=["1"],
                    draft_sha256=draft.sha256,
                    revision=case.revision,
                    created_at=at,
                )
            )
