"""The states things can be in, and the only ways from one to another."""

from collections.abc import Mapping
from enum import StrEnum

from models.errors import ForbiddenTransitionError


class CaseState(StrEnum):
    DRAFTING = "drafting"
    WAITING_AGENT = "waiting_agent"
    WAITING_CUSTOMER = "waiting_customer"
    ANSWERED = "answered"
    PROMISED = "promised"
    TAKEN_OVER = "taken_over"
    SPAM = "spam"
    CLOSED = "closed"


class DraftState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    EDITED = "edited"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"


class OfferState(StrEnum):
    OFFERED = "offered"
    CHOSEN = "chosen"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class OutboxState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


class PromiseKind(StrEnum):
    """What sort of thing was promised."""

    COMMITMENT = "commitment"  # in the policy's own words: "rispediamo il pacco"
    REMEDY = "remedy"  # something given that somebody has to carry out
    ANSWER = "answer"  # an answer to the matter, by a text that could not give one yet


class VoucherState(StrEnum):
    FREE = "free"  # loaded by the business, and nobody's yet
    RESERVED = "reserved"
    ACTIVE = "active"
    USED = "used"
    VOID = "void"
    EXPIRED = "expired"


class ChoiceHow(StrEnum):
    """How a choice came to its end."""

    BUTTON = "button"  # the customer pressed
    WORDS = "words"  # the customer wrote it, and an agent has read it so
    AGENT = "agent"  # an agent pressed for the customer: on the telephone, say
    DEFAULT = "default"  # nobody chose in time
    WITHDRAWN = "withdrawn"  # the text was taken back, or the person was erased


class Verdict(StrEnum):
    SEND = "send"
    DISCARD = "discard"
    PASS_ON = "pass_on"


class EditReason(StrEnum):
    """What was wrong with a draft that an agent rewrote."""

    FACT = "fact"
    TONE = "tone"
    AMOUNT = "amount"
    LANGUAGE = "language"
    WRONG_TYPE = "wrong_type"


class Purpose(StrEnum):
    """Why something is sent. The order is the order in which a sender lets them through."""

    ANSWER = "answer"
    CARD = "card"
    STANDING = "standing"


class ProofHow(StrEnum):
    """By what a customer has shown that an order is theirs."""

    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    LINK = "link"  # they opened the order's start link
    TELEGRAM = "telegram"  # the book knows their Telegram account
    AGENT = "agent"  # an agent says so


class TopicState(StrEnum):
    """Of a topic for a case in a forum group."""

    ASKED = "asked"  # Telegram was asked for it, and has not answered yet or never will
    OPEN = "open"
    CLOSED = "closed"
    NONE = "none"  # there is none, and the case does without


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    NOTE = "note"


_C, _O = CaseState, OutboxState

_CASE: Mapping[CaseState, frozenset[CaseState]] = {
    _C.DRAFTING: frozenset(
        {_C.WAITING_AGENT, _C.WAITING_CUSTOMER, _C.ANSWERED, _C.PROMISED, _C.TAKEN_OVER, _C.SPAM, _C.CLOSED}
    ),
    _C.WAITING_AGENT: frozenset(
        {_C.DRAFTING, _C.WAITING_CUSTOMER, _C.ANSWERED, _C.PROMISED, _C.TAKEN_OVER, _C.SPAM, _C.CLOSED}
    ),
    _C.WAITING_CUSTOMER: frozenset(
        {_C.DRAFTING, _C.WAITING_AGENT, _C.ANSWERED, _C.PROMISED, _C.TAKEN_OVER, _C.CLOSED}
    ),
    _C.ANSWERED: frozenset(
        {_C.DRAFTING, _C.WAITING_AGENT, _C.WAITING_CUSTOMER, _C.PROMISED, _C.TAKEN_OVER, _C.CLOSED}
    ),
    _C.PROMISED: frozenset(
        {_C.DRAFTING, _C.WAITING_AGENT, _C.WAITING_CUSTOMER, _C.ANSWERED, _C.TAKEN_OVER, _C.CLOSED}
    ),
    _C.TAKEN_OVER: frozenset(
        {_C.DRAFTING, _C.WAITING_AGENT, _C.WAITING_CUSTOMER, _C.ANSWERED, _C.PROMISED, _C.CLOSED}
    ),
    _C.SPAM: frozenset({_C.DRAFTING, _C.CLOSED}),
    _C.CLOSED: frozenset({_C.DRAFTING}),
}

_OUTBOX: Mapping[OutboxState, frozenset[OutboxState]] = {
    _O.PENDING: frozenset({_O.SENDING, _O.CANCELLED}),
    # Back to pending only after 429 or when no connection was opened: nothing can have arrived then.
    # Cancelled, from here on, when the customer has been erased: there are no words left to be sent.
    _O.SENDING: frozenset({_O.SENT, _O.FAILED, _O.UNCONFIRMED, _O.PENDING, _O.CANCELLED}),
    _O.FAILED: frozenset({_O.PENDING, _O.SENT, _O.CANCELLED}),
    _O.UNCONFIRMED: frozenset({_O.PENDING, _O.SENT, _O.CANCELLED}),
    _O.SENT: frozenset(),
    _O.CANCELLED: frozenset(),
}


def sources_of(new: OutboxState) -> tuple[OutboxState, ...]:
    """The states from which an outbox entry may become `new`, for conditional updates."""
    return tuple(old for old, targets in _OUTBOX.items() if new in targets)


def check_case(old: CaseState, new: CaseState) -> None:
    """Raise ForbiddenTransitionError unless a case may go from `old` to `new`; staying is allowed."""
    if old != new and new not in _CASE[old]:
        raise ForbiddenTransitionError("case", old, new)
