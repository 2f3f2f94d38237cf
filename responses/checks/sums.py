"""Sums of money and shares in a text, in figures and in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from models.money import Money
from responses.checks.wordlists import WordLists, word_lists

# Bounded, so that a page full of digits costs no more than another.
_NUMBER = r"\d{1,3}(?:[.,  '’]\d{3}){1,3}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?"
_SIGNS = {
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "sterline": "GBP",
    "libras": "GBP",
    "livres": "GBP",
    "pfund": "GBP",
    "$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "dollari": "USD",
    "dólares": "USD",
    "chf": "CHF",
    "franchi": "CHF",
    "francs": "CHF",
    "franken": "CHF",
}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>€|£|\$|eur|gbp|usd|chf)[   ]?(?P<first>{_NUMBER})(?![\d%])"
    rf"|(?P<second>{_NUMBER})[   ]?(?P<after>{_SIGN})(?!\w))",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<![\w.,])(?P<share>{_NUMBER})[   ]?(?:%|(?:per ?cento?|por ciento|pour cent|prozent)(?!\w))",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A sum, or (`money` None) a share in percent, and where it stands."""

    start: int
    end: int
    money: Money | None = None
    percent: Decimal | None = None


def sums_in(text: str, language: str) -> list[Said]:
    """Every sum and share in the order of the text; "the half" is 50 percent, "everything" is no sum."""
    lists = word_lists(language)
    found = [*_in_figures(text), *_in_words(text, lists)]
    return sorted(found, key=lambda said: said.start)


def money_in(text: str, language: str) -> set[Money]:
    """The sums alone."""
    return {said.money for said in sums_in(text, language) if said.money is not None}


def _in_figures(text: str) -> Iterator[Said]:
    for match in _MONEY.finditer(text):
        sign, number = match["before"] or match["after"], match["first"] or match["second"]
        money = Money(amount=_parsed(number), currency=_SIGNS[sign.lower()])
        yield Said(start=match.start(), end=match.end(), money=money)
    for match in _SHARE.finditer(text):
        yield Said(start=match.start(), end=match.end(), percent=_parsed(match["share"]))


def _in_words(text: str, lists: WordLists) -> Iterator[Said]:
    for match in _spelt(lists.language).finditer(text):
        number = Decimal(lists.numbers[match["number"].lower()])
        if match["sign"] is None:
            yield Said(start=match.start(), end=match.end(), percent=number)
        else:
            money = Money(amount=number, currency=_SIGNS[match["sign"].lower()])
            yield Said(start=match.start(), end=match.end(), money=money)
    for match in lists.find("half", text):
        yield Said(start=match.start(), end=match.end(), percent=Decimal(50))


@cache
def _spelt(language: str) -> re.Pattern[str]:
    numbers = "|".join(sorted(word_lists(language).numbers, key=len, reverse=True))
    percent = "per ?cento?|percent|por ciento|pour cent|prozent"
    return re.compile(rf"(?<!\w)(?P<number>{numbers}) (?:(?P<sign>{_SIGN})|{percent})(?!\w)", re.IGNORECASE)


def _parsed(written: str) -> Decimal:
    """Reads "1.200,50", "1,200.50", "4,90" and "1 200": three digits after a sign are thousands."""
    number = re.sub(r"[  '’]", "", written)
    whole, sign, cents = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", number).groups()  # type: ignore[union-attr]
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{cents}" if sign else digits)
