"""The speech model in the running program, where a setting names one: it hears voice notes one by one."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from models.database import Database
from models.tables import Attachment
from responses.intake.files import FileStore
from responses.intake.hearing import heard, unheard

if TYPE_CHECKING:
    from nlp.speech import Transcriber

log = logging.getLogger(__name__)

_EVERY = 5.0
_AT_ONCE = 5


class Ears:
    """Hears recordings in a thread of its own, so that a long one keeps no written message waiting."""

    def __init__(self, database: Database, files: FileStore, model: str, is_mine: Callable[[], bool]) -> None:
        """Prepares to hear; `is_mine` says whether this process does it, of several that could."""
        self._database = database
        self._files = files
        self._model = model
        self._is_mine = is_mine
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="speech")

    async def run(self) -> None:
        """Loads the model, then hears whatever has not been heard, until cancelled.

        Raises:
            SpeechError: the model cannot be loaded.
        """
        loop = asyncio.get_running_loop()
        transcriber = await loop.run_in_executor(self._executor, _load, self._model)
        log.info("speech.loaded")
        while True:
            try:
                while self._is_mine() and await self._hear_some(transcriber):
                    continue
            except Exception:
                # The outermost loop: a database that is busy for a moment must not end it.
                log.exception("speech.broke_off")
            await asyncio.sleep(_EVERY)

    async def _hear_some(self, transcriber: "Transcriber") -> bool:
        """Whether there was anything to hear."""
        loop = asyncio.get_running_loop()
        async with self._database.reading() as session:
            waiting = await unheard(session, _AT_ONCE)
        for recording in waiting:
            words = await loop.run_in_executor(self._executor, self._hear, transcriber, recording)
            async with self._database.writing() as session:
                await heard(session, recording.id, words)
        return bool(waiting)

    def close(self) -> None:
        """Ends the thread; what it is hearing is finished first."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _hear(self, transcriber: "Transcriber", recording: Attachment) -> str:
        from nlp.errors import SpeechError

        try:
            return transcriber.hear(self._files.read(recording.stored_as or ""))
        except (SpeechError, FileNotFoundError) as error:
            # The recording stays, and a person can listen to it.
            log.warning("speech.not_heard", extra={"file": recording.id, "error": type(error).__name__})
            return ""


def _load(model: str) -> "Transcriber":
    from nlp.speech import Transcriber

    return Transcriber(model)
