"""Storing raw updates: the one way in, whether they were asked for or posted to us."""

import hashlib
import json
import logging
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.telegram.address import chat_key, source_of
from bot.telegram.envelope import read_envelope
from models.tables import Agent
from responses.intake.inbox import receive

log = logging.getLogger(__name__)

NO_NUMBER = "sha256:"
"""Begins the external id of an update that came without a usable number."""


async def store(session: AsyncSession, bot_id: int, updates: Sequence[object]) -> list[int]:
    """Stores updates of one bot as they came, each once; returns the numbers of those that have one."""
    numbers = []
    colleagues = await _colleagues(session) if updates else frozenset()
    for update in updates:
        number, raw = _number_of(update), json.dumps(update)
        if number is None:
            log.error("update.without_number", extra={"type": type(update).__name__})
            # It has no name of its own, and comes again until a numbered one follows.
            name = f"{NO_NUMBER}{hashlib.sha256(raw.encode()).hexdigest()}"
        else:
            numbers.append(number)
            name = str(number)
        envelope = read_envelope(update if isinstance(update, dict) else {})
        chat = envelope.chat if envelope.chat is not None else 0
        await receive(
            session,
            source=source_of(bot_id),
            external_id=name,
            chat_key=chat_key(bot_id, chat),
            raw=raw,
            customer_says=envelope.words and envelope.sender not in colleagues,
        )
    return numbers


def _number_of(update: object) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    usable = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 2**62
    return number if usable else None


async def _colleagues(session: AsyncSession) -> frozenset[int | None]:
    """The accounts whose words are not a customer's; not of those who play one at present."""
    query = select(Agent.telegram_id).where(
        Agent.telegram_id.is_not(None), Agent.testing_since.is_(None), Agent.removed_at.is_(None)
    )
    return frozenset((await session.scalars(query)).all())
