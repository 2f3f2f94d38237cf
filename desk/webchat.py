"""What a customer wrote in the web chat, as a message of the road."""

import json
from datetime import datetime

from pydantic import BaseModel, ValidationError

from models.clock import utcnow
from models.tables import Update
from responses.errors import UnreadableUpdateError
from responses.intake.files import StoredFile
from responses.intake.inbox import Handler, Transaction
from responses.intake.incoming import Incoming, IncomingFile, MessageKind
from responses.orders.links import open_link
from responses.policy.schema import Audience
from responses.road import Road

SOURCE = "web"
MAX_TEXT = 100_000


class ChatFile(BaseModel):
    """A file of a message, whose content is kept already. `kind` is `photo`, `video` or `document`."""

    sha256: str
    stored_as: str
    name: str
    kind: str
    mime: str
    size: int

    def incoming(self) -> IncomingFile:
        """The file as the road takes it in."""
        return IncomingFile(
            provider_id=self.sha256,
            kind=self.kind,
            size=self.size,
            mime=self.mime,
            name=self.name,
            stored=StoredFile(sha256=self.sha256, stored_as=self.stored_as),
        )


class ChatMessage(BaseModel):
    """One message as the chat's page stored it: words, or one file. `id` was made by the page and is unique
    in its chat.

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
    file: ChatFile | None = None

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
            kind=_kind_of(said.file),
            files=(said.file.incoming(),) if said.file is not None else (),
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


def _kind_of(file: ChatFile | None) -> MessageKind:
    if file is None:
        return MessageKind.TEXT
    return MessageKind.PHOTO if file.kind == "photo" else MessageKind.FILE
