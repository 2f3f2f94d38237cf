"""What a message is about, without what merely names somebody or something.

An address, a telephone number, a link or the number of an order changes nothing in what went wrong; the
encoder reads their letters and figures as if it did. "Il mio ordine non è mai arrivato" is a parcel that is
late; with the order's number in it, or the writer's e-mail address, it was a complaint of no certain type, or
spam (docs/evaluation.md). So the heads do not see them. Days, sums and quantities stay.
"""

import re
from collections.abc import Iterator

from nlp.entities.amounts import find_amounts
from nlp.entities.finder import find_identifiers
from nlp.entities.order_numbers import candidates
from nlp.entities.order_patterns import DAY

Span = tuple[int, int]

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]+", re.IGNORECASE)
_TO_CALL = re.compile(r"(?<![\w.,€$£])\+?\d(?:[ .()/-]{0,2}\d){6,}(?!\w|[.,]\d)")
_CODE = re.compile(r"(?<!\w)(?=(?:[A-Za-z]*\d){4})(?=\d*[A-Za-z])[A-Za-z0-9]{10,}(?!\w)")
_QUANTITY = 4
"""Figures in a row that may rather count something: "consumo 1234 kWh"."""
_NUMBERED = re.compile(
    r"(?:(?<!\w)[A-Z]{2,5} ?- ?|(?<![\w-])(?<![A-Z] )[A-Z]{2,3} "
    r"|(?<!\w)(?:n[°º.]|nr\.?|no\.|nº|num(?:ero|éro|ber)|#) ?)\d{3,}(?!\w|[.,]\d| [A-Z]{2})"
)
"""Fewer figures behind what makes a name of them ("RS 1001", "n. 483"), and not "HO SPESO 300 EURO"."""

_FIGURES = re.compile(r"\d{3}|[@:.]\S|[A-Z]\d|\d[A-Z]")
"""What is not there has nothing to take out; looked for first, because most messages have no such thing."""


def matter_of(text: str) -> str:
    """The text without addresses, links, telephone numbers, accounts and the numbers of orders and the like.

    As it is where no letter would be left.
    """
    if _FIGURES.search(text) is None:
        return text
    rest, end = [], 0
    for start, stop in _merged(sorted(_names(text))):
        rest.append(text[end:start].rstrip(" #"))
        end = stop
    if not rest:
        return text
    left = " ".join([*rest, text[end:].lstrip(" ")])
    return left if any(map(str.isalpha, left)) else text


def _names(text: str) -> Iterator[Span]:
    yield from (match.span() for match in _LINK.finditer(text))
    yield from (span for _, span in find_identifiers(text))
    yield from (match.span() for match in _CODE.finditer(text))
    # Whatever the language: it decides about cents only.
    sums = [(first, last) for first, last, _ in find_amounts(text, language="it")]
    for start, stop in candidates(text, sums):
        if stop - start > _QUANTITY or not text[start:stop].isdigit():
            yield start, stop
    for match in _NUMBERED.finditer(text):
        if not any(first < match.end() and match.start() < last for first, last in sums):
            yield match.span()
    for match in _TO_CALL.finditer(text):
        start, stop = match.span()
        is_sum = any(first < stop and start < last for first, last in sums)
        if not is_sum and not DAY.search(match[0]):
            yield start, stop


def _merged(spans: list[Span]) -> Iterator[Span]:
    """Those that overlap as one."""
    current: Span | None = None
    for start, stop in spans:
        if current is not None and start < current[1]:
            current = current[0], max(current[1], stop)
            continue
        if current is not None:
            yield current
        current = start, stop
    if current is not None:
        yield current
