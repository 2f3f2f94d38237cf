"""How texts leave: what a channel is handed and what it reports back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol

from models.states import Purpose


class Outcome(StrEnum):
    """What became of one try to send."""

    SENT = "sent"
    FAILED = "failed"  # for good: trying again would give the same
    UNCONFIRMED = "unconfirmed"  # it may or may not have arrived
    RETRY = "retry"  # surely not arrived: may be tried again after `retry_after`
    BLOCKED = "blocked"  # failed for good because the customer does not want us
    MOVED = "moved"  # the chat has a new address (`moved_to`); surely not arrived


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One message to send. `content` is the outbox entry's: `text`, and what the channel knows."""

    outbox_id: str
    chat_key: str
    purpose: Purpose
    content: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What a channel reports. `provider_id` is the channel's id of the message, if it was sent."""

    outcome: Outcome
    provider_id: str | None = None
    error: str | None = None
    retry_after: timedelta | None = None
    moved_to: str | None = None


class Channel(Protocol):
    """A way to a person: Telegram, the web chat, or the copying hand of an agent."""

    async def ready(self, chat_key: str, purpose: Purpose) -> None:
        """Wait until the pacing lets one message to this chat through."""

    async def send(self, message: Outgoing) -> SendResult:
        """Send once, without retrying; every known fault is a result, none an exception."""
