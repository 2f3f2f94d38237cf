"""Words for voice notes: who answers the recording's own post types what it says."""

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.context import Context, words_at
from bot.posts import post
from models.tables import Agent, Attachment, OutboxEntry, Update
from responses.errors import BlockedError
from responses.intake.transcripts import transcribe

SPOKEN = ("voice", "video_note")
"""The kinds of files that somebody speaks in."""


async def take_words(
    context: Context, session: AsyncSession, row: Update, message: Message, agent: Agent, entry: OutboxEntry
) -> bool:
    """Takes an answer to a recording's post as its words; False when the post shows no recording."""
    file = await session.get(Attachment, str(entry.content.get("attachment", "")))
    if file is None or file.kind not in SPOKEN or message.text is None:
        return False
    words = words_at(context, row.chat_key, agent)
    try:
        async with session.begin_nested():
            case = await transcribe(session, agent, file.message_id, message.text)
        said = words("transcribed", number=case.number)
    except BlockedError as error:
        said = words.blocked(error, context.road.config.timezone)
    await post(session, row.chat_key, said, case_id=entry.case_id, reply_to=message.message_id)
    return True
