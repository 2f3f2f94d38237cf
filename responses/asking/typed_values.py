"""What an agent types for a fact, read as an import reads it: one writing has one meaning everywhere."""

import re
from datetime import date
from decimal import Decimal

from models.money import Money
from responses.asking.values import nearest_day, number_in
from responses.choices.reply_words import reply_words
from responses.errors import BlockedError, OrderValueError
from responses.orders.values import read_choice, read_date, read_money, read_number, read_yes_no
from responses.policy.schema import FactSpec, FactType

_DAY_AND_MONTH = re.compile(r"(\d{1,2})[./-](\d{1,2})\.?")
_FIGURE = r"\d[\d.,'’\s]*?"


def parse_fact(spec: FactSpec, raw: str, currency: str, today: date) -> object:
    """The value of what was typed: `sì`, `1.500`, `12,50`, `50 euro`, `8 giorni`, `3/11/26`, `3/11`.

    Args:
        spec: the fact.
        raw: the words.
        currency: the policy's; a sum in any other is refused.
        today: the day where the business is; a day without its year is the nearest to it.

    Raises:
        BlockedError: `fact_invalid`, with what is expected, or `fact_currency`.
    """
    text = raw.strip()
    expected: str = spec.type
    try:
        match spec.type:
            case FactType.YES_NO:
                return read_yes_no(text)
            case FactType.CHOICE:
                expected = ", ".join(spec.choices)
                return read_choice(spec, text)
            case FactType.MONEY:
                return _money(text, currency)
            case FactType.DAYS:
                return _days(text)
            case FactType.NUMBER:
                return read_number(text)
            case FactType.DATE:
                if (match := _DAY_AND_MONTH.fullmatch(text)) is not None:
                    expected = "date_with_year"
                    return _nearest(int(match[1]), int(match[2]), today)
                return read_date(text)
            case FactType.TEXT:
                if not text:
                    raise OrderValueError("expected a few words")
                return text
    except OrderValueError:
        raise BlockedError("fact_invalid", name=spec.name, expected=expected) from None


def _money(text: str, currency: str) -> Money:
    money = read_money(text, currency)
    if money.currency != currency:
        raise BlockedError("fact_currency", currency=currency, typed=money.currency)
    return money


def _days(text: str) -> Decimal:
    said = text.casefold()
    units = "|".join(reply_words()["days"].values())
    if (match := re.fullmatch(rf"({_FIGURE})\s*(?:{units})?\.?", said)) is not None:
        return read_number(match[1])
    count = number_in(FactType.DAYS, [said], ())
    if count is None:
        raise OrderValueError("expected a number of days")
    return count


def _nearest(day: int, month: int, today: date) -> date:
    near = nearest_day(day, month, today)
    if near is None:
        raise OrderValueError("expected a day with its year")
    return near
