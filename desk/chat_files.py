"""Photos and papers that customers send in the web chat.

A file is a message of its own, as it is on Telegram. Its content is kept before the message is stored: a
program that ends in between leaves a content that nobody names, which the daily step removes.
"""

import asyncio
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Header, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select

from desk.chat_doors import BACK, CODE, FRONT, AnyDoor, Visitor, browser_language, polite
from desk.context import AnyDesk, address_of
from desk.files import HEIF, safe_type, served
from desk.login import browser_words
from desk.security import sent_token
from desk.webchat import SOURCE, ChatFile, ChatMessage, chat_key
from models.clock import utcnow
from models.states import Direction
from models.tables import Attachment, Identity, Message
from responses.approving.enclosures import harmless_name
from responses.intake.filing import MAX_FILE_BYTES, clean
from responses.intake.inbox import receive

router = APIRouter()


class Sent(BaseModel):
    """What the page says of a file whose content is the body. `id` makes sending it twice harmless.

    It travels in a header, percent-encoded: addresses stand in the logs of whatever lies between, and a
    file's name may be a person's.
    """

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    file: str = Field(max_length=400)
    name: str | None = Field(default=None, max_length=120)
    order: str | None = Field(default=None, pattern=CODE.pattern)


def kind_and_type(content: bytes) -> tuple[str, str] | None:
    """`photo`, `video` or `document`, and the media type, by the first bytes; None for what is not taken."""
    head = content[:16]
    if head[4:8] == b"ftyp" and head[8:12] in HEIF:
        return "document", "image/heif"
    if head.startswith(b"%PDF-"):
        return "document", "application/pdf"
    mime = safe_type(head) or ""
    if mime.startswith("image/"):
        return "photo", mime
    return ("video", mime) if mime.startswith("video/") else None


@router.post(f"{FRONT.path}/files")
@router.post(f"{BACK.path}/files")
async def send_file(
    request: Request,
    desk: AnyDesk,
    door: AnyDoor,
    visitor: Visitor,
    about: Annotated[str, Header(alias="X-Message", max_length=8000)],
) -> JSONResponse:
    """Stores a photo, a film or a PDF as a message; only then is it called received."""
    words = browser_words(request, desk)
    desk.seal.check(visitor, await sent_token(request))
    try:
        sent = Sent.model_validate_json(unquote(about))
    except ValidationError as error:
        raise HTTPException(422) from error
    if not desk.files_by_visitor.allow(visitor) or not desk.files_by_address.allow(address_of(request)):
        return polite(words, "files_often", 429)
    content = await request.body()
    known = kind_and_type(content)
    if not content:
        return polite(words, "file_empty", 400)
    if len(content) > MAX_FILE_BYTES:
        return polite(words, "file_large", 413)
    if known is None:
        return polite(words, "file_kind", 415)
    files = desk.road.files
    stored = await asyncio.to_thread(files.put, content)
    kind, mime = known
    message = ChatMessage(
        id=sent.id,
        visitor=visitor,
        text="",
        at=utcnow(),
        name=clean(sent.name or "") or None,
        language=browser_language(request),
        audience=door.audience,
        order=sent.order,
        file=ChatFile(
            sha256=stored.sha256,
            stored_as=stored.stored_as,
            name=harmless_name(clean(sent.file)),
            kind=kind,
            mime=mime,
            size=len(content),
        ),
    )
    async with desk.road.database.writing() as session:
        await receive(
            session,
            source=SOURCE,
            external_id=f"{visitor}:{sent.id}",
            chat_key=chat_key(visitor),
            raw=message.raw(),
            customer_says=True,
        )
    # The same content of somebody who was just erased may have been deleted in between.
    await asyncio.to_thread(files.put, content)
    return JSONResponse({"ok": True})


@router.get(f"{FRONT.path}/files/{{attachment_id}}")
@router.get(f"{BACK.path}/files/{{attachment_id}}")
async def file(desk: AnyDesk, visitor: Visitor, attachment_id: str) -> Response:
    """A file of this visitor's own conversation, sent or received."""
    query = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(Identity, Identity.id == Message.identity_id)
        .where(
            Attachment.id == attachment_id,
            Message.direction.in_((Direction.IN, Direction.OUT)),
            Identity.channel == SOURCE,
            Identity.external_id == visitor,
        )
    )
    async with desk.road.database.reading() as session:
        attachment = (await session.scalars(query)).one_or_none()
    return await served(desk.road.files, attachment)
