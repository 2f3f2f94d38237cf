"""Triage: from filed messages to a draft on the table, with the shipped policy and a real database."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import count
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from models.alarm import Alarm, Job
from models.assessment import Assessment, Entities, Label
from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.labels import Act, ComplaintType, Tone, Urgency
from models.states import CaseState, Direction, DraftState, PromiseState, Purpose, Verdict
from models.tables import (
    Agent,
    Approval,
    AssessmentRow,
    Call,
    Case,
    DecisionRow,
    Draft,
    Identity,
    LedgerEntry,
    Message,
    OutboxEntry,
    Promise,
    Update,
)
from responses.approval import Approvals
from responses.cases import open_case
from responses.config import RoadConfig
from responses.corrections import Labels, correct
from responses.deadlines import due_by
from responses.delivery import Delivery
from responses.drafts.dates import format_day, format_due_day
from responses.errors import NotAllowedError
from responses.facts import give_fact, known_facts
from responses.filing import Filing, due_now
from responses.hand import HandChannel
from responses.holding import take_over
from responses.inbox import receive
from responses.incoming import Incoming, IncomingFile, MessageKind
from responses.policies import PolicyBook
from responses.policy import load_policy_text
from responses.standing_texts import StandingTexts
from responses.triage import MAX_ATTEMPTS, Triage, outdated_drafts, unread_cases
from tests.seed import bound, seed_agent, seed_case, seed_draft

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

    async def _classify(self, texts: Sequence[str]) -> Sequence[Assessment]:
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
                sent_at=utcnow(),
                text=text,
                **({"display_name": "Marta"} | changes),  # type: ignore[arg-type]
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


async def test_a_complaint_gets_a_draft_at_its_revision_and_one_receipt(road: Road) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    draft = await road.draft(case)
    assert (case.state, draft.revision) == (CaseState.WAITING_AGENT, case.revision)
    assert case.due_at is not None
    async with road.database.reading() as session:
        receipt = (
            await session.scalars(select(OutboxEntry).where(OutboxEntry.purpose == Purpose.STANDING))
        ).one()
    assert f"n. {case.number}" in receipt.content["text"]
    assert "{" not in receipt.content["text"]


async def test_a_follow_up_redoes_the_draft_and_brings_no_second_receipt(road: Road) -> None:
    first = await road.writes("Il pacco è in ritardo", LATE)
    old = await road.draft(first)
    case = await road.writes("Ed era un regalo", LATE)
    new = await road.draft(case)
    assert case.id == first.id
    assert new.id != old.id
    assert await road.number(Draft, Draft.state == DraftState.SUPERSEDED) == 1
    assert await road.number(OutboxEntry, OutboxEntry.purpose == Purpose.STANDING) == 1


async def test_nothing_is_done_before_its_time(road: Road) -> None:
    slow = Road(road.database, replace(road.config, debounce=timedelta(seconds=60)))
    case = await slow.writes("Il pacco è in ritardo da giorni.", LATE)
    assert case.state == CaseState.DRAFTING
    assert await road.number(Draft) == 0


async def test_what_is_critical_does_not_wait(road: Road) -> None:
    slow = Road(road.database, replace(road.config, debounce=timedelta(seconds=60)))
    danger = assessed("complaint", "safety_privacy", urgency=label("critical"))
    case = await slow.writes("C'è odore di gas in tutta la casa.", danger)
    await slow.triage.assess(case.id)
    await slow.triage.run(case.id)
    draft = await slow.draft(case)
    assert draft.language == "it"


async def test_the_sweep_finds_what_nobody_has_read_before_its_time(road: Road) -> None:
    slow = Road(road.database, replace(road.config, debounce=timedelta(seconds=60)))
    case = await slow.writes("C'è odore di gas in tutta la casa.", LATE)
    async with road.database.reading() as session:
        assert await unread_cases(session, utcnow(), 9) == [Alarm(job=Job.ASSESS, row_id=case.id)]
        assert await unread_cases(session, utcnow() + timedelta(minutes=5), 9) == []


async def test_a_message_is_classified_once(road: Road) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.writes("Ed era un regalo", LATE)
    await road.triage.run(case.id)
    assert await road.number(AssessmentRow) == 2


async def test_thanks_after_an_answer_change_nothing(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    before = await road.number(Draft)
    after = await road.writes("Grazie!", assessed("praise", tone=label("grateful")))
    assert after.id == case.id
    assert after.state in (CaseState.ANSWERED, CaseState.PROMISED, CaseState.WAITING_CUSTOMER)
    assert await road.number(Draft) == before


BROKEN_ORDER = assessed("complaint", "item_damaged", entities=Entities(order_ids=("RS1234",)))
NUMBER = assessed("other", entities=Entities(order_ids=("RS1234",)))


async def test_what_was_asked_and_answered_leads_to_the_offer(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    assert (await road.draft(case)).kind == "ask"
    await road.answers(agent, case)
    answered = await road.writes("RS1234", NUMBER)
    draft = await road.draft(answered)
    assert (answered.id, draft.kind) == (case.id, "offer")
    await road.answers(agent, case)
    # From then on it is settled: the same words ask for nothing new.
    await road.writes("RS1234", NUMBER)
    assert (await road.draft(case)).kind != "offer"


async def test_a_fact_that_an_agent_finds_while_we_wait_leads_to_the_offer(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        policy = await road.policies.current(session)
        await give_fact(session, await session.get_one(Agent, agent.id), row, "order_id", "RS1234", policy)
    await road.triage.run(case.id)
    async with road.database.reading() as session:
        assert (await session.get_one(Case, case.id)).state == CaseState.WAITING_AGENT
    assert (await road.draft(case)).kind == "offer"


async def test_thanks_for_a_question_are_no_answer_to_it(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    before = await road.number(Draft)
    after = await road.writes("Grazie, guardo!", assessed("praise", tone=label("grateful")))
    assert after.state == CaseState.WAITING_CUSTOMER
    assert await road.number(Draft) == before


async def test_a_photo_sent_before_we_asked_is_not_asked_for(road: Road, agent: Agent) -> None:
    broken = assessed("complaint", "item_damaged")
    case = await road.writes("È arrivato rotto", broken, kind=MessageKind.PHOTO)
    assert "foto" not in (await road.draft(case)).text
    await road.answers(agent, case)
    await road.writes("RS1234", NUMBER)
    async with road.database.reading() as session:
        query = select(DecisionRow).where(DecisionRow.case_id == case.id).order_by(DecisionRow.id.desc())
        content = (await session.scalars(query.limit(1))).one().content
    assert [fact["name"] for fact in content["missing"]] == ["photo_shows_damage"]
    assert content["missing"][0]["ask"] is None


def sent(kind: str, mime: str | None = None) -> tuple[IncomingFile, ...]:
    return (IncomingFile(provider_id=f"{kind}-1", kind=kind, mime=mime),)


@pytest.mark.parametrize(
    ("kind", "its_files", "is_asked"),
    [
        (MessageKind.STICKER, (), True),
        (MessageKind.VOICE, sent("voice", "audio/ogg"), True),
        (MessageKind.FILE, sent("document", "application/zip"), True),
        (MessageKind.FILE, sent("document", "application/pdf"), False),
        (MessageKind.FILE, sent("audio", "audio/mpeg"), True),
        (MessageKind.FILE, sent("document"), True),
        (MessageKind.PHOTO, sent("photo", "image/jpeg"), False),
        (MessageKind.FILE, sent("document", "image/png"), False),
        (MessageKind.FILE, sent("video", "video/mp4"), False),
        (MessageKind.VOICE, sent("video_note"), False),
    ],
    ids=[
        "sticker",
        "voice",
        "archive",
        "pdf",
        "song",
        "nameless",
        "photo",
        "picture",
        "video",
        "round video",
    ],
)
async def test_only_what_shows_something_is_the_photo_that_is_asked_for(
    road: Road, kind: MessageKind, its_files: tuple[IncomingFile, ...], is_asked: bool
) -> None:
    case = await road.writes("La lampada RS1234 è arrivata rotta", BROKEN_ORDER)
    assert "foto" in (await road.draft(case)).text
    await road.writes("", assessed("other"), kind=kind, files=its_files)
    assert ("foto" in (await road.draft(case)).text) is is_asked


async def test_who_sends_the_photo_without_the_number_lacks_only_the_number(road: Road, agent: Agent) -> None:
    case = await road.writes("La lampada è arrivata rotta", assessed("complaint", "item_damaged"))
    await road.answers(agent, case)
    await road.writes("Purtroppo non ce l'ho", assessed("other"), kind=MessageKind.PHOTO, files=sent("photo"))
    async with road.database.reading() as session:
        facts = await known_facts(session, case.id)
    assert facts["order_id"].unavailable
    assert "photo_shows_damage" not in facts


async def test_the_same_complaint_about_the_same_order_in_a_new_case_earns_nothing_more(
    road: Road, agent: Agent
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    assert (await road.draft(case)).kind == "offer"
    await road.answers(agent, case)
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.state, row.closed_at = CaseState.CLOSED, utcnow() - timedelta(days=60)
        row.answer_until = None
        identity = await session.get_one(Identity, row.identity_id)
        again = await open_case(session, identity, is_sample=False, is_test=False)
        message = Message(
            case_id=again.id,
            identity_id=identity.id,
            external_id="again",
            direction=Direction.IN,
            text="Il pacco RS1234 è sempre in ritardo",
            sent_at=utcnow(),
        )
        session.add(message)
        await due_now(session, again)
    road.labels["Il pacco RS1234 è sempre in ritardo"] = LATE_ORDER
    await road.triage.run(again.id)
    assert (await road.draft(again)).kind == "status"


async def settle(road: Road, case: Case, state: PromiseState) -> None:
    """Everything promised in the case so far is kept, or broken."""
    async with road.database.writing() as session:
        open_ones = update(Promise).where(Promise.case_id == case.id, Promise.state == PromiseState.OPEN)
        await session.execute(open_ones.values(state=state, settled_at=utcnow()))


async def set_back(road: Road, case: Case) -> datetime:
    """The case began a year ago."""
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.incident_at -= timedelta(days=365)
        return row.incident_at


@pytest.mark.parametrize("state", [PromiseState.KEPT, PromiseState.BROKEN])
async def test_the_same_failure_after_a_promise_was_settled_takes_the_rules_of_its_own_day(
    road: Road, agent: Agent, state: PromiseState
) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    began = await set_back(road, case)
    await road.answers(agent, case)
    assert (await road.writes("Allora, il pacco?", LATE)).incident_at == began
    await settle(road, case, state)
    again = await road.writes("Ancora niente pacco", LATE)
    assert again.incident_at > began + timedelta(days=360)


async def test_thanks_after_a_kept_promise_begin_nothing(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    began = await set_back(road, case)
    await road.answers(agent, case)
    await settle(road, case, PromiseState.KEPT)
    assert (await road.writes("Arrivato, grazie!", assessed("praise"))).incident_at == began


async def test_a_budget_that_others_used_up_meanwhile_stops_the_approval(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    async with road.database.writing() as session:
        supervisor = await seed_agent(session, "Sara", Role.SUPERVISOR)
        other = await seed_case(session)
        spent = await seed_draft(session, other)
        approval = Approval(
            case_id=other.id,
            draft_id=spent.id,
            agent_id=supervisor.id,
            verdict=Verdict.SEND,
            revision=spent.revision,
            sha256=spent.sha256,
        )
        session.add(approval)
        await session.flush()
        session.add(
            LedgerEntry(
                customer_id=other.customer_id,
                case_id=other.id,
                approval_id=approval.id,
                basis="goodwill",
                amount_minor=30000,
                currency="EUR",
            )
        )
    with pytest.raises(NotAllowedError, match="above_budget"):
        await road.answers(agent, case)
    await road.answers(supervisor, case)
    assert await road.number(LedgerEntry, LedgerEntry.case_id == case.id) == 1


async def test_what_was_given_for_one_order_does_not_answer_for_another(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS1234 è in ritardo", LATE_ORDER)
    began = await set_back(road, case)
    await road.answers(agent, case)
    other = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS5678",)))
    async with road.database.writing() as session:
        (await session.get_one(Case, case.id)).state = CaseState.WAITING_AGENT
    again = await road.writes("Anche RS5678 non arriva", other)
    assert again.id == case.id
    assert again.incident_at > began + timedelta(days=360)
    assert (await road.draft(again)).kind == "offer"


async def test_a_new_complaint_type_after_an_answer_becomes_a_case_of_its_own(
    road: Road, agent: Agent
) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.answers(agent, case)
    async with road.database.writing() as session:
        (await session.get_one(Case, case.id)).state = CaseState.ANSWERED
    await road.writes("Mi avete addebitato due volte", assessed("complaint", "billing_error"))
    async with road.database.reading() as session:
        cases = (await session.scalars(select(Case).order_by(Case.number))).all()
    assert cases[0].state == CaseState.ANSWERED
    assert cases[1].linked_case_id == case.id
    await road.triage.run(cases[1].id)
    assert (await road.draft(cases[1])).case_id == cases[1].id


async def test_a_type_in_doubt_makes_no_case_of_its_own(road: Road, agent: Agent) -> None:
    case = await road.writes("L'ordine RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    doubtful = assessed("complaint", "billing_error", abstained=frozenset({"complaint_types"}))
    assert (await road.writes("Quello sconto è ridicolo", doubtful)).id == case.id
    assert await road.number(Case) == 1


async def test_a_linked_case_tells_what_was_promised_about_the_same_order(road: Road, agent: Agent) -> None:
    case = await road.writes("L'ordine RS1234 è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    billing = assessed("complaint", "billing_error", entities=Entities(order_ids=("RS1234",)))
    await road.writes("Per RS1234 voglio uno sconto vero", billing)
    async with road.database.writing() as session:
        split = (await session.scalars(select(Case).where(Case.linked_case_id == case.id))).one()
    await road.triage.run(split.id)
    async with road.database.writing() as session:
        message = (await session.scalars(select(Message.id).where(Message.case_id == split.id))).one()
        labels = Labels(
            act=Act.COMPLAINT,
            complaint_types=("delivery_late",),
            tone=Tone.CALM,
            urgency=Urgency.NORMAL,
            asks=(),
            own_error=False,
        )
        row = await session.get_one(Case, split.id)
        await correct(session, agent, row, message, labels, tuple(ComplaintType))
        promise = (await session.scalars(select(Promise))).one()
    await road.triage.run(split.id)
    draft = await road.draft(split)
    due = format_due_day(promise.due_at.astimezone(road.config.timezone).date(), "it")
    assert draft.kind == "status"
    assert f"Cerchiamo il pacco e le scriviamo dov'è e quando arriva {due}, come promesso." in draft.text
    assert draft.findings == []


async def test_follow_ups_cost_what_one_message_costs(road: Road, agent: Agent) -> None:
    words = ["Il pacco è in ritardo", "Allora?", "Sto ancora aspettando", "Guardi che non è arrivato"]
    worth = []
    for text in words:
        case = await road.writes(text, LATE)
        async with road.database.writing() as session:
            row = await session.get_one(Case, case.id)
            decision = (
                await session.scalars(
                    select(DecisionRow)
                    .where(DecisionRow.case_id == row.id)
                    .order_by(DecisionRow.id.desc())
                    .limit(1)
                )
            ).one()
        worth.append(len(decision.content["offers"]))
        if "[…" not in (await road.draft(case)).text:
            await road.answers(agent, case)
    assert sum(1 for offers in worth if offers) <= 1
    assert await road.number(LedgerEntry) <= 1


@pytest.mark.parametrize("language", ["it", "en", "es", "fr", "de"])
async def test_the_draft_is_in_the_customers_language_with_twins_for_the_agents(
    road: Road, language: str
) -> None:
    case = await road.writes("parole abbastanza lunghe per capirlo", replace(LATE, language=language))
    draft = await road.draft(case)
    assert draft.language == language
    assert set(draft.twins) == {"it", "en"} - {language}
    names = [name for name, _ in draft.parts]
    assert all([name for name, _ in twin] == names for twin in draft.twins.values())


async def test_spam_gets_no_draft_and_no_receipt(road: Road) -> None:
    case = await road.writes("Guadagna subito", assessed("spam"))
    assert case.state == CaseState.SPAM
    assert await road.number(Draft) == 0
    assert await road.number(OutboxEntry) == 0


@pytest.mark.parametrize(
    "doubt",
    [
        pytest.param({"act": label("spam", 0.45)}, id="hardly likelier than anything else"),
        pytest.param({"asks": (label("refund"),)}, id="asks for something"),
        pytest.param({"complaint_types": (label("delivery_late"),)}, id="complains"),
        pytest.param({"entities": Entities(order_ids=("RS20112",))}, id="names an order"),
    ],
)
async def test_what_may_be_somebodys_matter_is_not_put_away_as_spam(
    road: Road, doubt: dict[str, object]
) -> None:
    case = await road.writes("Passo la pratica al mio avvocato. RS20112", replace(assessed("spam"), **doubt))
    assert case.state == CaseState.WAITING_AGENT


FRIDAY_EVENING = datetime(2026, 11, 20, 19, 56, tzinfo=ZoneInfo("Europe/Rome"))


@pytest.mark.parametrize("name", ["negozio", "albergo", "telefonia"])
@pytest.mark.parametrize("hours_later", range(0, 96, 5))
def test_what_is_more_urgent_is_never_due_later(name: str, hours_later: int) -> None:
    text = files("responses.policy").joinpath("samples", f"{name}.yaml").read_text(encoding="utf-8")
    policy = load_policy_text(text, f"{name}.yaml")
    first = FRIDAY_EVENING + timedelta(hours=hours_later)
    due = [due_by(policy, urgency, first) for urgency in Urgency]
    assert None not in due
    assert due == sorted(due, reverse=True)  # type: ignore[type-var]


def test_an_urgency_without_a_deadline_has_that_of_what_is_less_urgent() -> None:
    text = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    policy = load_policy_text(
        re.sub(r"(?m)^deadlines:.*$", "deadlines: {normal: 1 hour}", text), "negozio.yaml"
    )
    assert due_by(policy, Urgency.LOW, FRIDAY_EVENING) is None
    assert due_by(policy, Urgency.HIGH, FRIDAY_EVENING) == due_by(policy, Urgency.NORMAL, FRIDAY_EVENING)


async def test_what_is_critical_runs_on_the_clock_and_rings(road: Road, agent: Agent) -> None:
    critical = assessed("complaint", "safety_privacy", urgency=label("critical"))
    before = utcnow()
    case = await road.writes("Esce fumo dal caricatore", critical)
    assert case.due_at is not None
    assert case.due_at - before < timedelta(minutes=31)
    assert await road.number(Call, Call.case_id == case.id) == 1
    await road.writes("Adesso anche una fiamma", critical)
    assert await road.number(Call) == 1
    assert await road.number(OutboxEntry, OutboxEntry.dedupe_key.startswith("emergency:")) == 1


DOWN = assessed("complaint", "service_down", urgency=label("critical"))


@pytest.mark.parametrize(
    ("text", "policy", "told"),
    [
        ("Il vostro sito è giù da stamattina e il mio negozio è fermo", "", 0),
        ("Il sito è giù e nello scantinato c'è puzza di gas", "", 1),
        ("Il vostro sito è giù da stamattina", "emergency: [safety_privacy, service_down]\n", 1),
    ],
    ids=["an outage", "what the text says", "what the policy says"],
)
async def test_the_emergency_number_is_named_where_somebody_is_in_danger(
    road: Road, agent: Agent, text: str, policy: str, told: int
) -> None:
    await under(road, "currency: EUR\n", f"currency: EUR\n{policy}")
    case = await road.writes(text, DOWN)
    assert await road.number(Call, Call.case_id == case.id) == 1
    assert await road.number(OutboxEntry, OutboxEntry.dedupe_key.startswith("emergency:")) == told


async def test_a_day_on_which_the_customer_will_act_is_not_that_of_the_matter(road: Road) -> None:
    today = utcnow().astimezone(road.config.timezone).date()
    threat = assessed(
        "complaint",
        "delivery_late",
        tone=label("threatening"),
        entities=Entities(order_ids=("RS1234",), dates=(today + timedelta(days=1),)),
    )
    draft = await road.draft(await road.writes("RS1234 non arriva, domani vado dall'avvocato", threat))
    understanding = dict(tuple(part) for part in draft.parts)["understanding"]
    assert format_day(today + timedelta(days=1), "it") not in understanding
    assert "RS1234" in understanding


async def test_a_greeting_gets_no_receipt(road: Road) -> None:
    case = await road.writes("ciao", assessed("other"))
    assert case.state == CaseState.WAITING_AGENT
    assert await road.number(OutboxEntry) == 0


async def test_a_photo_without_words_reaches_an_agent(road: Road) -> None:
    case = await road.writes("", LATE, kind=MessageKind.PHOTO)
    assert case.state == CaseState.WAITING_AGENT
    assert (await road.draft(case)).text


async def test_a_new_draft_sends_one_card_to_each_linked_agent(road: Road, agent: Agent) -> None:
    async with road.database.writing() as session:
        (await session.get_one(Agent, agent.id)).telegram_id = 99
    case = await road.writes("Il pacco è in ritardo", LATE)
    await road.triage.run(case.id)
    async with road.database.reading() as session:
        cards = (await session.scalars(select(OutboxEntry).where(OutboxEntry.purpose == Purpose.CARD))).all()
    assert [entry.content["piece"] for entry in cards] == ["head", "draft"]
    assert {entry.chat_key for entry in cards} == {"telegram:1:99"}


async def test_words_to_a_case_taken_over_go_to_its_holder_and_are_not_drafted(
    road: Road, agent: Agent
) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    async with road.database.writing() as session:
        holder = await session.get_one(Agent, agent.id)
        holder.telegram_id = 99
        await take_over(session, holder, await session.get_one(Case, case.id))
    await road.writes("Pronto?", LATE)
    async with road.database.reading() as session:
        forwarded = (
            await session.scalars(select(OutboxEntry).where(OutboxEntry.dedupe_key.startswith("forward:")))
        ).all()
        newest = (await session.scalars(select(Message.id).order_by(Message.id.desc()).limit(1))).one()
    assert newest in {entry.content["forward"] for entry in forwarded}
    assert await road.number(Draft, Draft.state == DraftState.PROPOSED) == 0


async def test_what_arrives_while_the_case_is_read_is_read_too(road: Road) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.triage_due_at, row.state = utcnow(), CaseState.DRAFTING
    original = road.triage._classify

    async def interrupted(texts: Sequence[str]) -> Sequence[Assessment]:
        async with road.database.writing() as session:
            await session.execute(Case.__table__.update().values(revision=Case.revision + 1))
        return await original(texts)

    road.triage._classify = interrupted
    road.labels["E poi"] = LATE
    async with road.database.writing() as session:
        session.add(
            Message(
                case_id=case.id,
                identity_id=case.identity_id,
                external_id="late",
                direction="in",
                text="E poi",
                sent_at=utcnow(),
            )
        )
    before = await road.number(Draft)
    await road.triage.run(case.id)
    assert await road.number(Draft) == before
    road.triage._classify = original
    await road.triage.run(case.id)
    assert await road.number(Draft) == before + 1


async def test_a_triage_that_keeps_failing_leaves_the_case_to_an_agent(road: Road, agent: Agent) -> None:
    async with road.database.writing() as session:
        (await session.get_one(Agent, agent.id)).telegram_id = 7

    async def broken(texts: Sequence[str]) -> Sequence[Assessment]:
        raise RuntimeError("the model cannot cope")

    road.triage._classify = broken
    case = await road.writes("Non capita", LATE)
    for attempt in range(1, MAX_ATTEMPTS):
        async with road.database.writing() as session:
            row = await session.get_one(Case, case.id)
            assert (row.state, row.triage_attempts) == (CaseState.DRAFTING, attempt)
            assert row.triage_due_at is not None
            assert row.triage_due_at > utcnow()
            row.triage_due_at = utcnow()
        await road.triage.run(case.id)
    async with road.database.reading() as session:
        row = await session.get_one(Case, case.id)
    assert (row.state, row.flag, row.triage_due_at) == (CaseState.WAITING_AGENT, "triage_failed", None)
    assert await road.number(OutboxEntry, OutboxEntry.purpose == Purpose.CARD) == 1


async def test_a_readable_message_takes_the_mark_of_a_failed_triage_away(road: Road) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    async with road.database.writing() as session:
        (await session.get_one(Case, case.id)).flag = "triage_failed"
    case = await road.writes("Ed era un regalo", LATE)
    assert (case.flag, case.state) == (None, CaseState.WAITING_AGENT)


async def test_a_follow_up_does_not_move_the_deadline(road: Road) -> None:
    first = await road.writes("Il pacco è in ritardo", LATE)
    async with road.database.writing() as session:
        message = (await session.scalars(select(Message).where(Message.case_id == first.id))).one()
        message.created_at -= timedelta(days=2)
    case = await road.writes("E allora?", LATE)
    assert case.due_at is not None
    assert case.due_at < utcnow()


async def test_a_draft_that_names_a_day_is_valid_until_its_end(road: Road) -> None:
    case = await road.writes("Non sono contento", assessed("complaint"))
    draft = await road.draft(case)
    assert draft.valid_until is not None
    assert draft.valid_until > utcnow()
    async with road.database.writing() as session:
        assert await outdated_drafts(session, draft.valid_until - timedelta(seconds=1)) == []
        outdated = await outdated_drafts(session, draft.valid_until)
    assert [one.id for one in outdated] == [case.id]


THANKED = assessed("praise", tone=label("grateful"))
NUMBERED = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS20418",)))


async def under(road: Road, old: str, new: str) -> None:
    """The sample policy with these words of it changed is in force."""
    sample = files("responses.policy").joinpath("samples", "negozio.yaml").read_text(encoding="utf-8")
    assert old in sample
    async with road.database.writing() as session:
        loaded = await road.policies.load(session, {"negozio.yaml": sample.replace(old, new)})
    assert loaded.refused == ()


@pytest.mark.parametrize(
    ("address", "name", "greeting"),
    [
        ("first_name", "marta rossi", "{greeting} Marta,"),
        ("surname", "marta rossi", "{greeting} Marta Rossi,"),
        ("surname", "Marta", "{greeting}, "),
        ("none", "marta rossi", "{greeting}, "),
    ],
)
async def test_customers_are_greeted_as_the_policy_says(
    road: Road, address: str, name: str, greeting: str
) -> None:
    await under(road, "address: first_name ", f"address: {address} ")
    case = await road.writes("Il pacco RS20418 è in ritardo", NUMBERED, display_name=name)
    assert (await road.draft(case)).text.startswith(greeting)


@pytest.mark.parametrize(
    ("text", "smiles"),
    [("Grazie, siete stati bravissimi 😊", True), ("Grazie, siete stati bravissimi", False)],
)
async def test_an_answer_smiles_only_at_who_smiled(road: Road, text: str, smiles: bool) -> None:
    draft = await road.draft(await road.writes(text, THANKED))
    assert ("🙂" in draft.text) is smiles


async def test_a_hand_over_names_the_business_contact(sqlite: Database, config: RoadConfig) -> None:
    road = Road(sqlite, replace(config, business=replace(config.business, contact="055 123")))
    await road.prepare()
    draft = await road.draft(
        await road.writes("Mi è esploso il router", assessed("complaint", "safety_privacy"))
    )
    assert "055 123" in draft.text


async def test_a_rule_says_why_it_happened(road: Road) -> None:
    because = "    because: \"chi aspetta vuole sapere dov'è il pacco;"
    await under(road, because, f'    explain: {{it: "il corriere aveva chiuso il magazzino"}}\n{because}')
    draft = await road.draft(await road.writes("Il pacco RS20418 è in ritardo", NUMBERED))
    assert "il corriere aveva chiuso il magazzino." in draft.text


async def test_an_agent_says_why_it_happened(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco RS20418 è in ritardo", NUMBERED)
    async with road.database.writing() as session:
        policy = await road.policies.current(session)
        row = await session.get_one(Case, case.id)
        await give_fact(session, agent, row, "explanation", "c'era neve sul passo", policy)
    await road.triage.run(case.id)
    assert "c'era neve sul passo." in (await road.draft(case)).text


async def test_the_apology_in_a_second_case_is_worded_otherwise(road: Road, agent: Agent) -> None:
    first = await road.writes("Il sito non va", assessed("complaint", "service_down"))
    before = dict((await road.draft(first)).parts)
    await road.answers(agent, first)
    await road.writes("Nessuno mi risponde", assessed("complaint", "no_reply"))
    async with road.database.reading() as session:
        second = (await session.scalars(select(Case).where(Case.linked_case_id == first.id))).one()
    await road.triage.run(second.id)
    after = dict((await road.draft(second)).parts)
    assert before["apology"] != after["apology"]
    assert before["greeting"] == after["greeting"]


async def test_drafts_speak_of_what_the_policy_says_customers_have(road: Road) -> None:
    await under(road, "concerns: order ", "concerns: booking ")
    draft = await road.draft(await road.writes("Il pacco RS20418 è in ritardo", NUMBERED))
    assert "prenotazione RS20418" in draft.text
