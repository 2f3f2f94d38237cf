"""Withdrawing a promise from a chat: why, whether the customer knows, and, where no reason fits, in words."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.agents.prompts import put_prompt
from bot.buttons import Action, Button, data_of
from bot.cards.keyboards import Page, Rows
from bot.context import Context, Press
from bot.posts import post
from bot.words import Words
from models.clock import utcnow
from responses.errors import BlockedError
from responses.promises.told import Pledge, pledge, words_of
from responses.promises.withdrawals import Why, call_off
from responses.texts import shorten

WITHDRAW = "withdraw"
"""The purpose of the prompt whose answer is why a promise is withdrawn."""
_MAX_WHAT = 200
# In a button's data there is room for one letter.
_CODES = {Why.NOT_NEEDED: "n", Why.SETTLED: "s", Why.AGREED: "a", Why.OTHER: "o"}
_WHYS = {code: why for why, code in _CODES.items()}
_KNOWS, _HEARS = "k", "h"


def withdraw_button(found: Pledge, words: Words, start: str) -> Button:
    """The button that asks why; `start` says to which line it belongs."""
    return Button(text=f"{start}{words('withdraw')}", data=data_of(Action.WITHDRAW, found.promise.id))


async def withdraw_pressed(context: Context, session: AsyncSession, press: Press) -> Page | None:
    """Asks why, then whether the customer knows, and withdraws it; nothing is noted before."""
    promise_id, choice = press.pressed.key, press.pressed.choice
    found = await _open(session, promise_id, utcnow())
    if not choice:
        text, rows = _asked(found, press.words)
        await post(
            session,
            press.row.chat_key,
            text,
            buttons=rows,
            case_id=found.case.id,
            reply_to=press.message,
        )
        return None
    why = _WHYS.get(choice[0])
    if why is None:
        raise BlockedError("gone")
    if len(choice) == 1:
        return Page(
            text=press.words("withdraw_told", what=_what(found, press.words)),
            rows=_told_rows(found, why, press.words),
        )
    told = choice[1] == _KNOWS
    if why is Why.OTHER:
        await put_prompt(
            session,
            press.agent,
            press.row.chat_key,
            press.words("prompt_withdraw", what=_what(found, press.words), number=found.case.number),
            in_group=press.reader is None,
            purpose=WITHDRAW,
            case_id=found.case.id,
            hint=press.words("hint_broken"),
            reply_to=press.message,
            promise=promise_id,
            told=told,
        )
        return None
    case = await call_off(session, context.road.texts, press.agent, promise_id, why, told=told)
    return Page(text=press.words("promise_withdrawn", number=case.number), rows=[])


def _asked(found: Pledge, words: Words) -> tuple[str, Rows]:
    text = words("withdraw_why", what=_what(found, words), number=found.case.number)
    return text, [
        [Button(text=words(f"withdraw_{why}"), data=data_of(Action.WITHDRAW, found.promise.id, code))]
        for why, code in _CODES.items()
    ]


def _told_rows(found: Pledge, why: Why, words: Words) -> Rows:
    return [
        [Button(text=words(key), data=data_of(Action.WITHDRAW, found.promise.id, _CODES[why], code))]
        for key, code in (("withdraw_tell", _HEARS), ("withdraw_knows", _KNOWS))
    ]


async def _open(session: AsyncSession, promise_id: str, now: datetime) -> Pledge:
    found = await pledge(session, promise_id, now)
    if found is None:
        raise BlockedError("promise_gone")
    return found


def _what(found: Pledge, words: Words) -> str:
    return shorten(words_of(found.promise, words.language), _MAX_WHAT)
