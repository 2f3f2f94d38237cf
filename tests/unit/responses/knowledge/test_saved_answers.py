"""Answers saved at the desk: nothing of the case goes with them, and an admin says yes once."""

import asyncio

import pytest

from models.clock import utcnow
from models.database import Database
from models.decision import Role
from models.tables import Agent, AnswerEntry, Case
from responses.errors import BlockedError
from responses.knowledge.saved import (
    accept_entry,
    body_of,
    end_entry,
    passages,
    propose_entry,
    saved_entries,
    standing,
)
from tests.seed import seed_agent, seed_case, seed_identity

QUESTION = "Avete la taglia XXL?"
ANSWER = {"it": "Sì, su ordinazione, in dieci giorni."}


def orders(text: str) -> list[str]:
    return [word.strip(".,") for word in text.split() if word.startswith("RS")]


async def setting(database: Database) -> tuple[Agent, Agent, Case]:
    async with database.writing() as session:
        agent = await seed_agent(session)
        admin = await seed_agent(session, "Sara", Role.ADMIN)
        case = await seed_case(session, await seed_identity(session, name="Rosa Bianchi"))
    return agent, admin, case


async def save(database: Database, agent: Agent, case: Case, answer: dict[str, str] = ANSWER) -> AnswerEntry:
    async with database.writing() as session:
        return await propose_entry(session, agent, case, QUESTION, answer, orders)


async def test_it_waits_until_an_admin_accepts_it(database: Database) -> None:
    agent, admin, case = await setting(database)
    entry = await save(database, agent, case)
    async with database.writing() as session:
        assert await saved_entries(session) == []
        assert [name for _, name in (await standing(session)).waiting] == ["Giulia"]
        await accept_entry(session, admin, entry.id, utcnow())
    async with database.reading() as session:
        (used,) = await saved_entries(session)
        assert (await standing(session)).waiting == ()
    assert (used.questions, used.answer) == ((QUESTION,), ANSWER)


async def test_a_second_press_saves_nothing_more(database: Database) -> None:
    agent, _, case = await setting(database)
    first = await save(database, agent, case)
    assert (await save(database, agent, case)).id == first.id


async def test_two_agents_at_once_make_one_entry(database: Database) -> None:
    agent, admin, case = await setting(database)
    one, other = await asyncio.gather(save(database, agent, case), save(database, admin, case))
    assert one.id == other.id


async def test_another_answer_to_a_saved_question_is_refused(database: Database) -> None:
    agent, _, case = await setting(database)
    await save(database, agent, case)
    with pytest.raises(BlockedError, match="answer_known"):
        await save(database, agent, case, {"it": "No."})


async def test_what_was_given_up_cannot_be_accepted(database: Database) -> None:
    agent, admin, case = await setting(database)
    entry = await save(database, agent, case)
    async with database.writing() as session:
        await end_entry(session, admin, entry.id, utcnow())
    async with database.writing() as session:
        with pytest.raises(BlockedError, match="stale"):
            await accept_entry(session, admin, entry.id, utcnow())
    async with database.reading() as session:
        assert await saved_entries(session) == []


@pytest.mark.parametrize(
    "left",
    [
        "Certo, Rosa, su ordinazione.",
        "Il pacco RS20418 parte domani.",
        "Le rispondo. {agent}",
        "Costa […].",
        "Chieda a Giulia.",
    ],
    ids=["customer", "order", "slot", "blank", "agent"],
)
async def test_what_belongs_to_the_case_is_refused_by_its_words(sqlite: Database, left: str) -> None:
    agent, _, case = await setting(sqlite)
    with pytest.raises(BlockedError, match="answer_private"):
        await save(sqlite, agent, case, {"it": left})


async def test_an_ordinary_word_that_is_a_name_as_well_may_stand(sqlite: Database) -> None:
    agent, _, case = await setting(sqlite)
    entry = await save(sqlite, agent, case, {"it": "La maglia rosa torna a marzo."})
    assert entry.answer == {"it": "La maglia rosa torna a marzo."}


@pytest.mark.parametrize("answer", [{"it": " "}, {"en": "Yes."}], ids=["empty", "not in the house language"])
async def test_the_house_language_must_be_there(sqlite: Database, answer: dict[str, str]) -> None:
    agent, _, case = await setting(sqlite)
    with pytest.raises(BlockedError, match="text_empty"):
        await save(sqlite, agent, case, answer)


def test_passages_join_to_the_text() -> None:
    text = "{greeting} Rosa, l'ordine RS1 parte […] domani."
    cut = passages(text, ["Rosa"], orders)
    assert "".join(one.words for one in cut) == text
    assert [one.words for one in cut if one.is_private] == ["{greeting}", "Rosa", "RS1", "[…]"]


def test_of_an_answer_only_what_it_says_is_left() -> None:
    parts = [
        ["greeting", "{greeting} Marta,"],
        ["understanding", "grazie della domanda."],
        ["answer", "le rispondo volentieri: […]"],
        ["closing", "se qualcosa non le torna, mi risponda qui."],
        ["signature", "{agent}, Maglieria Rossi"],
    ]
    text = (
        "{greeting} Marta, grazie della domanda. Le rispondo volentieri: la XXL c'è. "
        "Se qualcosa non le torna, mi risponda qui.\n{agent}, Maglieria Rossi"
    )
    assert body_of(text, parts) == "la XXL c'è."
