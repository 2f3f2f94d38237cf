"""The stage of a scenario: the whole road on a database of its own, with two people at the desk."""

from itertools import count
from typing import assert_never
from uuid import NAMESPACE_DNS, uuid5

from sqlalchemy import func, select, update

from models.assessment import Classify
from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.embedding import Embed
from models.states import OutboxState
from models.tables import Agent, Case, Choice, Customer, EmbeddingRow, Identity, Message, OutboxEntry, Update
from models.tables.base import Base, UtcDateTime
from nlp.entities.finder import EntityFinder
from nlp.nearness import FLOORS
from responses.approving.approval import Approvals
from responses.approving.spending import ABOVE_BUDGET, decide_anew
from responses.asking.unanswered import asked_cases, end_asking
from responses.cases import raise_revision
from responses.choices.choosing import press, take_defaults
from responses.config import RoadConfig
from responses.customers.person_wanted import want_person
from responses.embedding import Embedding
from responses.errors import BlockedError
from responses.intake.filing import Filing, due_now
from responses.intake.inbox import receive
from responses.intake.incoming import Incoming, IncomingFile, MessageKind
from responses.orders.book import keep_orders
from responses.orders.values import reader_for
from responses.people.holding import draft_anew
from responses.policies import PolicyBook
from responses.precedents import Precedents
from responses.sending.delivery import Delivery
from responses.sending.hand import HandChannel
from responses.sending.rating import asked_case, rate
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage, idle_takeovers, outdated_drafts
from responses.waiting import end_silence, silent_cases
from tests.e2e.deeds import At, do
from tests.e2e.scenario_file import Acts, Changes, Expects, Passes, Says, Scenario, Step, reworded
from tests.e2e.sights import otherwise
from tests.seed import seed_agent

_CHANNEL = "web"


class Stage:
    """Where one scenario is played, from its first step to its last."""

    def __init__(
        self,
        database: Database,
        config: RoadConfig,
        policies: PolicyBook,
        classify: Classify,
        embed: Embed,
    ) -> None:
        self.database = database
        self.config = config
        finder = EntityFinder()
        self._filing = Filing(
            config, lambda text: finder.find(text, language=config.language, today=utcnow().date()).numbers
        )
        self.policies = policies
        self.texts = StandingTexts(config)
        self.approvals = Approvals(config, self.policies)
        self._triage = Triage(
            database=database,
            config=config,
            policies=self.policies,
            texts=self.texts,
            classify=classify,
            agent_chat=lambda agent: None,
        )
        self._embedding = Embedding(database, embed)
        self._precedents = Precedents(policies, FLOORS)
        self._delivery = Delivery(database, {_CHANNEL: HandChannel()}, "stage")
        self._people: dict[str, Agent] = {}
        self._numbers = count(1)
        self._rules = ""
        self._story = ""
        self._spoke = ""

    async def play(self, scenario: Scenario) -> None:
        """Plays every step.

        Raises:
            AssertionError: something is otherwise than expected; the message names file and line.
        """
        self._story = scenario.name
        await self._open(scenario)
        for step in scenario.steps:
            where = f"{scenario.file}:{step.line}"
            try:
                wrong = await self._take(step)
            except BlockedError as error:
                raise AssertionError(f"{where}: refused: {error}") from error
            assert not wrong, "\n".join([f"{where}: {scenario.name}", *wrong])

    async def _open(self, scenario: Scenario) -> None:
        await self._use(scenario.rules)
        async with self.database.writing() as session:
            await self.texts.seed(session)
            self._people = {
                "agent": await seed_agent(session, "Giulia"),
                "supervisor": await seed_agent(session, "Sara", Role.SUPERVISOR),
            }
            reader = reader_for([await self.policies.current(session)], self.config.language)
            for values in scenario.orders:
                entry, problems = reader.read(values)
                assert not problems, f"{scenario.file}: {scenario.name}: orders: {problems}"
                await keep_orders(session, [entry], "ordini.csv", utcnow())

    async def _use(self, rules: str) -> None:
        self._rules = rules
        async with self.database.writing() as session:
            loaded = await self.policies.load(session, {"regole.yaml": rules})
        assert not loaded.refused, loaded.refused

    async def _take(self, step: Step) -> list[str]:
        doing = step.doing
        match doing:
            case Says():
                await self._hear(doing)
            case Acts():
                return await self._act(doing)
            case Passes():
                await self._pass(doing.days)
            case Changes():
                await self._use(reworded(self._rules, doing.words))
            case Expects():
                async with self.database.reading() as session:
                    case = await session.get_one(Case, await self._case())
                    return await otherwise(session, case, doing.of, self._precedents)
            case _:
                assert_never(doing)
        await self._settle()
        return []

    async def _hear(self, said: Says) -> None:
        """A customer's message is received and filed, as the web chat does; or a button is pressed."""
        self._spoke = said.who
        chat = f"{_CHANNEL}:{said.who}"
        if said.press is not None:
            async with self.database.writing() as session:
                query = select(Choice).join(Case, Case.id == Choice.case_id).where(Case.chat_key == chat)
                choice = (await session.scalars(query.order_by(Choice.id.desc()).limit(1))).one()
                there = await press(
                    session, self.texts, choice, said.press - 1, policies=self.policies, now=utcnow()
                )
            assert there, f"there is no button {said.press}"
            return
        if said.rate is not None:
            case_id = await self._case()
            async with self.database.writing() as session:
                case = await asked_case(session, chat, case_id)
                assert case is not None, "nobody was asked for a mark"
                await rate(session, self.texts, case, said.rate)
            return
        await self._meet(said.who)
        number = str(next(self._numbers))
        photo = (IncomingFile(provider_id=number, kind=MessageKind.PHOTO),) if said.photo else ()
        async with self.database.writing() as session:
            received = await receive(
                session, source=_CHANNEL, external_id=number, chat_key=chat, raw="{}", customer_says=True
            )
            row = await session.get_one(Update, received)
            row.processed_at = utcnow()
            incoming = Incoming(
                channel=_CHANNEL,
                person_id=said.who,
                chat_key=chat,
                external_id=number,
                sent_at=utcnow(),
                text=said.text,
                kind=MessageKind.PHOTO if said.photo else MessageKind.TEXT,
                files=photo,
                display_name=said.who,
            )
            if said.wants_person:
                await want_person(session, self._filing, row, incoming)
            else:
                await self._filing.file(session, row, incoming)

    async def _meet(self, who: str) -> None:
        """Who writes for the first time gets an id that is theirs on every day: drafts are worded by it."""
        async with self.database.writing() as session:
            customer_id = str(uuid5(NAMESPACE_DNS, f"{self._story} {who}"))
            if await session.get(Customer, customer_id) is not None:
                return
            session.add(Customer(id=customer_id, name=who))
            await session.flush()
            session.add(
                Identity(
                    customer_id=customer_id,
                    channel=_CHANNEL,
                    external_id=who,
                    chat_key=f"{_CHANNEL}:{who}",
                    display_name=who,
                )
            )

    async def _act(self, act: Acts) -> list[str]:
        """Somebody at the desk does something, in one transaction of their own, or is refused it."""
        case_id = await self._case()
        refused: str | None = None
        try:
            async with self.database.writing() as session:
                at = At(
                    session=session,
                    agent=await session.merge(self._people[act.role]),
                    case=await session.get_one(Case, case_id, with_for_update=True),
                    config=self.config,
                    policies=self.policies,
                    approvals=self.approvals,
                    texts=self.texts,
                )
                await do(at, act.deed, act.words)
        except BlockedError as error:
            if act.refused is None:
                raise
            refused = error.reason
            if refused == ABOVE_BUDGET:
                async with self.database.writing() as session:
                    await decide_anew(session, await session.get_one(Case, case_id))
        await self._settle()
        if refused != act.refused:
            return [f"refused: expected {act.refused}, found {refused}"]
        return []

    async def _pass(self, days: int) -> None:
        """Days go by: everything that ever happened is so much longer ago, and the clock has come by."""
        async with self.database.writing() as session:
            for table in Base.metadata.sorted_tables:
                moments = [column for column in table.columns if isinstance(column.type, UtcDateTime)]
                if moments:
                    await session.execute(
                        update(table).values(
                            {
                                # The time of day stays as it is, to the microsecond.
                                column.name: func.date(func.substr(column, 1, 10), f"-{days} days").concat(
                                    func.substr(column, 11)
                                )
                                for column in moments
                            }
                        )
                    )
        now = utcnow()
        async with self.database.writing() as session:
            for case in await idle_takeovers(session, now):
                await draft_anew(session, case)
            for case in await asked_cases(session, now):
                policy = await self.policies.in_force(session, case.audience, case.incident_at)
                await end_asking(session, case, policy, now)
            for case in await silent_cases(session, now):
                await end_silence(session, self.texts, case, now)
            await take_defaults(session, self.texts, self.policies, now)
            for case in await outdated_drafts(session, now):
                await raise_revision(session, case)
                await due_now(session, case)

    async def _settle(self) -> None:
        """Everything that is due is read, decided and drafted, and everything approved is delivered."""
        for _ in range(5):
            async with self.database.reading() as session:
                due = (await session.scalars(select(Case.id).where(Case.triage_due_at <= utcnow()))).all()
            for case_id in due:
                await self._triage.run(case_id)
            if not due:
                break
        async with self.database.reading() as session:
            placed = select(EmbeddingRow.message_id)
            query = select(Message.id).where(Message.text != "", Message.id.not_in(placed))
            unplaced = (await session.scalars(query.order_by(Message.id))).all()
        for message_id in unplaced:
            await self._embedding.run(message_id)
        async with self.database.reading() as session:
            query = select(OutboxEntry.id).where(OutboxEntry.state == OutboxState.PENDING)
            waiting = (await session.scalars(query.order_by(OutboxEntry.id))).all()
        for entry in waiting:
            await self._delivery.run(entry)

    async def _case(self) -> str:
        """The case that the newest message of whoever spoke last has come to."""
        async with self.database.reading() as session:
            query = (
                select(Message.case_id)
                .join(Identity, Identity.id == Message.identity_id)
                .where(Identity.external_id == self._spoke, Message.case_id.is_not(None))
                .order_by(Message.id.desc())
                .limit(1)
            )
            case_id = (await session.scalars(query)).one()
        assert case_id is not None
        return case_id
