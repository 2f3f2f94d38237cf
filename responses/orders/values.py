"""Reading an order as other systems write it: columns of a table, or the fields of a look-up's answer."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TypeVar

from models.money import Money
from responses.errors import OrderValueError
from responses.orders.keys import order_key
from responses.policy import Policy
from responses.policy.schema import FactSpec, FactType, Supplier
from responses.policy.situation import PRICE

_Value = TypeVar("_Value")

NUMBER = "number"
CONTACTS = ("name", "email", "phone", "postcode", "telegram_id")
VALUE, CURRENCY = "value", "currency"
FIELDS = (NUMBER, *CONTACTS, VALUE, CURRENCY)
"""What every order may say of itself, beside facts."""

# Drafts know how to name these, whether or not a rule asks about them.
_SPOKEN: Mapping[str, FactType] = {
    **dict.fromkeys(("ordered_on", "promised_on", "delivered_on", "booked_for"), FactType.DATE),
    "item": FactType.TEXT,
}
_CURRENCIES = {"€": "EUR", **dict.fromkeys(("EURO", "EUROS"), "EUR"), "£": "GBP", "$": "USD", "FR.": "CHF"}
_YES = frozenset({"sì", "si", "s", "yes", "y", "sí", "oui", "ja", "j", "true", "vero", "1", "x"})
_NO = frozenset({"no", "n", "non", "nein", "false", "falso", "0"})
_SUM = re.compile(
    r"(?P<before>[^\d\s.,+-][^\d+-]*?)?\s*(?P<figures>-?\d[\d.,'’\s]*)(?P<after>[^\d.,\s].*)?", re.DOTALL
)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*")
_DAY_FIRST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:[ T].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[ T].*)?")
_ROUNDED = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
_WITH_TOWN = re.compile(r"(?:[A-Z]{1,2}[- ])?(\d{5})(?:[ ,-]+\D*)?")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_FIVE_DIGITS = frozenset({"IT", "ES", "FR", "DE"})
_LONGEST = 200
_AS_TEXT = "'’"
"""With this in front a spreadsheet keeps figures as they are typed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderEntry:
    """What is said of an order; None, and a fact that is not there, is what nothing is said of.

    `facts` holds bool, Decimal, Money, date or str, by the facts' types.
    """

    number: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    postcode: str | None = None
    telegram_id: str | None = None
    value: Money | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Reads orders for these facts.

    `currency` is that of sums without one; `region` (ISO 3166) is where telephone numbers without a country
    code are dialled; `counted` are the currencies in which the policies count.
    """

    specs: Mapping[str, FactSpec]
    currency: str
    region: str
    counted: frozenset[str]

    def read(self, values: Mapping[str, object]) -> tuple[OrderEntry, list[str]]:
        """The order, and a sentence about each value that could not be read and was left out.

        Raises:
            OrderValueError: there is no number, and so no order.
        """
        number = _text(values.get(NUMBER)).lstrip(_AS_TEXT)
        if not order_key(number):
            raise OrderValueError(f"{NUMBER} {number!r}: expected letters or digits")
        if _ROUNDED.fullmatch(number):
            # So written, many numbers are one.
            raise OrderValueError(f"{NUMBER} {number!r}: rounded by a spreadsheet; expected it in full")
        problems: list[str] = []

        def tried(name: str, read: Callable[[object], _Value]) -> _Value | None:
            raw = values.get(name)
            if not _text(raw):
                return None
            try:
                return read(raw)
            except OrderValueError as error:
                problems.append(f"{name} {_text(raw)[:60]!r}: {error}")
                return None

        currency = tried(CURRENCY, lambda raw: _currency(_text(raw))) or self.currency
        facts = {name: tried(name, partial(self._fact, spec)) for name, spec in self.specs.items()}
        entry = OrderEntry(
            number=number,
            name=_text(values.get("name")) or None,
            email=tried("email", _email),
            phone=tried("phone", lambda raw: read_phone(_text(raw), self.region)),
            postcode=tried("postcode", partial(_postcode, self.region)),
            telegram_id=tried("telegram_id", _telegram),
            value=tried(VALUE, lambda raw: read_money(raw, currency)),
            facts={name: fact for name, fact in facts.items() if fact is not None},
        )
        return entry, problems

    def uncounted(self, entry: OrderEntry) -> list[str]:
        """A sentence about each sum of the order that no policy can compare with its own."""
        sums = {VALUE: entry.value, **entry.facts}
        return [
            f"{name} {one.rounded().amount} {one.currency}: the policies count in "
            f"{', '.join(sorted(self.counted))}; an agent will have to say what it comes to"
            for name, one in sums.items()
            if isinstance(one, Money) and one.currency not in self.counted
        ]

    def _fact(self, spec: FactSpec, raw: object) -> object:
        match spec.type:
            case FactType.YES_NO:
                return read_yes_no(raw)
            case FactType.MONEY:
                return read_money(raw, self.currency)
            case FactType.DAYS | FactType.NUMBER:
                return read_number(raw)
            case FactType.DATE:
                return read_date(raw)
            case FactType.CHOICE:
                return read_choice(spec, raw)
            case FactType.TEXT:
                return _text(raw)


def reader_for(policies: Sequence[Policy], language: str, region: str | None = None) -> Reader:
    """Reads what these policies' rules may ask the book about, and what drafts can name of an order."""
    specs = {
        name: FactSpec(name=name, type=kind, suppliers=frozenset({Supplier.BOOK}))
        for name, kind in _SPOKEN.items()
    }
    for policy in policies:
        specs |= {
            name: spec
            for name, spec in policy.facts.items()
            # The number and the value have columns of their own.
            if Supplier.BOOK in spec.suppliers and name not in (PRICE, "order_id")
        }
    home = region or {"it": "IT", "en": "GB"}[language]
    counted = frozenset(policy.currency for policy in policies)
    return Reader(specs=specs, currency=policies[0].currency, region=home, counted=counted)


def read_phone(raw: str, region: str) -> str:
    """A telephone number in E.164.

    Raises:
        OrderValueError: it is none.
    """
    # Imported where needed: it takes a while, and most starts never read an order.
    import phonenumbers

    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException:
        raise OrderValueError("expected a telephone number") from None
    if not phonenumbers.is_possible_number(number):
        raise OrderValueError("expected a telephone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_number(raw: object) -> Decimal:
    """A number: typed, or written as `1.234,5`, `1,234.5`, `12,5`, `12.5`; `1.234` is over a thousand.

    Raises:
        OrderValueError: it is none, or negative.
    """
    if isinstance(raw, bool):
        raise OrderValueError("expected a number")
    figures = str(raw) if isinstance(raw, int | float | Decimal) else _plain_figures(_text(raw))
    try:
        number = Decimal(figures)
    except InvalidOperation:
        raise OrderValueError("expected a number") from None
    if not number.is_finite() or not 0 <= number < 10**12:
        raise OrderValueError("expected a number of 0 or more")
    return number


def read_money(raw: object, currency: str) -> Money:
    """A sum, with its own currency where one stands beside it: `1.234,56 €`.

    Raises:
        OrderValueError: it is none, or negative.
    """
    if not isinstance(raw, str):
        return Money(amount=read_number(raw), currency=currency)
    match = _SUM.fullmatch(raw.strip())
    if match is None or (match["before"] and match["after"]):
        raise OrderValueError("expected a sum such as 1.234,56 €")
    named = (match["before"] or match["after"] or "").strip()
    return Money(amount=read_number(match["figures"]), currency=_currency(named) if named else currency)


def read_date(raw: object) -> date:
    """A day: typed, or as `2026-11-03`, `3/11/2026`, `03.11.26`, with or without a time.

    Raises:
        OrderValueError: it is none.
    """
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    text = _text(raw)
    try:
        if (match := _YEAR_FIRST.fullmatch(text)) is not None:
            return date(int(match[1]), int(match[3]), int(match[4]))
        if (match := _DAY_FIRST.fullmatch(text)) is not None:
            year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
            return date(year, int(match[2]), int(match[1]))
    except ValueError:
        pass
    raise OrderValueError("expected a day such as 3/11/2026 (day, month, year) or 2026-11-03")


def read_yes_no(raw: object) -> bool:
    """Yes or no, in one of five languages.

    Raises:
        OrderValueError: it is neither.
    """
    said = _text(raw).casefold()
    if said in _YES or said in _NO:
        return said in _YES
    raise OrderValueError("expected yes or no")


def read_choice(spec: FactSpec, raw: object) -> str:
    """One of the fact's options, with blanks or underscores and in any case.

    Raises:
        OrderValueError: it is none of them.
    """
    said = _text(raw).casefold().replace(" ", "_")
    for choice in spec.choices:
        if choice.casefold() == said:
            return choice
    raise OrderValueError(f"expected one of {', '.join(spec.choices)}")


def _plain_figures(written: str) -> str:
    figures = re.sub(r"[\s'’]", "", written).rstrip(".,")
    if _GROUPED.fullmatch(figures):
        return re.sub(r"[.,]", "", figures)
    decimal = max(figures.rfind("."), figures.rfind(","))
    if decimal < 0:
        return figures
    whole, cents = figures[:decimal], figures[decimal + 1 :]
    other = "." if figures[decimal] == "," else ","
    if whole and figures[decimal] not in whole and (other not in whole or _GROUPED.fullmatch(whole)):
        return f"{whole.replace(other, '')}.{cents}"
    raise OrderValueError("expected a number such as 1.234,56")


def _currency(named: str) -> str:
    code = _CURRENCIES.get(named.upper(), named.upper())
    if re.fullmatch("[A-Z]{3}", code) is None:
        raise OrderValueError("expected a currency such as EUR or €")
    return code


def _email(raw: object) -> str:
    text = _text(raw).casefold()
    if _EMAIL.fullmatch(text) is None:
        raise OrderValueError("expected an e-mail address")
    return text


def _postcode(region: str, raw: object) -> str:
    text = _text(raw).upper().lstrip(_AS_TEXT)
    if region in _FIVE_DIGITS and text.isdecimal():
        # Spreadsheets drop zeros in front.
        text = text.zfill(5)
    elif region in _FIVE_DIGITS and (match := _WITH_TOWN.fullmatch(text)) is not None:
        text = match[1]
    if (
        _ROUNDED.fullmatch(text)
        or len(order_key(text)) < 3
        or not any(character.isdigit() for character in text)
    ):
        # Nor may a dash be taken for one: it would prove whatever is written.
        raise OrderValueError("expected a postcode")
    return text


def _telegram(raw: object) -> str:
    text = _text(raw)
    if not text.isascii() or not text.isdecimal() or len(text) > 20:
        raise OrderValueError("expected a Telegram id (a number)")
    return text


def _text(raw: object) -> str:
    """A cell as text. Spreadsheets keep numbers as 20121.0."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return " ".join(str(raw).replace("\x00", "").split())[:_LONGEST]
