"""What the classifier says about one message. The values that travel from `nlp` to the rest."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """A label and the model's probability for it, in [0, 1]."""

    label: str
    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """A sum of money named in a text. `currency` is an ISO 4217 code."""

    value: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Period:
    """From the first day to the last, both counted."""

    first: date
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Entities:
    """What was found in the text, in order of appearance and without repeats.

    `dates` are single days. Who names a month or a span ("il mese scorso") names none of its days: those are
    `periods`.
    `fiscal_codes` are Italian codici fiscali; they and the IBANs have a right checksum, no blanks, capitals.
    `other_numbers` look like an order's, but nothing around them says that they are one: a parcel's, a serial
    number, a bare number.
    """

    order_ids: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    dates: tuple[date, ...] = ()
    periods: tuple[Period, ...] = ()
    phone_numbers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ibans: tuple[str, ...] = ()
    fiscal_codes: tuple[str, ...] = ()
    other_numbers: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[str, ...]:
        """Everything that an order may be known by: its numbers, then the others."""
        return (*self.order_ids, *self.other_numbers)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """One run of the classifier on one message.

    `complaint_types` is empty unless `act` is `complaint`; both lists are sorted by falling
    probability. `abstained` names the fields (`act`, `complaint_types`, `tone`, `urgency`, `asks`,
    `own_error`) on which the model is too unsure to be relied upon. `language` is an ISO 639-1 code,
    or `und`: none of those that are told apart. `encoder` and `heads` identify the model that spoke.
    `asks_where_it_stands`: whether it asks what has become of the matter, which counts once something
    is promised.
    """

    act: Label
    complaint_types: tuple[Label, ...]
    tone: Label
    urgency: Label
    asks: tuple[Label, ...]
    own_error: Label
    language: str
    entities: Entities
    abstained: frozenset[str]
    encoder: str
    heads: str
    asks_where_it_stands: bool = False

    @property
    def needs_review(self) -> bool:
        """Whether a person should look at the labels before anything rests on them."""
        return bool(self.abstained)


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of the text, from its first character to the one after its last, counted from 0."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One label that was found, and the stretches that carried it, in the order of the text."""

    field: str
    label: str
    spans: tuple[Span, ...]


Explain = Callable[[str, datetime, Assessment], Awaitable[Sequence[Evidence] | None]]
"""Names the words of a text that carried its labels; takes its time, and never inside a transaction.

None where it is left undone, because others came that are newer.

The time is when it was sent, aware.
"""

Classify = Callable[[Sequence[str], Sequence[datetime]], Awaitable[Sequence[Assessment]]]
"""Assesses messages, one result each and in their order; never called inside a transaction.

The times are when each was sent, aware: "yesterday" is counted from that day, whenever it is read.
"""
