"""What reaches the bot from outside private chats: groups, channels, business accounts, and who blocks it."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import ChatMemberUpdated, Message, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.agents.group import follow_group, moved_in, written_in_group
from bot.agents.group_setting import is_offered, offer, rights_changed
from bot.context import Context
from bot.posts import post
from bot.telegram.address import chat_key
from bot.telegram.messages import is_service, language_of
from bot.words import words_for
from models.clock import utcnow
from models.decision import Role
from models.tables import Agent, Identity, Update
from responses.cases import active_case
from responses.events import record
from responses.people.groups import group_at

_INSIDE = (ChatMemberStatus.MEMBER, ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.RESTRICTED)


async def drop_raw(session: AsyncSession, row: Update) -> None:
    """Keeps that something came and no copy of it.

    What agents press and answer repeats the whole post it was done to, with a customer's words in it.
    """
    await session.execute(update(Update).where(Update.id == row.id).values(raw="{}"))


async def forget(session: AsyncSession, row: Update, why: str) -> None:
    """Keeps that something came, and nothing of what it said."""
    await drop_raw(session, row)
    record(session, "system", "update.ignored", update=row.id, why=why)


async def group_wrote(context: Context, session: AsyncSession, row: Update, message: Message) -> None:
    """In the agents' group people work; in any other the bot says once that it answers in private, and goes.

    Where an admin has just brought it, it waits for the admin to say that it is the agents' group.
    """
    if message.migrate_to_chat_id is not None:
        await follow_group(context, session, message.chat.id, message.migrate_to_chat_id)
        await forget(session, row, "moved")
        return
    if message.migrate_from_chat_id is not None:
        # The two messages of a move come in two chats, and so in any order.
        await follow_group(context, session, message.migrate_from_chat_id, message.chat.id)
    if await group_at(session, row.chat_key) is not None:
        if message.migrate_from_chat_id is not None:
            await moved_in(session, row.chat_key)
        if not await written_in_group(context, session, row, message):
            await forget(session, row, "group")
        return
    await forget(session, row, "group")
    user = message.from_user
    if await is_offered(session, row.chat_key):
        return
    if not (is_service(message) and user is not None and await offer(context, session, row, user.id)):
        await _refuse_group(context, session, row, user)


async def membership_changed(
    context: Context, session: AsyncSession, row: Update, change: ChatMemberUpdated
) -> None:
    """Somebody blocked or unblocked the bot, or put it into a group."""
    status = change.new_chat_member.status
    if change.chat.type == ChatType.PRIVATE:
        blocked = status in (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)
        await session.execute(
            update(Identity)
            .where(Identity.chat_key == row.chat_key)
            .values(blocked_since=utcnow() if blocked else None)
        )
        case = await active_case(session, row.chat_key)
        if blocked and case is not None:
            case.flag = "blocked"
        record(
            session,
            "customer",
            "bot.blocked" if blocked else "bot.unblocked",
            case.id if case is not None else None,
        )
        return
    await forget(session, row, "membership")
    group = await group_at(session, row.chat_key)
    if group is not None:
        await rights_changed(context, session, group, change.chat, change.new_chat_member)
        return
    if change.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP) and status in _INSIDE:
        was_inside = change.old_chat_member.status in _INSIDE
        if was_inside and await is_offered(session, row.chat_key):
            return
        if not await offer(context, session, row, change.from_user.id):
            await _refuse_group(context, session, row, change.from_user)


async def business_came(context: Context, session: AsyncSession, row: Update) -> None:
    """Messages of a business account: not supported yet, so not kept; the admins are told once."""
    await forget(session, row, "business")
    query = select(Agent).where(
        Agent.role == Role.ADMIN, Agent.telegram_id.is_not(None), Agent.removed_at.is_(None)
    )
    for admin in await session.scalars(query):
        await post(
            session,
            chat_key(context.bot_id, admin.telegram_id or 0),
            words_for(admin)("business_refused"),
            dedupe_key=f"business:{context.bot_id}:{admin.id}",
        )


async def _refuse_group(context: Context, session: AsyncSession, row: Update, user: User | None) -> None:
    username = context.username()
    await context.road.texts.enqueue(
        session,
        "group_refused",
        chat_key=row.chat_key,
        language=language_of(user, context.road.config.language),
        # Being put into a group is told twice, and people go on writing until the bot has left.
        dedupe_key=f"group_refused:{row.chat_key}:{utcnow():%Y%m%d%H}",
        link=f"https://t.me/{username}" if username is not None else "",
    )
