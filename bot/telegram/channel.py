"""The way to people on Telegram: one try per message, and what became of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from html import escape
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from bot.agents.bulletins import bulletin_of
from bot.agents.group_cards import ONE_ALERT_IN, newest_post, post_replaced, retire_earlier
from bot.agents.topics import Topics
from bot.buttons import Action, Button, data_of
from bot.cards.behind import first_page
from bot.cards.head import head_of, spoken
from bot.cards.keyboards import Rows, buttons_of, files_of, give_back_row, policy_of
from bot.cards.similar import similar_text
from bot.customers.choosing import choice_rows
from bot.customers.rating import mark_rows
from bot.errors import FloodError, ServerRefusedError, TopicAwaitedError
from bot.posts import buttons_in, mention
from bot.telegram.address import chat_id_of, chat_key, is_group, source_of
from bot.telegram.api import Api, surely_refused
from bot.words import Words, words_for, words_in
from models.channel import Outcome, Outgoing, SendResult
from models.clock import utcnow
from models.states import Purpose
from models.tables import Agent, Attachment, Card, Case, Identity, Message
from responses.cases import holder_of
from responses.errors import ResponsesError
from responses.people.nights import is_night
from responses.policy.fact_names import FactNames
from responses.road import Road
from responses.texts import shorten
from responses.views import view_case

log = logging.getLogger(__name__)

_AFTER_REFUSAL = timedelta(seconds=2)
_TOKEN_PAUSE = timedelta(seconds=60)
_MAX_FORWARDED = 3_800
_THREAD_LOST = "thread not found"

_Send = Callable[[], Awaitable[int]]


class UnknownContentError(ResponsesError):
    """An outbox entry holds something that this channel does not know how to send."""


class TelegramChannel:
    """Sends outbox entries through one bot."""

    def __init__(self, api: Api, road: Road, bot_id: int, topics: Topics) -> None:
        self._api = api
        self._topics = topics
        self._road = road
        self._bot_id = bot_id
        self._leaving: set[asyncio.Task[None]] = set()

    async def ready(self, key: str, purpose: Purpose) -> None:
        """Waits for this chat's turn."""
        await self._api.pacing.turn(chat_id_of(key), purpose)

    async def send(self, message: Outgoing) -> SendResult:
        """Sends once. The turn was waited for in `ready`."""
        chat = chat_id_of(message.chat_key)
        thread: int | None = None
        try:
            if is_group(message.chat_key) and "case" in message.content:
                thread = await self._topics.thread_of(
                    message.chat_key, message.content["case"], wanted="card" in message.content
                )
        except TopicAwaitedError as awaited:
            return SendResult(outcome=Outcome.RETRY, error="TopicAwaitedError", retry_after=awaited.pause)
        except TelegramError as error:
            return self._failed(chat, error)
        except (LookupError, TypeError, ValueError) as error:
            # The topic was made, but the answer that names it cannot be read.
            return SendResult(outcome=Outcome.UNCONFIRMED, error=type(error).__name__)
        try:
            send = await self._prepared(chat, message, thread)
        except FileNotFoundError:
            return SendResult(outcome=Outcome.FAILED, error="file_missing")
        try:
            sent = await send()
        except BadRequest as error:
            if thread is None or _THREAD_LOST not in error.message.lower():
                return self._failed(chat, error)
            await self._topics.lost(message.chat_key, message.content["case"])
            return SendResult(outcome=Outcome.RETRY, error=error.message)
        except TelegramError as error:
            return self._failed(chat, error)
        except (LookupError, TypeError, ValueError) as error:
            # Accepted, but the answer is not what Telegram's answers look like.
            return SendResult(outcome=Outcome.UNCONFIRMED, error=type(error).__name__)
        if is_group(message.chat_key) and message.purpose == Purpose.STANDING:
            self._leave(chat)
        return SendResult(outcome=Outcome.SENT, provider_id=str(sent))

    def _failed(self, chat: int, error: TelegramError) -> SendResult:
        if isinstance(error, FloodError):
            self._api.pacing.pause(chat, error.pause.total_seconds())
        return result_of(error, self._bot_id)

    async def _prepared(self, chat: int, message: Outgoing, thread: int | None) -> _Send:
        """The one request that sends `message`: all that is read or written out comes before it."""
        content = message.content
        if "card" in content:
            return await self._card(chat, content["card"], content, thread)
        if "bulletin" in content:
            async with self._road.database.reading() as session:
                bulletin = await bulletin_of(session, content, message.chat_key, self._road.config)
            return lambda: self._api.send_text(
                chat, bulletin.text, keyboard=bulletin.rows, silent=bool(content.get("silent"))
            )
        if "similar" in content:
            async with self._road.database.reading() as session:
                told = await similar_text(session, self._road, content["similar"], content["to"])
            return lambda: self._api.send_text(
                chat, told, reply_to=content.get("reply_to"), thread=thread, silent=True
            )
        if "behind" in content:
            async with self._road.database.reading() as session:
                page = await first_page(
                    session, self._road.config, content["case"], content["behind"], content["to"]
                )
            return lambda: self._api.send_text(
                chat,
                page.text,
                keyboard=page.rows,
                reply_to=content.get("reply_to"),
                thread=thread,
                silent=True,
            )
        if "forward" in content:
            return await self._forward(chat, message.chat_key, content["forward"], thread)
        if "attachment" in content:
            return await self._file(chat, content, thread)
        if "file" in content:
            return await self._enclosure(chat, content["file"])
        text = str(content["text"])
        if not content.get("agent"):
            rows = _customers_rows(content)
            return lambda: self._api.send_text(chat, text, keyboard=rows)
        return lambda: self._api.send_text(
            chat,
            text,
            html=bool(content.get("html")),
            keyboard=buttons_in(content),
            force_reply=content.get("force_reply"),
            selective=bool(content.get("selective")),
            reply_to=content.get("reply_to"),
            thread=thread,
            silent=bool(content.get("silent")),
        )

    async def _card(self, chat: int, card_id: str, content: object, thread: int | None) -> _Send:
        if not isinstance(content, dict):
            raise UnknownContentError(f"card {card_id}: expected a mapping")
        house, timezone = self._road.config.language, self._road.config.timezone
        async with self._road.database.reading() as session:
            card = await session.get_one(Card, card_id)
            agent = await session.get_one(Agent, card.agent_id) if card.agent_id is not None else None
            words = words_for(agent) if agent is not None else words_in(house)
            keyboard: Rows = []
            if content.get("buttons"):
                keyboard = (await buttons_of(session, self._road, card, agent, words)).rows
            replaced = None if content.get("again") else await post_replaced(session, card)
            case = await session.get_one(Case, card.case_id)
            view = await view_case(session, case, timezone)
            names = FactNames(await policy_of(session, self._road, case), words.language)
            previous = await _previous(session, card)
            # What is critical rings by itself.
            night = await is_night(session, self._road.policies, view.case.audience, utcnow())
        is_head = content["piece"] == "head"
        text = str(content.get("text"))
        if is_head:
            reads = agent.languages if agent is not None else [house]
            text = head_of(view, reads, words, timezone, names).html
        recent = previous is not None and previous.created_at > utcnow() - ONE_ALERT_IN
        silent = recent or night or not is_head
        answered = int(previous.message_ids[-1]) if previous is not None and is_head else None

        async def anew() -> int:
            return await self._api.send_text(
                chat,
                text,
                html=is_head,
                keyboard=keyboard,
                reply_to=answered,
                thread=thread,
                silent=silent,
            )

        if replaced is None:
            return anew
        async with self._road.database.writing() as session:
            await retire_earlier(session, card)

        async def in_place() -> int:
            try:
                return await self._api.replace_text(chat, replaced, text, html=is_head, keyboard=keyboard)
            except BadRequest:
                # Somebody has deleted that post.
                return await anew()

        return in_place

    async def _forward(self, chat: int, key: str, message_id: str, thread: int | None) -> _Send:
        """What a customer wrote to who has taken the case over."""
        answered: int | None = None
        called = ""
        async with self._road.database.reading() as session:
            message = await session.get_one(Message, message_id)
            case = await session.get_one(Case, message.case_id)
            identity = await session.get_one(Identity, case.identity_id)
            if is_group(key):
                words: Words | None = words_in(self._road.config.language)
                holder = await holder_of(session, case, utcnow())
                called = f"{mention(holder)} · " if holder is not None else ""
                answered = await newest_post(session, case, key)
            else:
                agent = await _agent_in(session, chat)
                words = words_for(agent) if agent is not None else None
            files = await files_of(session, [message.id])
        if words is None:
            raise UnknownContentError(f"forward {message_id}: nobody works in {key}")
        name = escape(shorten(identity.display_name or words("no_name"), 60), quote=False)
        title = words("forwarded", number=case.number, name=name)
        said = escape(shorten(spoken(message, words), _MAX_FORWARDED), quote=False)
        rows = [give_back_row(case, words)]
        if files:
            see = Button(text=words("files", count=len(files)), data=data_of(Action.FILES_OF, message.id))
            rows.insert(0, [see])
        html = f"{called}<b>{title}</b>\n<blockquote>{said}</blockquote>"
        return lambda: self._api.send_text(
            chat, html, html=True, keyboard=rows, reply_to=answered, thread=thread
        )

    async def _file(self, chat: int, content: object, thread: int | None) -> _Send:
        if not isinstance(content, dict):
            raise UnknownContentError("file: expected a mapping")
        async with self._road.database.reading() as session:
            file = await session.get_one(Attachment, content["attachment"])
            channel = await _channel_of(session, file)
        caption, reply_to = str(content.get("text", "")), content.get("reply_to")
        name = f"{file.kind}-{file.id[-6:]}{_suffix(file)}"
        if channel == source_of(self._bot_id):
            return lambda: self._api.send_file(
                chat,
                file.kind,
                file.provider_id,
                name=name,
                caption=caption,
                reply_to=reply_to,
                thread=thread,
            )
        if file.stored_as is None:
            raise UnknownContentError(f"file {file.id}: its content was never kept")
        kept = await asyncio.to_thread(self._road.files.read, file.stored_as)
        return lambda: self._api.send_file(
            chat, file.kind, kept, name=name, caption=caption, reply_to=reply_to, thread=thread
        )

    async def _enclosure(self, chat: int, file: Mapping[str, Any]) -> _Send:
        """A file that goes out with an answer."""
        content = await asyncio.to_thread(self._road.files.read, file["stored_as"])
        kind, name = str(file["kind"]), str(file["name"])
        return lambda: self._api.send_file(chat, kind, content, name=name, caption="", reply_to=None)

    def _leave(self, chat: int) -> None:
        """In a group the bot says its one sentence and goes."""
        task = asyncio.create_task(self._leave_quietly(chat))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _leave_quietly(self, chat: int) -> None:
        try:
            await self._api.leave(chat)
        except TelegramError as error:
            log.warning("group.not_left", extra={"error": type(error).__name__})


def result_of(error: TelegramError, bot_id: int) -> SendResult:
    """What a failed request means for the message: gone for good, surely not sent, or unknown.

    The order matters: `BadRequest` is a `NetworkError` to the library.
    """
    name = type(error).__name__
    match error:
        case FloodError():
            return SendResult(outcome=Outcome.RETRY, error=name, retry_after=error.pause)
        case ServerRefusedError():
            return SendResult(outcome=Outcome.RETRY, error=str(error), retry_after=_AFTER_REFUSAL)
        case Forbidden():
            return SendResult(outcome=Outcome.BLOCKED, error=error.message)
        case ChatMigrated():
            return SendResult(outcome=Outcome.MOVED, error=name, moved_to=chat_key(bot_id, error.new_chat_id))
        case BadRequest() if "message is not modified" in error.message.lower():
            return SendResult(outcome=Outcome.SENT)
        case BadRequest():
            return SendResult(outcome=Outcome.FAILED, error=error.message)
        case InvalidToken():
            return SendResult(outcome=Outcome.RETRY, error=name, retry_after=_TOKEN_PAUSE)
        case NetworkError() if surely_refused(error):
            return SendResult(outcome=Outcome.RETRY, error=type(error.__cause__).__name__)
        case _:
            cause = error.__cause__
            return SendResult(
                outcome=Outcome.UNCONFIRMED, error=type(cause).__name__ if cause is not None else name
            )


def _customers_rows(content: Mapping[str, Any]) -> Rows:
    if "marks_for" in content:
        return mark_rows(content["marks_for"])
    return choice_rows(content["choices"]) if "choices" in content else buttons_in(content)


async def _previous(session: AsyncSession, card: Card) -> Card | None:
    """The card of the same case that this chat had before, if it was posted."""
    query = (
        select(Card)
        .where(Card.case_id == card.case_id, Card.chat_key == card.chat_key, Card.id < card.id)
        .order_by(Card.id.desc())
        .limit(1)
    )
    previous = (await session.scalars(query)).one_or_none()
    return previous if previous is not None and previous.message_ids else None


async def _agent_in(session: AsyncSession, chat: int) -> Agent | None:
    return (await session.scalars(select(Agent).where(Agent.telegram_id == chat))).one_or_none()


async def _channel_of(session: AsyncSession, file: Attachment) -> str | None:
    query = (
        select(Identity.channel)
        .join(Message, Message.identity_id == Identity.id)
        .where(Message.id == file.message_id)
    )
    return (await session.scalars(query)).one_or_none()


def _suffix(file: Attachment) -> str:
    """A name's ending that lets the agent's device open the file."""
    kind, _, ending = (file.mime or "").partition("/")
    return f".{ending}" if kind and ending.isalnum() else ""
