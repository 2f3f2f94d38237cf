"""What is named in a message: order numbers, sums of money, days, telephone numbers, e-mail addresses."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from models.assessment import Amount, Entities
from nlp.dates import find_dates
from nlp.errors import NlpError

ORDER_PATTERN = r"""(?ix)
    (?: \b(?: ordine | ord\. | prenotazione | pratica | contratto | fattura
            | order | booking | reservation | ticket | invoice
            | pedido | reserva | factura | encomenda
            | commande | r[ée]servation | facture | dossier
            | (?:bestell|auftrags|buchungs|rechnungs|kunden)(?:nummer|nr\.?)
            | bestellung | auftrag | buchung | rechnung )
        \s* (?: numero | num\.? | nro\.? | nr\.? | number | no\.? | n\. | n[°ºr] | n(?=\s*\d) | nummer
            | id | code | codice | c[óo]digo )? \s* [:\#]? \s*
    | (?<!\w)\# )
    (?P<id> (?=[\w/.-]*\d[\w/.-]*\d[\w/.-]*\d) [a-z0-9][a-z0-9]*(?:[/._-][a-z0-9]+)* ) (?! \w )
"""
"""A number after a word for an order (or booking, contract, …) in six languages, or after a hash sign."""

T = TypeVar("T")

REGIONS = {"it": "IT", "en": "GB", "es": "ES", "fr": "FR", "de": "DE", "pt": "PT"}
"""Where a telephone number without a country code is dialled, by the language of the message."""

_CURRENCIES = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "dollari": "USD",
    "dólares": "USD",
    "chf": "CHF",
    "franchi": "CHF",
    "franken": "CHF",
    "r$": "BRL",
    "brl": "BRL",
    "reais": "BRL",
}
_SYMBOLS = "|".join(re.escape(name) for name in sorted(_CURRENCIES, key=len, reverse=True))
_NUMBER = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SYMBOLS})\s?(?P<second>{_NUMBER})(?![\w]|[.,]\d)"
    rf"|(?P<first>{_NUMBER})(?:,-{{1,2}}|,–)?\s?(?P<after>{_SYMBOLS})(?!\w))",
    re.IGNORECASE,
)
_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
)
_DAY = re.compile(r"\d{1,4}[./-]\d{1,2}(?:[./-]\d{1,4})?")


class EntityFinder:
    """Finds entities with a business's own order patterns, or with the default one."""

    def __init__(self, order_patterns: Sequence[str] = (), *, region: str | None = None) -> None:
        """Compile the patterns; an order number is a pattern's group `id` where it has one.

        `region` is the country of telephone numbers without a country code; None: by the language.

        Raises:
            NlpError: A pattern is not a regular expression.
        """
        self._orders = [_compile(pattern) for pattern in order_patterns or (ORDER_PATTERN,)]
        self._region = region

    def find(self, text: str, *, language: str, today: date) -> Entities:
        """Find everything, in order of appearance; `today` is what relative days are counted from."""
        orders = [found for pattern in self._orders for found in _orders(pattern, text)]
        spans = [span for span, _ in orders]
        return Entities(
            order_ids=_unique(order for _, order in sorted(orders)),
            amounts=_unique(_amounts(text)),
            dates=_unique(find_dates(text, language=language, today=today)),
            phone_numbers=_unique(self._phones(text, language, spans)),
            emails=_unique(match.group() for match in _EMAIL.finditer(text)),
        )

    def _phones(self, text: str, language: str, taken: Sequence[tuple[int, int]]) -> Iterable[str]:
        if sum(character.isdigit() for character in text) < 6:
            return
        import phonenumbers

        region = self._region or REGIONS.get(language, "IT")
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            if not any(start < match.end and match.start < end for start, end in taken):
                yield phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)


def _compile(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise NlpError(f"order pattern {pattern!r} is not a regular expression: {error}") from error


def _orders(pattern: re.Pattern[str], text: str) -> Iterable[tuple[tuple[int, int], str]]:
    group = "id" if "id" in pattern.groupindex else 0
    for match in pattern.finditer(text):
        if not _DAY.fullmatch(match.group(group)):
            yield match.span(group), match.group(group)


def _amounts(text: str) -> Iterable[Amount]:
    # Imported where needed: a batch of texts without a sum never pays for it.
    from price_parser import Price

    for match in _AMOUNT.finditer(text):
        number = match["second"] or match["first"]
        value = Price.fromstring(number).amount
        if value is not None:
            currency = _CURRENCIES[(match["before"] or match["after"]).lower()]
            yield Amount(value=Decimal(value), currency=currency)


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
