"""What a customer wrote in the web chat, as a message of the road."""

import json
from datetime import datetime

from pydantic import BaseModel, ValidationError

from models.clock import utcnow
from models.tables import Update
from responses.errors import UnreadableUpdateError
from responses.inbox import Handler, Transaction
from responses.incoming import Incoming
from responses.order_links import open_link
from responses.policy.schema import Audience
from responses.road import Road

SOURCE = "web"
MAX_TEXT = 100_000


class ChatMessage(BaseModel):
    """One message as the chat's page stored it. `id` was made by the page and is unique in its chat.

    `order` is what the order's link carried by which the page was opened, `audience` says by which of the
    two doors it came in.
    """

    id: str
    visitor: str
    text: str
    at: datetime
    name: str | None = None
    language: str | None = None
    audience: Audience = Audience.CUSTOMER
    order: str | None = None

    def raw(self) -> str:
        """What the inbox keeps."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)


def chat_key(visitor: str) -> str:
    """Where this visitor's answers go."""
    return f"{SOURCE}:{visitor}"


def web_handler(road: Road) -> Handler:
    """The inbox's handler for the web chat."""

    async def handle(update: Update, transaction: Transaction) -> None:
        try:
            said = ChatMessage.model_validate_json(update.raw)
        except ValidationError as error:
            raise UnreadableUpdateError(update.id) from error
        incoming = Incoming(
            channel=SOURCE,
            person_id=said.visitor,
            chat_key=chat_key(said.visitor),
            external_id=said.id,
            sent_at=said.at,
            text=said.text,
            display_name=said.name,
            language_hint=said.language,
            audience=said.audience,
        )
        async with transaction() as session:
            if said.order:
                identity, _ = await road.filing.known(session, incoming)
                await open_link(session, road.config.link_key, said.order, identity)
            filed = await road.filing.file(session, update, incoming)
            if filed.flood:
                await road.texts.enqueue(
                    session,
                    "flood",
                    chat_key=incoming.chat_key,
                    language=filed.customer.language,
                    dedupe_key=f"flood:{filed.identity.id}:{utcnow():%Y%m%d%H}",
                    case_id=filed.case.id if filed.case is not None else None,
                )

    return handle
