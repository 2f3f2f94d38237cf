"""Fetching: the content of customers' files is brought here, after the message itself is safe."""

import asyncio
import logging

from telegram.error import BadRequest, TelegramError

from bot.telegram.address import source_of
from bot.telegram.api import Api
from models.tables import Attachment
from responses.intake.files import missing_files, note_failed_fetch
from responses.road import Road

log = logging.getLogger(__name__)

_AT_ONCE = 20


class Fetcher:
    """Fetches what is missing. A file that cannot be fetched is tried again later, six times in all."""

    def __init__(self, road: Road, api: Api, bot_id: int) -> None:
        self._road = road
        self._api = api
        self._channel = source_of(bot_id)
        self._one_round = asyncio.Lock()
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Something has arrived: look at once."""
        self._awake.set()

    async def run(self) -> None:
        """Fetches whenever woken; the program's sweep comes back to what failed."""
        while True:
            await self._awake.wait()
            self._awake.clear()
            try:
                await self.fetch_missing()
            except Exception:
                # The outermost loop: what went wrong is tried again by the sweep.
                log.exception("files.not_fetched")

    async def fetch_missing(self) -> None:
        """One round over everything that is still to be fetched."""
        async with self._one_round:
            async with self._road.database.reading() as session:
                missing = await missing_files(session, self._channel, _AT_ONCE)
            for file in missing:
                await self._fetch(file)

    async def _fetch(self, file: Attachment) -> None:
        try:
            content = await self._api.download(file.provider_id)
        except TelegramError as error:
            log.warning("file.not_fetched", extra={"file": file.id, "error": type(error).__name__})
            reason = "too_large" if "too big" in error.message.lower() else "not_available"
            async with self._road.database.writing() as session:
                row = await session.get_one(Attachment, file.id)
                # A bad request stays bad: Telegram has the file no more, or never gives it out.
                note_failed_fetch(row, reason, final=isinstance(error, BadRequest))
            return
        stored = await asyncio.to_thread(self._road.files.put, content)
        async with self._road.database.writing() as session:
            row = await session.get_one(Attachment, file.id)
            row.stored_as, row.sha256, row.size = stored.stored_as, stored.sha256, len(content)
        # The same content of somebody who was just erased may have been deleted in between.
        await asyncio.to_thread(self._road.files.put, content)
