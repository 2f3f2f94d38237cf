"""Receiving: our own long polling, which stores what it gets before it asks for more.

The library's own updater acknowledges updates that it only holds in memory, and one that it cannot
parse stops a whole batch. Here every update is a row, as it came, before Telegram is told that it may
forget it; parsing comes later, one by one.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import func, select

from bot.errors import TokenRefusedError
from bot.telegram.address import source_of
from bot.telegram.api import tls
from bot.telegram.storing import store
from models.clock import utcnow
from models.database import Database
from models.tables import Cursor, Update

log = logging.getLogger(__name__)

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
LONG_POLL = 50
_BATCH = 100
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_RIVAL_PAUSE = 15.0
# Numbers start anew, anywhere, after a week without updates; an old position could then hide new ones.
_NUMBERS_LAST = timedelta(days=6)


class Receiver:
    """Polls for one bot. Whoever calls `run` stops it by cancelling.

    Args:
        database: where updates are stored.
        token: the bot's.
        base: the address of the Bot API.
        drop_webhook: called when a webhook stands in the way.
        long_poll: seconds that Telegram may hold a request open, at most 50.
    """

    def __init__(
        self,
        database: Database,
        token: str,
        base: str,
        bot_id: int,
        drop_webhook: Callable[[], Awaitable[None]],
        *,
        long_poll: int = LONG_POLL,
    ) -> None:
        self._database = database
        self._address = f"{base}/bot{token}/getUpdates"
        self._bot_id = bot_id
        self._source = source_of(bot_id)
        self._drop_webhook = drop_webhook
        self._long_poll = long_poll

    async def run(self) -> None:
        """Receives for ever, whatever the network does.

        Raises:
            TokenRefusedError: Telegram does not know the token.
        """
        offset = await self._position()
        pause = _FIRST_PAUSE
        timeout = httpx.Timeout(10.0, read=self._long_poll + 10.0)
        async with httpx.AsyncClient(timeout=timeout, verify=tls()) as client:
            while True:
                try:
                    batch = await self._ask(client, offset)
                except _NotNowError as problem:
                    log.warning("telegram.not_received", extra={"reason": problem.reason})
                    wait = problem.pause if problem.pause is not None else pause
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    await asyncio.sleep(wait)
                    continue
                pause = _FIRST_PAUSE
                highest = await self._keep(batch, offset)
                if highest is not None:
                    # Not the highest ever: after a quiet week the numbers may go on far below.
                    offset = highest + 1
                elif batch:
                    # Nothing in it had a number, so that the same batch would come at once again.
                    await asyncio.sleep(_FIRST_PAUSE)

    async def _position(self) -> int:
        """The offset to begin with; 0 asks for whatever was never acknowledged."""
        async with self._database.reading() as session:
            cursor = await session.get(Cursor, self._source)
            latest = select(func.max(Update.received_at)).where(Update.source == self._source)
            newest = (await session.scalars(latest)).one()
        if cursor is None or newest is None or newest < utcnow() - _NUMBERS_LAST:
            return 0
        return cursor.position

    async def _ask(self, client: httpx.AsyncClient, offset: int) -> list[object]:
        """One getUpdates.

        Raises:
            TokenRefusedError: 401 or 404.
            _NotNowError: anything else that gave no updates.
        """
        body = {
            "offset": offset,
            "limit": _BATCH,
            "timeout": self._long_poll,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        try:
            answer = await client.post(self._address, json=body)
        except httpx.HTTPError as error:
            raise _NotNowError(type(error).__name__) from None
        try:
            content: Any = json.loads(answer.content)
        except ValueError:
            raise _NotNowError(f"status {answer.status_code}, not JSON") from None
        fields = content if isinstance(content, dict) else {}
        batch = fields.get("result")
        if answer.status_code == 200 and isinstance(batch, list):
            return batch
        await self._explain(answer.status_code, fields)
        raise _NotNowError(f"status {answer.status_code}")

    async def _explain(self, status: int, content: Mapping[str, Any]) -> None:
        if status in (401, 404):
            log.error("telegram.token_refused: RIMEDIO_TELEGRAM_TOKEN is not (or no longer) a bot's token")
            raise TokenRefusedError("Telegram does not know this token")
        if status == 409 and "webhook" in str(content.get("description", "")).lower():
            log.warning("telegram.webhook_dropped: a webhook was set for this bot, and polling needs it gone")
            await self._drop_webhook()
            raise _NotNowError("a webhook was set", _FIRST_PAUSE)
        if status == 409:
            log.error(
                "telegram.second_poller: another program receives for the same bot; each gets only a part "
                "of the messages. Stop the other one, or give this one a bot of its own."
            )
            raise _NotNowError("another program polls", _RIVAL_PAUSE)
        if status == 429:
            parameters = content.get("parameters")
            wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
            raise _NotNowError("too many requests", float(wait) if isinstance(wait, int) else None)

    async def _keep(self, batch: list[object], offset: int) -> int | None:
        """Stores a batch and how far we are, all in one transaction; returns the highest number in it."""
        highest: int | None = None
        async with self._database.writing() as session:
            for number in await store(session, self._bot_id, batch):
                highest = number if highest is None else max(highest, number)
            position = offset if highest is None else highest + 1
            cursor = await session.get(Cursor, self._source)
            if cursor is None:
                cursor = Cursor(source=self._source, position=position)
                session.add(cursor)
            cursor.position, cursor.polled_at = position, utcnow()
        return highest


class _NotNowError(Exception):
    """This poll gave nothing; `pause` is how long to wait, None to wait longer each time."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause
