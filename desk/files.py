"""Customers' files, shown without ever being run."""

import asyncio
from email.message import EmailMessage
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse, Response

from desk.context import Reader
from models.tables import Attachment
from responses.intake.files import FileStore

router = APIRouter()

HEIF = frozenset((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif"))
"""Brands of pictures in a film's container, which not every browser shows."""

SHOWN = {
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"\x1aE\xdf\xa3": "video/webm",
}
"""What a browser may show or play in place, by the first bytes: what a sender calls a file proves nothing."""


def safe_type(head: bytes) -> str | None:
    """The media type of a picture, sound or film that is safe to show, None for everything else."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        if head[8:12] in HEIF:
            return None
        return "audio/mp4" if head[8:11] == b"M4A" else "video/mp4"
    return next((mime for start, mime in SHOWN.items() if head.startswith(start)), None)


@router.get("/files/{attachment_id}")
async def file(visit: Reader, attachment_id: str) -> Response:
    """What is safe to show or play in place; anything else as a download."""
    road = visit.desk.road
    async with road.database.reading() as session:
        attachment = await session.get(Attachment, attachment_id)
    return await served(road.files, attachment)


async def served(files: FileStore, attachment: Attachment | None) -> Response:
    """A kept file as an answer; 404 where there is none (any more)."""
    if attachment is None or attachment.stored_as is None:
        raise HTTPException(404)
    path = files.path(attachment.stored_as)
    if path is not None:
        head = _head(path)
    else:
        try:
            content = await asyncio.to_thread(files.read, attachment.stored_as)
        except FileNotFoundError:
            raise HTTPException(404) from None
        head = content[:16]
    mime = safe_type(head)
    name = attachment.name or f"{attachment.kind}-{attachment.id[-6:]}{_suffix(mime)}"
    headers = {
        "Content-Disposition": _disposition("inline" if mime else "attachment", name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, max-age=3600",
    }
    media_type = mime or "application/octet-stream"
    if path is not None:
        return FileResponse(path, media_type=media_type, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(16)


def _suffix(mime: str | None) -> str:
    return f".{mime.partition('/')[2]}" if mime else ".bin"


def _disposition(kind: str, name: str) -> str:
    message = EmailMessage()
    message.add_header("Content-Disposition", kind, filename=name)
    return str(message["Content-Disposition"])
