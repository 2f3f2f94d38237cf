"""Files as they are now, so that a run is gone on with only over the same input."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from nlp.batch.workspace import InputFile
from nlp.errors import BatchError


def fingerprints(files: Sequence[tuple[str, Path, bool]]) -> tuple[InputFile, ...]:
    """Size, time and SHA-256 of files, each with the name it goes by and whether it must be there to be read.

    Raises:
        BatchError: One of them cannot be read.
    """
    return tuple(_fingerprint(name, path, must_be_read) for name, path, must_be_read in files)


def _fingerprint(name: str, path: Path, must_be_read: bool) -> InputFile:
    try:
        stat = path.stat()
        if not (must_be_read or os.access(path, os.R_OK)):
            return InputFile(name=name, size=stat.st_size, modified_ns=stat.st_mtime_ns, sha256="")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BatchError(f"{path}: cannot be read ({error.strerror})") from error
    return InputFile(name=name, size=stat.st_size, modified_ns=stat.st_mtime_ns, sha256=digest)
