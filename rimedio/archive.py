"""One archive of everything: a tar file whose manifest says what is in it, with the sha256 of each part."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from rimedio.errors import ArchiveError

FORMAT = 1
MANIFEST = "manifest.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What an archive holds. `members` maps names to the sha256 of their content.

    `database` is `sqlite` or `postgresql`; `schema` the version of its tables.
    """

    database: str
    schema: str
    made_at: str
    members: Mapping[str, str]
    format: int = FORMAT


def write_archive(
    target: Path, parts: Mapping[str, Path], *, database: str, schema: str, made_at: datetime
) -> Manifest:
    """Writes the files `parts` (name in the archive → file) to `target`, which is whole or not there.

    A file that has gone since it was listed is left out: erasing a person deletes files at any time.

    Raises:
        ArchiveError: `target` exists.
    """
    if target.exists():
        raise ArchiveError(f"{target} exists already: choose another name, nothing is overwritten")
    partial = target.with_name(f"{target.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    members: dict[str, str] = {}
    try:
        with os.fdopen(descriptor, "wb") as out:
            with tarfile.open(fileobj=out, mode="w") as tar:
                for name, path in parts.items():
                    if (digest := _add(tar, name, path)) is not None:
                        members[name] = digest
                manifest = Manifest(
                    database=database, schema=schema, made_at=made_at.isoformat(), members=members
                )
                described = json.dumps(asdict(manifest), indent=1).encode()
                info = tarfile.TarInfo(MANIFEST)
                info.size = len(described)
                tar.addfile(info, io.BytesIO(described))
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def read_archive(source: Path, folder: Path) -> Manifest:
    """Unpacks `source` into the empty `folder`, and checks that it is what its manifest says.

    Raises:
        ArchiveError: it is no such archive, is damaged or cut off, or from a newer program.
    """
    try:
        with tarfile.open(source, mode="r:") as tar:
            for member in tar:
                path = PurePosixPath(member.name)
                if not member.isfile() or path.is_absolute() or ".." in path.parts:
                    raise ArchiveError(f"{source}: {member.name!r} has no place in a backup")
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with tar.extractfile(member) or io.BytesIO() as content, target.open("wb") as out:
                    shutil.copyfileobj(content, out)
        raw = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, OSError, ValueError) as error:
        raise ArchiveError(f"{source} is not a whole backup of Rimedio ({error})") from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ArchiveError(f"{source} was made by another version of Rimedio: format {FORMAT} was expected")
    manifest = Manifest(**raw)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if found - {MANIFEST} != set(manifest.members):
        raise ArchiveError(f"{source} does not hold what its manifest lists")
    for name, expected in manifest.members.items():
        if _digest_of(folder / name) != expected:
            raise ArchiveError(f"{source} is damaged: {name} is not what was backed up")
    return manifest


def _add(tar: tarfile.TarFile, name: str, path: Path) -> str | None:
    """The sha256 of what was added; None when there is nothing (any more)."""
    try:
        content = path.open("rb")
    except FileNotFoundError:
        return None
    with content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
        content.seek(0)
        tar.addfile(tar.gettarinfo(arcname=name, fileobj=content), content)
    return digest


def _digest_of(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
