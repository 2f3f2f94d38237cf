"""The web chat: the page, what is written there, and what comes back.

Customers come in at `/chat`. Colleagues have a door of their own, `/chat/colleagues`, which no page links and
which is shut until they have rules of their own.
"""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import select

from desk.chat_doors import BACK, CODE, FRONT, AnyDoor, Door, Visitor, browser_language, polite
from desk.context import AnyDesk, Desk, address_of
from desk.live import stream
from desk.login import browser_words
from desk.security import sent_token
from desk.webchat import MAX_TEXT, SOURCE, ChatMessage, chat_key
from desk.words import Words
from models.clock import utcnow
from models.ids import new_id
from models.labels import Language
from models.states import Direction
from models.tables import Attachment, Customer, Identity, Message, Update
from models.tables.ratings import HIGHEST_MARK, LOWEST_MARK
from responses.choices.choosing import press
from responses.choices.offered import choice_in, open_in_chat
from responses.intake.filing import MAX_FILE_BYTES, clean
from responses.intake.inbox import has_unprocessed, receive
from responses.sending.rating import asked_case, open_questions, rate
from responses.sending.status import asks_for_status, newest_case, spoken, status_of

router = APIRouter()
_REMEMBERED = timedelta(days=365)
_LATEST = 200


class Written(BaseModel):
    """A message as the page sends it. `id` makes sending it twice harmless."""

    id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    text: str
    name: str | None = Field(default=None, max_length=120)
    order: str | None = Field(default=None, pattern=CODE.pattern)


class Given(BaseModel):
    """A mark for a closed case."""

    case: str = Field(max_length=36)
    mark: int = Field(ge=LOWEST_MARK, le=HIGHEST_MARK)


class Picked(BaseModel):
    """An option of a choice that an answer put."""

    key: str = Field(max_length=40)
    option: int = Field(ge=0, le=99)


@router.get(FRONT.path)
@router.get(BACK.path)
async def page(request: Request, desk: AnyDesk, door: AnyDoor, o: str = "") -> Response:
    """The conversation, which the browser's cookie finds again.

    `o` is what an order's link carries. It counts when something is written: whatever only looks at a link,
    as mail programs do, must leave no trace.
    """
    if door is BACK:
        async with desk.road.database.reading() as session:
            if door.audience not in await desk.road.policies.audiences(session):
                raise HTTPException(404)
    words = browser_words(request, desk)
    visitor = desk.seal.visitor(request.cookies.get(door.cookie)) or new_id()
    privacy = desk.road.config.business.privacy
    response = desk.page(
        "chat.html",
        words,
        binding=visitor,
        me=None,
        model_ready=True,
        door=door,
        messages=await said(desk, visitor, words, door),
        privacy_link=privacy if privacy and privacy.startswith(("https://", "http://")) else None,
        longest=MAX_TEXT,
        largest=MAX_FILE_BYTES,
        order=o if CODE.fullmatch(o) else "",
    )
    response.set_cookie(
        door.cookie,
        desk.seal.visitor_cookie(visitor),
        max_age=int(_REMEMBERED.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=desk.seal.secure,
        path=door.path,
    )
    return response


@router.get(f"{FRONT.path}/messages")
@router.get(f"{BACK.path}/messages")
async def messages(request: Request, desk: AnyDesk, door: AnyDoor, visitor: Visitor) -> JSONResponse:
    """Everything said so far."""
    return JSONResponse({"messages": await said(desk, visitor, browser_words(request, desk), door)})


@router.post(f"{FRONT.path}/messages")
@router.post(f"{BACK.path}/messages")
async def write(
    request: Request, desk: AnyDesk, door: AnyDoor, visitor: Visitor, written: Written
) -> JSONResponse:
    """Stores a message; only then is it called received."""
    words = browser_words(request, desk)
    desk.seal.check(visitor, await sent_token(request))
    text = clean(written.text)
    if not text.strip():
        return polite(words, "empty", 400)
    if len(text) > MAX_TEXT:
        return polite(words, "too_long", 413)
    if not desk.chat_by_visitor.allow(visitor) or not desk.chat_by_address.allow(address_of(request)):
        return polite(words, "too_often", 429)
    if asks_for_status(text):
        return JSONResponse({"ok": True, "told": await _where_it_stands(request, desk, visitor)})
    message = ChatMessage(
        id=written.id,
        visitor=visitor,
        text=text,
        at=utcnow(),
        name=clean(written.name or "") or None,
        language=browser_language(request),
        audience=door.audience,
        order=written.order,
    )
    async with desk.road.database.writing() as session:
        await receive(
            session,
            source=SOURCE,
            external_id=f"{visitor}:{written.id}",
            chat_key=chat_key(visitor),
            raw=message.raw(),
            customer_says=True,
        )
    return JSONResponse({"ok": True})


@router.get(f"{FRONT.path}/status")
@router.get(f"{BACK.path}/status")
async def status(request: Request, desk: AnyDesk, visitor: Visitor) -> JSONResponse:
    """Where this visitor's matter stands, to be shown at once; nothing is sent and nothing kept."""
    return JSONResponse({"ok": True, "told": await _where_it_stands(request, desk, visitor)})


@router.post(f"{FRONT.path}/marks")
@router.post(f"{BACK.path}/marks")
async def give_mark(request: Request, desk: AnyDesk, visitor: Visitor, given: Given) -> JSONResponse:
    """How it went, by one press; the first mark of a case stays."""
    desk.seal.check(visitor, await sent_token(request))
    async with desk.road.database.writing() as session:
        case = await asked_case(session, chat_key(visitor), given.case)
        if case is None:
            raise HTTPException(404)
        await rate(session, desk.road.texts, case, given.mark)
    return JSONResponse({"ok": True})


@router.post(f"{FRONT.path}/choices")
@router.post(f"{BACK.path}/choices")
async def pick(request: Request, desk: AnyDesk, visitor: Visitor, picked: Picked) -> JSONResponse:
    """What the customer chooses, by one press; the first counts, and a later one is told so."""
    desk.seal.check(visitor, await sent_token(request))
    road = desk.road
    async with road.database.writing() as session:
        choice = await choice_in(session, chat_key(visitor), picked.key)
        if choice is None or not await press(
            session, road.texts, choice, picked.option, policies=road.policies, now=utcnow()
        ):
            raise HTTPException(404)
    return JSONResponse({"ok": True})


@router.get(f"{FRONT.path}/live")
@router.get(f"{BACK.path}/live")
async def live(desk: AnyDesk, visitor: Visitor) -> StreamingResponse:
    """Says when something was added to this conversation."""
    own = chat_key(visitor)
    return stream(desk.changes, lambda change: "1" if change.chat_key == own else None)


async def said(desk: Desk, visitor: str, words: Words, door: Door) -> list[dict[str, Any]]:
    """The conversation as the page shows it; what is stored and not yet filed is part of it."""
    present = desk.present(words)
    filed = (
        select(Message)
        .join(Identity, Identity.id == Message.identity_id)
        .where(
            Identity.channel == SOURCE,
            Identity.external_id == visitor,
            Message.direction.in_((Direction.IN, Direction.OUT)),
        )
        .order_by(Message.id.desc())
        .limit(_LATEST)
    )
    stored = (
        select(Update)
        .where(Update.chat_key == chat_key(visitor), Update.processed_at.is_(None))
        .order_by(Update.id)
    )
    async with desk.road.database.reading() as session:
        rows = list((await session.scalars(filed)).all())
        waiting = (await session.scalars(stored)).all()
        sent_files = select(Attachment).where(
            Attachment.message_id.in_([row.id for row in rows]), Attachment.stored_as.is_not(None)
        )
        enclosed = {file.message_id: file for file in await session.scalars(sent_files)}
        questions = await open_questions(session, chat_key(visitor))
        choices = await open_in_chat(session, chat_key(visitor), utcnow())
    shown: list[dict[str, Any]] = [
        {
            "id": row.external_id or row.id,
            "side": row.direction.value if isinstance(row.direction, Direction) else str(row.direction),
            "text": row.text,
            "time": present.moment(row.sent_at),
            "by": words("chat.automatic") if row.sent_by == "standing" else row.sent_by or "",
        }
        for row in reversed(rows)
    ]
    for entry, row in zip(shown, reversed(rows), strict=True):
        if row.id in enclosed:
            sent = enclosed[row.id]
            entry["file"], entry["text"] = f"{door.path}/files/{sent.id}", sent.name or ""
            entry["picture"] = sent.kind == "photo"
        if row.outbox_id in questions:
            entry["marks_for"] = questions[row.outbox_id]
        if row.outbox_id in choices:
            entry["choices"] = choices[row.outbox_id]
    known = {entry["id"] for entry in shown}
    for update in waiting:
        message = ChatMessage.model_validate_json(update.raw)
        if message.id not in known:
            shown.append(
                {
                    "id": message.id,
                    "side": "in",
                    "text": f"📎 {message.file.name}" if message.file is not None else message.text,
                    "time": present.moment(message.at),
                    "by": "",
                }
            )
    return shown


async def _where_it_stands(request: Request, desk: Desk, visitor: str) -> list[str]:
    road, now = desk.road, utcnow()
    known = select(Identity).where(Identity.channel == SOURCE, Identity.external_id == visitor)
    async with road.database.reading() as session:
        if await has_unprocessed(session, chat_key(visitor)):
            return [browser_words(request, desk)("chat.reading")]
        identity = (await session.scalars(known)).one_or_none()
        customer = await session.get(Customer, identity.customer_id) if identity is not None else None
        case = await newest_case(session, identity) if identity is not None else None
        language = spoken(case, customer) or browser_language(request) or road.config.language
        written = language if language in set(Language) else Language.ENGLISH.value
        lines = await status_of(
            session,
            road.policies,
            case=case,
            customer_id=customer.id if customer is not None else None,
            language=written,
            zone=road.config.timezone,
            now=now,
        )
        return [
            await road.texts.filled(session, line.text, written, line.fields, chat_key(visitor))
            for line in lines
        ]
