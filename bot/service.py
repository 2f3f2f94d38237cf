"""The Telegram bot as the program sees it."""

import asyncio
import logging
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.agents.topics import Topics
from bot.cards.keeper import Keeper
from bot.context import Context
from bot.errors import TokenRefusedError
from bot.telegram.address import bot_id_of, chat_key
from bot.telegram.api import Api, quiet_loggers
from bot.telegram.channel import TelegramChannel
from bot.telegram.fetching import Fetcher
from bot.telegram.menu import MENUS
from bot.telegram.pacing import Pacing
from bot.telegram.receiver import Receiver
from bot.telegram.updates import handle_update
from bot.telegram.webhook import Webhook, secret_of
from models.tables import Update
from responses.intake.inbox import Transaction
from responses.road import Road

log = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
_AFTER_FAILURE = 5.0


class TelegramBot:
    """One bot: receives, answers agents' presses, and is a channel for what leaves.

    Args:
        road: what is done with messages.
        token: the bot's, as BotFather gave it.
        api_base: the address of the Bot API.
        pacing: the turns of its requests; by default within Telegram's limits.
    """

    def __init__(self, road: Road, token: str, api_base: str, *, pacing: Pacing | None = None) -> None:
        quiet_loggers()
        self.bot_id = bot_id_of(token)
        self._road = road
        self._api = Api(token, api_base, pacing or Pacing())
        topics = Topics(road, self._api)
        self._keeper = Keeper(road, self._api, self.bot_id, topics)
        self._fetcher = Fetcher(road, self._api, self.bot_id)
        self._context = Context(
            road=road,
            api=self._api,
            bot_id=self.bot_id,
            keeper=self._keeper,
            username=lambda: self.username,
        )
        self._receiver = Receiver(road.database, token, api_base, self.bot_id, self._drop_webhook)
        self.channel = TelegramChannel(self._api, road, self.bot_id, topics)
        self.username: str | None = None
        self._tasks: list[asyncio.Task[Any]] = []

    def chat_key(self, telegram_id: int) -> str:
        """The private chat of a person with this bot."""
        return chat_key(self.bot_id, telegram_id)

    def webhook(self, url: str, signing_secret: str) -> Webhook:
        """The way to receive without polling: Telegram posts to `url`."""
        secret = secret_of(signing_secret, self.bot_id)
        return Webhook(self._road.database, self._api, self.bot_id, url=url, secret=secret)

    async def start(self, *, sends: bool = True) -> None:
        """Begins what runs beside receiving; Telegram need not be in reach.

        Without `sends` another process looks after cards and files, and this one only knows the bot.
        """
        self._tasks = [asyncio.create_task(self._introduce(), name="bot.introduce")]
        if sends:
            self._tasks += [
                asyncio.create_task(self._keeper.run(), name="bot.cards.keeper"),
                asyncio.create_task(self._fetcher.run(), name="bot.fetcher"),
            ]

    async def run(self) -> None:
        """Receives until cancelled, or until Telegram refuses the token."""
        while True:
            try:
                await self._receiver.run()
            except TokenRefusedError:
                return
            except Exception:
                # The outermost loop: nothing was acknowledged that is not stored, so asking again is safe.
                log.exception("telegram.receiver_failed")
            await asyncio.sleep(_AFTER_FAILURE)

    async def stop(self) -> None:
        """Ends everything that `start` began."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._api.close()

    async def handle(self, row: Update, transaction: Transaction) -> None:
        """Works off one stored update."""
        await handle_update(self._context, row, transaction)
        self._fetcher.wake()

    async def fetch_missing(self) -> None:
        """Fetches customers' files whose content is not here yet."""
        await self._fetcher.fetch_missing()

    async def _drop_webhook(self) -> None:
        try:
            await self._api.drop_webhook()
        except TelegramError as error:
            log.warning("telegram.webhook_stays", extra={"error": type(error).__name__})

    async def _introduce(self) -> None:
        """Learns the bot's name and puts up its menu, as soon as Telegram answers."""
        pause = _FIRST_PAUSE
        while True:
            try:
                me = await self._api.me()
                self.username = me.username
                for language, commands in MENUS.items():
                    await self._api.set_commands(commands, language)
            except InvalidToken:
                log.error("telegram.token_refused")
                return
            except TelegramError as error:
                log.warning("telegram.not_introduced", extra={"error": type(error).__name__})
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            log.info("telegram.connected", extra={"bot": self.bot_id})
            return
