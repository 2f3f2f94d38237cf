"""Presses on buttons: answered at once, acted upon in one transaction, never trusted.

A button carries a key and nothing else counts: who pressed, whether the card is theirs, and whether the
case still stands as the card shows it are looked up each time.
"""

import asyncio

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import CallbackQuery
from telegram.error import TelegramError

from bot.agents.group_setting import press_elsewhere
from bot.buttons import Action, read_data
from bot.cards.actions import act_on_card
from bot.cards.keyboards import Page, Rows
from bot.cards.press import CardPress
from bot.cards.row_actions import ROW_ACTIONS, act_on_row
from bot.context import Context, Press, agent_with, reader_at, words_at
from bot.customers import forgetting
from bot.customers.choosing import pressed_choice, take_choice
from bot.customers.rating import pressed_mark, take_mark
from bot.posts import post
from bot.telegram.address import chat_id_of, chat_key
from bot.telegram.elsewhere import drop_raw
from bot.words import Words, words_in
from models.tables import Agent, Card, Case, Update
from responses.customers.dismissals import decide_dismissed_at_once
from responses.events import record
from responses.intake.inbox import Transaction
from responses.people.groups import group_at


async def handle_press(context: Context, row: Update, transaction: Transaction, query: CallbackQuery) -> None:
    """Acts on a press; whoever does not work here is refused, and that is recorded."""
    pressed = read_data(query.data or "")
    wish = pressed if pressed is not None and pressed.action == Action.FORGET_ME else None
    async with context.road.database.reading() as session:
        theirs = (
            wish is not None
            or await pressed_mark(session, row.chat_key, pressed) is not None
            or await pressed_choice(session, row.chat_key, pressed) is not None
        )
        works_here = theirs or await agent_with(session, query.from_user.id) is not None
    notice = None if works_here else words_in(query.from_user.language_code or "")("not_an_agent")
    answering = asyncio.create_task(context.api.answer_press(query.id, notice))
    shown: Rows | Page | None = None
    agent: Agent | None = None
    customer: str | None = None
    try:
        async with transaction() as session:
            await drop_raw(session, row)
            agent = await agent_with(session, query.from_user.id)
            if wish is not None:
                await forgetting.confirmed(context, session, row, query.from_user, wish.key)
            elif (mark := await pressed_mark(session, row.chat_key, pressed)) is not None:
                shown = await take_mark(context, session, mark)
            elif (pick := await pressed_choice(session, row.chat_key, pressed)) is not None:
                shown = await take_choice(context, session, row.chat_key, pick)
            elif agent is None:
                record(session, "customer", "press.refused", telegram=query.from_user.id)
            else:
                shown = await _act(context, session, row, agent, query)
                if pressed is not None and pressed.action == Action.DISMISS:
                    customer = await _customer_of(session, pressed.key)
    finally:
        await answering
    if customer is not None:
        # Should the program be stopped before, its rounds do it.
        await decide_dismissed_at_once(context.road.database, customer)
    if shown is not None and query.message is not None:
        await _show(context, chat_id_of(row.chat_key), query.message.message_id, query.data or "", shown)


async def _act(
    context: Context, session: AsyncSession, row: Update, agent: Agent, query: CallbackQuery
) -> Rows | Page | None:
    """What the pressed post shall show now, or have for buttons; None leaves it."""
    pressed = read_data(query.data or "")
    is_own = row.chat_key == chat_key(context.bot_id, agent.telegram_id or 0)
    if not is_own and await group_at(session, row.chat_key) is None:
        return await press_elsewhere(context, session, row, agent, pressed, query)
    words, reader = words_at(context, row.chat_key, agent), reader_at(row.chat_key, agent)
    message = query.message.message_id if query.message is not None else None
    if pressed is None or pressed.action == Action.OUR_GROUP:
        await _refuse(session, row, agent, words)
        return None
    press = Press(row=row, agent=agent, reader=reader, words=words, pressed=pressed, message=message)
    if pressed.action in ROW_ACTIONS:
        return await act_on_row(context, session, press)
    card = (await session.scalars(select(Card).where(Card.key == pressed.key))).one_or_none()
    if card is None or card.chat_key != row.chat_key or card.agent_id not in (None, agent.id):
        await _refuse(session, row, agent, words)
        return None
    return await act_on_card(CardPress(context, session, press, card))


async def _refuse(session: AsyncSession, row: Update, agent: Agent, words: Words) -> None:
    record(session, agent.id, "press.refused", update=row.id)
    await post(session, row.chat_key, words("not_this_card"))


async def _is_closed(context: Context, data: str) -> bool:
    """Whether the pressed button's card has meanwhile left its post to a newer one."""
    pressed = read_data(data)
    if pressed is not None and pressed.action == Action.EDIT_REASON:
        return False  # asked on a card whose answer has left: it is closed, and stays in its post
    async with context.road.database.reading() as session:
        query = select(Card.closed_at).where(Card.key == (pressed.key if pressed is not None else ""))
        return (await session.scalars(query)).one_or_none() is not None


async def _customer_of(session: AsyncSession, key: str) -> str | None:
    query = select(Case.customer_id).join(Card, Card.case_id == Case.id).where(Card.key == key)
    return (await session.scalars(query)).one_or_none()


async def _show(context: Context, chat: int, message: int, data: str, shown: Rows | Page) -> None:
    try:
        if isinstance(shown, Page):
            await context.api.edit_text(chat, message, shown.text, keyboard=shown.rows)
        else:
            await context.api.edit_keyboard(chat, message, shown, unless=lambda: _is_closed(context, data))
    except TelegramError:
        # The post is gone or Telegram is out of reach; the buttons are looked after by the keeper.
        context.keeper.wake()
