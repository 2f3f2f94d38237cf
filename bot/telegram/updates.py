"""Updates: each is parsed alone and goes to whom it concerns."""

import asyncio
import json
import logging
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message
from telegram import Update as TelegramUpdate
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.agents.colleagues import agent_wrote, link_account
from bot.cards.dismissing import decide_after_reply
from bot.cards.enclosing import with_file
from bot.context import Context, agent_with
from bot.customers.chats import customer_wrote
from bot.posts import is_still_sending
from bot.presses import handle_press
from bot.telegram.elsewhere import business_came, drop_raw, forget, group_wrote, membership_changed
from bot.telegram.envelope import read_command, read_envelope
from bot.telegram.storing import NO_NUMBER
from models.tables import Update
from responses.errors import UnreadableUpdateError
from responses.events import record
from responses.intake.filing import clean
from responses.intake.inbox import Transaction

log = logging.getLogger(__name__)

_LOOKS, _BETWEEN_LOOKS = 50, 0.1
# What the library raises on JSON that is not what Telegram's documentation says.
_UNPARSABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RecursionError,
    TelegramError,
    TypeError,
    ValueError,
)


async def handle_update(context: Context, row: Update, transaction: Transaction) -> None:
    """Works off one stored update of this bot.

    Raises:
        UnreadableUpdateError: it is not what Telegram sends.
    """
    raw = _readable(json.loads(row.raw))
    if not isinstance(raw, dict) or row.external_id.startswith(NO_NUMBER):
        raise UnreadableUpdateError("not an update")
    kind = read_envelope(raw).kind
    if "business" in kind:
        # Before any parsing: what those say is not for us.
        async with transaction() as session:
            await business_came(context, session, row)
        return
    try:
        update = TelegramUpdate.de_json(raw)
    except _UNPARSABLE as error:
        raise UnreadableUpdateError(type(error).__name__) from None
    if update.callback_query is not None:
        await handle_press(context, row, transaction, update.callback_query)
    else:
        await _answered_post_known(context, row, update.message)
        context = await with_file(context, row, update.message)
        async with transaction() as session:
            await _settle(context, session, row, update, kind)
        await decide_after_reply(context, row, update.message)
    context.keeper.wake()


def _readable(value: Any) -> Any:
    """`value` without NULs and halves of characters, which no database keeps."""
    match value:
        case str():
            return clean(value)
        case list():
            return [_readable(item) for item in value]
        case dict():
            return {_readable(name): _readable(item) for name, item in value.items()}
        case _:
            return value


async def _answered_post_known(context: Context, row: Update, message: Message | None) -> None:
    """Waits until the post that somebody replies to is recorded as sent.

    Telegram shows a post before it tells us its number, and whoever is quick replies in between.
    """
    replied = message.reply_to_message if message is not None else None
    if replied is None or replied.from_user is None or replied.from_user.id != context.bot_id:
        return
    if replied.forum_topic_created is not None:
        # What is written in a topic without answering anything counts as a reply to its first line.
        return
    for _ in range(_LOOKS):
        async with context.road.database.reading() as session:
            if not await is_still_sending(session, row.chat_key, str(replied.message_id)):
                return
        await asyncio.sleep(_BETWEEN_LOOKS)


async def _settle(
    context: Context, session: AsyncSession, row: Update, update: TelegramUpdate, kind: str
) -> None:
    message = update.message or update.edited_message
    if message is not None:
        await _message(context, session, row, message, is_edit=update.edited_message is not None)
    elif update.my_chat_member is not None:
        await membership_changed(context, session, row, update.my_chat_member)
    elif update.message_reaction is not None:
        record(session, "customer", "message.reaction", update=row.id)
    else:
        await forget(session, row, kind or "unknown")


async def _message(
    context: Context, session: AsyncSession, row: Update, message: Message, *, is_edit: bool
) -> None:
    if message.date is None:
        raise UnreadableUpdateError("no date")
    user = message.from_user
    if message.chat.type != ChatType.PRIVATE:
        if not is_edit:
            await group_wrote(context, session, row, message)
        else:
            await forget(session, row, "edited in a group")
        return
    if user is None or user.is_bot or message.sender_chat is not None:
        await forget(session, row, "not a person")
        return
    command = read_command(message.text) if message.text is not None and not is_edit else None
    code = command.rest if command is not None and command.name == "start" else ""
    if code and await link_account(context, session, row, code, user.id):
        return
    agent = await agent_with(session, user.id)
    ends_test = command is not None and command.name in ("try", "end")
    if agent is not None and (agent.testing_since is None or ends_test):
        if not is_edit:
            await agent_wrote(context, session, row, message, agent)
        await drop_raw(session, row)
        return
    await customer_wrote(context, session, row, message, user, is_edit=is_edit, is_test=agent is not None)
