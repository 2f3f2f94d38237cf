"""Triage: from filed messages to a draft on the table, with the shipped policy and a real database."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.alarm import Alarm, Job
from models.assessment import Assessment, Entities
from models.clock import utcnow
from models.labels import Urgency
from models.states import CaseState, DraftState, Purpose
from models.tables import Agent, AssessmentRow, Call, Case, Draft, Message, OutboxEntry
from responses.deadlines import due_by
from responses.drafts.dates import format_day
from responses.intake.incoming import MessageKind
from responses.people.holding import take_over
from responses.policy import load_policy_text
from responses.triage import MAX_ATTEMPTS, unread_cases
from tests.unit.responses.triage_road import LATE, LATE_ORDER, Road, agent, assessed, label, road, under

__all__ = ["agent", "road"]


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


@pytest.mark.parametrize(
    "words", ["voglio parlare con una persona vera", "ah no è arrivato rotto", "aspetto ancora"]
)
async def test_what_is_neither_complaint_nor_thanks_after_an_answer_is_read(
    road: Road, agent: Agent, words: str
) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    after = await road.writes(words, assessed("other"))
    assert (after.id, after.state) == (case.id, CaseState.WAITING_AGENT)
    assert await road.draft(after) is not None


async def test_thanks_that_ask_for_a_person_are_read(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    after = await road.writes("Grazie, mi chiami", assessed("praise", asks=(label("human_contact"),)))
    assert after.state == CaseState.WAITING_AGENT


async def test_an_ok_after_an_answer_changes_nothing(road: Road, agent: Agent) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE_ORDER)
    await road.answers(agent, case)
    after = await road.writes("ok grazie, aspetto", assessed("other"))
    assert after.state in (CaseState.ANSWERED, CaseState.PROMISED)


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


async def test_what_was_sent_yesterday_is_read_as_of_yesterday(road: Road) -> None:
    yesterday = utcnow() - timedelta(days=1)
    await road.writes("La consegna era per oggi", LATE, sent_at=yesterday)
    assert road.sent_on == [yesterday]


async def test_what_arrives_while_the_case_is_read_is_read_too(road: Road) -> None:
    case = await road.writes("Il pacco è in ritardo", LATE)
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        row.triage_due_at, row.state = utcnow(), CaseState.DRAFTING
    original = road.triage._classify

    async def interrupted(texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
        async with road.database.writing() as session:
            await session.execute(Case.__table__.update().values(revision=Case.revision + 1))
        return await original(texts, sent_at)

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

    async def broken(texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
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
