"""Facts that a message says by itself: decided upon, shown with the message, and second to whoever knows."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.cards.head import agent_facts, head_of
from bot.words import words_in
from models.assessment import Entities
from models.decision import DecisionKind, FactValue
from models.serial import fact_to_json
from models.states import Direction
from models.tables import Agent, Case, Customer, Fact, Message
from responses.asking.typed_values import parse_fact
from responses.facts import facts_in, give_fact
from responses.intake.filing import due_now
from responses.policy.fact_names import FactNames
from responses.privacy.erasure import erase_person
from responses.rearranging import split_off
from responses.reports.past_cases import past_cases
from responses.views import view_case
from tests.seed import now
from tests.unit.responses.asking.sample_policies import SampleRoad, sample
from tests.unit.responses.triage_road import assessed

NUMBERED = Entities(order_ids=("TL55120",))
DOWN = assessed("complaint", "service_down", entities=NUMBERED)
AGAIN = assessed("complaint", "service_down")
TEXT = "La linea TL55120 è ferma da due giorni"


async def given(road: SampleRoad, agent: Agent, case: Case, value: str) -> None:
    """The agent says for how long the line has been down."""
    async with road.database.writing() as session:
        row = await session.get_one(Case, case.id)
        await give_fact(session, agent, row, "days_down", value, sample("telefonia"))
    await road.triage.run(case.id)


async def known(road: SampleRoad, case: Case) -> FactValue | None:
    return (await road.facts(case)).get("days_down")


def days(count: int, source: str = "message") -> FactValue:
    return FactValue(value=Decimal(count), source=source)


async def test_what_the_message_says_is_not_asked_and_decides(road: SampleRoad) -> None:
    case = await road.writes(TEXT, DOWN)
    decision = await road.decision(case)
    assert (decision.kind, decision.asks_customer) == (DecisionKind.OFFER, ())
    assert await known(road, case) == days(2)
    [claimed] = decision.claimed
    assert (claimed.name, claimed.likely, claimed.from_agent) == ("days_down", "2", True)
    async with road.database.reading() as session:
        message = (await session.scalars(select(Message).where(Message.text == TEXT))).one()
    assert claimed.said_in == message.id


async def test_without_the_policys_words_it_is_asked_as_before(road: SampleRoad) -> None:
    case = await road.writes("Siamo isolati, contratto TL55120, ho chiamato 3 volte", DOWN)
    assert [fact.name for fact in (await road.decision(case)).asks_customer] == ["days_down"]


async def test_a_later_message_corrects_an_earlier_one(road: SampleRoad) -> None:
    case = await road.writes(TEXT, DOWN)
    await road.writes("Mi sono sbagliata: la linea è ferma da quattro giorni", AGAIN)
    assert await known(road, case) == days(4)
    await road.writes("Allora?", AGAIN)
    assert await known(road, case) == days(4)


async def test_what_an_agent_says_stands_against_any_message(road: SampleRoad, agent: Agent) -> None:
    case = await road.writes(TEXT, DOWN)
    await given(road, agent, case, "5")
    assert (await road.decision(case)).claimed == ()
    await road.writes("La linea è ferma da nove giorni", AGAIN)
    assert await known(road, case) == days(5, "agent")


async def test_an_answer_to_our_question_stands_against_any_message(road: SampleRoad, agent: Agent) -> None:
    case = await road.writes("La linea TL55120 è ferma", DOWN)
    await road.answers(agent, case)
    await road.writes("Da tre giorni", assessed("other"))
    assert await known(road, case) == days(3, "customer")
    await road.writes("La linea è ferma da nove giorni", AGAIN)
    assert await known(road, case) == days(3, "customer")


@pytest.mark.parametrize("source", ["agent", "book", "customer"])
def test_whoever_knows_comes_first_in_whatever_order_it_was_kept(source: str) -> None:
    def row(value: object, who: str, name: str = "days_down") -> Fact:
        content = fact_to_json(FactValue(value=value, source=who))
        return Fact(name=name, value=content, source=who, unavailable=False, order_key="TL55120")

    number = row("TL55120", "customer", "order_id")
    said, sure = row(Decimal(6), "message"), row(Decimal(4), source)
    assert facts_in([number, said, sure])["days_down"] == days(4, source)
    assert facts_in([number, sure, said])["days_down"] == days(4, source)
    assert "days_down" not in facts_in([number, said, row(None, "message")])


async def test_what_an_edit_no_longer_says_is_taken_back(road: SampleRoad) -> None:
    case = await road.writes(TEXT, DOWN)
    edited = "La linea TL55120 è ferma"
    road.labels[edited] = DOWN
    async with road.database.writing() as session:
        message = (await session.scalars(select(Message).where(Message.text == TEXT))).one()
        session.add(
            Message(
                case_id=case.id,
                identity_id=message.identity_id,
                external_id=message.external_id,
                edit=1,
                direction=Direction.IN,
                text=edited,
                sent_at=now(),
            )
        )
        await due_now(session, await session.get_one(Case, case.id))
    await road.triage.run(case.id)
    assert await known(road, case) is None
    assert [fact.name for fact in (await road.decision(case)).asks_customer] == ["days_down"]


async def test_what_a_message_says_goes_with_it_into_another_case(road: SampleRoad, agent: Agent) -> None:
    case = await road.writes("Contratto TL55120, la linea è ferma", DOWN)
    await road.writes("La linea è ferma da due giorni", AGAIN)
    assert await known(road, case) == days(2)
    async with road.database.writing() as session:
        query = select(Message.id).where(Message.text == "La linea è ferma da due giorni")
        new = await split_off(session, agent, (await session.scalars(query)).one())
    await road.triage.run(case.id)
    await road.triage.run(new.id)
    assert await known(road, case) is None
    assert await known(road, new) == days(2)


async def test_a_simulation_knows_what_the_message_said(road: SampleRoad) -> None:
    await road.writes(TEXT, DOWN)
    async with road.database.reading() as session:
        (past,) = [one async for one in past_cases(session, "customer", "EUR")]
    assert past.facts["days_down"] == days(2)


async def test_the_card_shows_it_with_its_message_until_an_agent_confirms_it(
    road: SampleRoad, agent: Agent
) -> None:
    case = await road.writes(TEXT, DOWN)
    words = words_in("it")
    async with road.database.reading() as session:
        view = await view_case(session, await session.get_one(Case, case.id), ZoneInfo("Europe/Rome"))
        names = FactNames(sample("telefonia"), "it")
        head = head_of(view, ["it"], words, ZoneInfo("Europe/Rome"), names).html
    assert f"Da quanti giorni la linea è ferma: 2 giorni. Lo dice solo il messaggio: «{TEXT}»." in head
    [fact] = agent_facts(view)
    spec = sample("telefonia").facts["days_down"]
    assert fact.likely is not None
    today = datetime.now(UTC).date()
    assert parse_fact(spec, fact.likely, "EUR", today) == Decimal(2)
    await given(road, agent, case, fact.likely)
    async with road.database.reading() as session:
        view = await view_case(session, await session.get_one(Case, case.id), ZoneInfo("Europe/Rome"))
    assert (view.claimed, agent_facts(view)) == ((), ())
    assert await known(road, case) == days(2, "agent")


async def test_who_is_erased_leaves_no_such_value_behind(road: SampleRoad, agent: Agent) -> None:
    case = await road.writes(TEXT, DOWN)
    async with road.database.writing() as session:
        await erase_person(session, await session.get_one(Customer, case.customer_id), agent.id)
    [claimed] = (await road.decision(case)).claimed
    assert claimed.likely is None
    async with road.database.reading() as session:
        view = await view_case(session, await session.get_one(Case, case.id), ZoneInfo("Europe/Rome"))
    assert view.claimed == ()
