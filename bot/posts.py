"""Posts of the bot to agents: put into the outbox like everything that leaves, and shown by the channel.

What a post's `content` holds: `agent` (true), `text`, and where they are needed `html` (our own markup),
`buttons` (rows of `text`, `data`, `url`, `style`), `force_reply` (the hint in the reply box), `selective`
(opens that box only for who is mentioned), `reply_to` (a message's id), `silent`, `case` (in whose topic it
belongs), `fact`, `promise` or `signal` (what a prompt asks about), `attachment` (a file to show), `similar`
(the case whose like are told of) or `behind` (what of the case is told at length), `to` an agent or, None,
the group.
"""

from collections.abc import Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Button
from models.ids import new_id
from models.states import OutboxState, Purpose
from models.tables import Agent, Attachment, OutboxEntry
from responses.sending.outbox import enqueue, enqueue_parts
from responses.texts import split_text


async def post(
    session: AsyncSession,
    chat_key: str,
    text: str,
    *,
    case_id: str | None = None,
    buttons: Sequence[Sequence[Button]] = (),
    reply_to: int | None = None,
    dedupe_key: str | None = None,
    **more: Any,
) -> str | None:
    """Says something to an agent; None when `dedupe_key` says that it was said before."""
    content: dict[str, Any] = {"agent": True, "text": text, **more}
    if case_id is not None:
        content["case"] = case_id
    if buttons:
        content["buttons"] = [[asdict(button) for button in row] for row in buttons]
    if reply_to is not None:
        content["reply_to"] = reply_to
    return await enqueue(
        session,
        purpose=Purpose.CARD,
        dedupe_key=dedupe_key or f"post:{new_id()}",
        chat_key=chat_key,
        content=content,
        case_id=case_id,
    )


async def post_long(
    session: AsyncSession, chat_key: str, text: str, *, case_id: str, reply_to: int | None
) -> None:
    """Says something that may take several messages, each sent after the one before."""
    where = {"reply_to": reply_to} if reply_to is not None else {}
    await enqueue_parts(
        session,
        purpose=Purpose.CARD,
        dedupe_key=f"post:{new_id()}",
        chat_key=chat_key,
        contents=[{"agent": True, "text": part, "case": case_id, **where} for part in split_text(text)],
        case_id=case_id,
    )


async def post_files(
    session: AsyncSession,
    chat_key: str,
    files: Sequence[Attachment],
    *,
    caption: str,
    voice_caption: str,
    case_id: str,
    reply_to: int | None,
) -> None:
    """Shows files that a customer sent, recordings with a caption of their own."""
    for file in files:
        said = voice_caption if file.kind == "voice" else caption
        await post(
            session, chat_key, said, case_id=case_id, reply_to=reply_to, attachment=file.id, silent=True
        )


def mention(agent: Agent) -> str:
    """An agent's name as HTML, which tells them where they have an account that can be told."""
    name = escape(agent.name, quote=False)
    return f'<a href="tg://user?id={agent.telegram_id}">{name}</a>' if agent.telegram_id is not None else name


def buttons_in(content: Any) -> list[list[Button]]:
    """The rows of buttons of a post's content."""
    return [[Button(**button) for button in row] for row in content.get("buttons", ())]


async def is_still_sending(session: AsyncSession, chat_key: str, message_id: str) -> bool:
    """Whether a message of ours with this number may be one whose sending is not recorded yet."""
    here = select(OutboxEntry.id).where(OutboxEntry.chat_key == chat_key)
    known = here.where(OutboxEntry.provider_id == message_id)
    if (await session.execute(known.limit(1))).first() is not None:
        return False
    sending = here.where(OutboxEntry.state == OutboxState.SENDING)
    return (await session.execute(sending.limit(1))).first() is not None
