"""The states of a case under anything that people and the network may do, in any order.

Hypothesis plays customers, agents and Telegram. Whatever it tries: a revision is answered once, what
leaves is what was approved, and nothing closes over an open promise.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.assessment import Assessment, Entities, Label
from models.channel import Outcome, Outgoing, SendResult
from models.clock import utcnow
from models.database import Database, sqlite_url
from models.decision import Role
from models.errors import ForbiddenTransitionError
from models.states import CaseState, Direction, DraftState, OutboxState, PromiseState, Purpose, Verdict
from models.tables import Agent, Approval, Case, Draft, Message, OutboxEntry, Promise, Update
from models.upgrade import upgrade
from responses.approving.approval import Approvals
from responses.approving.rights import Bound
from responses.cases import close
from responses.config import Business, RoadConfig
from responses.errors import ResponsesError
from responses.intake.filing import Filing
from responses.intake.inbox import receive
from responses.intake.incoming import Incoming
from responses.people.holding import give_back, take_over
from responses.policies import PolicyBook
from responses.proposed import proposed_draft
from responses.rearranging import merge, split_off
from responses.sending.delivery import Delivery, give_up_lost
from responses.sending.outbox import settle_by_hand
from responses.sending.standing_texts import StandingTexts
from responses.triage import Triage
from tests.seed import seed_agent

Result = TypeVar("Result")

CONFIG = RoadConfig(
    business=Business(name="Maglieria Rossi"),
    timezone=ZoneInfo("Europe/Rome"),
    debounce=timedelta(0),
    undo=timedelta(0),
)
POLICY = """
policy: regole
audience: customer
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
voice: {it: lei, en: you, es: usted, fr: vous, de: Sie}
facts:
  fault: {type: choice, of: [ours, theirs], from: [agent]}
  order_id: {type: text, from: [customer], ask: {it: "il numero d'ordine", en: "the order number",
    es: "el número de pedido", fr: "le numéro de commande", de: "die Bestellnummer"}}
presume: {fault: {delivery_late: ours}}
rules:
  - id: ritardo
    when: {complaint: delivery_late, fault: ours}
    apologise: yes
    give: {voucher: 10 EUR}
    promise:
      what: {it: "rispediamo il pacco", en: "we send the parcel again", es: "enviamos el paquete de nuevo",
        fr: "nous renvoyons le colis", de: "wir schicken das Paket noch einmal"}
      within: 2 working days
  - id: rotto
    when: {complaint: item_damaged, order_id: X1}
    give: {discount: 10%, of: next_order, at_most: 20 EUR}
  - id: altro
    when: {act: complaint}
    hand_over: agent
worth: {}
approval: {agent: 30 EUR, supervisor: 200 EUR, admin: no limit}
wait_for_answer: 3 days
deadlines: {critical: 30 minutes, high: 4 hours, normal: 1 working day, low: 3 working days}
codes: ours
"""
TEXTS = {
    "Il pacco è in ritardo": ("complaint", "delivery_late"),
    "Le maglie sono rotte": ("complaint", "item_damaged"),
    "Voglio parlare con qualcuno": ("complaint",),
    "A che ora aprite?": ("question",),
    "Grazie!": ("praise",),
    "ok": ("other",),
}


@cache
def prepared() -> Path:
    """A database with schema, texts and the sample policy: made once, copied for every example."""
    path = Path(tempfile.mkdtemp()) / "prepared.sqlite"

    async def make() -> None:
        database = Database(sqlite_url(path))
        await upgrade(database)
        async with database.writing() as session:
            loaded = await PolicyBook().load(session, {"regole.yaml": POLICY})
            assert loaded.refused == ()
            await StandingTexts(CONFIG).seed(session)
        await database.close()

    asyncio.run(make())
    return path


class Network:
    """A channel that does what Hypothesis says."""

    def __init__(self) -> None:
        self.outcome = Outcome.SENT
        self.accepted: list[str] = []

    async def ready(self, chat_key: str, purpose: Purpose) -> None: ...

    async def send(self, message: Outgoing) -> SendResult:
        # Without confirmation it may have arrived as well: then, too, it must never go out again by itself.
        if self.outcome in (Outcome.SENT, Outcome.UNCONFIRMED):
            self.accepted.append(message.outbox_id)
        return SendResult(outcome=self.outcome, provider_id=message.outbox_id, retry_after=timedelta(0))


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the invariants look at."""

    approvals: dict[str, Row[Any]]
    answers: Sequence[Row[Any]]
    cases: dict[str, Row[Any]]
    promised: set[str]
    homeless: list[str]
    proposed: Sequence[Row[Any]]


class CaseMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(prepared(), self.folder / "case.sqlite")
        self.database = Database(sqlite_url(self.folder / "case.sqlite"))
        self.numbers = count(1)
        self.network = Network()
        self.resent: set[str] = set()
        self.seen: Bound | None = None
        self.filing = Filing(CONFIG, lambda text: ())
        self.policies = PolicyBook()
        self.triage = Triage(
            database=self.database,
            config=CONFIG,
            policies=self.policies,
            texts=StandingTexts(CONFIG),
            classify=self.classify,
            agent_chat=lambda agent: None,
        )
        self.approvals = Approvals(CONFIG)
        self.delivery = Delivery(self.database, {"web": self.network}, "p")

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    async def classify(self, texts: Sequence[str], sent_at: Sequence[datetime]) -> list[Assessment]:
        def one(text: str) -> Assessment:
            act, *types = TEXTS[text]
            return Assessment(
                act=Label(label=act, probability=0.95),
                complaint_types=tuple(Label(label=name, probability=0.95) for name in types),
                tone=Label(label="calm", probability=0.95),
                urgency=Label(label="normal", probability=0.95),
                asks=(),
                own_error=Label(label="no", probability=0.95),
                language="it",
                entities=Entities(),
                abstained=frozenset(),
                encoder="table",
                heads="table",
            )

        return [one(text) for text in texts]

    def write(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result | None:
        """One writing transaction; what is refused changes nothing."""

        async def run() -> Result | None:
            try:
                async with self.database.writing() as session:
                    return await work(session)
            except (ResponsesError, ForbiddenTransitionError):
                return None

        return self.runner.run(run())

    def rows(self, table: type[Result], *conditions: object) -> list[Result]:
        async def run() -> list[Result]:
            async with self.database.reading() as session:
                query = select(table).where(*conditions).order_by(table.id)  # type: ignore[arg-type, attr-defined]
                return list((await session.scalars(query)).all())

        return self.runner.run(run())

    @initialize()
    def people(self) -> None:
        async def hire(session: AsyncSession) -> None:
            await seed_agent(session)
            await seed_agent(session, "Sara", Role.SUPERVISOR)

        self.write(hire)
        self.a_customer_is_drafted_for("Il pacco è in ritardo", "marta")

    @rule(text=st.sampled_from(list(TEXTS)), person=st.sampled_from(["marta", "aldo"]))
    def a_customer_is_drafted_for(self, text: str, person: str) -> None:
        self.customer_writes(text, person)
        self.triage_runs()

    @rule(
        pick=st.integers(0, 9), who=st.integers(0, 1), text=st.sampled_from([None, "Rimediamo noi.\n{agent}"])
    )
    def an_agent_answers_what_is_there(self, pick: int, who: int, text: str | None) -> None:
        self.an_agent_looks(pick)
        if text is not None:
            self.edits_what_was_seen(text)
            self.an_agent_looks(pick)
        self.approves_what_was_seen(who)

    @rule(text=st.sampled_from(list(TEXTS)), person=st.sampled_from(["marta", "aldo"]))
    def customer_writes(self, text: str, person: str) -> None:
        async def file(session: AsyncSession) -> None:
            number, key = str(next(self.numbers)), f"web:{person}"
            update = await receive(
                session, source="web", external_id=number, chat_key=key, raw="{}", customer_says=True
            )
            incoming = Incoming(
                channel="web",
                person_id=person,
                chat_key=key,
                external_id=number,
                sent_at=utcnow(),
                text=text,
            )
            row = await session.get_one(Update, update)
            row.processed_at = utcnow()
            await self.filing.file(session, row, incoming)

        self.write(file)

    @rule()
    def triage_runs(self) -> None:
        for case in self.rows(Case):
            self.runner.run(self.triage.run(case.id))

    @rule(pick=st.integers(0, 9))
    def an_agent_looks(self, pick: int) -> None:
        """What is seen now is what a later press is bound to, however old it is by then."""
        drafts = self.rows(Draft, Draft.state == DraftState.PROPOSED)
        if drafts:
            draft = drafts[pick % len(drafts)]
            self.seen = Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)

    @rule(pick=st.integers(0, 1))
    def approves_what_was_seen(self, pick: int) -> None:
        seen = self.seen
        if seen is None:
            return

        async def approve(session: AsyncSession) -> None:
            agents = (await session.scalars(select(Agent).order_by(Agent.id))).all()
            policy = await self.policies.current(session)
            await self.approvals.approve(session, agents[pick], seen, policy.hours)

        self.write(approve)

    @rule(text=st.sampled_from(["Rimediamo noi.\n{agent}", "{voucher:1}", "", "[…]", "{due:9}"]))
    def edits_what_was_seen(self, text: str) -> None:
        seen = self.seen
        if seen is None:
            return

        async def edit(session: AsyncSession) -> None:
            agent = (await session.scalars(select(Agent).order_by(Agent.id))).first()
            assert agent is not None
            await self.approvals.edit(session, agent, seen, text)

        self.write(edit)

    @rule(
        pick=st.integers(0, 9), what=st.sampled_from(["take", "give", "close", "discard", "write", "split"])
    )
    def an_agent_acts(self, pick: int, what: str) -> None:
        cases = self.rows(Case)
        if not cases:
            return
        chosen = cases[pick % len(cases)].id

        async def act(session: AsyncSession) -> None:
            agent = (await session.scalars(select(Agent).order_by(Agent.id))).first()
            assert agent is not None
            case = await session.get_one(Case, chosen)
            match what:
                case "take":
                    await take_over(session, agent, case)
                case "give":
                    await give_back(session, agent, case)
                case "close":
                    await close(session, case, agent.id)
                case "discard" if draft := await proposed_draft(session, case):
                    bound = Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)
                    await self.approvals.discard(session, agent, bound, None)
                case "write":
                    await self.approvals.write(
                        session, agent, case, "Eccomi.", kind="hand_over", language="it"
                    )
                case "split":
                    query = select(Message.id).where(Message.case_id == chosen).order_by(Message.id.desc())
                    message = (await session.scalars(query)).first()
                    await split_off(session, agent, message or "")

        self.write(act)

    @rule(first=st.integers(0, 9), second=st.integers(0, 9))
    def an_agent_merges(self, first: int, second: int) -> None:
        cases = self.rows(Case)
        if not cases:
            return

        async def act(session: AsyncSession) -> None:
            agent = (await session.scalars(select(Agent).order_by(Agent.id))).first()
            assert agent is not None
            one = await session.get_one(Case, cases[first % len(cases)].id)
            await merge(session, agent, one, await session.get_one(Case, cases[second % len(cases)].id))

        self.write(act)

    @rule(pick=st.integers(0, 9))
    def takes_an_approval_back(self, pick: int) -> None:
        approvals = self.rows(Approval, Approval.verdict == Verdict.SEND)
        if not approvals:
            return

        async def undo(session: AsyncSession) -> None:
            approval = approvals[pick % len(approvals)]
            agent = await session.get_one(Agent, approval.agent_id)
            await self.approvals.undo(session, agent, approval.id)

        self.write(undo)

    @rule(outcome=st.sampled_from([Outcome.SENT, Outcome.UNCONFIRMED, Outcome.FAILED, Outcome.RETRY]))
    def everything_due_is_sent(self, outcome: Outcome) -> None:
        self.network.outcome = outcome
        for entry in self.rows(OutboxEntry, OutboxEntry.state == OutboxState.PENDING):
            self.runner.run(self.delivery.run(entry.id))

    @rule()
    def the_program_was_killed_while_sending(self) -> None:
        async def kill(session: AsyncSession) -> None:
            pending = (
                await session.scalars(select(OutboxEntry).where(OutboxEntry.state == OutboxState.PENDING))
            ).first()
            if pending is not None:
                pending.state, pending.sending_by = OutboxState.SENDING, "killed"
                pending.sending_since = utcnow()
                self.network.accepted.append(pending.id)
            await session.flush()
            await give_up_lost(session, utcnow(), living=["p"])

        self.write(kill)

    @rule(arrived=st.booleans())
    def a_person_settles_a_doubt(self, arrived: bool) -> None:
        async def settle(session: AsyncSession) -> None:
            entry = (
                await session.scalars(select(OutboxEntry).where(OutboxEntry.state == OutboxState.UNCONFIRMED))
            ).first()
            if entry is not None and await settle_by_hand(session, entry, arrived=arrived) and not arrived:
                self.resent.add(entry.id)

        self.write(settle)

    @invariant()
    def nothing_is_wrong(self) -> None:
        """Everything that must always hold, of one reading: opening one for each takes longer than a step."""
        now = self.runner.run(self.look())
        self.no_revision_is_answered_twice(now)
        self.nothing_goes_out_twice_by_itself()
        self.what_leaves_is_what_was_approved(now)
        self.nothing_is_closed_over_an_open_promise(now)
        assert now.homeless == [], "every message is in a case"
        self.what_can_be_approved_belongs_to_the_case_as_it_stands(now)

    async def look(self) -> Reading:
        proposed = select(Draft.case_id, Draft.revision).where(Draft.state == DraftState.PROPOSED)
        homeless = select(Message.id).where(Message.direction == Direction.IN, Message.case_id.is_(None))
        promised = select(Promise.case_id).where(Promise.state == PromiseState.OPEN)
        answers = select(OutboxEntry.approval_id, OutboxEntry.content, OutboxEntry.state).where(
            OutboxEntry.purpose == Purpose.ANSWER
        )
        approvals = select(
            Approval.id,
            Approval.case_id,
            Approval.revision,
            Approval.verdict,
            Approval.filled_text,
            Approval.undone_at,
        )
        cases = select(Case.id, Case.state, Case.revision, Case.triage_due_at)
        async with self.database.reading() as session:
            return Reading(
                approvals={row.id: row for row in await session.execute(approvals)},
                answers=(await session.execute(answers)).all(),
                cases={row.id: row for row in await session.execute(cases)},
                promised=set(await session.scalars(promised)),
                homeless=list(await session.scalars(homeless)),
                proposed=(await session.execute(proposed)).all(),
            )

    def no_revision_is_answered_twice(self, now: Reading) -> None:
        answered = [
            (approval.case_id, approval.revision)
            for approval in now.approvals.values()
            if approval.verdict == Verdict.SEND
        ]
        assert len(answered) == len(set(answered))

    def nothing_goes_out_twice_by_itself(self) -> None:
        once = [entry for entry in self.network.accepted if entry not in self.resent]
        assert len(once) == len(set(once))

    def what_leaves_is_what_was_approved(self, now: Reading) -> None:
        for entry in now.answers:
            approval = now.approvals[str(entry.approval_id)]
            assert entry.content["text"] in (approval.filled_text or "")
            assert approval.undone_at is None or entry.state == OutboxState.CANCELLED

    def nothing_is_closed_over_an_open_promise(self, now: Reading) -> None:
        closed = {case.id for case in now.cases.values() if case.state == CaseState.CLOSED}
        assert closed.isdisjoint(now.promised)

    def what_can_be_approved_belongs_to_the_case_as_it_stands(self, now: Reading) -> None:
        for draft in now.proposed:
            case = now.cases[draft.case_id]
            newer = case.revision > draft.revision
            # Overtaken by something newer it waits for its triage, or belongs to who holds the case.
            assert not newer or case.triage_due_at is not None or case.state != CaseState.WAITING_AGENT


TestCaseMachine = CaseMachine.TestCase
TestCaseMachine.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
