"""Texts to embeddings: the bundled encoder or any sentence-transformers model, with batching of our own."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from nlp.encoders.adapters import Adapters
from nlp.encoders.weights import NAME, locate_weights
from nlp.errors import EncoderError
from nlp.progress import Told, nobody, part_of

if TYPE_CHECKING:
    import torch

Vectors = npt.NDArray[np.float32]

Cut = tuple[Sequence[Sequence[int]], npt.NDArray[np.intp]]
"""Token sequences, several for a text over the limit, and the place of the text that each belongs to."""

WINDOW = 2048
"""Texts are sorted by length within windows of this many."""

DEPTHS = (1 / 2, 2 / 3, 5 / 6)
"""Layers that heads read beside the embedding, as parts of the network's depth."""

PROBES = (
    "Il pacco non è ancora arrivato e nessuno mi risponde.",
    "Grazie mille, siete stati gentilissimi!",
    "The room was dirty and the receptionist shrugged.",
    "¿A qué hora abren los sábados?",
    "Je voudrais annuler mon abonnement à partir du mois prochain.",
    "Die Rechnung ist falsch, Sie haben zweimal abgebucht.",
    "ok",
    "VERGOGNA!!! è la TERZA volta che chiamo, vi denuncio",
)
"""Fixed texts whose embeddings tell one encoder from another."""


class Precision(StrEnum):
    """Number format of the network's layers."""

    AUTO = "auto"  # bfloat16 where the processor multiplies it natively, float32 elsewhere
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What a network makes of token sequences.

    `layers` are the averaged tokens of the layers at `DEPTHS`, then the embeddings, of length one; each of
    shape (sequences, hidden). `labels` is what the sequences say for each label that looks for itself, of
    shape (sequences, labels), with no label where there is no such attention.
    """

    layers: list[Vectors]
    labels: Vectors


class Network(Protocol):
    """Layers that token sequences go through: those of the bundled encoder, or any model's."""

    def batches(self, lengths: "npt.NDArray[np.intp]") -> "Iterator[npt.NDArray[np.intp]]":
        """Which sequences, told by their lengths, go through together."""
        ...

    def means(self, sequences: Sequence[Sequence[int]]) -> Means:
        """Send sequences through the layers."""
        ...


class Backbone(Protocol):
    """What an encoder rests on: the bundled weights, or a sentence-transformers model."""

    dimension: int

    def tokens(self, texts: Sequence[str]) -> Cut:
        """Cut texts into tokens, the prompt and the marks at their ends among them."""
        ...

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the pieces of each text, all of them, without the marks at its ends."""
        ...

    def piece_vectors(self, pieces: npt.NDArray[np.int64]) -> Vectors:
        """What the network knows of pieces before it has read their neighbours; shape (pieces, hidden)."""
        ...

    def network(self, adapters: Adapters | None) -> Network:
        """The layers, with adapters added where there are some; EncoderError where they do not fit."""
        ...


class Encoder:
    """Its batches are a pure function of their rows.

    The same rows in the same order always give the same bits, whatever was embedded before them.
    `name` identifies the model.
    """

    def __init__(self, backbone: Backbone, name: str) -> None:
        self.name = name
        self.dimension = backbone.dimension
        self._backbone = backbone
        self._adapted: Network | None = None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 array of shape (len(texts), dimension), rows of length one.

        A text over the model's length limit is read in windows, whose vectors are averaged by their
        number of tokens.
        """
        return self.features(texts)[:, -self.dimension :]

    def features(self, texts: Sequence[str], told: Told = nobody) -> Vectors:
        """What heads read: the embedding, preceded by the averaged tokens of some layers below it.

        The upper layers forget what is of no use for finding similar texts, tone for one: the layers at
        the depths `DEPTHS` add it again. Shape (len(texts), 4 x dimension for most models); each of the
        parts has length one. Adapters with label attention put a number for each of its labels before them.

        `told` hears after each batch which part of all tokens has been read, window by window.
        """
        return self._features(texts, self._adapted or self._bare, told)

    def embed_bare(self, texts: Sequence[str]) -> Vectors:
        """Embed texts as if no adapters had been merged; shape as of `embed`.

        Adapters gather texts with the same labels, and so draw apart what is alike in meaning only.
        """
        return self._features(texts, self._bare)[:, -self.dimension :]

    def merge(self, adapters: Adapters) -> None:
        """Read with these adapters from now on; reading takes as long as before.

        Raises:
            EncoderError: The network has other layers than the adapters were trained for.
        """
        self._adapted = self._backbone.network(adapters)

    @contextmanager
    def adapted(self, adapters: Adapters | None) -> Iterator[None]:
        """The same for the time of a block; with None nothing changes."""
        before = self._adapted
        if adapters is not None:
            self.merge(adapters)
        try:
            yield
        finally:
            self._adapted = before

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the pieces of each text, all of them, without the marks at its ends."""
        return self._backbone.pieces(texts)

    def piece_vectors(self, pieces: npt.NDArray[np.int64]) -> Vectors:
        """What the network knows of pieces before it has read their neighbours; shape (pieces, hidden)."""
        return self._backbone.piece_vectors(pieces)

    def fingerprint(self) -> Vectors:
        """The embeddings of the fixed probe texts, each in a batch of its own; shape (8, dimension)."""
        return np.concatenate([self.embed([probe]) for probe in PROBES])

    @cached_property
    def _bare(self) -> Network:
        return self._backbone.network(None)

    def _features(self, texts: Sequence[str], network: Network, told: Told = nobody) -> Vectors:
        windows = [texts[start : start + WINDOW] for start in range(0, len(texts), WINDOW)]
        # The next window is cut into tokens while the network reads this one.
        with ThreadPoolExecutor(1, thread_name_prefix="tokens") as ahead:
            tokens = ahead.map(self._backbone.tokens, windows)
            parts = [
                _read(network, len(one), *next(tokens), part_of(told, done, len(windows)))
                for done, one in enumerate(windows)
            ]
        return np.concatenate(parts) if parts else self._features([""], network)[:0]


def _read(
    network: Network, count: int, sequences: Sequence[Sequence[int]], owners: npt.NDArray[np.intp], told: Told
) -> Vectors:
    lengths = np.array([len(sequence) for sequence in sequences])
    read = 0
    sums: dict[int, Vectors] = {}
    for chosen in network.batches(lengths):
        means = network.means([sequences[index] for index in chosen])
        for part, vectors in enumerate([means.labels, *means.layers]):
            total = sums.setdefault(part, np.zeros((count, vectors.shape[1]), np.float32))
            np.add.at(total, owners[chosen], vectors * lengths[chosen, None].astype(np.float32))
        read += int(lengths[chosen].sum())
        told(read / int(lengths.sum()))
    labels, *layers = sums.values()
    tokens = np.bincount(owners, weights=lengths, minlength=count).astype(np.float32)
    return np.concatenate([labels / tokens[:, None], *map(_unit, layers)], axis=1)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True, dtype=np.float32))
    unit: Vectors = vectors / np.maximum(lengths, np.float32(1e-12))
    return unit


def load_encoder(name: str | None = None, precision: Precision = Precision.AUTO) -> Encoder:
    """Load the bundled encoder (no name), or any sentence-transformers model by folder or hub name.

    The bundled encoder never asks the network for anything. Importing and loading take some seconds:
    call it in a thread where somebody waits.

    Raises:
        EncoderError: The model is missing or of a kind that cannot be used; says what to do.
    """
    if name is None:
        path = locate_weights()
        from nlp.encoders.e5 import E5

        return Encoder(E5(path, _dtype(precision)), NAME)
    _check_folder(name)
    from nlp.encoders.sentence_model import SentenceModel

    return Encoder(SentenceModel(name, _dtype(precision)), name)


def _check_folder(name: str) -> None:
    looks_like_folder = name.startswith((".", "~", os.sep)) or name.count("/") > 1
    if looks_like_folder and not Path(name).is_dir():
        raise EncoderError(
            f"encoder {name!r}: no such folder; set RIMEDIO_ENCODER to a folder with a sentence-transformers "
            "model or to a model's name on the Hugging Face hub, or unset it for the bundled encoder"
        )


def native_dtype() -> "torch.dtype":
    """bfloat16 where the processor multiplies it by itself, float32 elsewhere."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    native = capabilities.get("avx512_bf16", False) or capabilities.get("amx_bf16", False)
    return torch.bfloat16 if native else torch.float32


def _dtype(precision: Precision) -> "torch.dtype":
    import torch

    if precision is Precision.AUTO:
        return native_dtype()
    return torch.float32 if precision is Precision.FLOAT32 else torch.bfloat16
