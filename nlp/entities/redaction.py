"""Texts without what says who wrote them: names, numbers and addresses give way to a word in brackets.

While a text is worked on, each thing hidden is one private character, and so is each word in brackets that
the text came with. So a text that was redacted before looks to every finder as it did when it was done, and
is left as it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from nlp.entities.amounts import find_amounts
from nlp.entities.finder import REGIONS, find_identifiers, find_phones
from nlp.entities.name_lists import load_lists
from nlp.entities.order_numbers import find_order_numbers
from nlp.entities.order_patterns import compile_pattern, find_by_patterns
from nlp.entities.person_names import NameFinder
from nlp.entities.postal_addresses import find_addresses
from nlp.language import detect_language

Span = tuple[int, int]

WORDS: Mapping[str, Mapping[str, str]] = {
    "it": {
        "name": "nome",
        "phone": "telefono",
        "email": "e-mail",
        "iban": "IBAN",
        "fiscal_code": "codice fiscale",
        "vat_number": "partita IVA",
        "address": "indirizzo",
        "order": "n. ordine",
        "card": "n. carta",
        "plate": "targa",
        "link": "link",
        "handle": "utente",
    },
    "en": {
        "name": "name",
        "phone": "phone",
        "email": "e-mail",
        "iban": "IBAN",
        "fiscal_code": "tax code",
        "vat_number": "VAT number",
        "address": "address",
        "order": "order number",
        "card": "card number",
        "plate": "licence plate",
        "link": "link",
        "handle": "username",
    },
    "es": {
        "name": "nombre",
        "phone": "teléfono",
        "email": "correo",
        "iban": "IBAN",
        "fiscal_code": "DNI",
        "vat_number": "NIF",
        "address": "dirección",
        "order": "n.º de pedido",
        "card": "n.º de tarjeta",
        "plate": "matrícula",
        "link": "enlace",
        "handle": "usuario",
    },
    "fr": {
        "name": "nom",
        "phone": "téléphone",
        "email": "e-mail",
        "iban": "IBAN",
        "fiscal_code": "code fiscal",
        "vat_number": "n° de TVA",
        "address": "adresse",
        "order": "n° de commande",
        "card": "n° de carte",
        "plate": "immatriculation",
        "link": "lien",
        "handle": "pseudo",
    },
    "de": {
        "name": "Name",
        "phone": "Telefon",
        "email": "E-Mail",
        "iban": "IBAN",
        "fiscal_code": "Steuernummer",
        "vat_number": "USt-IdNr.",
        "address": "Adresse",
        "order": "Bestellnummer",
        "card": "Kartennummer",
        "plate": "Kennzeichen",
        "link": "Link",
        "handle": "Benutzername",
    },
}
"""What stands in the brackets, by language and kind; other languages get the English words."""

KINDS = tuple(WORDS["en"])

_FIRST = 0xF0000  # of a private plane that no font uses
_MARKS = {
    f"[{word}]": chr(_FIRST + number)
    for number, word in enumerate(dict.fromkeys(word for words in WORDS.values() for word in words.values()))
}
_NO_NAME_MARKS = "".join(
    sorted(set(_MARKS.values()) - {_MARKS[f"[{words['name']}]"] for words in WORDS.values()})
)
_SHOWN = {mark: word for word, mark in _MARKS.items()}
_QUOTE = chr(_FIRST + 0xFF)
_OWN = f"{chr(_FIRST)}-{_QUOTE}"
_QUOTED = 0x100  # how far a text's own private character is moved, behind a `_QUOTE`
_LIFTED = re.compile(rf"{'|'.join(re.escape(word) for word in _MARKS)}|[{_OWN}]")
_OWN_MARK = re.compile(f"[{_OWN}]")
_SET_DOWN = re.compile(rf"(?s){_QUOTE}(.)|[{_OWN}]")
# To the finder of order numbers one that is hidden stays a number, so that its neighbours look the same.
_ORDER_MARK = re.compile("[" + "".join(_MARKS[f"[{words['order']}]"] for words in WORDS.values()) + "]")

_ROUNDS = 5
_CURRENCY = 20  # letters beside a sum in which its currency stands
_CARD_DIGITS, _DNI_DIGITS, _PHONE_DIGITS = 13, 7, 6
_DIGIT = re.compile(r"\d")
_CLOSE_DIGITS = re.compile(r"(?:\d\D{0,4}){6}")
_LINK = re.compile(r"(?i)(?<![\w@])(?:https?://|www\.|t\.me/|wa\.me/)[^\s<>\"" + _OWN + r"]+")
_SECRET = re.compile(
    r"[?#][^=]{0,40}=|//[^/@\s]+@|\d{6}|(?=[\w-]{0,15}\d)[A-Za-z0-9_-]{16}|(?:t|wa)\.me/", re.ASCII
)
_AFTER_LINK = ".,;:!?)]}»”'"
_HANDLE = re.compile(r"(?<![\w@./+-])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\w@.-]*\w@)", re.ASCII)
_LONG_CARD = re.compile(r"(?<![\w.,-])(?:4|5[1-5]|2[2-7]|3[47]|6)\d{2,3}(?:[ -]?\d){10,13}(?!\w|[.,-]\d)")
_DNI = re.compile(r"(?i)(?<![\w.-])(?:[XYZ][ -]?\d{7}|\d{2}\.?\d{3}\.?\d{3})[ -]?[A-Z](?!\w)", re.ASCII)
_PAIR = "[A-HJ-NPR-TV-Z]{2}"  # I, O, Q and U are in no Italian or French plate
_PLATE = re.compile(rf"(?<![\w-])(?:{_PAIR} ?\d{{3}} ?{_PAIR}|{_PAIR}-\d{{3}}-{_PAIR})(?![\w-])")
_PLATE_WORDS = ("targ", "plate", "matr", "immatricul", "plaque", "kennzeichen")
_AFTER_PLATE = re.compile(
    r"(?i:targ(?:a|at[ao])|number plate|licen[cs]e plate|matr[ií]cula|immatricul(?:ée?|ation)|plaque"
    r"|kennzeichen)(?:[ :]|è|n\.|es|is|est|ist){1,6}"
    r"(?P<plate>(?=[A-Z -]{0,6}\d)[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,3})(?!\w)"
)


class Redactor:
    """Hides who wrote. `counts` says how many things of each kind were hidden so far."""

    def __init__(self, order_patterns: Sequence[str] = ()) -> None:
        """`order_patterns` find a business's order numbers, beside what the words around a number say.

        Raises:
            NlpError: A pattern is not a regular expression.
        """
        self._orders = [compile_pattern(pattern) for pattern in order_patterns]
        self.counts: Counter[str] = Counter()
        lists = load_lists()
        self._names = NameFinder(lists, hidden=_NO_NAME_MARKS)
        self._everyday = lists.everyday

    def __call__(self, texts: Sequence[str | None], languages: Sequence[str | None]) -> list[str | None]:
        """The texts redacted, in their order; None stays None.

        `languages` are ISO 639-1 codes, one a text; where one is None it is found out. A text in which
        nothing is hidden is returned as it is, and a text redacted again does not change.
        """
        return [
            None if text is None else self._redacted(text, language or detect_language(text))
            for text, language in zip(texts, languages, strict=True)
        ]

    def _redacted(self, text: str, language: str) -> str:
        lifted = _LIFTED.sub(_lift, text) if "[" in text or _OWN_MARK.search(text) else text
        working, before = lifted, ""
        # Once more for what shows only now: a phone number that stood between an order and its "ordine".
        for _ in range(_ROUNDS):
            if working == before:
                break
            before, working = working, self._once(working, language)
        return text if working == lifted else _SET_DOWN.sub(_set_down, working)

    def _once(self, text: str, language: str) -> str:
        words = WORDS.get(language, WORDS["en"])
        if "/" in text or "www." in text:
            text = self._hide(text, words, _links(text))
        digits = len(_DIGIT.findall(text))
        if digits or "@" in text:
            text = self._hide(text, words, _identifiers(text, digits))
        if self._orders:
            text = self._hide(text, words, (("order", span) for span in self._own_orders(text)))
            digits = len(_DIGIT.findall(text))
        if digits:
            addresses = find_addresses(text, is_everyday=self._everyday.__contains__)
            text = self._hide(text, words, (("address", span) for span in addresses))
            text = self._hide(text, words, _plates(text))
            text = self._hide_numbers(text, language, words, digits)
        return self._hide(text, words, (("name", span) for span in self._names.find(text)))

    def _own_orders(self, text: str) -> Iterator[Span]:
        for (start, end), _ in find_by_patterns(self._orders, text):
            if not _OWN_MARK.search(text, start, end):  # what is hidden is no number, whatever it may match
                yield start, end

    def _hide_numbers(self, text: str, language: str, words: Mapping[str, str], digits: int) -> str:
        """Phones and orders: a number in one piece is an order where the words around it say so."""
        region = REGIONS.get(language, "IT")
        may_be_phones = digits >= _PHONE_DIGITS and _CLOSE_DIGITS.search(text) is not None
        if may_be_phones:
            phones = [span for span, _ in find_phones(text, region)]
            spaced = (("phone", span) for span in phones if not text[span[0] : span[1]].isdigit())
            text = self._hide(text, words, spaced)
        seen = _ORDER_MARK.sub("0", text)
        orders = [span for span, _ in find_order_numbers(seen, ()) if not _is_amount(seen, span, language)]
        text = self._hide(text, words, (("order", span) for span in orders))
        if may_be_phones:
            text = self._hide(text, words, (("phone", span) for span, _ in find_phones(text, region)))
        return text

    def _hide(self, text: str, words: Mapping[str, str], found: Iterable[tuple[str, Span]]) -> str:
        """The text with its finds as private characters; of finds that overlap the first one counts."""
        parts, at = [], 0
        for kind, (start, end) in sorted(_apart(found), key=lambda one: one[1]):
            parts += [text[at:start], _MARKS[f"[{words[kind]}]"]]
            self.counts[kind] += 1
            at = end
        return "".join([*parts, text[at:]]) if parts else text


def _apart(found: Iterable[tuple[str, Span]]) -> Iterator[tuple[str, Span]]:
    finds = list(found)
    if len(finds) < 2:
        yield from finds
        return
    covered = bytearray(max(end for _, (_, end) in finds))
    for kind, (start, end) in finds:
        if not any(covered[start:end]):
            covered[start:end] = b"\1" * (end - start)
            yield kind, (start, end)


def _is_amount(text: str, span: Span, language: str) -> bool:
    start, end = span
    if not text[start:end].isdigit():
        return False
    before = max(0, start - _CURRENCY)
    near = find_amounts(text[before : end + _CURRENCY], language=language)
    return any(first < end - before and start - before < last for first, last, _ in near)


def _links(text: str) -> Iterator[tuple[str, Span]]:
    """The links that lead to somebody: with a value after a `?`, a long code, a number or a chat's name."""
    for match in _LINK.finditer(text):
        link = match.group().rstrip(_AFTER_LINK)
        if _SECRET.search(link):
            yield "link", (match.start(), match.start() + len(link))


def _identifiers(text: str, digits: int) -> Iterator[tuple[str, Span]]:
    from stdnum import luhn
    from stdnum.es import dni, nie

    told = list(find_identifiers(text))
    for first in ("iban", "fiscal_code", "email", "vat_number"):
        yield from ((kind, span) for kind, span in told if kind == first)
    for kind, (start, end) in told:
        # One that was written in fours is a card even where a figure is wrong.
        if kind == "card" and (not text[start:end].isdigit() or luhn.is_valid(text[start:end])):
            yield kind, (start, end)
    for match in _LONG_CARD.finditer(text) if digits >= _CARD_DIGITS else ():
        if luhn.is_valid(re.sub(r"\D", "", match.group())):
            yield "card", match.span()
    for match in _DNI.finditer(text) if digits >= _DNI_DIGITS else ():
        if dni.is_valid(match.group()) or nie.is_valid(match.group()):
            yield "fiscal_code", match.span()
    if "@" in text:
        yield from (("handle", match.span()) for match in _HANDLE.finditer(text))


def _plates(text: str) -> Iterator[tuple[str, Span]]:
    small = text.lower()
    if any(word in small for word in _PLATE_WORDS):
        yield from (("plate", match.span("plate")) for match in _AFTER_PLATE.finditer(text))
    yield from (("plate", match.span()) for match in _PLATE.finditer(text))


def _lift(match: re.Match[str]) -> str:
    found = match.group()
    return _MARKS[found] if len(found) > 1 else _QUOTE + chr(ord(found) + _QUOTED)


def _set_down(match: re.Match[str]) -> str:
    quoted: str | None = match[1]
    return _SHOWN[match.group()] if quoted is None else chr(ord(quoted) - _QUOTED)
