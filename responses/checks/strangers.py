"""Data of other people: numbers of orders, telephones, accounts and cards, tax codes, addresses, streets."""

import re
from collections.abc import Iterator

from stdnum import luhn
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.it import codicefiscale, iva

from responses.checks.about import CheckContext
from responses.checks.clauses import clauses_of, judged
from responses.checks.finding import Finding, Severity
from responses.checks.streets import Street, is_named, streets_in
from responses.checks.wordlists import WordLists, word_lists

_EMAIL = re.compile(r"(?<![\w.+-])[\w.%+-]{1,64}@(?P<domain>(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24})(?![\w-])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD = re.compile(r"(?<![\w.,/-])(?:4|5[1-5]|2[2-7]|3[47]|6)\d{2,3}(?:[ -]?\d){10,13}(?!\w|[.,-]\d)")
_CARD_WORD = re.compile(r"(?<!\w)(?:carta|card|tarjeta|carte|visa|mastercard)(?!\w)|karten?(?!\w)", re.I)
_FISCAL_CODE = re.compile(
    r"(?<!\w)[A-Z]{3} ?[A-Z]{3} ?[A-Z\d]{2} ?[A-Z] ?[A-Z\d]{2} ?[A-Z] ?[A-Z\d]{3} ?[A-Z](?!\w)", re.I | re.A
)
_WITH_CHECKSUM = (
    # A figure or letter of each is reckoned from the others: few other numbers come out right. A small letter
    # behind a blank is the next word: "l'ordine 10000008 e la fattura".
    (re.compile(r"(?<![\w.,/-])\d{8}(?:[a-zA-Z]|[ -][A-Z])(?![\w-])"), dni.is_valid),
    (
        re.compile(r"(?<![\w.,/-])(?:[xyzXYZ]|[XYZ][ -])\d{7}(?:[a-zA-Z]|[ -][A-Z])(?![\w-])"),
        nie.is_valid,
    ),
    (
        re.compile(
            r"(?<![\w.,/-])[12378] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w%€]|[.,]\d)", re.I
        ),
        nir.is_valid,
    ),
)
_VAT_NUMBER = re.compile(r"(?<![\w.,/-])(?P<country>IT ?)?\d{11}(?![\w%€]|[.,]\d)")
_VAT_WORD = re.compile(r"(?<!\w)(?:p(?:artita|\.) ?iva|vat|mwst|tva|cif|nif|ust)(?!\w)", re.I)
_PHONE = re.compile(r"(?<![\w.,/-])(?:\+|00)?\d(?:[ ./-]?\d){6,14}(?![\w%€])")
_ORDER = re.compile(r"(?<![\w@])#?(?:[A-Z]{1,4}[-/]?\d{3,}(?:[-/]\d+)*|\d{4,})(?![\w€%@]|[.,]\d)")
_PARCELS_DIGITS = 10
_NUMBER_WORD = re.compile(
    r"[\s:#(]*(?:(?:n|no|nr)[.°º]*|numero|número|numéro|number|nummer|codice|code)?[\s:#(]*", re.I
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DIALLED = {"it": "03", "es": "6789", "fr": "0", "de": "0", "en": "0"}


def check_strangers(text: str, about: CheckContext) -> Iterator[Finding]:
    """What the customer, the facts and our own earlier answers have not named, and is not ours either."""
    seen = judged(text, about)
    known = _Known(about)
    taken: list[tuple[int, int]] = []
    for match in _EMAIL.finditer(seen):
        taken.append(match.span())
        if not known.has(match.group()) and not known.is_ours(match["domain"]):
            yield _found(match.group(), match.start(), Severity.ERROR)
    for match in _IBAN.finditer(seen):
        taken.append(match.span())
        if not known.has(match.group()):
            yield _found(match.group(), match.start(), Severity.ERROR)
    for match in _FISCAL_CODE.finditer(seen):
        # The last letter is reckoned from the others: a model or a parcel's code seldom comes out right.
        if codicefiscale.is_valid(match.group()):
            taken.append(match.span())
            if not known.has(match.group()):
                yield _found(match.group(), match.start(), Severity.ERROR)
    for pattern, is_valid in _WITH_CHECKSUM:
        for match in pattern.finditer(seen):
            if _overlaps(match.span(), taken) or not is_valid(match.group()):
                continue
            digits = re.sub(r"\D", "", match.group())
            taken.append(match.span())
            if not known.has(match.group()) and not known.has(digits):
                yield _found(match.group(), match.start(), Severity.ERROR)
    for street in streets_in(seen, about.language):
        taken.append((street.start, street.end))
        if not known.has_house(street):
            yield _found(seen[street.start : street.end], street.start, Severity.ERROR)
    lists = word_lists(about.language)
    for clause in clauses_of(seen, about.language):
        is_of_order = lists.has("order", clause.words)
        is_of_parcel = lists.has("carrier", clause.words)
        for match in _VAT_NUMBER.finditer(clause.words):
            place = clause.start + match.start(), clause.start + match.end()
            # One number of eleven figures in ten comes out right: it has to be called one as well.
            is_called = match["country"] is not None or _VAT_WORD.search(clause.words) is not None
            if not is_called or _overlaps(place, taken) or not iva.is_valid(match.group()):
                continue
            taken.append(place)
            if not known.has(match.group()):
                yield _found(match.group(), place[0], Severity.ERROR)
        for match in _CARD.finditer(clause.words):
            place = clause.start + match.start(), clause.start + match.end()
            # One parcel's number in ten passes for a card's, but none is written in fours.
            is_parcels = is_of_parcel and match.group().isdigit() and not _CARD_WORD.search(clause.words)
            if is_parcels or _overlaps(place, taken) or not luhn.is_valid(re.sub(r"\D", "", match.group())):
                continue
            taken.append(place)
            if not known.has(match.group()):
                yield _found(match.group(), place[0], Severity.ERROR)
        for match in _ORDER.finditer(clause.words):
            place = clause.start + match.start(), clause.start + match.end()
            if not is_of_order or is_of_parcel or _overlaps(place, taken) or _YEAR.fullmatch(match.group()):
                continue
            taken.append(place)
            if not known.has(match.group()):
                is_long = sum(sign.isdigit() for sign in match.group()) >= _PARCELS_DIGITS
                # So long a number that is not called the order's is far more often the parcel's.
                is_parcels = is_long and not _ends_with_order(clause.words[: match.start()], lists)
                yield _found(match.group(), place[0], Severity.WARNING if is_parcels else Severity.ERROR)
        for match in _PHONE.finditer(clause.words):
            place = clause.start + match.start(), clause.start + match.end()
            if is_of_parcel or _overlaps(place, taken) or not _is_phone(match.group(), about.language):
                continue
            if not known.has_digits(match.group()):
                # Far more often a number of our own than somebody else's.
                yield _found(match.group(), place[0], Severity.WARNING)


class _Known:
    """What this case has named, letters and digits alone, so that "RS-4471" is "rs 4471"."""

    def __init__(self, about: CheckContext) -> None:
        facts = [str(value) for value in about.known_facts.values()]
        texts = (*about.said, *about.sent, *about.own, *facts)
        # A street that the decision itself put there (where else to turn, in an exit) is nobody else's.
        self._texts = (*texts, *about.published, about.composed or "")
        self._words = [_bare(words) for words in texts]
        self._digits = [re.sub(r"\D", "", words) for words in self._words]
        self._ours = [_bare(words) for words in about.own if len(_bare(words)) > 3]

    def has(self, words: str) -> bool:
        return any(_bare(words) in one for one in self._words)

    def has_digits(self, words: str) -> bool:
        # With or without the country's code.
        return any(re.sub(r"\D", "", words)[-7:] in one for one in self._digits)

    def has_house(self, street: Street) -> bool:
        return is_named(street, self._texts)

    def is_ours(self, domain: str) -> bool:
        return any(one in _bare(domain) for one in self._ours)


def _bare(words: str) -> str:
    return re.sub(r"[\W_]", "", words).lower()


def _ends_with_order(words: str, lists: WordLists) -> bool:
    """Whether the number is called the order's: "ordine n. ", "order number ", "Bestellung "."""
    return any(_NUMBER_WORD.fullmatch(words, match.end()) for match in lists.find("order", words))


def _is_phone(written: str, language: str) -> bool:
    digits = re.sub(r"\D", "", written)
    if not 8 <= len(digits) <= 15:
        return False
    return written.startswith(("+", "00")) or digits[0] in _DIALLED[language]


def _overlaps(place: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < place[1] and place[0] < end for start, end in taken)


def _found(words: str, start: int, severity: Severity) -> Finding:
    return Finding(code="stranger_data", severity=severity, start=start, end=start + len(words), words=words)
