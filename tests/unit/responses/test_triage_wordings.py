"""How the drafts of triage speak: language, register, greetings, reasons and days."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from models.assessment import Entities
from models.clock import utcnow
from models.database import Database
from models.tables import Agent, Case
from responses.config import RoadConfig
from responses.facts import give_fact
from responses.triage import outdated_drafts
from tests.unit.responses.triage_road import LATE, Road, agent, assessed, label, road, under

__all__ = ["agent", "road"]


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


async def test_a_draft_that_names_a_day_is_valid_until_its_end(road: Road) -> None:
    case = await road.writes("Non sono contento", assessed("complaint"))
    draft = await road.draft(case)
    assert draft.valid_until is not None
    assert draft.valid_until > utcnow()
    async with road.database.writing() as session:
        assert await outdated_drafts(session, draft.valid_until - timedelta(seconds=1)) == []
        outdated = await outdated_drafts(session, draft.valid_until)
    assert [one.id for one in outdated] == [case.id]


async def test_a_type_in_doubt_is_not_repeated_as_understood(road: Road) -> None:
    doubtful = assessed("complaint", "no_reply", abstained=frozenset({"complaint_types"}))
    case = await road.writes("Non sono contento", doubtful)
    draft = await road.draft(case)
    assert "risposta" not in dict(draft.parts)["understanding"]

    await road.writes("e il pacco è rotto", assessed("complaint", "item_damaged"))
    await road.triage.run(case.id)
    understood = dict((await road.draft(case)).parts)["understanding"]
    assert "rott" in understood or "dannegg" in understood
    assert "risposta" not in understood


async def test_a_day_that_was_merely_named_is_nothings_day(road: Road) -> None:
    named = Entities(dates=(utcnow().date() - timedelta(days=1),))
    labels = assessed("complaint", "billing_error", entities=named)
    case = await road.writes("La bolletta è sbagliata", labels)
    understood = dict((await road.draft(case)).parts)["understanding"]
    assert "che le abbiamo chiesto non è" in understood or "che le abbiamo chiesto non sia" in understood


THANKED = assessed("praise", tone=label("grateful"))


NUMBERED = assessed("complaint", "delivery_late", entities=Entities(order_ids=("RS20418",)))


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
    await road.writes("Il tecnico è stato maleducato", assessed("complaint", "staff_conduct"))
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
