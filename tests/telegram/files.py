"""Files on Telegram's side: sent by people or by the bot, named by ids that tell nothing."""

import base64
import hashlib
import itertools
from dataclasses import dataclass, field, replace
from typing import Any

from tests.telegram.body import Upload
from tests.telegram.errors import ApiError

DOWNLOAD_LIMIT = 20 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024

SMALL_JPEG = base64.b64decode(
    b"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAFA3PEY8MlBGQUZaVVBfeMiCeG5uePWvuZHI////////////////////////"
    b"////////////////////////////2wBDAVVaWnhpeOuCguv/////////////////////////////////////////////"
    b"////////////////////////////wAARCAAYACADASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAIEA//EABcQ"
    b"AQADAAAAAAAAAAAAAAAAAAACE1H/xAAWAQEBAQAAAAAAAAAAAAAAAAAAAgH/xAAXEQADAQAAAAAAAAAAAAAAAAAAAhEB"
    b"/9oADAMBAAIRAxEAPwCk2R1TOlVpTbDtZHVM7QMsC7QmuOAmw0VxxQFoP//Z"
)
"""A picture of 32 by 24 pixels."""

FOLDERS = {
    "photo": "photos",
    "document": "documents",
    "voice": "voice",
    "audio": "music",
    "video": "videos",
    "video_note": "video_notes",
    "animation": "animations",
    "sticker": "stickers",
}
DEFAULT_MIME = {
    "photo": "image/jpeg",
    "document": "application/octet-stream",
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
    "sticker": "image/webp",
}


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One file on the server.

    Attributes:
        size: bytes, as Telegram states it; may be more than ``content`` holds, so that a test of the
            download limit needs no memory.
    """

    kind: str
    file_id: str
    unique_id: str
    path: str
    name: str
    mime: str
    size: int
    content: bytes = field(repr=False)

    def basics(self) -> dict[str, Any]:
        """The fields that every kind of file has in the Bot API."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size}


# A bot that keeps the first size instead of the largest has other bytes than were sent.
_SMALL: dict[str, Any] = {"content": SMALL_JPEG, "size": len(SMALL_JPEG), "path": "photos/small.jpg"}


def small_id(stored: StoredFile) -> str:
    """The id of the small size of a photo."""
    return f"{stored.file_id}-s"


class Files:
    """All files by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._numbers = itertools.count()

    def add(
        self, kind: str, content: bytes, *, name: str = "", mime: str = "", size: int | None = None
    ) -> StoredFile:
        """Keep a file under a new id."""
        number = next(self._numbers)
        digest = hashlib.sha256(content).hexdigest()
        suffix = name.rpartition(".")[2] if "." in name else {"photo": "jpg", "voice": "oga"}.get(kind, "bin")
        stored = StoredFile(
            kind=kind,
            file_id=f"AgAC{digest[:40]}{number:06d}",
            unique_id=f"AQAD{digest[:12]}",
            path=f"{FOLDERS[kind]}/file_{number}.{suffix}",
            name=name,
            mime=mime or DEFAULT_MIME[kind],
            size=len(content) if size is None else size,
            content=content,
        )
        self._by_id[stored.file_id] = stored
        if kind == "photo":
            self._by_id[small_id(stored)] = replace(stored, file_id=small_id(stored), **_SMALL)
        return stored

    def by_id(self, file_id: str) -> StoredFile:
        """Raises: ApiError: 400, when there is no such file."""
        if file_id not in self._by_id:
            raise ApiError(400, "wrong file identifier/HTTP URL specified")
        return self._by_id[file_id]

    def by_path(self, path: str) -> StoredFile | None:
        """The file that a download address names."""
        return next((stored for stored in self._by_id.values() if stored.path == path), None)

    def received(self, kind: str, value: Any, uploads: dict[str, Upload]) -> StoredFile:
        """The file that a parameter of the bot means: an upload, ``attach://name`` or an id.

        Raises:
            ApiError: 400 or 413, for a missing, empty or too large file.
        """
        reference = str(value or "")
        upload = uploads.get(reference.removeprefix("attach://") if reference else kind)
        if upload is None:
            if reference.startswith(("http://", "https://", "attach://")) or not reference:
                raise ApiError(400, f"there is no {kind} in the request")
            return self.by_id(reference)
        if not upload.content:
            raise ApiError(400, "file must be non-empty")
        limit = PHOTO_LIMIT if kind == "photo" else UPLOAD_LIMIT
        if len(upload.content) > limit:
            raise ApiError(413, "Request Entity Too Large")
        return self.add(kind, upload.content, name=upload.name, mime=upload.mime)


def attachment(stored: StoredFile, **extra: Any) -> dict[str, Any]:
    """The fields that a message carries for a file, by its kind."""
    basics = stored.basics()
    named = (
        {"file_name": stored.name, "mime_type": stored.mime} if stored.name else {"mime_type": stored.mime}
    )
    match stored.kind:
        case "photo":
            small = {"file_id": small_id(stored), "file_unique_id": f"{stored.unique_id}s", "file_size": 321}
            small |= {"width": 32, "height": 24}
            return {"photo": [small, basics | {"width": 1280, "height": 960}]}
        case "voice":
            return {"voice": basics | {"duration": 3, "mime_type": stored.mime} | extra}
        case "audio":
            return {"audio": basics | named | {"duration": 60} | extra}
        case "video":
            return {"video": basics | named | {"duration": 5, "width": 640, "height": 480} | extra}
        case "video_note":
            return {"video_note": basics | {"duration": 5, "length": 240} | extra}
        case "animation":
            moving = basics | named | {"duration": 2, "width": 320, "height": 240} | extra
            return {"animation": moving, "document": basics | named}
        case "sticker":
            fixed = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            return {"sticker": basics | fixed | extra}
        case _:
            return {"document": basics | named | extra}
