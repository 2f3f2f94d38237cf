"""The outside of an update: what must be known of it before it is read and parsed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from responses.sending.status import COMMANDS as STATUS

_COMMAND = re.compile(r"/([a-z_]{1,32})(?:@\w+)?(?:\s+(?P<rest>.*))?", re.IGNORECASE | re.DOTALL)

COMMANDS: Mapping[str, str] = {
    "start": "start",
    **dict.fromkeys(STATUS, "status"),
    "persona": "person",
    "person": "person",
    "human": "person",
    "personne": "person",
    "mensch": "person",
    "privacy": "privacy",
    "privacidad": "privacy",
    "confidentialite": "privacy",
    "datenschutz": "privacy",
    "dimenticami": "forget",
    "forgetme": "forget",
    "olvidame": "forget",
    "oubliemoi": "forget",
    "vergissmich": "forget",
    "help": "help",
    "aiuto": "help",
    "prova": "try",
    "test": "try",
    "fine": "end",
    "end": "end",
    "schede": "cards",
    "cards": "cards",
    "oggi": "today",
    "today": "today",
    "promesse": "promises",
    "promises": "promises",
    "assente": "away",
    "away": "away",
    "collega": "colleague",
    "colleague": "colleague",
    "presente": "back",
    "back": "back",
}
"""What people may type after the slash, and what is meant. Anything else is what they want to say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A command that somebody typed, and what followed it."""

    name: str
    rest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """Where an update comes from, and whether it may be somebody's words.

    `chat` is None for what belongs to no chat. `words` is true for a message, or a new version of
    one, that a person wrote in a private chat and that is no command.
    """

    kind: str
    chat: int | None
    sender: int | None
    words: bool


def read_command(text: str) -> Command | None:
    """The command that `text` is, if it is one of ours."""
    match = _COMMAND.fullmatch(text.strip())
    if match is None or match[1].lower() not in COMMANDS:
        return None
    return Command(name=COMMANDS[match[1].lower()], rest=(match["rest"] or "").strip())


def read_envelope(update: Mapping[str, Any]) -> Envelope:
    """Looks at an update without trusting a single field of it."""
    kind = next((name for name in update if name != "update_id"), "")
    body = _mapping(update.get(kind))
    message = _mapping(body.get("message")) if kind == "callback_query" else body
    chat = _mapping(message.get("chat"))
    sender = _mapping(body.get("from"))
    sender_id = _number(sender.get("id"))
    private = chat.get("type") == "private"
    text = body.get("text")
    return Envelope(
        kind=kind,
        chat=_number(chat.get("id")) or sender_id,
        sender=sender_id,
        words=kind in ("message", "edited_message")
        and private
        and sender.get("is_bot") is not True
        and not (isinstance(text, str) and read_command(text) is not None),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
