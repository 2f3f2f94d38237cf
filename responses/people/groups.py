"""The agents' group: which chat it is, where a case's card goes, and what follows when the chat moves."""

from collections.abc import Callable, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.tables import Agent, AgentsGroup, Card, Case, Identity, OutboxEntry
from responses.approving.rights import own_case
from responses.people.agents import working_agents


async def group_at(session: AsyncSession, chat_key: str) -> AgentsGroup | None:
    """The agents' group, if this chat is it."""
    return (await session.scalars(select(AgentsGroup).where(AgentsGroup.chat_key == chat_key))).one_or_none()


async def group_of(session: AsyncSession, source: str) -> AgentsGroup | None:
    """The agents' group of a bot (`telegram:<bot id>`), if one was set."""
    return await session.get(AgentsGroup, source)


async def present_group(
    session: AsyncSession, agent_chat: Callable[[Agent], str | None]
) -> AgentsGroup | None:
    """The agents' group of the bot that agents have now: one that another bot had is none of its."""
    everyone = [chat for agent in await working_agents(session) if (chat := agent_chat(agent)) is not None]
    if not everyone:
        return None
    sources = {chat.rpartition(":")[0] for chat in everyone}
    query = select(AgentsGroup).where(AgentsGroup.source.in_(sources)).limit(1)
    return (await session.scalars(query)).one_or_none()


async def card_chats(
    session: AsyncSession,
    case: Case,
    able: Sequence[Agent],
    agent_chat: Callable[[Agent], str | None],
) -> list[tuple[Agent | None, str]]:
    """Where a case's card goes: with whom each chat is, None for the agents' group.

    With a group it goes there once, and to the private chats of those who want it there too.
    """
    group = await present_group(session, agent_chat)
    chats: list[tuple[Agent | None, str]] = [(None, group.chat_key)] if group is not None else []
    for agent in able:
        chat = agent_chat(agent)
        wanted = group is None or agent.private_cards
        if chat is not None and wanted and not await own_case(session, agent, case):
            chats.append((agent, chat))
    return chats


async def move_chat(session: AsyncSession, old: str, new: str) -> None:
    """A chat has a new address. Messages have new numbers there: what was posted before is out of reach."""
    for table in (Identity, Case, AgentsGroup):
        await session.execute(update(table).where(table.chat_key == old).values(chat_key=new))
    await session.execute(
        update(OutboxEntry)
        .where(OutboxEntry.chat_key == old, OutboxEntry.provider_id.is_(None))
        .values(chat_key=new)
    )
    await session.execute(
        update(Card)
        .where(Card.chat_key == old, Card.closed_at.is_(None))
        .values(closed_at=utcnow(), message_ids=[])
    )
