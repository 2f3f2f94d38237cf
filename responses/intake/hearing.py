"""Hearing: voice notes whose words a speech model is to find, and what becomes of the words."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from models.clock import utcnow
from models.states import Direction
from models.tables import Attachment, Message
from responses.intake.incoming import MessageKind
from responses.intake.transcripts import add_words

BY_MODEL = "automatic"
"""Stands as the author of words that no person has typed."""


async def unheard(session: AsyncSession, limit: int) -> Sequence[Attachment]:
    """Recordings that are here and that neither a person nor the model has put into words, oldest first."""
    later = aliased(Message)
    has_words = exists().where(
        later.identity_id == Message.identity_id,
        later.external_id == Message.external_id,
        later.text != "",
    )
    query = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .where(
            Message.kind == MessageKind.VOICE,
            Message.direction == Direction.IN,
            Message.case_id.is_not(None),
            Attachment.stored_as.is_not(None),
            Attachment.heard_at.is_(None),
            ~has_words,
        )
        .order_by(Attachment.id)
        .limit(limit)
    )
    return (await session.scalars(query)).all()


async def heard(session: AsyncSession, attachment_id: str, words: str) -> None:
    """Notes that a recording was heard, once, and adds its words unless somebody typed them meanwhile."""
    recording = await session.get_one(Attachment, attachment_id, with_for_update=True)
    if recording.heard_at is not None:
        return
    recording.heard_at = utcnow()
    if words.strip():
        spoken = await session.get_one(Message, recording.message_id)
        await add_words(session, spoken, words, author=BY_MODEL, keep_typed=True)
