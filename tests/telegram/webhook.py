"""Posting updates to the bot's webhook as Telegram does: in order per chat, again until it answers 2xx."""

import asyncio
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.telegram.updates import UpdateQueue, Waiting, Webhook

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
LONGEST_DELAY = 60.0
ANSWER_TIMEOUT = 30.0


def chat_of_update(update: dict[str, Any]) -> int:
    """The chat whose order an update belongs to, or 0."""
    body = next((value for value in update.values() if isinstance(value, dict)), {})
    place = body.get("chat") or (body.get("message") or {}).get("chat") or body.get("from") or {}
    return int(place.get("id", 0)) if isinstance(place, dict) else 0


class Deliverer:
    """Runs in the server's loop for as long as the double lives.

    Attributes:
        first_delay: seconds before the second attempt, doubled for each further one. Telegram's is 1;
            tests may shorten it.
        attempts: every attempt as ``(update_id, status)``; status 0 when no answer came.
    """

    def __init__(self, queue: UpdateQueue) -> None:
        self._queue = queue
        self._busy: set[int] = set()
        self.first_delay = 1.0
        self.attempts: list[tuple[int, int]] = []

    async def run(self) -> None:
        """Deliver until cancelled."""
        changes = self._queue.changes
        async with (
            ClientSession(timeout=ClientTimeout(total=ANSWER_TIMEOUT)) as session,
            asyncio.TaskGroup() as group,
        ):
            while True:
                webhook, item = await changes.wait_async(self._next, float("inf"), recheck=60)
                self._busy.add(chat_of_update(item.update))
                group.create_task(self._deliver(session, webhook, item))

    def _next(self) -> tuple[Webhook, Waiting] | None:
        with self._queue.changes.lock:
            webhook = self._queue.webhook
            if webhook is None or len(self._busy) >= webhook.max_connections:
                return None
            for item in self._queue.pending():
                if chat_of_update(item.update) not in self._busy:
                    return webhook, item
            return None

    async def _deliver(self, session: ClientSession, webhook: Webhook, item: Waiting) -> None:
        changes = self._queue.changes
        delay = self.first_delay
        while item in self._queue.waiting and self._queue.webhook is webhook:
            item.deliveries += 1
            status = await self._post(session, webhook, item)
            with changes.lock:
                self.attempts.append((item.update["update_id"], status))
                if 200 <= status < 300:
                    self._queue.waiting = [other for other in self._queue.waiting if other is not item]
                else:
                    webhook.last_error = f"Wrong response from the webhook: {status}"
                    webhook.last_error_at = self._queue.clock.now()
                changes.notify()
            if not 200 <= status < 300:
                await asyncio.sleep(delay)
                delay = min(delay * 2, LONGEST_DELAY)
        self._busy.discard(chat_of_update(item.update))
        changes.notify()

    async def _post(self, session: ClientSession, webhook: Webhook, item: Waiting) -> int:
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        try:
            async with session.post(webhook.url, json=item.update, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (ClientError, TimeoutError):
            return 0
