"""Sums of money named in a message, in figures ("1.234,56 €") or in words ("cinquanta euro e trenta")."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import cache

from models.assessment import Amount

Found = tuple[int, int, Amount]
"""Where an amount begins and ends in the text, and the amount."""

_CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "EUR": ("€", "eur", "euro", "euros", "euri"),
    "GBP": (
        "£",
        "gbp",
        "pound",
        "pounds",
        "quid",
        "sterlina",
        "sterline",
        "libra",
        "libras",
        "livres",
        "pfund",
    ),
    "USD": ("$", "usd", "dollar", "dollars", "dollari", "dollaro", "dólar", "dólares", "bucks"),
    "CHF": ("chf", "franchi", "franken", "francs suisses", "francos suizos"),
    "BRL": ("r$", "brl", "reais"),
}
_CURRENCY_OF = {name: currency for currency, names in _CURRENCIES.items() for name in names}
_NAMES = "|".join(re.escape(name) for name in sorted(_CURRENCY_OF, key=len, reverse=True))
_FIGURES = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_WORD = r"[^\W\d_]+"
_CENT_NAMES = r"centesim[io]|cents?|c[ée]ntimos?|centimes?|cêntimos?|pence"
# What follows "20 euro e 30" when the 30 are no cents.
_COUNTED = (
    r"minut\w*|or[ae]|hours?|heures?|stunden?|giorn[oi]|days?|d[ií]as?|jours?|tage?n?|settiman[ae]|weeks?|semanas?"
    r"|mes[ei]|months?|mois|anni|years?|años?|volt[ae]|times|persone|people|pezzi|punti|euro\w*|%"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<before>{_NAMES})\s?(?P<second>{_FIGURES})(?![\w]|[.,]\d)"
    rf"|(?<![\w.,])(?P<split>\d+)\s?€\s?(?P<split_cents>\d\d)(?![\w]|[.,]\d)"
    rf"|(?<![\w.,])(?P<first>{_FIGURES})(?:,-{{1,2}}|,–)?\s?(?P<after>{_NAMES})(?!\w)"
    rf"|(?<![\w.,])(?P<words>(?:{_WORD}[ -]){{0,6}}{_WORD})\s(?P<worded>{_NAMES})(?!\w)",
    re.IGNORECASE,
)
_AND_CENTS = re.compile(
    rf"\s(?:e|and|y|et|und)\s(?P<cents>\d\d|{_WORD}(?:[ -](?:e |y )?{_WORD})?)"
    rf"(?:\s(?P<named>{_CENT_NAMES})(?!\w)|(?!\w)(?!\s(?:{_COUNTED})(?!\w)))",
    re.IGNORECASE,
)
_ONLY_CENTS = re.compile(
    rf"(?<![\w.,])(?:(?P<figures>\d\d?)|(?P<words>(?:{_WORD}[ -]){{0,2}}{_WORD}))"
    rf"\s(?P<name>{_CENT_NAMES})(?!\w)",
    re.IGNORECASE,
)
_ONE = re.compile(r"(?<!\w)(?:uno?|one|une|eine?n?|um)$", re.IGNORECASE)
_LANGUAGES = frozenset({"it", "en", "es", "fr", "de", "pt"})


def find_amounts(text: str, *, language: str) -> list[Found]:
    """The sums that a text names, in order of appearance; a number without a currency is none."""
    found = list(_with_currency(text, language))
    # "50 centesimi" in a euro country; an English cent may be anybody's.
    if language != "en":
        found += [one for one in _cents_alone(text, language) if not _overlaps(one, found)]
    return sorted(found, key=lambda one: one[0])


def _with_currency(text: str, language: str) -> Iterator[Found]:
    at = 0
    while match := _AMOUNT.search(text, at):
        start, at = match.span()
        value: Decimal | None
        if match["words"]:
            value, length = _worded(match["words"], language)
            start = match.end("words") - length
        elif match["split"]:
            value = Decimal(f"{match['split']}.{match['split_cents']}")
        else:
            value = _number(match["second"] or match["first"])
        if value is None:
            if match["worded"]:
                at = match.start("worded")  # "ho pagato € 20": the currency may belong to what follows
            continue
        name = match["before"] or match["after"] or match["worded"] or "€"
        if value == value.to_integral_value() and (cents := _AND_CENTS.match(text, at)):
            extra, length = _cents(cents["cents"], language)
            # Of words the match may take in too many: then the last of them are not part of the number.
            if extra is not None and (cents["named"] or length == len(cents["cents"]) or extra >= 10):
                value += extra / 100
                at = cents.end()
        yield start, at, Amount(value=value, currency=_CURRENCY_OF[name.lower()])


def _cents_alone(text: str, language: str) -> Iterator[Found]:
    for match in _ONLY_CENTS.finditer(text):
        value, length = (
            (Decimal(match["figures"]), len(match["figures"]))
            if match["figures"]
            else _worded(match["words"], language)
        )
        if value is not None and value < 100:
            start = match.start("name") - 1 - length
            yield start, match.end(), Amount(value=value / 100, currency="EUR")


def _cents(phrase: str, language: str) -> tuple[Decimal | None, int]:
    """The cents that a phrase begins with, and how many of its letters say so."""
    if phrase.isdigit():
        return Decimal(phrase), len(phrase)
    words = phrase.split(" ")
    for count in range(len(words), 0, -1):
        part = " ".join(words[:count])
        value, length = _worded(part, language)
        if value is not None and length == len(part) and value < 100:
            return value, length
    return None, 0


def _overlaps(one: Found, others: list[Found]) -> bool:
    return any(start < one[1] and one[0] < end for start, end, _ in others)


@cache
def _worded(phrase: str, language: str) -> tuple[Decimal | None, int]:
    """The number that a phrase ends with, and how many letters say it: "ho speso cento" ends with 100."""
    # Imported where needed: a batch of texts without a sum never pays for it.
    from text_to_num import text2num

    words = phrase.split(" ")
    known = language if language in _LANGUAGES else "it"
    for start in range(len(words)):
        part = " ".join(words[start:])
        with suppress(ValueError):
            return Decimal(text2num(part.lower(), known)), len(part)
    if one := _ONE.search(phrase):
        return Decimal(1), len(one[0])
    return None, 0


def _number(figures: str) -> Decimal | None:
    from price_parser import Price

    value = Price.fromstring(figures).amount
    return None if value is None else Decimal(value)
