"""Money, percentages and spans of time, as each language writes them."""

from decimal import Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.numbers import format_currency, format_percent, get_currency_symbol

from models.decision import Duration
from models.money import Money
from responses.drafts.phrases import phrases

_LOCALES = {"it": "it_IT", "en": "en_GB", "es": "es_ES", "fr": "fr_FR", "de": "de_DE"}

_SYMBOLS = {"GBP": "en_GB", "USD": "en_US"}
"""Whose language has the plain sign of a currency."""


@cache
def locale_of(language: str) -> Locale:
    """The conventions in which numbers and dates of `language` are written."""
    return Locale.parse(_LOCALES[language])


# A draft names the same few amounts again and again, and writing one takes babel a good while.
@lru_cache(maxsize=1024)
def format_money(money: Money, language: str) -> str:
    """Writes an amount: "20 €" and "4,90 €" in Italian, "€20" and "€4.90" in English.

    A whole amount has no decimals. Italian has a plain space before the sign.
    """
    locale = locale_of(language)
    amount = money.rounded().amount
    if amount == amount.to_integral_value():
        whole = str(locale.currency_formats["standard"].pattern).replace(".00", "")
        text = format_currency(amount, money.currency, format=whole, locale=locale, currency_digits=False)
    else:
        text = format_currency(amount, money.currency, locale=locale)
    # Babel's French says "£GB" and "$US", which no shop writes beside a price.
    narrow = get_currency_symbol(money.currency, locale=_SYMBOLS.get(money.currency, locale))
    text = text.replace(get_currency_symbol(money.currency, locale=locale), narrow)
    return _plain_spaces(text, language)


@lru_cache(maxsize=1024)
def format_percentage(percent: Decimal, language: str) -> str:
    """Writes a percentage; `percent` is 15 for 15%."""
    locale = locale_of(language)
    pattern = str(locale.percent_formats[None].pattern).replace("0%", "0.##%").replace("0\xa0%", "0.##\xa0%")
    return _plain_spaces(format_percent(percent / 100, format=pattern, locale=locale), language)


def percentage_forms(percent: Decimal, language: str) -> dict[str, str]:
    """The percentage alone and, in Italian, with its articles: "l'8%", but "il 15%"."""
    text = format_percentage(percent, language)
    if language != "it":
        return {"percent": text}
    whole = int(percent)
    vowel = whole in (1, 8, 11) or 80 <= whole < 90
    return {
        "percent": text,
        "the_percent": f"l'{text}" if vowel else f"il {text}",
        "of_percent": f"dell'{text}" if vowel else f"del {text}",
    }


def format_span(duration: Duration, language: str) -> str:
    """Writes a span of time in words where that is natural: "un mese", "2 giorni lavorativi"."""
    number = "one" if duration.count == 1 else "other"
    return phrases(language).say(f"spans.{duration.unit}.{number}", {"count": str(duration.count)})


def _plain_spaces(text: str, language: str) -> str:
    # Italian is written as the house writes it ("20 €"), so that a text can be searched as it is typed.
    return text.replace("\u00a0", " ").replace("\u202f", " ") if language == "it" else text
