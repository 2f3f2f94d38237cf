"""The Bot API as this program uses it: paced, with errors that tell whether a request was accepted."""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import httpx
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReplyParameters,
    User,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.buttons import Button
from bot.errors import FloodError, ServerRefusedError
from bot.telegram.pacing import Pacing
from models.states import Purpose

log = logging.getLogger(__name__)

Keyboard = Sequence[Sequence[Button]]

_POOL = 64
_UNSAID_PAUSE = timedelta(seconds=5)
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NOT_MODIFIED = "message is not modified"
# Nothing was sent when these are why a request failed: no connection ever came about.
_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@cache
def tls() -> ssl.SSLContext:
    """What every connection to Telegram trusts; reading the certificates takes a tenth of a second."""
    return httpx.create_ssl_context()


def quiet_loggers() -> None:
    """Keeps tokens and customers' words out of the logs.

    The token is part of every address that httpx logs, and the library writes what it cannot read
    into its log as it came.
    """
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)


class _Request(HTTPXRequest):
    """Tells apart what the library calls `NetworkError` alike: refused by Telegram, or nobody knows."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        if status == 429:
            raise FloodError(_pause_in(payload))
        if status >= 500 and _says_no(payload):
            # Telegram's own answer. A gateway's error page proves nothing and stays a NetworkError.
            raise ServerRefusedError(f"Telegram answered {status}")
        return status, payload


class Api:
    """One bot's requests. Each waits for its turn, but for those whose caller has waited already.

    Every method raises `telegram.error.TelegramError` when it fails.
    """

    def __init__(self, token: str, base: str, pacing: Pacing) -> None:
        self.pacing = pacing
        self._changing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._request = _Request(
            connection_pool_size=_POOL,
            read_timeout=20.0,
            write_timeout=20.0,
            connect_timeout=10.0,
            pool_timeout=10.0,
            httpx_kwargs={"verify": tls()},
        )
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def close(self) -> None:
        """Closes every connection."""
        await self._request.shutdown()

    async def me(self) -> User:
        """Who the bot is."""
        async with self._turn(None, Purpose.STANDING):
            return await self._bot.get_me()

    async def set_commands(
        self, commands: Sequence[tuple[str, str]], language: str | None, *, chat: int | None = None
    ) -> None:
        """The menu of commands for people whose Telegram speaks `language`; None for all others.

        With `chat` it is the menu of that chat alone, in place of the one that others see.
        """
        menu = [BotCommand(name, text) for name, text in commands]
        scope = BotCommandScopeChat(chat) if chat is not None else None
        async with self._turn(None, Purpose.STANDING):
            await self._bot.set_my_commands(menu, scope=scope, language_code=language)

    async def delete_commands(self, chat: int) -> None:
        """Takes a chat's own menu away."""
        async with self._turn(None, Purpose.STANDING):
            await self._bot.delete_my_commands(BotCommandScopeChat(chat))

    async def set_webhook(self, url: str, secret: str, kinds: Sequence[str], connections: int) -> None:
        """Has updates of these kinds posted to `url` with `secret`; what waits is kept."""
        async with self._turn(None):
            await self._bot.set_webhook(
                url, allowed_updates=list(kinds), secret_token=secret, max_connections=connections
            )

    async def drop_webhook(self) -> None:
        """Ends a webhook that stands in the way of polling; what waits is kept."""
        async with self._turn(None):
            await self._bot.delete_webhook(drop_pending_updates=False)

    async def send_text(
        self,
        chat: int,
        text: str,
        *,
        html: bool = False,
        keyboard: Keyboard = (),
        force_reply: str | None = None,
        selective: bool = False,
        reply_to: int | None = None,
        thread: int | None = None,
        silent: bool = False,
    ) -> int:
        """Sends one message, at once: the caller has waited for the turn. Returns its id.

        Args:
            chat: where to.
            text: at most 4096 UTF-16 units.
            html: whether `text` is our own markup; what people wrote is sent without.
            keyboard: rows of buttons under it.
            force_reply: opens the reply box with this hint in it.
            selective: opens that box only for who is mentioned in the text.
            reply_to: the message it answers, if that still exists.
            thread: the topic it belongs in.
            silent: without a sound.
        """
        markup = (
            ForceReply(selective=selective, input_field_placeholder=force_reply[:64])
            if force_reply
            else _markup(keyboard)
        )
        message = await self._bot.send_message(
            chat,
            text,
            parse_mode=ParseMode.HTML if html else None,
            link_preview_options=_NO_PREVIEW,
            reply_markup=markup,
            reply_parameters=_answering(reply_to),
            message_thread_id=thread,
            disable_notification=silent,
        )
        return message.message_id

    async def send_file(
        self,
        chat: int,
        kind: str,
        file: str | bytes,
        *,
        name: str,
        caption: str,
        reply_to: int | None,
        thread: int | None = None,
    ) -> int:
        """Sends a file, at once: the caller has waited for the turn. Returns the message's id.

        Args:
            chat: where to.
            kind: `photo`, `voice`, `video_note`, `video`, `audio`; any other goes as a document.
            file: Telegram's id of it, or its content.
            name: what a content is called there.
            caption: a few words of ours.
            reply_to: the message it answers, if that still exists.
            thread: the topic it belongs in.
        """
        where: dict[str, Any] = {
            "reply_parameters": _answering(reply_to),
            "message_thread_id": thread,
            "filename": name,
        }
        match kind:
            case "photo":
                message = await self._bot.send_photo(chat, file, caption=caption, **where)
            case "voice":
                message = await self._bot.send_voice(chat, file, caption=caption, **where)
            case "video_note":
                message = await self._bot.send_video_note(chat, file, **where)
            case "video":
                message = await self._bot.send_video(chat, file, caption=caption, **where)
            case "audio":
                message = await self._bot.send_audio(chat, file, caption=caption, **where)
            case _:
                message = await self._bot.send_document(chat, file, caption=caption, **where)
        return message.message_id

    async def edit_text(self, chat: int, message: int, text: str, *, keyboard: Keyboard) -> None:
        """Puts another text and other buttons in place of a message's. The same ones again are fine."""
        async with self._turn(chat):
            await self.replace_text(chat, message, text, keyboard=keyboard)

    async def replace_text(
        self, chat: int, message: int, text: str, *, html: bool = False, keyboard: Keyboard
    ) -> int:
        """As `edit_text`, at once: the caller has waited for the turn. Returns the message's id."""
        async with self._lock(chat):
            try:
                await self._bot.edit_message_text(
                    text,
                    chat,
                    message,
                    parse_mode=ParseMode.HTML if html else None,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=_markup(keyboard),
                )
            except BadRequest as error:
                if _NOT_MODIFIED not in error.message.lower():
                    raise
        return message

    async def edit_keyboard(
        self,
        chat: int,
        message: int,
        keyboard: Keyboard,
        *,
        unless: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Puts other buttons under a message; none takes them away. The same ones again are fine.

        `unless` is asked when the turn has come, while nothing else in the chat is being changed.
        """
        async with self._turn(chat), self._lock(chat):
            if unless is not None and await unless():
                return
            try:
                await self._bot.edit_message_reply_markup(chat, message, reply_markup=_markup(keyboard))
            except BadRequest as error:
                if _NOT_MODIFIED not in error.message.lower():
                    raise

    async def create_topic(self, chat: int, name: str) -> int:
        """Makes a topic in a group that has topics; returns its thread's number."""
        async with self._turn(chat, Purpose.CARD):
            return (await self._bot.create_forum_topic(chat, name)).message_thread_id

    async def close_topic(self, chat: int, thread: int) -> None:
        """Nobody but admins writes in the topic any more."""
        async with self._turn(chat, Purpose.STANDING):
            await self._bot.close_forum_topic(chat, thread)

    async def reopen_topic(self, chat: int, thread: int) -> None:
        """Everybody may write in the topic again."""
        async with self._turn(chat, Purpose.CARD):
            await self._bot.reopen_forum_topic(chat, thread)

    async def answer_press(self, press: str, notice: str | None = None) -> None:
        """Stops the waiting sign on a pressed button; `notice` (at most 200 characters) is shown."""
        try:
            async with self._turn(None):
                await self._bot.answer_callback_query(press, text=notice, show_alert=notice is not None)
        except TelegramError as error:
            # Too old, or unreachable: the press itself is acted upon all the same.
            log.info("press.unanswered", extra={"error": type(error).__name__})

    async def leave(self, chat: int) -> None:
        """Leaves a group or channel."""
        async with self._turn(chat):
            await self._bot.leave_chat(chat)

    async def download(self, file_id: str) -> bytes:
        """The content of a file that somebody sent."""
        async with self._turn(None, Purpose.STANDING):
            file = await self._bot.get_file(file_id)
            return bytes(await file.download_as_bytearray())

    def _lock(self, chat: int) -> asyncio.Lock:
        return self._changing.setdefault(chat, asyncio.Lock())

    @asynccontextmanager
    async def _turn(self, chat: int | None, purpose: Purpose = Purpose.ANSWER) -> AsyncIterator[None]:
        """Waits for a turn; a 429 then pauses the chat that the request named, or all when it named none."""
        await self.pacing.turn(chat, purpose)
        try:
            yield
        except FloodError as error:
            self.pacing.pause(chat, error.pause.total_seconds())
            raise


def surely_refused(error: TelegramError) -> bool:
    """Whether a failed request was certainly not carried out, and may be made again."""
    if isinstance(error, FloodError | ServerRefusedError):
        return True
    return isinstance(error, NetworkError) and isinstance(error.__cause__, _NEVER_CONNECTED)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    button.text, url=button.url, callback_data=button.data, style=button.style
                )
                for button in row
            ]
            for row in keyboard
        ]
    )


def _answering(message: int | None) -> ReplyParameters | None:
    return ReplyParameters(message, allow_sending_without_reply=True) if message is not None else None


def _pause_in(payload: bytes) -> timedelta:
    try:
        return timedelta(seconds=float(json.loads(payload)["parameters"]["retry_after"]))
    except (ValueError, LookupError, TypeError, OverflowError):
        return _UNSAID_PAUSE


def _says_no(payload: bytes) -> bool:
    try:
        answer = json.loads(payload)
    except ValueError:
        return False
    return isinstance(answer, dict) and answer.get("ok") is False
