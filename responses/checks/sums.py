"""Sums of money and shares in a text, in figures and in words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from models.money import Money
from models.number_words import number_at_end
from responses.checks.wordlists import WordLists, word_lists

_BLANKS = " \u00a0\u2009\u202f"
# Bounded, so that a page full of digits costs no more than another.
_NUMBER = rf"\d{{1,3}}(?:[.,{_BLANKS}'’]\d{{3}}){{1,3}}(?:[.,]\d{{1,2}})?|\d{{1,12}}(?:[.,]\d{{1,2}})?"
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
    "dolares": "USD",
    "chf": "CHF",
    "franchi": "CHF",
    "francs": "CHF",
    "franken": "CHF",
}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_SPACE = f"[{_BLANKS}]"
_ORDINARY = str.maketrans(dict.fromkeys(_BLANKS, " "))
_NO_CENTS = r"(?:[,.](?:-{1,2}|[–—]))"
_MONEY = re.compile(
    rf"(?<![\w.,])(?:(?P<before>€|£|\$|eur|gbp|usd|chf){_SPACE}?(?P<first>{_NUMBER})"
    rf"(?:{_SPACE}?(?:[-–]|to|bis|à|hasta){_SPACE}?(?P<up_to>{_NUMBER})(?![\w%€£$]|[.,]\d))?{_NO_CENTS}?(?![\d%])"
    rf"|(?P<second>{_NUMBER}){_NO_CENTS}?(?:{_SPACE}|-)?(?P<after>{_SIGN})(?!\w)"
    # "30,-" alone, as German writes a price.
    rf"|(?P<third>{_NUMBER}),(?:-{{1,2}}|[–—])(?![\w-]))",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<![\w.,])(?P<share>{_NUMBER}){_SPACE}?(?:%|(?:per{_SPACE}?cento?|por{_SPACE}ciento|pour{_SPACE}cent|prozent)(?!\w))",
    re.IGNORECASE,
)


_PLAIN_WORD = rf"(?!(?:{_SIGN})(?!\w))[^\W\d_]+"
_SPELT = re.compile(
    rf"(?<!\w)(?P<words>(?:{_PLAIN_WORD}[{_BLANKS}-]){{0,6}}{_PLAIN_WORD})[{_BLANKS}-]"
    rf"(?:(?P<sign>{_SIGN})|(?:per{_SPACE}?cento?|percent|por{_SPACE}ciento|pour{_SPACE}cent|prozent))(?!\w)",
    re.IGNORECASE,
)
_BARE = rf"(?P<bare>(?<![\w.,])(?:{_NUMBER})(?![\w%€£$/:°]|[.,-]\d)|[^\W\d_]+(?:-[^\W\d_]+){{0,2}})"
_NEXT = re.compile(r"\s*(?P<word>\w+)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A sum, or (`money` None) a share in percent, and where it stands.

    `comes_on_top` says that it is added to another sum ("altri 10 €"), `is_part` that a share is a part in
    words, "un terzo", with its percentage rounded down.
    """

    start: int
    end: int
    money: Money | None = None
    percent: Decimal | None = None
    comes_on_top: bool = False
    is_part: bool = False


def sums_in(text: str, language: str) -> list[Said]:
    """Every sum and share in the order of the text; "the half" is 50 percent, "everything" is no sum."""
    lists = word_lists(language)
    found = [*_in_figures(text), *_in_words(text, lists)]
    found += [one for one in _without_sign(text, lists) if not _overlaps(one, found)]
    found += [one for one in _parts_in(text, lists) if not _overlaps(one, found)]
    found.sort(key=lambda said: said.start)
    return [
        replace(one, comes_on_top=one.comes_on_top or _is_added(text, before, one, lists))
        if before is not None
        else one
        for before, one in zip([None, *found], found, strict=False)
    ]


def money_in(text: str, language: str) -> set[Money]:
    """The sums alone."""
    return {said.money for said in sums_in(text, language) if said.money is not None}


def _in_figures(text: str) -> Iterator[Said]:
    for match in _MONEY.finditer(text):
        sign = match["before"] or match["after"] or "€"
        numbers = [_parsed(match[name]) for name in ("first", "up_to", "second", "third") if match[name]]
        # Of a range the larger counts.
        money = Money(amount=max(numbers), currency=_SIGNS[sign.lower()])
        yield Said(start=match.start(), end=match.end(), money=money)
    for match in _SHARE.finditer(text):
        yield Said(start=match.start(), end=match.end(), percent=_parsed(match["share"]))


def _in_words(text: str, lists: WordLists) -> Iterator[Said]:
    for match in _SPELT.finditer(text):
        number, length = number_at_end(match["words"].translate(_ORDINARY), lists.language)
        if number is None:
            continue
        start = match.end("words") - length
        if match["sign"] is None:
            yield Said(start=start, end=match.end(), percent=number)
        else:
            money = Money(amount=number, currency=_SIGNS[match["sign"].lower()])
            yield Said(start=start, end=match.end(), money=money)


def _without_sign(text: str, lists: WordLists) -> Iterator[Said]:
    """Bare numbers that are sums by what stands before them: "le rimborsiamo 30", "25 € più altri 5"."""
    for match in _before_bare(lists.language).finditer(text):
        written = match["bare"]
        number = _parsed(written) if written[0].isdigit() else number_at_end(written, lists.language)[0]
        if number is None or number <= 1 or not _is_last(text, match.end("bare"), lists):
            continue
        money = Money(amount=number, currency="EUR")
        added = match["added"] is not None
        yield Said(start=match.start("bare"), end=match.end("bare"), money=money, comes_on_top=added)


@cache
def _before_bare(language: str) -> re.Pattern[str]:
    lists = word_lists(language)
    verbs = (lists.remedies["refund"], lists.remedies["discount"], lists.patterns["pays"])
    paid = "|".join(verb.pattern for verb in verbs)
    other, added = (lists.patterns[name].pattern for name in ("other", "added"))
    also = lists.patterns["also"].pattern
    given = rf"(?:{paid})\s*(?:(?:{lists.patterns['to_them'].pattern})\s+){{0,3}}(?<=\s)"
    joined = rf"\+|(?:{added})(?!\s+{other})|(?:(?:{added}|{also})\s+{other})"
    more = rf"(?P<added>(?:(?:€|£|\$)\s?(?:{_NUMBER})|(?:{_SIGN}))\s*(?:{joined})\s*)(?<=[\s+])"
    return re.compile(rf"(?:{more}|{given}){_BARE}", re.IGNORECASE)


def _is_last(text: str, at: int, lists: WordLists) -> bool:
    """Whether nothing follows that is counted: the sentence ends there, or goes on with a small word."""
    word = _NEXT.match(text, at)["word"]  # type: ignore[index]
    rest = text[at:].lstrip(_BLANKS)
    if word is None or not rest.startswith(word):
        return not rest or rest[0] in ".,;:!?)\n"
    return lists.patterns["follows"].fullmatch(word) is not None


def _is_added(text: str, before: Said, said: Said, lists: WordLists) -> bool:
    """Whether "another" or "more" stands at the sum, in the sentence of the one before."""
    if said.money is None or re.search(r"[.!?]\s|\n", text[before.end : said.start]):
        return False
    words = text[before.end : said.start].rstrip()
    return any(match.end() == len(words) for match in lists.find("other", words))


def _overlaps(one: Said, others: list[Said]) -> bool:
    return any(other.start < one.end and one.start < other.end for other in others)


def _parts_in(text: str, lists: WordLists) -> list[Said]:
    """Parts of the price: "metà prezzo", "a third off", and "scontiamo un terzo" with nothing behind it."""
    found = [
        Said(start=match.start(), end=match.end(), percent=Decimal(50), is_part=True)
        for match in lists.find("half", text)
    ]
    is_of_money = any(lists.remedies[kind].search(text) for kind in ("refund", "discount"))
    for pattern, percent in lists.fractions:
        for match in pattern.finditer(text):
            after = text[match.end() :]
            of_price = lists.patterns["of_price"].match(after, len(after) - len(after.lstrip(" ")))
            if of_price is None and not (is_of_money and _is_last(text, match.end(), lists)):
                continue
            end = match.end() + (of_price.end() if of_price is not None else 0)
            part = Said(start=match.start(), end=end, percent=Decimal(percent), is_part=True)
            found += [part] if not _overlaps(part, found) else []
    return found


def _parsed(written: str) -> Decimal:
    """Reads "1.200,50", "1,200.50", "4,90" and "1 200": three digits after a sign are thousands."""
    number = re.sub(rf"[{_BLANKS}'’]", "", written)
    whole, sign, cents = re.fullmatch(r"(.*?)(?:([.,])(\d{1,2}))?", number).groups()  # type: ignore[union-attr]
    digits = re.sub(r"[.,]", "", whole)
    return Decimal(f"{digits}.{cents}" if sign else digits)
