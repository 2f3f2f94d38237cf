"""What customers are told of where their matter stands: what is open, late, to come, and what was kept."""

from datetime import UTC, datetime, timedelta

import pytest

from models.database import Database
from models.ids import new_id
from models.labels import Language
from models.serial import to_json
from models.states import CaseState, PromiseKind, PromiseState, Verdict
from models.tables import Approval, Case, DecisionRow, Promise, SignalRow
from responses.config import RoadConfig
from responses.policies import PolicyBook
from responses.sending.standing_texts import StandingTexts
from responses.sending.status import COMMANDS, asks_for_status, newest_case, status_of, when_answered
from tests.seed import seed_agent, seed_case, seed_draft, seed_identity
from tests.unit.responses.approving.test_approval import a_decision

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 26, 22, tzinfo=UTC)
"""Of a Thursday, 23:00 in Rome."""
POLICY = """
policy: regole
effective: 2026-01-01
currency: EUR
timezone: Europe/Rome
hours: {mon-fri: ["9:00-18:00"]}
deadlines: {critical: 2 hours, high: 2 hours, normal: 3 working days}
rules: [{id: a, when: {act: complaint}, hand_over: agent}]
signals: {compra_spesso: {count: paid_orders, at_least: 5, within: 24 months, then: {sooner: yes}}}
"""
WHAT = {
    "it": "rispediamo il pacco",
    "en": "we resend the parcel",
    "es": "reenviamos el paquete",
    "fr": "nous renvoyons le colis",
    "de": "wir schicken das Paket neu",
}


class Customer:
    """Somebody with one case that was answered, and what was promised there."""

    def __init__(self, database: Database, config: RoadConfig) -> None:
        self.database = database
        self.config = config
        self.case: Case
        self.approval: str

    async def comes(self) -> "Customer":
        async with self.database.writing() as session:
            agent = await seed_agent(session)
            self.identity = await seed_identity(session)
            self.case = await seed_case(session, self.identity)
            draft = await seed_draft(session, self.case)
            self.case.state, self.case.answered_at = CaseState.ANSWERED, NOW - timedelta(days=9)
            approval = Approval(
                case_id=self.case.id,
                draft_id=draft.id,
                agent_id=agent.id,
                verdict=Verdict.SEND,
                revision=draft.revision,
                sha256=draft.sha256,
            )
            session.add(approval)
            await session.flush()
            self.approval = approval.id
        return self

    async def was_promised(self, **values: object) -> None:
        fields = {"what": WHAT, "due_at": NOW + timedelta(days=4)} | values
        async with self.database.writing() as session:
            session.add(Promise(id=new_id(), case_id=self.case.id, approval_id=self.approval, **fields))

    async def had_kept(self, days_ago: int = 3, **values: object) -> None:
        settled = NOW - timedelta(days=days_ago)
        await self.was_promised(state=PromiseState.KEPT, settled_at=settled, **values)

    async def is_closed(self, days_ago: int) -> None:
        async with self.database.writing() as session:
            case = await session.get_one(Case, self.case.id)
            case.state, case.closed_at = CaseState.CLOSED, NOW - timedelta(days=days_ago)

    async def asks(self, language: str = "it") -> list[str]:
        texts = StandingTexts(self.config)
        async with self.database.reading() as session:
            lines = await status_of(
                session,
                PolicyBook(),
                case=await newest_case(session, self.identity),
                customer_id=self.identity.customer_id,
                language=language,
                zone=self.config.timezone,
                now=NOW,
            )
            return [
                await texts.filled(session, line.text, language, line.fields, self.identity.chat_key)
                for line in lines
            ]


@pytest.fixture
async def customer(database: Database, config: RoadConfig) -> Customer:
    return await Customer(database, config).comes()


async def test_what_was_kept_is_told_with_the_day_on_which_it_was(customer: Customer) -> None:
    await customer.had_kept()
    assert await customer.asks() == [
        "Alla richiesta n. 101 abbiamo risposto il 18 novembre. Se manca qualcosa, mi scriva qui.",
        "Richiesta n. 101, promesse mantenute: rispediamo il pacco (il 24 novembre).",
    ]


async def test_it_stands_behind_what_is_still_to_come(customer: Customer) -> None:
    await customer.had_kept()
    await customer.was_promised(what={"it": "il rimborso"})
    coming, kept = await customer.asks()
    assert "ecco che cosa le abbiamo promesso: il rimborso, entro martedì 1º dicembre" in coming
    assert "promesse mantenute: rispediamo il pacco" in kept


@pytest.mark.parametrize(("days_ago", "is_told"), [(29, True), (31, False)])
async def test_of_a_closed_case_it_is_told_for_thirty_days(
    customer: Customer, days_ago: int, is_told: bool
) -> None:
    await customer.had_kept(days_ago=40)
    await customer.is_closed(days_ago)
    assert any("promesse mantenute" in line for line in await customer.asks()) == is_told


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"state": PromiseState.BROKEN}, id="broken"),
        pytest.param({"state": PromiseState.WITHDRAWN}, id="withdrawn"),
        pytest.param({"state": PromiseState.KEPT, "kind": PromiseKind.ANSWER}, id="an answer"),
    ],
)
async def test_nothing_else_counts_as_kept(customer: Customer, values: dict[str, object]) -> None:
    await customer.was_promised(settled_at=NOW, **values)
    assert len(await customer.asks()) == 1


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (Language.ENGLISH, "Request no. 101, promises kept: we resend the parcel (on 24 November)."),
        (
            Language.SPANISH,
            "Solicitud n.º 101, promesas cumplidas: reenviamos el paquete (el 24 de noviembre).",
        ),
        (
            Language.FRENCH,
            "Demande n° 101, promesses tenues\u00a0: nous renvoyons le colis (le 24 novembre).",
        ),
        (
            Language.GERMAN,
            "Anfrage Nr. 101, eingehaltene Zusagen: wir schicken das Paket neu (am 24. November).",
        ),
    ],
)
async def test_it_is_told_in_every_language(customer: Customer, language: str, told: str) -> None:
    await customer.had_kept()
    assert (await customer.asks(str(language)))[-1] == told


@pytest.mark.parametrize("text", [*(f"/{word}" for word in COMMANDS), " /STATO \n"])
def test_the_word_alone_asks_for_it(text: str) -> None:
    assert asks_for_status(text)


@pytest.mark.parametrize("text", ["stato", "/stato del pacco", "il /stato", "/stat", "a che punto siamo?"])
def test_anything_more_is_what_somebody_has_to_say(text: str) -> None:
    assert not asks_for_status(text)


@pytest.mark.parametrize(
    ("urgency", "sooner", "told"),
    [
        pytest.param(None, False, "entro le 18:00 di martedì 1º dicembre", id="not read yet"),
        pytest.param("low", False, "entro le 18:00 di martedì 1º dicembre", id="no deadline of its own"),
        pytest.param("normal", False, "entro le 18:00 di martedì 1º dicembre", id="normal"),
        pytest.param("normal", True, "domani entro le 11:00", id="sooner by a signal"),
        pytest.param("high", False, "domani entro le 11:00", id="while we are open"),
        pytest.param("critical", False, "domani entro l'1:00", id="on the clock"),
    ],
)
async def test_a_deadline_that_has_passed_is_set_anew_as_triage_sets_it(
    customer: Customer, urgency: str | None, sooner: bool, told: str
) -> None:
    policies = PolicyBook()
    async with customer.database.writing() as session:
        assert (await policies.load(session, {"regole.yaml": POLICY})).refused == ()
        case = await session.get_one(Case, customer.case.id)
        case.state, case.urgency, case.due_at = CaseState.WAITING_AGENT, urgency, NIGHT - timedelta(hours=1)
        decision = a_decision(sooner=sooner, signals=("compra_spesso",))
        session.add(
            SignalRow(
                customer_id=case.customer_id,
                case_id=case.id,
                name="compra_spesso",
                evidence={},
                expires_at=NIGHT + timedelta(days=20),
            )
        )
        session.add(
            DecisionRow(
                case_id=case.id,
                revision=0,
                kind=decision.kind,
                tier=decision.tier,
                content=to_json(decision),
                policy_sha256=decision.policy_sha256,
                inputs_sha256="b" * 64,
            )
        )
        await session.flush()
        zone = customer.config.timezone
        assert await when_answered(session, policies, case, "it", zone, NIGHT) == told
