"""The policy files of the owner's folder, beside what is in use."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from models.database import Database
from models.labels import ComplaintType
from responses.notices import NoticeKind, put_up, take_down
from responses.policies import PolicyBook, Used, holding
from responses.policy import Policy, PolicyFileError, load_policy
from responses.policy.files import policies_in

log = logging.getLogger(__name__)

_Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyFile:
    """A file that can be put in use."""

    path: Path
    policy: Policy
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    """The policy files of a folder: those that are sound, and what is wrong with the others."""

    files: tuple[PolicyFile, ...]
    refused: tuple[PolicyFileError, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class NotInUse:
    """A sound file that judges nothing: an earlier form of it does (`changed`), or another file.

    `instead` is the name of the file that is in use for its audience, None where there is none.
    """

    file: PolicyFile
    changed: bool
    instead: str | None


def read_folder(folder: Path, complaint_types: Collection[str] = tuple(ComplaintType)) -> Folder:
    """Reads every policy file of a folder.

    Raises:
        OSError: one cannot be read.
    """
    files: list[PolicyFile] = []
    refused: list[PolicyFileError] = []
    for path in policies_in(folder):
        try:
            files.append(read_file(path, complaint_types))
        except PolicyFileError as error:
            refused.append(error)
    return Folder(files=tuple(files), refused=tuple(refused))


def read_file(path: Path, complaint_types: Collection[str] = tuple(ComplaintType)) -> PolicyFile:
    """Reads one policy file.

    Raises:
        OSError: it cannot be read.
        PolicyFileError: it is wrong.
    """
    policy = load_policy(path, complaint_types)
    return PolicyFile(path=path, policy=policy, text=path.read_bytes().decode())


async def put_first_in_use(
    session: AsyncSession, book: PolicyBook, files: Sequence[PolicyFile], now: datetime
) -> None:
    """Puts the files of a new installation in use, each audience's from its own date on.

    Of several of one audience whose day has come, the one with the latest date.
    """
    ordered = sorted(files, key=lambda file: (file.policy.effective, file.path.name))
    due = {
        file.policy.audience: file
        for file in ordered
        if file.policy.effective <= now.astimezone(file.policy.timezone).date()
    }
    for file in ordered:
        if file in due.values() or file.policy.effective > now.astimezone(file.policy.timezone).date():
            await book.use(session, file.policy, file.text, by=None)


class FolderWatch:
    """Looks, while the program runs, whether the owner's files have changed. The rules in use stay.

    Args:
        database: where the notices go.
        policies: what is in use.
        folder: the owner's files; one that is not on this machine is left to another.
        complaint_types: those that the classifier tells.
    """

    def __init__(
        self, *, database: Database, policies: PolicyBook, folder: Path, complaint_types: Collection[str]
    ) -> None:
        self._database = database
        self._policies = policies
        self._folder = folder
        self._complaint_types = complaint_types
        self._seen: _Stamp | None = None

    async def look(self, now: datetime) -> None:
        """Compares once more where a file has been written, added or taken away since the last look."""
        try:
            stamp = await asyncio.to_thread(_stamp, self._folder)
            if stamp is None or stamp == self._seen:
                return
            found = await asyncio.to_thread(read_folder, self._folder, self._complaint_types)
        except OSError as error:  # being written or moved at this moment, or not ours to read
            log.warning("policy.unreadable", extra={"file": error.filename, "reason": error.strerror})
            return
        async with self._database.writing() as session:
            await compare(session, self._policies, found, now)
        self._seen = stamp


def _stamp(folder: Path) -> _Stamp | None:
    """By what a change of the files shows; None where there is no such folder."""
    if not folder.is_dir():
        return None
    seen = ((path.name, path.stat()) for path in policies_in(folder))
    return tuple((name, found.st_mtime_ns, found.st_size) for name, found in seen)


async def compare(session: AsyncSession, book: PolicyBook, folder: Folder, now: datetime) -> list[NotInUse]:
    """The sound files of the folder that judge nothing, now or later.

    Puts a notice up for the admins while one in use has changed since, or one is wrong, and takes it down
    when that is over.
    """
    found: list[NotInUse] = []
    for file in folder.files:
        uses = await book.used(session, file.policy.audience)
        current, _ = holding(uses, now)
        if file.policy.sha256 not in _alive(uses, current, now):
            instead = current.policy.file if current is not None else None
            found.append(NotInUse(file=file, changed=instead == file.path.name, instead=instead))
    changed = [one.file.path.name for one in found if one.changed]
    if changed:
        await put_up(session, NoticeKind.POLICY_CHANGED, now, file=changed[0])
    else:
        await take_down(session, NoticeKind.POLICY_CHANGED)
    if folder.refused:
        first, count = folder.refused[0].problems[0], len(folder.refused[0].problems)
        details = {"file": Path(first.file).name, "line": str(first.line), "count": str(count)}
        await put_up(session, NoticeKind.POLICY_REFUSED, now, **details)
    else:
        await take_down(session, NoticeKind.POLICY_REFUSED)
    return found


def _alive(uses: Sequence[Used], current: Used | None, now: datetime) -> set[str]:
    """The texts that judge now, or will."""
    held = [current] if current is not None else []
    return {use.policy.sha256 for use in [*held, *(use for use in uses if use.effective > now)]}
