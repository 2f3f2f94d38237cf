"""Presses on buttons: answered at once, acted upon in one transaction, never trusted.

A button carries a key and nothing else counts: who pressed, whether the card is theirs, and whether the
case still stands as the card shows it are looked up each time.
"""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import CallbackQuery
from telegram.error import TelegramError

from bot import forgetting
from bot.address import chat_id_of, chat_key
from bot.buttons import Action, read_data
from bot.card_actions import CardActions
from bot.context import Context, Press, agent_with
from bot.elsewhere import drop_raw
from bot.keyboards import Rows
from bot.posts import post
from bot.row_actions import act_on_row
from bot.words import words_for, words_in
from models.tables import Agent, Card, Update
from responses.events import record
from responses.inbox import Transaction

_OF_ROWS = frozenset({Action.GIVE_BACK, Action.UNDO_APPROVAL, Action.FILES_OF, Action.ARRIVED, Action.AGAIN})


async def handle_press(context: Context, row: Update, transaction: Transaction, query: CallbackQuery) -> None:
    """Acts on a press; whoever does not work here is refused, and that is recorded."""
    pressed = read_data(query.data or "")
    wish = pressed if pressed is not None and pressed.action == Action.FORGET_ME else None
    async with context.road.database.reading() as session:
        works_here = wish is not None or await agent_with(session, query.from_user.id) is not None
    notice = None if works_here else words_in(query.from_user.language_code or "")("not_an_agent")
    answering = asyncio.create_task(context.api.answer_press(query.id, notice))
    rows: Rows | None = None
    try:
        async with transaction() as session:
            await drop_raw(session, row)
            agent = await agent_with(session, query.from_user.id)
            if wish is not None:
                await forgetting.confirmed(context, session, row, query.from_user, wish.key)
            elif agent is None:
                record(session, "customer", "press.refused", telegram=query.from_user.id)
            else:
                rows = await _act(context, session, row, agent, query)
    finally:
        await answering
    if rows is not None and query.message is not None:
        await _show(context, chat_id_of(row.chat_key), query.message.message_id, rows)


async def _act(
    context: Context, session: AsyncSession, row: Update, agent: Agent, query: CallbackQuery
) -> Rows | None:
    """What the pressed post shall have for buttons now; None leaves them."""
    pressed = read_data(query.data or "")
    if pressed is None or row.chat_key != chat_key(context.bot_id, agent.telegram_id or 0):
        await _refuse(session, row, agent)
        return None
    message = query.message.message_id if query.message is not None else None
    press = Press(row=row, agent=agent, pressed=pressed, message=message)
    if pressed.action in _OF_ROWS:
        return await act_on_row(context, session, press)
    card = (await session.scalars(select(Card).where(Card.key == pressed.key))).one_or_none()
    if card is None or card.chat_key != row.chat_key or card.agent_id != agent.id:
        await _refuse(session, row, agent)
        return None
    return await CardActions(context, session, press, card).act()


async def _refuse(session: AsyncSession, row: Update, agent: Agent) -> None:
    record(session, agent.id, "press.refused", update=row.id)
    await post(session, row.chat_key, words_for(agent)("not_this_card"))


async def _show(context: Context, chat: int, message: int, rows: Rows) -> None:
    try:
        await context.api.edit_keyboard(chat, message, rows)
    except TelegramError:
        # The post is gone or Telegram is out of reach; the buttons are looked after by the keeper.
        context.keeper.wake()
