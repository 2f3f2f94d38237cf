"""Signals that do not hold: dismissed from a card with a usual reason, or with one's own in a reply."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.agents.prompts import put_prompt
from bot.buttons import Action, Button, data_of
from bot.cards.keyboards import Rows
from bot.cards.press import CardPress
from bot.context import Context, words_at
from bot.posts import post
from bot.words import Words
from models.clock import utcnow
from models.tables import Agent, Card, Case, OutboxEntry, Prompt, Update
from responses.approving.rights import check_free
from responses.customers.dismissals import decide_dismissed_at_once
from responses.customers.signalling import dismiss
from responses.errors import BlockedError
from responses.intake.filing import clean

DISMISS = "dismiss"
"""The purpose of the prompt whose answer is why a signal does not hold."""


class WhyNot(StrEnum):
    """Why a signal does not hold: the usual reasons, by what a button carries."""

    BAD_DAY = "b"
    OURS = "o"
    MISREAD = "m"
    SOMEBODY_ELSE = "e"
    IN_WORDS = "w"


async def ask_why_not(press: CardPress, _case: Case) -> Rows:
    """Asks for the reason; nothing is noted before it has come."""
    return _why_not_rows(press.card, press.chosen, press.words)


async def dismiss_pressed(press: CardPress, case: Case) -> Rows:
    """The signal does not hold, for the reason pressed; or asks for one in words.

    The customer's other cases are looked at once this is kept.
    """
    signal_id, reason = (*press.pressed.choice, "", "")[:2]
    if reason not in set(WhyNot):
        raise BlockedError("gone")
    if reason == WhyNot.IN_WORDS:
        await check_free(press.session, press.agent, case)
        await put_prompt(
            press.session,
            press.agent,
            press.chat,
            press.words("prompt_dismiss", number=case.number),
            in_group=press.reader is None,
            purpose=DISMISS,
            case_id=case.id,
            hint=press.words("hint_off_policy"),
            reply_to=press.message,
            signal=signal_id,
        )
    else:
        said = _why_not(WhyNot(reason), press.words)
        await _dismissed(press.session, press.agent, case, signal_id, said)
        await press.say("signal_dismissed", number=case.number)
    return await press.back(case)


async def dismiss_in_words(
    context: Context,
    session: AsyncSession,
    row: Update,
    message: Message,
    agent: Agent,
    case: Case,
    prompt: Prompt,
    entry: OutboxEntry,
) -> None:
    """Takes the reply as the reason."""
    words = words_at(context, row.chat_key, agent)
    if message.text is None:
        await post(session, row.chat_key, words("text_only"), case_id=case.id, reply_to=message.message_id)
        return
    prompt.answered_at = utcnow()
    # The case may have moved on since the question: it is read again once nobody else can change it.
    await session.refresh(case, with_for_update=True)
    try:
        async with session.begin_nested():
            await _dismissed(session, agent, case, str(entry.content.get("signal")), clean(message.text))
            text = words("signal_dismissed", number=case.number)
    except BlockedError as error:
        text = words.blocked(error, context.road.config.timezone)
    await post(session, row.chat_key, text, case_id=case.id, reply_to=message.message_id)


async def decide_after_reply(context: Context, row: Update, message: Message | None) -> None:
    """Has the customer's cases decided anew after a dismissal in words, once that is kept.

    Should the program be stopped before, its rounds do it.
    """
    if message is None or message.reply_to_message is None:
        return
    replied = str(message.reply_to_message.message_id)
    query = (
        select(Case.customer_id)
        .join(Prompt, Prompt.case_id == Case.id)
        .join(OutboxEntry, OutboxEntry.id == Prompt.outbox_id)
        .where(
            OutboxEntry.chat_key == row.chat_key,
            OutboxEntry.provider_id == replied,
            Prompt.purpose == DISMISS,
            Prompt.answered_at.is_not(None),
        )
        .limit(1)
    )
    async with context.road.database.reading() as session:
        customer_id = (await session.scalars(query)).one_or_none()
    if customer_id is not None:
        await decide_dismissed_at_once(context.road.database, customer_id)


async def _dismissed(session: AsyncSession, agent: Agent, case: Case, signal_id: str, reason: str) -> None:
    try:
        await dismiss(session, agent, case, signal_id, reason)
    except BlockedError as error:
        if error.reason == "gone":
            raise BlockedError("signal_gone") from None
        raise


def _why_not_rows(card: Card, signal_id: str, words: Words) -> Rows:
    rows = [
        [Button(text=_why_not(reason, words), data=data_of(Action.DISMISS, card.key, signal_id, reason))]
        for reason in WhyNot
    ]
    rows.append([Button(text=words("back"), data=data_of(Action.BACK, card.key))])
    return rows


def _why_not(reason: WhyNot, words: Words) -> str:
    """The reason in the words that are kept with the signal."""
    return words(f"why_not_{reason.name.lower()}")
