"""What every part of the bot that handles updates is given."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Pressed
from bot.cards.keeper import Keeper
from bot.telegram.address import is_group
from bot.telegram.api import Api
from bot.words import Words, words_for, words_in
from models.tables import Agent, Update
from responses.approving.enclosures import Enclosure
from responses.road import Road


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """One bot at work. `username` gives its name in Telegram, None until Telegram has said it.

    `enclosed` is the file that came with the update at hand, where an agent answered a question with one.
    """

    road: Road
    api: Api
    bot_id: int
    keeper: Keeper
    username: Callable[[], str | None]
    enclosed: Enclosure | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Press:
    """A press by an agent.

    `message` is the pressed post's id, None when Telegram no longer tells. `reader` is whose chat the
    post stands in, None where several people see it; `words` are in the language spoken there.
    """

    row: Update
    agent: Agent
    reader: Agent | None
    words: Words
    pressed: Pressed
    message: int | None


def words_at(context: Context, chat_key: str, agent: Agent) -> Words:
    """The words for what an agent is told in this chat: the agent's own, in a group the house's."""
    return words_in(context.road.config.language) if is_group(chat_key) else words_for(agent)


def reader_at(chat_key: str, agent: Agent) -> Agent | None:
    """Whose cards are posted in this chat: the agent's, in a group nobody's in particular."""
    return None if is_group(chat_key) else agent


async def agent_with(session: AsyncSession, telegram_id: int) -> Agent | None:
    """The agent whose Telegram account this is."""
    query = select(Agent).where(Agent.telegram_id == telegram_id, Agent.removed_at.is_(None))
    return (await session.scalars(query)).one_or_none()
