"""Files as they are now, so that a run is gone on with only over the same input."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from nlp.batch.workspace import InputFile
from nlp.errors import BatchError


def fingerprints(files: Sequence[tuple[str, Path]]) -> tuple[InputFile, ...]:
    """Size, time and SHA-256 of files, each with the name it goes by.

    Raises:
        BatchError: One of them cannot be read.
    """
    return tuple(_fingerprint(name, path) for name, path in files)


def _fingerprint(name: str, path: Path) -> InputFile:
    try:
        stat = path.stat()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BatchError(f"{path}: cannot be read ({error.strerror})") from error
    return InputFile(name=name, size=stat.st_size, modified_ns=stat.st_mtime_ns, sha256=digest)
