"""The channel that sends nothing: a person copies the text, or the customer is only a sample."""

from models.channel import Outcome, Outgoing, SendResult
from models.states import Purpose


class HandChannel:
    """Reports every message as sent: for cases typed in by an agent, and for samples."""

    async def ready(self, chat_key: str, purpose: Purpose) -> None:
        """Nothing to wait for."""

    async def send(self, message: Outgoing) -> SendResult:
        """Nothing leaves; what an agent copies has been delivered by that hand."""
        return SendResult(outcome=Outcome.SENT, provider_id=message.outbox_id)
