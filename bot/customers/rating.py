"""The buttons under the question how it went, and what a press on one does."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.buttons import Action, Button, Pressed, data_of
from bot.cards.keyboards import Rows
from bot.context import Context
from models.tables import Case
from responses.sending.rating import MARKS, asked_case, rate

_BY_CHOICE = {(str(mark),): mark for mark in MARKS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What a customer has pressed, for a case whose question went to that chat."""

    case: Case
    mark: int


def mark_rows(case_id: str) -> Rows:
    """One button for each mark, the lowest first."""
    return [[Button(text=str(mark), data=data_of(Action.RATE, case_id, str(mark))) for mark in MARKS]]


async def pressed_mark(session: AsyncSession, chat_key: str, pressed: Pressed | None) -> Mark | None:
    """The mark that a press in this chat gives; None for any other press, and for a forged one."""
    if pressed is None or pressed.action != Action.RATE or pressed.choice not in _BY_CHOICE:
        return None
    case = await asked_case(session, chat_key, pressed.key)
    return Mark(case=case, mark=_BY_CHOICE[pressed.choice]) if case is not None else None


async def take_mark(context: Context, session: AsyncSession, mark: Mark) -> Rows:
    """Keeps the mark, if it is the case's first; the buttons go, whichever press this is."""
    await rate(session, context.road.texts, mark.case, mark.mark)
    return []
