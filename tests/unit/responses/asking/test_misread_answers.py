"""Answers that are taken for another complaint, on the whole road and in a simulation of it."""

import pytest
import pytest_asyncio
from sqlalchemy import select

from models.assessment import Assessment, Entities
from models.decision import DecisionKind
from models.labels import Act, Tone, Urgency
from models.tables import Agent, Case, Message
from responses.corrections import Labels, correct
from responses.reports.past_cases import past_cases
from tests.unit.responses.asking.sample_policies import SampleRoad
from tests.unit.responses.triage_road import assessed, label

DOWN = assessed("complaint", "service_down", entities=Entities(order_ids=("TL55120",)))
MISREAD = assessed(
    "complaint",
    "staff_conduct",
    tone=label("angry"),
    urgency=label("high"),
    abstained=frozenset({"complaint_types"}),
)


@pytest_asyncio.fixture
async def asked(road: SampleRoad, agent: Agent) -> Case:
    """A line that is down, of which we asked since when."""
    case = await road.writes("La linea TL55120 è ferma", DOWN)
    assert [fact.name for fact in (await road.decision(case)).asks_customer] == ["days_down"]
    await road.answers(agent, case)
    return case


async def test_an_answer_taken_for_another_complaint_leaves_the_case_with_the_policy(
    road: SampleRoad, asked: Case
) -> None:
    case = await road.writes("Sono due giorni", MISREAD)
    decision = await road.decision(case)
    assert case.id == asked.id
    assert decision.complaint_types == ("service_down",)
    assert decision.kind is DecisionKind.OFFER
    assert case.urgency == "normal"


async def test_what_an_answer_was_taken_for_is_no_grievance_that_the_text_passes_over(
    road: SampleRoad, asked: Case
) -> None:
    await road.writes("Sono due giorni", MISREAD)
    assert "grievance_unanswered" not in {one["code"] for one in (await road.draft(asked)).findings}


@pytest.mark.parametrize("tone", ["angry", "sarcastic", "threatening"])
async def test_a_loud_reading_of_an_answer_changes_nothing(road: SampleRoad, asked: Case, tone: str) -> None:
    await road.writes("2 giorni", assessed("complaint", "no_reply", tone=label(tone)))
    decision = await road.decision(asked)
    assert (decision.complaint_types, decision.manner) == (("service_down",), None)


async def test_an_answer_that_brings_up_something_new_adds_it(road: SampleRoad, asked: Case) -> None:
    await road.writes(
        "Sono 2 giorni, e inoltre mi avete addebitato due volte", assessed("complaint", "billing_error")
    )
    assert set((await road.decision(asked)).complaint_types) == {"service_down", "billing_error"}
    assert "days_down" in await road.facts(asked)


async def test_danger_in_an_answer_is_heard(road: SampleRoad, asked: Case) -> None:
    await road.writes("2 giorni", assessed("complaint", "safety_privacy"))
    assert "safety_privacy" in (await road.decision(asked)).complaint_types


async def test_it_stays_an_answer_when_the_case_is_decided_anew(
    road: SampleRoad, agent: Agent, asked: Case
) -> None:
    await road.writes("2 giorni", MISREAD)
    await road.writes("Grazie mille", assessed("praise"))
    assert (await road.decision(asked)).complaint_types == ("service_down",)


async def test_what_an_agent_says_of_the_answer_counts(road: SampleRoad, agent: Agent, asked: Case) -> None:
    await road.writes("2 giorni", MISREAD)
    labels = Labels(
        act=Act.COMPLAINT,
        complaint_types=("no_reply",),
        tone=Tone.CALM,
        urgency=Urgency.NORMAL,
        asks=(),
        own_error=False,
    )
    async with road.database.writing() as session:
        message = (await session.scalars(select(Message).where(Message.text == "2 giorni"))).one()
        case = await session.get_one(Case, asked.id)
        assert await correct(session, agent, case, message.id, labels, ("no_reply", "service_down"))
    await road.triage.run(asked.id)
    assert set((await road.decision(asked)).complaint_types) == {"service_down", "no_reply"}


@pytest.mark.parametrize("read", [MISREAD, assessed("complaint", "billing_error")], ids=["unsure", "sure"])
async def test_an_answer_after_an_aside_makes_no_case_of_its_own(
    road: SampleRoad, agent: Agent, asked: Case, read: Assessment
) -> None:
    await road.writes("Intanto: siete aperti sabato?", assessed("question"))
    async with road.database.writing() as session:
        draft = await road.draft(asked)
        (await session.get_one(type(draft), draft.id)).text = "Gentile Marta, sì, siamo aperti."
    await road.answers(agent, asked)
    case = await road.writes("2 giorni", read)
    assert case.id == asked.id
    assert "days_down" in await road.facts(asked)
    assert await road.number(Case) == 1


async def test_a_simulation_sees_the_matter_as_the_road_saw_it(
    road: SampleRoad, agent: Agent, asked: Case
) -> None:
    await road.writes("2 giorni", MISREAD)
    decided = await road.decision(asked)
    await road.answers(agent, asked)
    async with road.database.reading() as session:
        (past,) = [one async for one in past_cases(session, "customer", "EUR")]
    assert past.complaint_types == decided.complaint_types == ("service_down",)
    assert (past.tone, past.urgency, past.abstained) == ("calm", "normal", frozenset())
