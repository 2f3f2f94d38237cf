"""Updates on their way to the bot: queued until acknowledged, filtered by kind, forgotten when too old."""

from dataclasses import dataclass, field
from typing import Any

from tests.telegram.changes import Changes
from tests.telegram.clock import Clock
from tests.telegram.errors import ApiError, NotReachedError

Json = dict[str, Any]

KINDS = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    ]
)
ONLY_WHEN_NAMED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DAY = 86_400.0
PRESS_LIFETIME = 150.0
LONGEST_POLL = 50
# The server takes an offset far beyond its last update for one from before a restart of the numbering.
FUTURE = 10

REPLACED = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)


@dataclass(kw_only=True)
class Waiting:
    """One update that the bot has not acknowledged.

    Attributes:
        update: what is sent, byte for byte JSON of this.
        expires: the double's time after which Telegram gives up.
        again: a repeated delivery, which no earlier acknowledgement covers.
        deliveries: how often it was handed out.
    """

    update: Json
    expires: float
    again: bool = False
    deliveries: int = 0


@dataclass(kw_only=True)
class Webhook:
    """Where updates are posted."""

    url: str
    secret: str | None = None
    max_connections: int = 40
    last_error: str | None = None
    last_error_at: float = 0.0


@dataclass(kw_only=True)
class UpdateQueue:
    """The queue of one bot; every method expects the caller to hold the lock of ``changes``."""

    changes: Changes
    clock: Clock
    next_id: int = 824_600_001
    allowed: frozenset[str] = KINDS - ONLY_WHEN_NAMED
    waiting: list[Waiting] = field(default_factory=list)
    dropped: list[Json] = field(default_factory=list)
    webhook: Webhook | None = None
    _poller: object | None = None

    def push(self, update: Json, *, update_id: int | None = None, again: bool = False) -> Json:
        """Queue an update; one of a kind that the bot did not ask for goes to ``dropped`` instead.

        Args:
            update: without ``update_id``, or with the one that it shall have.
        """
        if update_id is None:
            update_id = int(update.get("update_id", self.next_id))
            self.next_id = max(self.next_id, update_id + 1) if not again else self.next_id
        full = {"update_id": update_id} | update
        kind = next((name for name in update if name != "update_id"), "")
        if kind in KINDS and kind not in self.allowed:
            self.dropped.append(full)
            return full
        lifetime = PRESS_LIFETIME if kind == "callback_query" else DAY
        self.waiting.append(Waiting(update=full, expires=self.clock.now() + lifetime, again=again))
        self.changes.notify()
        return full

    def restart_numbering(self, at: int) -> None:
        """As after a quiet week: the next update's number is chosen anew, here below all earlier ones."""
        self.next_id = at

    def allow(self, kinds: list[str] | None) -> None:
        """Remember ``allowed_updates``; None leaves it, an empty list means the default."""
        if kinds is None:
            return
        self.allowed = frozenset(kinds) & KINDS if kinds else KINDS - ONLY_WHEN_NAMED

    def pending(self) -> list[Waiting]:
        """What can still be delivered."""
        now = self.clock.now()
        self.waiting = [item for item in self.waiting if item.expires > now]
        return self.waiting

    def acknowledge(self, offset: int) -> None:
        """Forget everything before ``offset``; a negative one keeps that many of the last."""
        if offset < 0:
            self.waiting = self.waiting[offset:]
        elif offset <= self.next_id + FUTURE:
            self.waiting = [
                item
                for item in self.waiting
                if item.update["update_id"] >= offset or (item.again and not item.deliveries)
            ]

    async def poll(self, *, offset: int, limit: int, timeout: int, allowed: list[str] | None) -> list[Json]:
        """``getUpdates``.

        Raises:
            ApiError: 409, when a webhook is set or, for the older one, when a newer poll arrives.
        """
        me = object()
        with self.changes.lock:
            if self.webhook is not None:
                raise ApiError(409, WEBHOOK_ACTIVE)
            self._poller = me
            self.allow(allowed)
            if offset:
                self.acknowledge(offset)
            self.changes.notify()

        def ready() -> bool:
            with self.changes.lock:
                return self._poller is not me or self.webhook is not None or bool(self.pending())

        try:
            await self.changes.wait_async(ready, min(timeout, LONGEST_POLL), recheck=LONGEST_POLL)
        except NotReachedError:
            pass
        finally:
            with self.changes.lock:
                replaced = self._poller is not me
                if not replaced:
                    self._poller = None
        if replaced:
            raise ApiError(409, REPLACED)
        with self.changes.lock:
            if self.webhook is not None:
                raise ApiError(409, WEBHOOK_ACTIVE)
            batch = self.pending()[:limit]
            for item in batch:
                item.deliveries += 1
            self.changes.notify()
            return [item.update for item in batch]
