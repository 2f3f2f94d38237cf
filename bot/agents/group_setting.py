"""Which group is the agents': offered to an admin who adds the bot, set by an admin's press, lost with it."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import CallbackQuery, Chat, ChatMember, ChatMemberAdministrator
from telegram.constants import ChatMemberStatus

from bot.agents.waiting import show_waiting
from bot.buttons import Action, Button, Pressed, data_of
from bot.cards.keyboards import Rows
from bot.context import Context, agent_with
from bot.posts import post
from bot.telegram.address import chat_key, is_group, source_of
from bot.words import words_for, words_in
from models.clock import utcnow
from models.decision import Role
from models.tables import Agent, AgentsGroup, OutboxEntry, Update
from responses.events import record
from responses.people.agents import working_agents
from responses.people.groups import group_of

_OFFER_LASTS = timedelta(days=1)
_GONE = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)


async def offer(context: Context, session: AsyncSession, row: Update, telegram_id: int) -> bool:
    """Asks whether this is the agents' group, if an admin has brought the bot here; False otherwise."""
    agent = await agent_with(session, telegram_id)
    if agent is None or agent.role != Role.ADMIN:
        return False
    words = words_in(context.road.config.language)
    await post(
        session,
        row.chat_key,
        words("group_offer"),
        buttons=[[Button(text=words("group_ours"), data=data_of(Action.OUR_GROUP, "here"), style="primary")]],
        # Being brought into a group is told twice.
        dedupe_key=f"{_offer_key(row.chat_key)}{utcnow():%Y%m%d%H}",
    )
    return True


async def is_offered(session: AsyncSession, key: str) -> bool:
    """Whether an admin may still say that this chat is the agents' group."""
    query = select(OutboxEntry.id).where(
        OutboxEntry.chat_key == key,
        OutboxEntry.dedupe_key.startswith(_offer_key(key), autoescape=True),
        OutboxEntry.created_at > utcnow() - _OFFER_LASTS,
    )
    return (await session.execute(query.limit(1))).first() is not None


async def press_elsewhere(
    context: Context,
    session: AsyncSession,
    row: Update,
    agent: Agent,
    pressed: Pressed | None,
    query: CallbackQuery,
) -> Rows | None:
    """A press by an agent outside their own chat and the agents' group: it can only set the group."""
    offered = is_group(row.chat_key) and await is_offered(session, row.chat_key)
    if pressed is None or pressed.action != Action.OUR_GROUP or not offered:
        record(session, agent.id, "press.refused", update=row.id)
        return None
    words = words_in(context.road.config.language)
    if agent.role != Role.ADMIN:
        record(session, agent.id, "press.refused", update=row.id)
        await post(session, row.chat_key, words("group_admins_only"))
        return None
    chat = query.message.chat if query.message is not None else None
    await _set(context, session, row, agent, has_topics=chat is not None and bool(chat.is_forum))
    return []


async def rights_changed(
    context: Context, session: AsyncSession, group: AgentsGroup, chat: Chat, member: ChatMember
) -> None:
    """What the bot may do in the agents' group has changed: it may make topics now, or it is out."""
    if member.status in _GONE:
        await _lose(context, session, group)
        return
    may = isinstance(member, ChatMemberAdministrator) and bool(member.can_manage_topics)
    group.has_topics = may and bool(chat.is_forum)
    record(session, "system", "group.rights", topics=int(group.has_topics))


async def _set(
    context: Context, session: AsyncSession, row: Update, admin: Agent, *, has_topics: bool
) -> None:
    source = source_of(context.bot_id)
    words = words_in(context.road.config.language)
    earlier = await group_of(session, source)
    if earlier is not None:
        await post(session, earlier.chat_key, words("group_elsewhere"))
        await session.delete(earlier)
        await session.flush()
    session.add(AgentsGroup(source=source, chat_key=row.chat_key, has_topics=has_topics, set_by=admin.id))
    await session.flush()
    record(session, admin.id, "group.set")
    await post(session, row.chat_key, words("group_set"))
    await show_waiting(session, row.chat_key, None)


async def _lose(context: Context, session: AsyncSession, group: AgentsGroup) -> None:
    """The bot was put out: cards come to private chats again, those that wait at once."""
    await session.delete(group)
    await session.flush()
    record(session, "system", "group.lost")
    for agent in await working_agents(session):
        if agent.telegram_id is None:
            continue
        chat = chat_key(context.bot_id, agent.telegram_id)
        if agent.role == Role.ADMIN:
            await post(session, chat, words_for(agent)("group_lost"))
        await show_waiting(session, chat, agent)


async def set_private_cards(
    context: Context, session: AsyncSession, agent: Agent, key: str, wish: str
) -> None:
    """`/schede on` and `off`: whether cards also come to the agent's private chat. Says how it stands."""
    words = words_for(agent)
    wanted = {"on": True, "si": True, "sì": True, "yes": True, "off": False, "no": False}.get(wish.lower())
    has_group = await group_of(session, source_of(context.bot_id)) is not None
    if wanted is not None and wanted != agent.private_cards:
        await session.execute(update(Agent).where(Agent.id == agent.id).values(private_cards=wanted))
        await session.refresh(agent, ["private_cards"])
        record(session, agent.id, "agent.private_cards", on=int(wanted))
        if wanted and has_group:
            await show_waiting(session, chat_key(context.bot_id, agent.telegram_id or 0), agent)
    said = "cards_on" if agent.private_cards else "cards_off"
    await post(session, key, words(said if has_group else "cards_no_group"))


def _offer_key(key: str) -> str:
    return f"group_offer:{key}:"
