"""What a customer's signals rest on, line by line: the cases with the messages that count, or the orders."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy.ext.asyncio import AsyncSession

from bot.words import Words
from models.clock import utcnow
from models.tables import Case
from responses.customers.signal_views import CaseSeen, OrderSeen, SignalView, signals_shown
from responses.drafts.numbers import locale_of
from responses.policy.schema import Count
from responses.policy.signals import may_be_a_bad_day, told
from responses.texts import shorten

_MAX_SAID = 140
_MAX_REASON = 350


async def evidence_lines(session: AsyncSession, case: Case, words: Words, timezone: ZoneInfo) -> list[str]:
    """What the signals of the case's customer rest on, below a title."""
    shown = await signals_shown(session, case.customer_id, utcnow())
    if not shown:
        return [words("evidence_none", number=case.number)]
    key = "evidence_of_bad_day" if any(may_be_a_bad_day(one.seen) for one in shown) else "evidence_of"
    return [words(key, number=case.number), *(line for one in shown for line in _lines(one, words, timezone))]


def _lines(one: SignalView, words: Words, timezone: ZoneInfo) -> list[str]:
    def on(at: datetime) -> str:
        return day_of(at.astimezone(timezone).date(), words)

    lines = [line for seen in one.cases for line in _case_lines(seen, words, timezone)]
    lines += _order_lines(one.orders, words)
    if one.seen.count is Count.PAID_ORDERS and not one.orders:
        lines.append(words("evidence_bought" if one.bought else "evidence_never"))
        lines += _order_lines(one.bought, words)
    if one.seen.count is Count.CLAIMS_WITHOUT_ORDER:
        lines.append(words("evidence_unbought"))
    if one.seen.count is Count.YEARS_KNOWN and one.seen.since is not None:
        lines.append(words("evidence_first", day=on(one.seen.since)))
    lines.append(words("evidence_until", day=on(one.row.expires_at)))
    title = f"\n• {told(one.seen, words.language)}"
    if one.dismissed_by is not None and one.row.dismissed_at is not None:
        reason = shorten(one.row.dismissed_reason or "", _MAX_REASON)
        at = on(one.row.dismissed_at)
        title += f"\n{words('evidence_dismissed', who=one.dismissed_by, day=at, reason=reason)}"
    # What it is called never stands on another page than the first thing it rests on.
    return [f"{title}\n{lines[0]}", *lines[1:]]


def _case_lines(seen: CaseSeen, words: Words, timezone: ZoneInfo) -> list[str]:
    def titled(at: datetime) -> str:
        day = day_of(at.astimezone(timezone).date(), words)
        return words("evidence_case", number=seen.number, day=day) if seen.number is not None else day

    if not seen.messages:
        return [titled(seen.at)]
    return [
        f"{titled(message.sent_at)}\n"
        + (f"«{_cut(message.text)}»" if message.text else words("evidence_words_gone"))
        for message in seen.messages
    ]


def _order_lines(orders: Iterable[OrderSeen], words: Words) -> list[str]:
    lines = []
    for order in orders:
        number = [words("evidence_order", number=order.number)] if order.number is not None else []
        day = [day_of(order.day, words)] if order.day is not None else []
        lines.append(" · ".join([*number, *day]))
    return lines


def day_of(day: date, words: Words) -> str:
    """A day of any year, briefly: `3 ott 2026`."""
    return format_date(day, "d MMM y", locale=locale_of(words.language))


def _cut(text: str) -> str:
    return shorten(" ".join(text.split()), _MAX_SAID)
