"""multilingual-e5-small straight from the bundled weights, with nothing but torch and its tokenizer.

`nlp.encoders.e5_modules` has the same network to be trained; what that needs takes seconds and 200 MB to
import.
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from nlp.encoders.adapters import Adapters
from nlp.encoders.encoder import DEPTHS, Cut, Network, Vectors
from nlp.encoders.packed import PackedNetwork
from nlp.encoders.tokenizer import build_unigram
from nlp.encoders.weights import NAME, WeightFile
from nlp.errors import EncoderError

PROMPT = "query: "

_STRETCH = 1 << 14  # letters after which a text is parted
_STRETCHES = 256  # that are cut into tokens together
_BETWEEN_WORDS = re.compile("(?<=[A-Za-z]) (?=[A-Za-z])")

LAYER_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}
"""Parts of a layer as `transformers.BertModel` calls them, and as the file of weights does."""


class WordTable(torch.nn.Module):
    """The word embeddings in their 4-bit form (54 MB instead of 384 MB); looked-up rows are expanded."""

    blocks: torch.Tensor

    def __init__(self, blocks: torch.Tensor, dtype: torch.dtype) -> None:
        """`blocks` are bytes of shape (vocabulary, blocks a row, 18), see `nlp.encoders.weights`."""
        super().__init__()
        self.register_buffer("blocks", blocks, persistent=False)
        self.dtype = dtype

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Expand the rows named by `ids`, of shape (…), to shape (…, hidden)."""
        rows = self.blocks[ids]
        scales = rows[..., :2].contiguous().view(torch.float16).float()
        packed = rows[..., 2:]
        nibbles = torch.cat([packed & 0x0F, packed >> 4], dim=-1)
        return ((nibbles.float() - 8) * scales).flatten(-2).to(self.dtype)


class E5:
    """What the bundled encoder rests on. No weight is kept expanded but those of the networks it makes."""

    def __init__(self, path: Path, products: torch.dtype) -> None:
        """`products` is the number format that its networks multiply in."""
        self._file = WeightFile(path)
        self._products = products
        geometry = self._file.geometry
        self.dimension = geometry.hidden
        self._limit = geometry.positions
        self._cutter = _cutter(path)
        blocks = torch.from_numpy(self._file.blocks("emb.word", geometry.vocabulary))
        self._words = WordTable(blocks, torch.float32)

    def tokens(self, texts: Sequence[str]) -> Cut:
        """Token sequences, several for a text over the limit, and the text that each belongs to."""
        sequences: list[Sequence[int]] = []
        owners: list[int] = []
        room, cutter = self._limit - 2, self._cutter
        for place, ids in enumerate(self._ids([PROMPT + text for text in texts])):
            for start in range(0, max(len(ids), 1), room):
                sequences.append([cutter.first, *ids[start : start + room], cutter.last])
                owners.append(place)
        return sequences, np.array(owners, np.intp)

    def _ids(self, texts: Sequence[str]) -> Iterator[Sequence[int]]:
        # What the tokenizer tells of each token takes a hundred bytes, so it is not asked for much at once.
        stretches = [(place, part) for place, text in enumerate(texts) for part in _stretches(text)]
        found: array[int] = array("i")
        for start in range(0, len(stretches), _STRETCHES):
            some = stretches[start : start + _STRETCHES]
            encoded = self._cutter.tokenizer.encode_batch_fast(
                [part for _, part in some], add_special_tokens=False
            )
            for at, one in enumerate(encoded, start=start + 1):
                found.extend(one.ids)
                if at == len(stretches) or stretches[at][0] != stretches[at - 1][0]:
                    yield found
                    found = array("i")

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the pieces of each text, all of them, without the marks at its ends."""
        encoded = self._cutter.tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [one.ids for one in encoded]

    def piece_vectors(self, pieces: npt.NDArray[np.int64]) -> Vectors:
        """What the network knows of pieces before it has read their neighbours; shape (pieces, hidden)."""
        with torch.inference_mode():
            vectors: Vectors = self._words(torch.from_numpy(pieces)).numpy()
        return vectors

    def network(self, adapters: Adapters | None) -> Network:
        """The layers, with adapters added in float32, before anything is rounded.

        Raises:
            EncoderError: There are no such layers, or they have another shape.
        """
        attention = None if adapters is None else adapters.attention
        if attention is not None and attention.said.shape[1] != self.dimension:
            raise EncoderError(
                f"encoder {NAME!r} has tokens of {self.dimension} numbers, the adapters' labels look for "
                f"{attention.said.shape[1]}: train again with `rimedio train`, or set RIMEDIO_ENCODER back"
            )
        return PackedNetwork(_Weights(self._file, adapters), self._words, DEPTHS, self._products, attention)


@dataclass(frozen=True, eq=False)
class _Cutter:
    """A tokenizer whose settings nobody changes, and the marks that a text begins and ends with."""

    tokenizer: Tokenizer
    first: int
    last: int


_cutters: WeakValueDictionary[Path, _Cutter] = WeakValueDictionary()


def _cutter(path: Path) -> _Cutter:
    """The one of a file of weights: building it takes most of the time in which an encoder is opened, so the
    encoders of a process share it, and with the last of them it goes."""
    known = _cutters.get(path)
    if known is None:
        pieces = WeightFile(path).pieces()
        known = _cutters[path] = _Cutter(build_unigram(pieces), pieces.bos, pieces.eos)
    return known


class _Weights:
    """The weights in the file, with adapters added; expanded anew each time they are asked for."""

    def __init__(self, file: WeightFile, adapters: Adapters | None) -> None:
        self._file = file
        self._changes = adapters
        self.geometry = file.geometry
        layers = range(self.geometry.layers)
        known = {f"encoder.layer.{layer}.{part}" for layer in layers for part in LAYER_PARTS}
        for name in () if adapters is None else adapters.up:
            if name not in known:
                raise EncoderError(
                    f"encoder {NAME!r} has no layer {name!r}: the heads bring adapters for another encoder; "
                    "train again with `rimedio train`, or set RIMEDIO_ENCODER back"
                )

    def tensor(self, name: str) -> torch.Tensor:
        # Copied: torch must not share the read-only bytes that a tensor may be expanded from.
        return torch.tensor(self._file.tensor(name))

    def part(self, layer: int, part: str) -> tuple[torch.Tensor, torch.Tensor]:
        stored, name = f"l{layer}.{LAYER_PARTS[part]}", f"encoder.layer.{layer}.{part}"
        weight, bias = self.tensor(f"{stored}.w"), self.tensor(f"{stored}.b")
        if len(weight) > len(bias):
            weight = weight.reshape(len(bias), -1)
        if self._changes is None or name not in self._changes.up:
            return weight, bias
        change = torch.from_numpy(self._changes.change(name))
        if weight.shape != change.shape:
            raise EncoderError(
                f"encoder {NAME!r}: the layer {name!r} has shape {tuple(weight.shape)}, its adapter "
                f"{tuple(change.shape)}, which is of another encoder; train again with `rimedio train`"
            )
        return weight + change, bias


def _stretches(text: str) -> Iterator[str]:
    """A very long text in parts that give the same tokens: it is parted at blanks between words."""
    start = 0
    while len(text) - start > _STRETCH:
        blank = _BETWEEN_WORDS.search(text, start + _STRETCH)
        if blank is None:
            break
        yield text[start : blank.start()]
        start = blank.end()
    yield text[start:]
