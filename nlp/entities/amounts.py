"""Sums of money named in a message, in figures ("1.234,56 €") or in words ("cinquanta euro e trenta").

Without a currency a number is a sum where it is written as only sums are ("1.234,56"), or has two decimals
and follows a word that pays ("mi avete addebitato 45,90"); it is then taken for euro.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from models.assessment import Amount
from models.number_words import AND_A_HALF, number_at_end

Found = tuple[int, int, Amount]
"""Where an amount begins and ends in the text, and the amount."""

_CURRENCIES: Mapping[str, tuple[str, ...]] = {
    "EUR": ("€", "eur", "euro", "euros", "euri"),
    "GBP": ("£", "gbp", "pound", "pounds", "sterlina", "sterline", "livres sterling", "libras esterlinas"),
    "USD": ("$", "usd", "dollar", "dollars", "dollari", "dollaro", "dólar", "dólares"),
    "CHF": ("chf", "franchi", "franken", "francs suisses", "francos suizos"),
    "BRL": ("r$", "brl", "reais"),
}
_IN_ENGLISH = {"quid": "GBP", "bucks": "USD"}  # elsewhere a quid is a something
_CURRENCY_OF = {name: currency for currency, names in _CURRENCIES.items() for name in names} | _IN_ENGLISH
_NAMES = "|".join(re.escape(name) for name in sorted(_CURRENCY_OF, key=len, reverse=True))
_FIGURES = r"\d{1,3}(?:[.,'’ ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_THOUSAND, _MILLION = r"\s?mila|\s?k", r"\smilion[ei]|\smillions?|\smillionen|\smillones|\smilhões"
_HALF = "|".join(AND_A_HALF.values())
_AND_A_HALF = re.compile(rf"(?:{_HALF})(?!\w)", re.IGNORECASE)
_WORD = r"[^\W\d_]+"
_PLAIN_WORD = rf"(?!(?:{_NAMES})(?!\w)){_WORD}"  # none that is a currency
_CENT_NAMES = r"centesim[io]|c[ée]ntimos?|centimes?|cêntimos?|pence|cents?"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?P<before>{_NAMES})\s?(?P<second>{_FIGURES})(?![\w]|[.,]\d)"
    rf"|(?<![\w.,])(?P<split>\d+)\s?€\s?(?P<split_cents>\d\d)(?![\w]|[.,]\d)"
    rf"|(?<![\w.,])(?P<first>{_FIGURES})(?:,-{{1,2}}|,–)?"
    rf"(?:(?P<thousand>{_THOUSAND})|(?P<million>{_MILLION})(?P<half>{_HALF})?)?"
    rf"(?:\sd[ei])?(?:\sd['’]|\s?)(?P<after>{_NAMES})(?!\w)"
    rf"|(?<![\w.,])(?P<words>(?:{_PLAIN_WORD}[ -]){{0,6}}{_PLAIN_WORD})(?:\s|(?<=\sd)['’])"
    rf"(?P<worded>{_NAMES})(?!\w)",
    re.IGNORECASE,
)
_CENTS = rf"\s(?:(?P<figures>\d\d)(?!\d)|(?P<words>{_WORD}(?:[ -](?:e |y )?{_WORD})?))"
_AND_CENTS = re.compile(rf"\s(?:e|and|y|et|und){_CENTS}", re.IGNORECASE)
# "zwanzig Euro fünfzig", "20 euros 50", "veinte euros con cincuenta"
_WITH_CENTS = {
    "de": re.compile(_CENTS, re.IGNORECASE),
    "fr": re.compile(_CENTS, re.IGNORECASE),
    "es": re.compile(rf"\scon{_CENTS}", re.IGNORECASE),
    "pt": re.compile(rf"\scom{_CENTS}", re.IGNORECASE),
}
_BETWEEN = r"(?<!\w)(?:tra|fra|da|dai|between|from|von|zwischen|entre|de)\s"
# "Camera 3 - 20 €" is no range: with blanks it is one behind a word that says so.
_FROM = re.compile(
    rf"(?:(?<![\w.,/-])(?!0\d)(?P<close>{_FIGURES})[-–]|{_BETWEEN}(?P<wide>{_FIGURES})\s[-–]\s)$",
    re.IGNORECASE,
)
_AFTER_CENTS = re.compile(
    r"\s*(?:$|[.,;:!?)\n]|-\s)"
    r"|\s(?:il|la|lo|i|gli|le|un|una|dal|dalla|dallo|del|della|al|alla|nel|nella|sul|sulla|per|di|da|a|in|con|su|che|ma"
    r"|mi|ti|ci|vi|si|non|invece|perché|quando|se|come|oltre|più|anche|the|for|on|from|to|in|but|at|of|you|not"
    r"|pour|de|du|et|mais|que|por|el|en|pero|für|von|am|im|aber|und|die|der|das|o|os|as|na|no|mas)(?!\w)",
    re.IGNORECASE,
)
# Without an "and" what follows may be anything that is counted: "20 euros 15 de marzo".
_AFTER_BARE_CENTS = re.compile(r"\s*(?:$|[.,;:!?)\n])|\s(?:pour|für|mais|aber|et|und)(?!\w)", re.IGNORECASE)
_ONLY_CENTS = re.compile(
    rf"(?<![\w.,])(?:(?P<figures>\d\d?)|(?P<words>(?:{_WORD}[ -]){{0,2}}{_WORD}))"
    rf"\s(?P<name>{_CENT_NAMES})(?!\w)",
    re.IGNORECASE,
)
_UNIT = (
    r"\s?(?:%|‰|°|m²|m³|(?:kg|hg|g|gr|km|cm|mm|m|mq|mc|smc|lt?|ml|cl|kwh|kw|mwh|gb|mb|tb|mbit|mbps|ore|h|min|punti|points?"
    r"|punkte|puntos|pontos)(?!\w))"
)
_AS_SUMS_ARE = r"\d{1,3}(?:[.’']\d{3})+,\d\d|\d{1,3}(?:[,’']\d{3})+\.\d\d"
_PAYING = (
    r"(?:pagat[oaie]|pago|paghiamo|pagare|spes[oaie]|spendere|addebit\w+|prelevat[oaie]|scalat[oaie]|versat[oaie]"
    r"|rimbors\w+|fattur[ae]|fatturat[oaie]|bollett[ae]|rat[ae]|canone|import[oi]|totale|prezz[oi]|cost[aoi]|costat[oaie]"
    r"|bonific[oi]|acconto|caparra|saldo|penale|paid|pay|charged|charge|cost|costs|refund(?:ed)?|invoiced?|bill|billed"
    r"|price|amount|deposit|total|pagad[oa]s?|cobrad[oa]s?|cobrar(?:on|me)?|factura|facturad[oa]|precio|cuesta|costó"
    r"|reembols\w+|importe|payé[es]?|payer|facturé[es]?|facture|prélevé[es]?|débité[es]?|remboursé[es]?|prix|coûte"
    r"|montant|acompte|bezahlt|zahle|abgebucht|berechnet|kostet|kostete|rechnung|betrag|preis|anzahlung|erstattet"
    r"|pago[su]?|paguei|cobraram|fatura|preço|custa|custou|valor)"
)
_SMALL = (
    r"(?:di|da|de|del|of|von|über|um|per|solo|ben|circa|quasi|only|about|nur|fast|à|a|era|è|is|was|est|ist|es|por"
    r"|me|us|him|her|:)"
)
_BARE = re.compile(
    rf"(?<![\w.,:/-])(?P<whole>{_AS_SUMS_ARE})(?![\w]|[.,:/]\d|{_UNIT})"
    rf"|(?<!\w){_PAYING}(?:\s?{_SMALL})?\s(?P<paid>\d{{1,6}}[.,]\d\d)(?![\w]|[.,:/]\d|{_UNIT})",
    re.IGNORECASE,
)


def find_amounts(text: str, *, language: str) -> list[Found]:
    """The sums that a text names, in order of appearance."""
    found = list(_with_currency(text, language))
    found += [one for later in found if (one := _lower_end(text, later)) and not _overlaps(one, found)]
    found += [one for one in _bare(text, language) if not _overlaps(one, found)]
    # "50 centesimi" in a euro country; an English cent may be anybody's.
    if language != "en":
        found += [one for one in _cents_alone(text, language) if not _overlaps(one, found)]
    return sorted(found, key=lambda one: one[0])


def _with_currency(text: str, language: str) -> Iterator[Found]:
    at = 0
    while match := _AMOUNT.search(text, at):
        start, at = match.span()
        name = (match["before"] or match["after"] or match["worded"] or "€").lower()
        value: Decimal | None
        if match["words"]:
            value, length = number_at_end(match["words"], language)
            start = match.end("words") - length
        elif match["split"]:
            value = Decimal(f"{match['split']}.{match['split_cents']}")
        else:
            value = _number(match["second"] or match["first"])
            if value is not None and (match["thousand"] or match["million"]):
                value *= 1_000 if match["thousand"] else 1_000_000
                value += 500_000 if match["half"] else 0
        if value is None or (name in _IN_ENGLISH and language != "en"):
            if match["worded"]:
                at = match.start("worded")  # "ho pagato € 20": the currency may belong to what follows
                if name in _IN_ENGLISH:
                    at = match.end("worded")
            continue
        if value == value.to_integral_value():
            cents, end = _cents_after(text, at, language)
            value, at = value + cents, end
        yield start, at, Amount(value=value, currency=_CURRENCY_OF[name])


def _lower_end(text: str, upper: Found) -> Found | None:
    """The "20" of "20-30 €", which is a sum as well."""
    match = _FROM.search(text, max(upper[0] - 20, 0), upper[0])
    if match is None:
        return None
    figures = "close" if match["close"] else "wide"
    value = _number(match[figures])
    if value is None or value >= upper[2].value:
        return None
    return *match.span(figures), Amount(value=value, currency=upper[2].currency)


def _cents_after(text: str, at: int, language: str) -> tuple[Decimal, int]:
    """The "e trenta" after "venti euro", and where it ends; nothing where something else is counted."""
    half = _AND_A_HALF.match(text, at)
    if half is not None and _AFTER_CENTS.match(text, half.end()):
        return Decimal("0.5"), half.end()
    match, behind = _AND_CENTS.match(text, at), _AFTER_CENTS
    if match is None and language in _WITH_CENTS:
        match, behind = _WITH_CENTS[language].match(text, at), _AFTER_BARE_CENTS
    if match is None:
        return Decimal(0), at
    if match["figures"]:
        value, end = Decimal(match["figures"]), match.end("figures")
    else:
        found, length = _first_number(match["words"], language)
        if found is None:
            return Decimal(0), at
        value, end = found, match.start("words") + length
    named = re.compile(rf"\s(?:{_cent_names(language)})(?!\w)", re.IGNORECASE).match(text, end)
    if named is not None:
        return value / 100, named.end()
    return (value / 100, end) if value >= 10 and behind.match(text, end) else (Decimal(0), at)


def _bare(text: str, language: str) -> Iterator[Found]:
    comma = "." if language == "en" else ","  # "pagato il 12.11" and "alle 10.30" are no sums
    for match in _BARE.finditer(text):
        figures = "whole" if match["whole"] else "paid"
        value = _number(match[figures])
        if value is not None and (match["whole"] or comma in match["paid"]):
            yield *match.span(figures), Amount(value=value, currency="EUR")


def _cents_alone(text: str, language: str) -> Iterator[Found]:
    for match in _ONLY_CENTS.finditer(text):
        if not re.fullmatch(_cent_names(language), match["name"], re.IGNORECASE):
            continue
        value, length = (
            (Decimal(match["figures"]), len(match["figures"]))
            if match["figures"]
            else number_at_end(match["words"], language)
        )
        if value is not None and value < 100:
            start = match.start("name") - 1 - length
            yield start, match.end(), Amount(value=value / 100, currency="EUR")


def _cent_names(language: str) -> str:
    # In French "cents" are hundreds.
    return _CENT_NAMES.removesuffix("|cents?") if language == "fr" else _CENT_NAMES


def _first_number(phrase: str, language: str) -> tuple[Decimal | None, int]:
    """The number under a hundred that a phrase begins with, and how many of its letters say so."""
    words = phrase.split(" ")
    for count in range(len(words), 0, -1):
        part = " ".join(words[:count])
        value, length = number_at_end(part, language)
        if value is not None and length == len(part) and value < 100:
            return value, length
    return None, 0


def _overlaps(one: Found, others: list[Found]) -> bool:
    return any(start < one[1] and one[0] < end for start, end, _ in others)


def _number(figures: str) -> Decimal | None:
    from price_parser import Price

    value = Price.fromstring(figures.replace("’", "'")).amount
    return None if value is None else Decimal(value)
