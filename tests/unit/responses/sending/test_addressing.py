"""What goes out by itself addresses a customer as the drafts do."""

from datetime import date

import pytest
from sqlalchemy import select

from models.decision import DecisionKind
from models.labels import Language
from models.tables import Case, Customer, OutboxEntry
from responses.checks.about import CheckContext
from responses.checks.register import check_register
from responses.drafts.brief import Formality
from responses.sending.standing import StandingWording, standing_text, standing_texts
from tests.seed import seed_case, seed_identity
from tests.unit.responses.triage_road import Road, assessed, road, under

__all__ = ["road"]

QUESTION = assessed("question")
PERSON = {
    "formal": "Va bene: di lei si occupa una persona, che le scrive qui oggi.",
    "informal": "Va bene: di te si occupa una persona, che ti scrive qui oggi.",
}


async def told(road: Road, chat_key: str, case: Case | None = None, language: str = "it") -> str:
    """The words of a standing text that goes to that chat."""
    async with road.database.writing() as session:
        await road.texts.enqueue(
            session,
            "person",
            chat_key=chat_key,
            language=language,
            dedupe_key="person:1",
            case_id=case.id if case is not None else None,
            when="oggi",
        )
        query = select(OutboxEntry).where(OutboxEntry.dedupe_key == "person:1")
        return str((await session.scalars(query)).one().content["text"])


@pytest.mark.parametrize("formality", ["formal", "informal"])
async def test_as_an_agent_has_noted(road: Road, formality: Formality) -> None:
    async with road.database.writing() as session:
        identity = await seed_identity(session)
        (await session.get_one(Customer, identity.customer_id)).formality = formality
    assert await told(road, identity.chat_key) == PERSON[formality]


async def test_as_their_own_messages_show(road: Road) -> None:
    await road.writes("Puoi dirmi a che ora aprite?", QUESTION)
    case = await road.writes("Ciao! Mi sai dire se avete il blu?", QUESTION)
    assert await told(road, case.chat_key, case) == PERSON["informal"]


@pytest.mark.parametrize(
    ("voice", "formality"), [pytest.param("lei", "formal", id="lei"), pytest.param("tu", "informal", id="tu")]
)
async def test_else_as_the_policy_says_strangers_too(road: Road, voice: str, formality: Formality) -> None:
    await under(road, "voice: {it: lei", f"voice: {{it: {voice}")
    async with road.database.writing() as session:
        case = await seed_case(session)
    assert await told(road, case.chat_key, case) == PERSON[formality]
    async with road.database.reading() as session:
        shown = await road.texts.filled(session, "status_none", "it", {}, "web:nobody")
    assert shown == standing_text("status_none", "it").fill(formality)


async def test_whose_the_case_is_counts_for_more_than_who_else_writes_in_the_chat(road: Road) -> None:
    async with road.database.writing() as session:
        identity = await seed_identity(session)
        other = await seed_identity(session)
        other.chat_key = identity.chat_key
        (await session.get_one(Customer, other.customer_id)).formality = "informal"
        case = await seed_case(session, identity)
    assert await told(road, case.chat_key, case) == PERSON["formal"]


@pytest.mark.parametrize(
    ("language", "word"), [("es", "te escribirá"), ("fr", "t'écrira"), ("de", "schreibt dir")]
)
async def test_in_every_language_that_tells_them_apart(road: Road, language: str, word: str) -> None:
    async with road.database.writing() as session:
        identity = await seed_identity(session)
        (await session.get_one(Customer, identity.customer_id)).formality = "informal"
    assert word in await told(road, identity.chat_key, language=language)


@pytest.mark.parametrize("wording", standing_texts(), ids=lambda one: f"{one.name}-{one.language}")
@pytest.mark.parametrize("formality", ["formal", "informal"])
def test_no_text_mixes_the_two(wording: StandingWording, formality: Formality) -> None:
    about = CheckContext(
        language=wording.language, formality=formality, kind=DecisionKind.HAND_OVER, today=date(2026, 11, 17)
    )
    said = wording.fill(formality, **dict.fromkeys(wording.fields, "0"))
    assert list(check_register(said, about)) == []


@pytest.mark.parametrize("language", [one for one in Language if one != "en"])
def test_most_texts_address_the_customer_in_both(language: Language) -> None:
    own = [one for one in standing_texts() if one.language == language]
    assert sum(one.addressed("formal") != one.addressed("informal") for one in own) >= len(own) - 5
