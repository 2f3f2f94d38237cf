"""What a customer was given and promised: a line on the card, and behind it every case."""

from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.cards.evidence import day_of
from bot.words import Words
from models.money import Money
from models.states import PromiseState
from models.tables import Case, Promise
from responses.customers.dealings import Dealing, Dealings, Gift, dealings_of
from responses.drafts.lines import remedy_line
from responses.drafts.numbers import format_money
from responses.promises.told import words_of
from responses.texts import shorten

_MAX_WHAT = 200
_STATES = (PromiseState.KEPT, PromiseState.BROKEN, PromiseState.OPEN)


def summary(dealings: Dealings, words: Words) -> str:
    """All of it in a line; empty where nothing was given or promised."""
    parts = [
        words(f"dealings_{basis}_sum", sum=", ".join(format_money(money, words.language) for money in monies))
        for basis, monies in (("owed", dealings.owed), ("favour", dealings.favours))
        if monies
    ]
    unpriced = sum(gift.worth is None for one in dealings.cases for gift in one.gifts)
    if unpriced:
        parts.append(words("dealings_unpriced", count=unpriced))
    states = [promise.state for one in dealings.cases for promise in one.promises]
    parts += [
        words(f"dealings_promises_{state}", count=states.count(state)) for state in _STATES if state in states
    ]
    return " · ".join(parts)


async def dealings_lines(session: AsyncSession, case: Case, words: Words, timezone: ZoneInfo) -> list[str]:
    """Every case of the customer, the newest first, with what it gave and promised, below the sums."""
    dealings = await dealings_of(session, case.customer_id)
    title = words(
        "dealings_of", number=case.number, sums=summary(dealings, words) or words("dealings_nothing")
    )
    return [title, *(line for one in dealings.cases for line in _lines(one, case, words, timezone))]


def _lines(one: Dealing, present: Case, words: Words, timezone: ZoneInfo) -> list[str]:
    parts = [words("dealings_this" if one.case.id == present.id else "dealings_case", number=one.case.number)]
    parts.append(words.label("state", one.case.state))
    days = [at for at in (one.case.created_at, one.case.closed_at) if at is not None]
    parts.append(" – ".join(day_of(at.astimezone(timezone).date(), words) for at in days))
    lines = [_gift(gift, words, timezone) for gift in one.gifts]
    lines += [_promise(promise, words, timezone) for promise in one.promises]
    first, *rest = lines or [words("dealings_none")]
    # A case is never named on another page than the first thing told of it.
    return [f"\n{' · '.join(parts)}\n{first}", *rest]


def _gift(gift: Gift, words: Words, timezone: ZoneInfo) -> str:
    if gift.remedy is not None:
        what = remedy_line(gift.remedy, words.language, gift.sent)
    else:
        what = words("dealings_less" if _is_less(gift.worth) else "dealings_more")
    parts = [shorten(what, _MAX_WHAT), words(f"dealings_{gift.basis}")]
    if gift.worth is not None:
        parts.append(words("dealings_worth", sum=format_money(gift.worth, words.language)))
    parts.append(day_of(gift.at.astimezone(timezone).date(), words))
    return f"• {' · '.join(parts)}"


def _is_less(worth: Money | None) -> bool:
    return worth is not None and worth.amount < 0


def _promise(promise: Promise, words: Words, timezone: ZoneInfo) -> str:
    parts = [
        shorten(words_of(promise, words.language), _MAX_WHAT),
        words(f"dealings_promise_{promise.state}"),
    ]
    if promise.settled_at is not None:
        parts.append(day_of(promise.settled_at.astimezone(timezone).date(), words))
    parts.append(words("dealings_due", day=day_of(promise.due_at.astimezone(timezone).date(), words)))
    why = f": {shorten(promise.broken_reason, _MAX_WHAT)}" if promise.broken_reason else ""
    return f"• {' · '.join(parts)}{why}"
