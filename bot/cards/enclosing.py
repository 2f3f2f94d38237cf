"""Files from the phone: what an agent sends in reply to the bot's question goes out with the answer."""

import asyncio
import logging
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message
from telegram.error import TelegramError

from bot.context import Context, agent_with
from models.tables import Agent, Case, Draft, OutboxEntry, Prompt, Update
from responses.approving.enclosures import Enclosure, check_content, enclosure, enclosures_of, with_one_more
from responses.approving.rights import Bound
from responses.errors import BlockedError
from responses.intake.filing import MAX_FILE_BYTES, clean
from responses.proposed import proposed_draft

log = logging.getLogger(__name__)


async def with_file(context: Context, row: Update, message: Message | None) -> Context:
    """Fetches the file of an answer to one of our questions, before the transaction that uses it.

    What is no such answer, and what cannot be fetched, leaves the context as it is.
    """
    if message is None or message.reply_to_message is None or message.from_user is None:
        return context
    photo = message.photo[-1] if message.photo else None
    file = photo or message.document or message.video
    if file is None or (file.file_size or 0) > MAX_FILE_BYTES:
        return context
    async with context.road.database.reading() as session:
        if await agent_with(session, message.from_user.id) is None:
            return context
        asked = select(Prompt.id).join(OutboxEntry, OutboxEntry.id == Prompt.outbox_id)
        here = asked.where(
            OutboxEntry.chat_key == row.chat_key,
            OutboxEntry.provider_id == str(message.reply_to_message.message_id),
            Prompt.purpose.in_(("edit", "ask", "decline")),
        )
        if (await session.execute(here.limit(1))).first() is None:
            return context
    try:
        content = await context.api.download(file.file_id)
        check_content(content)
    except (TelegramError, BlockedError) as error:
        log.warning("enclosure.not_fetched", extra={"update": row.id, "error": type(error).__name__})
        return context
    stored = await asyncio.to_thread(context.road.files.put, content)
    name = "foto.jpg" if photo else clean(getattr(file, "file_name", None) or "")
    return replace(context, enclosed=enclosure(stored, content, name))


async def enclose(
    context: Context, session: AsyncSession, agent: Agent, case: Case, prompt: Prompt, caption: str | None
) -> Draft:
    """Puts the fetched file to the draft on the table, and a caption in the place of its text.

    The question stays open: an album is one message per picture.

    Raises:
        BlockedError: `gone` when the draft is another one by now; what `Approvals.edit` is blocked by.
    """
    draft = await proposed_draft(session, case)
    file: Enclosure | None = context.enclosed
    if file is None or draft is None or (draft.id != prompt.draft_id and draft.edited_by != agent.id):
        raise BlockedError("gone")
    approvals = context.road.approvals
    bound = Bound(draft_id=draft.id, revision=draft.revision, sha256=draft.sha256)
    made = await approvals.enclose(session, agent, bound, with_one_more(enclosures_of(draft), file))
    if caption is None or not caption.strip():
        return made
    bound = Bound(draft_id=made.id, revision=made.revision, sha256=made.sha256)
    return await approvals.edit(session, agent, bound, clean(caption))
