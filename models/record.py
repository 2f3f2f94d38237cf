"""A customer's record: what happened in their cases and orders, as far as signals may count it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One case or order that counts, at the moment it first did.

    `id` is the case's or the order's, `messages` are the ids of the messages that show it.
    """

    id: str
    at: datetime
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Dismissal:
    """A signal that an agent has dismissed, with the ids of what it rested on."""

    signal: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """What a customer's history shows, each case once in every list; None where the source is missing.

    `claims` are cases with a complaint, `threats` those with a threat, `critical` those with a critical
    message, `unbought` the claims of somebody of whom the order book has no order; `paid_orders` come from
    that book, `remedies` are cases in which a favour was given, and when. `since` is when the customer first
    came. `present` is the id of the case at hand.
    """

    cases: tuple[Happening, ...] | None = None
    claims: tuple[Happening, ...] | None = None
    threats: tuple[Happening, ...] | None = None
    critical: tuple[Happening, ...] | None = None
    unbought: tuple[Happening, ...] | None = None
    paid_orders: tuple[Happening, ...] | None = None
    remedies: tuple[Happening, ...] = ()
    since: datetime | None = None
    present: str | None = None
    dismissed: tuple[Dismissal, ...] = ()
