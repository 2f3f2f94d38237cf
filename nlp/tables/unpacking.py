"""Archives of files that are read from their end or in no order: unpacked to the disk first."""

import tempfile
from pathlib import Path
from typing import BinaryIO

from nlp.errors import BatchError
from nlp.tables.compression import open_bytes

_PIECE = 1 << 20


def is_packed(path: Path) -> bool:
    """Whether a file is a gzip or Zstandard archive, by its first bytes."""
    reader, source = open_bytes(path)
    reader.close()
    return bool(source.packing)


def unpacked(path: Path, scratch: Path | None) -> BinaryIO:
    """What is in an archive, as a file that has no name and so is gone with the process, however that ends.

    It is in the folder `scratch`, or where the system has its temporary files.

    Raises:
        BatchError: The archive is damaged, unpacks without end, or there is no room for what is in it.
    """
    reader, source = open_bytes(path)
    try:
        file = tempfile.TemporaryFile(dir=scratch)  # noqa: SIM115 (it lives as long as its table)
        with reader:
            while piece := reader.read(_PIECE):
                file.write(piece)
        file.flush()
    except OSError as error:
        raise BatchError(f"{path}: cannot be unpacked ({error.strerror})") from error
    if source.damage is not None:
        file.close()
        raise BatchError(f"{path}: cannot be unpacked: {source.damage}")
    file.seek(0)
    return file
