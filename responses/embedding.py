"""Where a message lies among all others in meaning: found after the draft is on the table."""

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.database import Database
from models.embedding import Embed
from models.once import insert_once
from models.states import Direction
from models.tables import Case, EmbeddingRow, Message

LONGEST = 4_000
"""Letters of a message that are read: what it is about stands in them."""


class Embedding:
    """Embeds messages, each once. What is missed is not tried again: it is one precedent fewer."""

    def __init__(self, database: Database, embed: Embed) -> None:
        self._database = database
        self._embed = embed

    async def run(self, message_id: str) -> None:
        """Stores the embedding of a customer's message, unless it is there; of samples and tests nothing."""
        async with self._database.reading() as session:
            message = await session.get(Message, message_id)
            if message is None or not await _counts(session, message):
                return
        found = await self._embed([message.text[:LONGEST]])
        async with self._database.writing() as session:
            # What was erased while it was being looked at leaves nothing behind.
            still = await session.get(Message, message_id, with_for_update=True)
            if still is not None and still.text == message.text:
                await insert_once(
                    session,
                    EmbeddingRow,
                    message_id=message_id,
                    vector=found.vectors[0].astype(np.float16).tobytes(),
                    encoder=found.encoder,
                    created_at=utcnow(),
                )


async def _counts(session: AsyncSession, message: Message) -> bool:
    if message.direction != Direction.IN or not message.text.strip() or message.case_id is None:
        return False
    case = await session.get_one(Case, message.case_id)
    return not case.is_sample and not case.is_test
