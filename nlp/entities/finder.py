"""What is named in a message: order numbers, sums of money, days, telephone numbers, addresses, accounts."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Literal, TypeVar

from models.assessment import Entities
from nlp.entities.amounts import find_amounts
from nlp.entities.dates import find_dates
from nlp.entities.order_numbers import candidates, find_order_numbers
from nlp.entities.order_patterns import DAY, compile_pattern, find_by_patterns
from nlp.entities.periods import find_periods

T = TypeVar("T")

Span = tuple[int, int]

Identifier = Literal["email", "card", "vat_number", "iban", "fiscal_code"]

REGIONS = {"it": "IT", "en": "GB", "es": "ES", "fr": "FR", "de": "DE", "pt": "PT"}
"""Where a telephone number without a country code is dialled, by the language of the message."""

_EMAIL = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9_][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"
)
_DIGIT = re.compile(r"\d")
_LEAST_DIGITS = 8  # of a card, a VAT number or an IBAN
_IBAN_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ \u00a0]?\d{2}(?=[ \u00a0\u202f.\n-]?[A-Za-z0-9])")
_BETWEEN_GROUPS = (
    " -.\u00a0\u202f\n"  # of an IBAN; copied from a page, blanks that do not break, and ends of lines
)
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34
_LETTERS_OR_DIGITS = "[0-9LMNPQRSTUV]"  # where two people would have the same code, digits become letters
_FISCAL_CODE = re.compile(
    rf"(?<![A-Za-z0-9])[A-Z]{{3}} ?[A-Z]{{3}} ?{_LETTERS_OR_DIGITS}{{2}} ?[A-EHLMPRST]"
    rf" ?{_LETTERS_OR_DIGITS}{{2}} ?[A-Z] ?{_LETTERS_OR_DIGITS}{{3}} ?[A-Z](?![A-Za-z0-9])",
    re.IGNORECASE,
)
_CARD = re.compile(r"(?<!\d)\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?!\d)")
_TAX_NUMBER = re.compile(
    r"\b(?:p\.? ?iva|partita iva|vat(?: (?:no|number|n°))?|nif|nipc|cif|ust-?id(?:nr)?|siret|siren)"
    r"\.?[ :]*(?:è |n[.°] ?|[A-Z]{2} ?)?(?P<number>\d[\d .]{6,16}\d)",
    re.IGNORECASE,
)


class EntityFinder:
    """Finds entities; order numbers by a business's own patterns, and by their context."""

    def __init__(
        self,
        order_patterns: Sequence[str] = (),
        *,
        patterns_only: bool = False,
        region: str | None = None,
    ) -> None:
        """Compile the patterns; an order number is a pattern's group `id` where it has one.

        With `patterns_only` the words around a number never make it an order's. `region` is the country of
        telephone numbers without a country code; None: by the language.

        Raises:
            NlpError: A pattern is not a regular expression.
        """
        self._orders = [compile_pattern(pattern) for pattern in order_patterns]
        self._patterns_only = patterns_only
        self._region = region

    def find(self, text: str, *, language: str, today: date) -> Entities:
        """Find everything, in order of appearance; `today` is what relative days are counted from."""
        amounts = find_amounts(text, language=language)
        days = find_dates(text, language=language, today=today)
        others = taken_spans(text)
        phones = list(self._phones(text, language, others))
        # A number in one piece is an order where the words around it say so, however it could be dialled.
        spaced = [span for span, _ in phones if not text[span[0] : span[1]].isdigit()]
        taken = [*others, *spaced, *((first, last) for first, last, _ in [*amounts, *days])]
        orders = self._find_orders(text, taken)
        told = {span for span, _ in orders}
        return Entities(
            order_ids=_unique(order for _, order in orders),
            amounts=_unique(amount for _, _, amount in amounts),
            dates=_unique(day for _, _, day in days),
            periods=_unique(
                period
                for first, last, period in find_periods(text, language=language, today=today)
                if not _overlap((first, last), [(start, end) for start, end, _ in days])
            ),
            phone_numbers=_unique(
                number for span, number in phones if not _overlap(span, [one for one, _ in orders])
            ),
            emails=_unique(match.group() for match in _EMAIL.finditer(text)),
            ibans=_unique(iban for _, iban in _ibans(text)),
            fiscal_codes=_unique(code for _, code in _fiscal_codes(text)),
            other_numbers=_unique(
                text[first:last] for first, last in candidates(text, taken) if (first, last) not in told
            ),
        )

    def _find_orders(self, text: str, taken: Sequence[Span]) -> list[tuple[Span, str]]:
        own = sorted(find_by_patterns(self._orders, text))
        # Beside a number of the business's own form another is rather an invoice's or a customer's than a
        # second order's, and a case would be about the last one.
        return own if own or self._patterns_only else find_order_numbers(text, taken)

    def _phones(self, text: str, language: str, others: Sequence[Span]) -> Iterator[tuple[Span, str]]:
        for span, number in find_phones(text, self._region or REGIONS.get(language, "IT")):
            if not _overlap(span, others):
                yield span, number


def find_phones(text: str, region: str) -> Iterator[tuple[Span, str]]:
    """Telephone numbers in E.164 form; `region` is the country of those without a country code."""
    if sum(character.isdigit() for character in text) < 6:
        return
    import phonenumbers

    # Its own limit would end the search after 65,535 numbers that are none.
    for match in phonenumbers.PhoneNumberMatcher(text, region, max_tries=max(len(text), 1)):
        if not DAY.fullmatch(match.raw_string):  # "03.02.2025" can be dialled in Germany
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            yield (match.start, match.end), number


def taken_spans(text: str) -> list[Span]:
    """Where a text has what is neither an order nor a telephone number, whatever its language."""
    return [span for _, span in find_identifiers(text)]


def find_identifiers(text: str) -> Iterator[tuple[Identifier, Span]]:
    """What is told by its own form, kind after kind."""
    if "@" in text:
        yield from (("email", match.span()) for match in _EMAIL.finditer(text))
    digits = len(_DIGIT.findall(text))
    if digits >= _LEAST_DIGITS:
        yield from (("card", match.span()) for match in _CARD.finditer(text))
        yield from (("vat_number", match.span("number")) for match in _TAX_NUMBER.finditer(text))
        yield from (("iban", span) for span, _ in _ibans(text))
    if digits:
        yield from (("fiscal_code", span) for span, _ in _fiscal_codes(text))


def _ibans(text: str) -> Iterator[tuple[Span, str]]:
    """The IBANs whose length, form and checksum are right, in capitals and without blanks."""
    end = 0
    for match in _IBAN_START.finditer(text):
        if match.start() < end:
            continue
        found = _iban_at(text, match.start())
        if found is not None:
            end = found[0][1]
            yield found


def _iban_at(text: str, start: int) -> tuple[Span, str] | None:
    from stdnum import iban

    number, at, best = "", start, None
    while at < len(text) and len(number) < _LONGEST_IBAN:
        character = text[at]
        if character.isascii() and character.isalnum():
            number += character.upper()
            ends = at + 1 == len(text) or not text[at + 1].isalnum()
            if ends and len(number) >= _SHORTEST_IBAN and iban.is_valid(number, check_country=False):
                best = (start, at + 1), number
        elif character not in _BETWEEN_GROUPS or not text[at - 1].isalnum():
            break
        at += 1
    return best


def _fiscal_codes(text: str) -> Iterator[tuple[Span, str]]:
    """Italian codici fiscali of persons whose last letter checks, in capitals and without blanks."""
    for match in _FISCAL_CODE.finditer(text):
        from stdnum.it import codicefiscale

        code = match.group().replace(" ", "").upper()
        if codicefiscale.is_valid(code):
            yield match.span(), code


def _overlap(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _unique(values: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))
