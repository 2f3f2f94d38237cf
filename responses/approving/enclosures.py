"""Enclosures: files that go out with an answer, bound by their sha256 like its text."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from models.tables import Draft
from responses.errors import BlockedError
from responses.intake.files import StoredFile

MOST = 10
MAX_BYTES = 20 * 1024 * 1024
_MAX_PHOTO_BYTES = 10 * 1024 * 1024
_MAX_NAME = 100
_PHOTOS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Enclosure:
    """One file of an answer. `kind` is `photo` or `document`, `size` in bytes."""

    sha256: str
    stored_as: str
    name: str
    kind: str
    mime: str
    size: int

    def to_json(self) -> dict[str, Any]:
        """As drafts and outbox entries keep it."""
        return asdict(self)


def check_content(content: bytes) -> None:
    """Refuses what cannot be sent.

    Raises:
        BlockedError: `file_empty` or `file_too_large`.
    """
    if not content:
        raise BlockedError("file_empty")
    if len(content) > MAX_BYTES:
        raise BlockedError("file_too_large", most=f"{MAX_BYTES // 1024 // 1024} MB")


def enclosure(stored: StoredFile, content: bytes, name: str) -> Enclosure:
    """A stored file as an enclosure. What it is its first bytes say, never its name."""
    mime = next((mime for start, mime in _PHOTOS if content.startswith(start)), None)
    photo = mime is not None and len(content) <= _MAX_PHOTO_BYTES
    return Enclosure(
        sha256=stored.sha256,
        stored_as=stored.stored_as,
        name=harmless_name(name),
        kind="photo" if photo else "document",
        mime=mime or "application/octet-stream",
        size=len(content),
    )


def harmless_name(name: str) -> str:
    """A file's name without what means something to a file system; its end is kept where it is long."""
    return _UNSAFE.sub("_", name).strip(" .")[-_MAX_NAME:] or "file"


def enclosures_of(draft: Draft) -> tuple[Enclosure, ...]:
    """What goes out with a draft, in order."""
    return tuple(Enclosure(**one) for one in draft.files)


def with_one_more(files: Sequence[Enclosure], new: Enclosure) -> tuple[Enclosure, ...]:
    """The files and one more; the same content twice counts once.

    Raises:
        BlockedError: `files_many`.
    """
    others = tuple(one for one in files if one.sha256 != new.sha256)
    if len(others) >= MOST:
        raise BlockedError("files_many", most=str(MOST))
    return (*others, new)
