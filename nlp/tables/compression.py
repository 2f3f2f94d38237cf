"""The bytes of a file, unpacked where it is a gzip or Zstandard archive, as far as they can be read."""

import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from nlp.errors import BatchError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PACKED_SUFFIXES = (".gz", ".zst")

_MARKS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "Zstandard"}
_PIECE = 1 << 10  # of an archive at a time: a kilobyte can be 32 MB of zeros
_LARGE = 1 << 30
_SUSPICIOUS_RATIO = 200  # text shrinks to a fifth or a tenth; zeros to a thousandth and less
_BUFFER = 1 << 20


class _Frame(Protocol):
    """What the two libraries have in common: a frame of Zstandard, or a member of a gzip archive."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class PlainBytes(io.RawIOBase):
    """The plain bytes of a file; they end where the file does, or where a damage keeps from reading on.

    `packing` says what it is packed with (`gzip`, `Zstandard`, or nothing), `damage` what ended it early, as
    soon as that has been met.
    """

    def __init__(self, path: Path) -> None:
        """Open a file, packed or not: its first bytes say which, not its name.

        Raises:
            BatchError: It is missing or may not be read.
        """
        super().__init__()
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise BatchError(f"{path}: cannot be read ({error.strerror})") from error
        head = self._file.read(4)
        self._file.seek(0)
        self.packing = next((name for mark, name in _MARKS.items() if head.startswith(mark)), "")
        self.damage: str | None = None
        self._pieces = self._readable_pieces()
        self._waiting = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer).cast("B")
        if not self.packing:
            return self._file.readinto(view)
        while not self._waiting and (piece := next(self._pieces, None)) is not None:
            self._waiting = memoryview(piece)
        count = min(len(view), len(self._waiting))
        view[:count] = self._waiting[:count]
        self._waiting = self._waiting[count:]
        return count

    def close(self) -> None:
        self._file.close()
        super().close()

    def _readable_pieces(self) -> Iterator[bytes]:
        done = 0
        try:
            for data in _unpack(self._file, self.packing):
                yield data
                done += len(data)
                if done > _LARGE and done > _SUSPICIOUS_RATIO * self._file.tell():
                    self.damage = f"the archive unpacks to more than {_SUSPICIOUS_RATIO} times its size"
                    return
            return
        except (zlib.error, _zstd_error()):
            broken = (self._file.tell() - 1) // _PIECE * _PIECE
        except EOFError as error:
            self.damage = str(error)
            return
        # What comes before the damage in the same piece went down with it: once more, and by the byte.
        try:
            for data in _unpack(self._file, self.packing, by_the_byte_from=broken):
                yield data[done:]
                done = max(0, done - len(data))
        except (zlib.error, _zstd_error()) as error:
            self.damage = f"the archive is damaged ({str(error).rpartition(': ')[2]})"


def open_bytes(path: Path) -> tuple[io.BufferedReader, PlainBytes]:
    """A buffered reader of a file's plain bytes, and what lies below it and knows of any damage.

    Raises:
        BatchError: The file is missing or may not be read.
    """
    source = PlainBytes(path)
    return io.BufferedReader(source, _BUFFER), source


def plain_suffix(path: Path) -> str:
    """The ending in small letters that says what is in a file: `.csv` of `x.CSV.gz`."""
    name = Path(path.stem) if path.suffix.lower() in PACKED_SUFFIXES else path
    return name.suffix.lower()


def _unpack(file: BinaryIO, packing: str, by_the_byte_from: int = sys.maxsize) -> Iterator[bytes]:
    """The whole archive, frame after frame.

    Raises:
        EOFError: It ends in the middle of a frame.
    """
    file.seek(0)
    frame: _Frame | None = None
    while data := file.read(_PIECE if file.tell() < by_the_byte_from else 1):
        while data:
            if frame is None:
                data = data.lstrip(b"\0")  # tapes and some programs fill up with zeros
                frame = _new_frame(packing) if data else None
            if frame is not None:
                yield frame.decompress(data)
                data = b""
                if frame.eof:
                    data, frame = frame.unused_data, None
    if frame is not None:
        raise EOFError("the archive ends in the middle")


def _new_frame(packing: str) -> _Frame:
    if packing == "gzip":
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    # Imported where needed: few files are packed like this.
    from zstandard import ZstdDecompressor

    return ZstdDecompressor().decompressobj()


def _zstd_error() -> type[Exception]:
    from zstandard import ZstdError

    return ZstdError
