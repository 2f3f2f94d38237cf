"""Files that customers send, kept under the sha256 of their content."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.tables import Attachment, Identity, Message

MAX_ATTEMPTS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """Where a content is kept: `stored_as` is relative to the store's folder."""

    sha256: str
    stored_as: str


class FileStore:
    """A folder of files named by their content; the same content is kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> StoredFile:
        """Keeps `content`. A file that stands under its name is whole, whenever the machine stops."""
        digest = hashlib.sha256(content).hexdigest()
        relative = f"{digest[:2]}/{digest}"
        target = self._folder / relative
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as partial:
                partial.write(content)
                partial.flush()
                os.fsync(partial.fileno())
            Path(partial.name).replace(target)
        return StoredFile(sha256=digest, stored_as=relative)

    def remove(self, stored_as: str) -> None:
        """Deletes a content for good; one that is gone already is no error."""
        self.path(stored_as).unlink(missing_ok=True)

    def path(self, stored_as: str) -> Path:
        """The file on disk."""
        return self._folder / stored_as


async def missing_files(session: AsyncSession, channel: str, limit: int) -> list[Attachment]:
    """Attachments of this channel (`telegram:<bot id>`) whose content is still to be fetched."""
    query = (
        select(Attachment)
        .join(Message, Message.id == Attachment.message_id)
        .join(Identity, Identity.id == Message.identity_id)
        .where(Identity.channel == channel)
        .where(Attachment.stored_as.is_(None), Attachment.rejected.is_(None))
        .where(or_(Attachment.next_try_at.is_(None), Attachment.next_try_at <= utcnow()))
        .limit(limit)
    )
    return list((await session.scalars(query)).all())


def note_failed_fetch(attachment: Attachment, error: str, *, final: bool) -> None:
    """Counts a failed try to fetch; after six, or at once when `final`, the file is given up."""
    attachment.attempts += 1
    if final or attachment.attempts >= MAX_ATTEMPTS:
        attachment.rejected = error
    else:
        attachment.next_try_at = _later(attachment.attempts)


def _later(attempts: int) -> datetime:
    return utcnow() + timedelta(seconds=5 * 2**attempts)
