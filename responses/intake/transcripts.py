"""Words of voice notes: what somebody typed or a model heard runs the same road as what was written."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.states import CaseState, Direction
from models.tables import Agent, Case, Message
from responses.approving.rights import check_free
from responses.cases import open_messages, raise_revision
from responses.errors import BlockedError
from responses.events import record
from responses.intake.filing import clean, due_now
from responses.intake.incoming import MessageKind

MAX_TEXT = 20_000


async def transcribe(session: AsyncSession, agent: Agent, message_id: str, text: str) -> Case:
    """Adds the words of a voice or video note, as a further version of the message; returns its case.

    The recording stays with it, and so do words typed before. A note that is not answered yet is read and
    decided upon like a written message.

    Raises:
        BlockedError: `gone` (no voice note of a case), `text_empty`, `text_long`, `claimed`.
        NotAllowedError: `own_case`.
    """
    words = clean(text).strip()
    if not words:
        raise BlockedError("text_empty")
    if len(words) > MAX_TEXT:
        raise BlockedError("text_long", most=str(MAX_TEXT))
    spoken = await session.get(Message, message_id)
    if spoken is None or spoken.case_id is None or spoken.kind != MessageKind.VOICE:
        raise BlockedError("gone")
    case = await session.get_one(Case, spoken.case_id, with_for_update=True)
    await check_free(session, agent, case)
    await add_words(session, spoken, words, author=agent.name)
    record(session, agent.id, "message.transcribed", case.id)
    return case


async def add_words(
    session: AsyncSession, spoken: Message, words: str, *, author: str, keep_typed: bool = False
) -> None:
    """Adds words to a voice note of a case.

    Args:
        session: the caller's writing transaction.
        spoken: any version of the note.
        words: what it says.
        author: who heard it.
        keep_typed: whether words that are there already are left as they are.
    """
    versions = select(Message).where(
        Message.identity_id == spoken.identity_id, Message.external_id == spoken.external_id
    )
    newest = (await session.scalars(versions.order_by(Message.edit.desc()).limit(1))).one()
    if newest.case_id is None or (keep_typed and newest.text):
        return
    case = await session.get_one(Case, newest.case_id, with_for_update=True)
    unanswered = newest.id in {message.id for message in await open_messages(session, case.id)}
    session.add(
        Message(
            case_id=case.id,
            identity_id=newest.identity_id,
            external_id=newest.external_id,
            edit=newest.edit + 1,
            direction=Direction.IN,
            kind=newest.kind,
            text=words,
            sent_at=newest.sent_at,
            reply_to=newest.reply_to,
            album_key=newest.album_key,
            sent_by=author,
            # Words for a note that has been answered must not look like something new.
            created_at=newest.created_at,
        )
    )
    await raise_revision(session, case)
    if unanswered or case.state == CaseState.WAITING_AGENT:
        await due_now(session, case)
