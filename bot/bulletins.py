"""What the house says to agents of its own accord, written when it is sent, in each reader's language.

What `content` holds: `bulletin` (its kind), `to` (the agent's id), `silent`, and what that kind needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.keyboards import Rows
from bot.words import Words, words_for
from models.tables import Agent


@dataclass(frozen=True, kw_only=True, slots=True)
class Bulletin:
    """A text with its buttons."""

    text: str
    rows: Rows


async def bulletin_of(session: AsyncSession, content: Mapping[str, Any]) -> Bulletin:
    """What is to be said now."""
    words = words_for(await session.get_one(Agent, content["to"]))
    return Bulletin(text=_notice(content["notice"], content["details"], words), rows=[])


def _notice(kind: str, details: Mapping[str, str], words: Words) -> str:
    if "role" in details:
        details = {**details, "role": words.label("role", details["role"])}
    return words(f"notice_{kind}", **details)
