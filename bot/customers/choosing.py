"""The buttons under an answer that leaves the customer a choice, and what a press on one does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Action, Button, Pressed, data_of
from bot.cards.keyboards import Rows
from bot.context import Context
from models.clock import utcnow
from models.tables import Choice, OutboxEntry
from responses.choices.choosing import press
from responses.choices.offered import choice_in, open_in_chat


@dataclass(frozen=True, kw_only=True, slots=True)
class Pick:
    """What a customer has pressed, of a choice that was put in that chat."""

    choice: Choice
    option: int


def choice_rows(choices: Sequence[dict[str, Any]]) -> Rows:
    """One button a row for each option, in the order of the text."""
    return [
        [Button(text=label, data=data_of(Action.CHOOSE, shown["key"], str(number)))]
        for shown in choices
        for number, label in enumerate(shown["labels"])
    ]


async def pressed_choice(session: AsyncSession, chat_key: str, pressed: Pressed | None) -> Pick | None:
    """What a press in this chat picks; None for any other press, and for a forged one."""
    if pressed is None or pressed.action != Action.CHOOSE or len(pressed.choice) != 1:
        return None
    choice = await choice_in(session, chat_key, pressed.key)
    options = range(len(choice.options)) if choice is not None else ()
    if choice is None or pressed.choice[0] not in {str(option) for option in options}:
        return None
    return Pick(choice=choice, option=int(pressed.choice[0]))


async def take_choice(context: Context, session: AsyncSession, chat_key: str, pick: Pick) -> Rows:
    """Records the choice, if it is the first; a later press is told what was chosen.

    Returns what buttons are left: those of other choices in the same answer.
    """
    road, now = context.road, utcnow()
    await press(session, road.texts, pick.choice, pick.option, policies=road.policies, now=now)
    query = select(OutboxEntry.id).where(OutboxEntry.approval_id == pick.choice.approval_id)
    same_answer = set((await session.scalars(query)).all())
    left = await open_in_chat(session, chat_key, now)
    return choice_rows(
        [shown for sent, all_shown in left.items() if sent in same_answer for shown in all_shown]
    )
