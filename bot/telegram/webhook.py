"""The webhook: Telegram posts updates to us, and is told "received" when they are stored."""

import asyncio
import hashlib
import hmac
import json
import logging

from telegram.error import InvalidToken, TelegramError

from bot.telegram.api import Api
from bot.telegram.receiver import ALLOWED_UPDATES
from bot.telegram.storing import store
from models.database import Database

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 40
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0


def secret_of(signing_secret: str, bot_id: int) -> str:
    """What Telegram sends back with every update, so that nobody else can post one."""
    return hmac.new(signing_secret.encode(), f"webhook:{bot_id}".encode(), hashlib.sha256).hexdigest()


class Webhook:
    """One bot's webhook.

    Args:
        database: where updates are stored.
        url: where Telegram shall post them.
        secret: what it shall send along; at most 256 letters, digits, `_` and `-`.
    """

    def __init__(self, database: Database, api: Api, bot_id: int, *, url: str, secret: str) -> None:
        self._database = database
        self._api = api
        self._bot_id = bot_id
        self._url = url
        self.secret = secret

    async def keep(self, body: bytes) -> None:
        """Stores what was posted; what is no JSON is kept as the text it is, and found to be unreadable.

        An error would only bring the same again, every minute for a day.
        """
        try:
            update: object = json.loads(body)
        except (ValueError, RecursionError):
            update = body.decode("utf-8", "replace")
        async with self._database.writing() as session:
            await store(session, self._bot_id, [update])

    async def register(self) -> None:
        """Tells Telegram where to post, as often as it takes; what waits there is kept."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._api.set_webhook(self._url, self.secret, ALLOWED_UPDATES, MAX_CONNECTIONS)
            except InvalidToken:
                log.error(
                    "telegram.token_refused: RIMEDIO_TELEGRAM_TOKEN is not (or no longer) a bot's token"
                )
                return
            except TelegramError as error:
                log.error(
                    "telegram.webhook_refused: Telegram does not take %s (%s). Nothing is received until "
                    "it does: the address must be reachable from outside, with a valid certificate.",
                    self._url,
                    error.message,
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            log.info("telegram.webhook_set", extra={"bot": self._bot_id})
            return
