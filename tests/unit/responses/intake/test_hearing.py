"""Hearing: each recording is heard once, and words that a person typed are never replaced."""

import pytest
from sqlalchemy import select

from models.clock import utcnow
from models.database import Database
from models.states import CaseState, Direction
from models.tables import Attachment, Case, Message
from responses.intake.hearing import BY_MODEL, heard, unheard
from responses.intake.incoming import MessageKind
from responses.intake.transcripts import transcribe
from tests.seed import seed_agent, seed_case


@pytest.fixture
async def recording(sqlite: Database) -> str:
    async with sqlite.writing() as session:
        case = await seed_case(session)
        case.state = CaseState.WAITING_AGENT
        message = Message(
            case_id=case.id,
            identity_id=case.identity_id,
            external_id="1",
            direction=Direction.IN,
            kind=MessageKind.VOICE,
            text="",
            sent_at=utcnow(),
        )
        session.add(message)
        await session.flush()
        file = Attachment(message_id=message.id, provider_id="f", kind="voice", stored_as="ab/abc")
        session.add(file)
        await session.flush()
        return file.id


async def waiting(database: Database) -> list[str]:
    async with database.reading() as session:
        return [file.id for file in await unheard(session, 9)]


async def versions(database: Database) -> list[tuple[str, str | None]]:
    async with database.reading() as session:
        rows = await session.scalars(select(Message).order_by(Message.edit))
        return [(row.text, row.sent_by) for row in rows]


async def hears(database: Database, recording: str, words: str) -> None:
    async with database.writing() as session:
        await heard(session, recording, words)


async def test_a_recording_is_heard_once_and_read_like_a_written_message(
    sqlite: Database, recording: str
) -> None:
    assert await waiting(sqlite) == [recording]
    await hears(sqlite, recording, "Il pacco è rotto")
    await hears(sqlite, recording, "Il pacco è rotto")
    assert await waiting(sqlite) == []
    assert await versions(sqlite) == [("", None), ("Il pacco è rotto", BY_MODEL)]
    async with sqlite.reading() as session:
        assert (await session.scalars(select(Case))).one().triage_due_at is not None


async def test_a_recording_without_words_is_not_tried_again(sqlite: Database, recording: str) -> None:
    await hears(sqlite, recording, " ")
    assert await waiting(sqlite) == []
    assert len(await versions(sqlite)) == 1


async def test_typed_words_count_and_the_model_need_not_listen(sqlite: Database, recording: str) -> None:
    async with sqlite.writing() as session:
        message = (await session.scalars(select(Message))).one()
        await transcribe(session, await seed_agent(session), message.id, "La lampada è rotta")
    assert await waiting(sqlite) == []
    await hears(sqlite, recording, "la lama è corta")
    assert [text for text, _ in await versions(sqlite)] == ["", "La lampada è rotta"]
