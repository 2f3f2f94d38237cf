"""Buttons, and what a press on one carries: an action, an opaque key, and perhaps a choice.

Nothing in it is trusted: rights and the state of the case are looked at when it comes back.
"""

from dataclasses import dataclass
from enum import StrEnum, unique

MAX_DATA_BYTES = 64


@unique
class Action(StrEnum):
    """What a button does: those with a card's key, those with a row's id or a page, last a customer's."""

    APPROVE = "a"
    EDIT = "e"
    ASK = "q"
    DECLINE = "n"
    DISCARD = "x"
    PASS_ON = "p"
    PASS_TO = "P"
    TAKE_OVER = "t"
    TAKE_BY_FORCE = "T"
    EDIT_BY_FORCE = "E"
    BACK = "b"
    WORDS = "w"
    FILES = "v"
    FACT = "f"
    FACT_TYPED = "F"
    KNOWN = "j"
    CORRECT = "J"
    VOUCH = "l"
    COUNT_FOR = "A"
    SIMILAR = "S"
    SPLIT = "s"
    MERGE = "M"
    UNDO = "u"
    EDIT_REASON = "R"
    SHOWN = "z"
    VOUCHERS = "V"
    PUT_VOUCHER = "Y"
    MEANT = "W"
    TAKE_OUT = "X"
    SIGNAL = "Z"
    DISMISS = "D"
    GIVE_BACK = "g"
    UNDO_APPROVAL = "U"
    FILES_OF = "m"
    ARRIVED = "k"
    AGAIN = "r"
    OPEN = "O"
    DOUBT = "d"
    TODAY = "o"
    OUR_GROUP = "G"
    ANSWER_CALL = "c"
    KEPT = "h"
    BROKEN = "B"
    WITHDRAW = "L"
    PROMISES = "i"
    CHOOSE_FOR = "C"
    NO_CHOICE = "N"
    PREFER = "y"
    FORGET_ME = "forget"
    RATE = "rate"
    CHOOSE = "choose"


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """A button under a message, which carries `data` or opens a `url`.

    `style` is `primary`, `success` or `danger`.
    """

    text: str
    data: str | None = None
    url: str | None = None
    style: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressed:
    """What came back from a button."""

    action: Action
    key: str
    choice: tuple[str, ...] = ()


def data_of(action: Action, key: str, *choice: str) -> str:
    """What a button carries; at most 64 bytes, as Telegram wants it."""
    return ":".join((action, key, *choice))


def read_data(data: str) -> Pressed | None:
    """What a press carries; None for anything that no button of ours could have carried."""
    action, *rest = data.split(":")
    if not rest or not rest[0] or action not in set(Action) or len(data.encode()) > MAX_DATA_BYTES:
        return None
    return Pressed(action=Action(action), key=rest[0], choice=tuple(rest[1:]))
