"""Files that customers send, kept under the sha256 of their content."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.clock import utcnow
from models.tables import Attachment, Identity, Message
from responses.errors import FileStoreError

MAX_ATTEMPTS = 6
_OURS = re.compile(r"[0-9a-f]{2}/(?:[0-9a-f]{64}|tmp\w+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredFile:
    """Where a content is kept: `stored_as` is relative to the store's folder."""

    sha256: str
    stored_as: str


class FileStore:
    """Files named by their content, in a folder or at an fsspec address; the same content is kept once."""

    def __init__(self, address: str) -> None:
        """Opens the store.

        Args:
            address: a folder, or what fsspec understands: `s3://bucket/path`, `gs://…`, `sftp://…`.

        Raises:
            FileStoreError: fsspec does not know the address or lacks the package for it.
        """
        try:
            self._system, self._folder = url_to_fs(address)
        except (ImportError, ValueError) as error:
            raise FileStoreError(f"files cannot be kept at {address!r}: {error}") from error
        self._is_local = isinstance(self._system, LocalFileSystem)

    def put(self, content: bytes) -> StoredFile:
        """Keeps `content`. A file that stands under its name is whole, whenever the machine stops."""
        digest = hashlib.sha256(content).hexdigest()
        stored = StoredFile(sha256=digest, stored_as=f"{digest[:2]}/{digest}")
        if self._system.exists(self._at(stored.stored_as)):
            if self._is_local:
                # As new again, for who looks what has lain here without a row that names it.
                Path(self._at(stored.stored_as)).touch()
            return stored
        if self._is_local:
            _write_whole(Path(self._at(stored.stored_as)), content)
        else:
            # Object stores show an object only once all of it has arrived.
            self._system.pipe_file(self._at(stored.stored_as), content)
        return stored

    def read(self, stored_as: str) -> bytes:
        """The content of a file.

        Raises:
            FileNotFoundError: it is not there (any more).
        """
        content: bytes = self._system.cat_file(self._at(stored_as))
        return content

    def remove(self, stored_as: str) -> None:
        """Deletes a content for good; one that is gone already is no error."""
        if self._system.exists(self._at(stored_as)):
            self._system.rm_file(self._at(stored_as))

    def older_than(self, moment: datetime) -> list[str]:
        """Contents of ours written before `moment`, those that were broken off included, by `stored_as`."""
        found = self._system.find(self._folder, detail=True)
        by_name = {name.removeprefix(f"{self._folder}/"): about for name, about in found.items()}
        return [
            name
            for name, about in by_name.items()
            if _OURS.fullmatch(name) and (written := _written(about)) is not None and written < moment
        ]

    def path(self, stored_as: str) -> Path | None:
        """The file on this machine's disk; None where the store is elsewhere or has no such file."""
        path = Path(self._at(stored_as))
        return path if self._is_local and path.is_file() else None

    def _at(self, stored_as: str) -> str:
        return f"{self._folder}/{stored_as}"


def _write_whole(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as partial:
        partial.write(content)
        partial.flush()
        os.fsync(partial.fileno())
    Path(partial.name).replace(target)


def _written(about: Mapping[str, Any]) -> datetime | None:
    """When a file was written; file systems call it by different names, and some do not say."""
    at = about.get("mtime") or about.get("LastModified") or about.get("last_modified")
    if isinstance(at, (int, float)):
        return datetime.fromtimestamp(at, UTC)
    return at if isinstance(at, datetime) and at.tzinfo is not None else None


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
