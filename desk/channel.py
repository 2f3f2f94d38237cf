"""The web chat as a channel: what is sent is what the customer's page shows."""

from models.channel import Outcome, Outgoing, SendResult
from models.states import Purpose


class WebChannel:
    """Sending is the row becoming visible: Delivery writes it with this result, in one transaction."""

    async def ready(self, chat_key: str, purpose: Purpose) -> None:
        """Nothing to wait for: no provider limits us."""

    async def send(self, message: Outgoing) -> SendResult:
        """Always sent; the outbox entry's id is the message's."""
        return SendResult(outcome=Outcome.SENT, provider_id=message.outbox_id)
