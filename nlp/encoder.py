"""Texts to embeddings: any sentence-transformers model, with batching of our own around it."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from nlp.adapters import Adapters
from nlp.errors import EncoderError
from nlp.weights import locate_weights

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]

WINDOW = 2048
"""Texts are sorted by length within windows of this many."""

DEFAULT_LIMIT = 512
"""Tokens in one sequence, for a model that names no limit of its own."""

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


class Network(Protocol):
    """Layers that token sequences go through: those of the bundled encoder, or any model's."""

    def batches(self, lengths: "npt.NDArray[np.intp]") -> "Iterator[npt.NDArray[np.intp]]":
        """Which sequences, told by their lengths, go through together."""
        ...

    def means(self, sequences: Sequence[Sequence[int]]) -> list[Vectors]:
        """The averaged tokens of the layers at `DEPTHS`, then the embeddings, of length one."""
        ...


class Encoder:
    """A `SentenceTransformer` whose batches are a pure function of their rows.

    The same rows in the same order always give the same bits, whatever was embedded before them.
    `name` identifies the model.
    """

    def __init__(self, model: "SentenceTransformer", name: str, precision: Precision) -> None:
        """Wrap a loaded model; of the bundled one the products alone are in `precision`.

        Raises:
            EncoderError: The model does not begin with a transformers network.
        """
        from transformers import PreTrainedTokenizerBase

        tokenizer, dimension = model.tokenizer, model.get_embedding_dimension()
        if not isinstance(tokenizer, PreTrainedTokenizerBase) or dimension is None:
            raise EncoderError(
                f"encoder {name!r} has a tokenizer of type {type(tokenizer).__name__}; "
                "expected a sentence-transformers model that begins with a transformers network"
            )
        self.name = name
        self.dimension = dimension
        self._model = model.eval()
        self._bare: dict[str, torch.Tensor] = {}
        self._tokenizer = tokenizer
        self._limit = min(model.max_seq_length or DEFAULT_LIMIT, tokenizer.model_max_length)
        self._prompt = model.prompts.get(model.default_prompt_name or "query") or ""
        if model.transformers_model is not None:
            model.transformers_model.config.output_hidden_states = True
        self._precision = precision
        self._networks: dict[bool, Network] = {}
        self._as_bare = False

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 array of shape (len(texts), dimension), rows of length one.

        A text over the model's length limit is read in windows, whose vectors are averaged by their
        number of tokens.
        """
        return self.features(texts)[:, -self.dimension :]

    def features(self, texts: Sequence[str]) -> Vectors:
        """What heads read: the embedding, preceded by the averaged tokens of some layers below it.

        The upper layers forget what is of no use for finding similar texts, tone for one: the layers at
        the depths `DEPTHS` add it again. Shape (len(texts), 4 x dimension for most models); each of the
        parts has length one.
        """
        windows = [texts[start : start + WINDOW] for start in range(0, len(texts), WINDOW)]
        # The next window is cut into tokens while the network reads this one.
        with ThreadPoolExecutor(1, thread_name_prefix="tokens") as ahead:
            tokens = ahead.map(self._tokens, windows)
            parts = [self._read_window(len(one), *next(tokens)) for one in windows]
        return np.concatenate(parts) if parts else self.features([""])[:0]

    def embed_bare(self, texts: Sequence[str]) -> Vectors:
        """Embed texts as if no adapters had been merged with `keep_bare`; shape as of `embed`.

        Adapters gather texts with the same labels, and so draw apart what is alike in meaning only.
        """
        adapted = {name: self._layer(name).weight.data for name in self._bare}
        try:
            self._as_bare = bool(self._bare)
            for name, weight in self._bare.items():
                self._layer(name).weight.data = weight
            return self.embed(texts)
        finally:
            self._as_bare = False
            for name, weight in adapted.items():
                self._layer(name).weight.data = weight

    def merge(self, adapters: Adapters, *, keep_bare: bool = False) -> None:
        """Add adapters to the weights, once; reading takes as long as before.

        With `keep_bare` the weights they are added to stay in memory, for `embed_bare`.

        Raises:
            EncoderError: The network has other layers than the adapters were trained for.
        """
        import torch

        self._networks.clear()
        for name in adapters.up:
            weight, change = self._weight(name), torch.from_numpy(adapters.change(name))
            if weight.shape != change.shape:
                raise EncoderError(
                    f"encoder {self.name!r}: the layer {name!r} has shape {tuple(weight.shape)}, its adapter "
                    f"{tuple(change.shape)}, which is of another encoder; train again with `rimedio train`"
                )
            if keep_bare:
                self._bare[name] = weight.clone()
            # Added in float32 and rounded once, where the network is in bfloat16.
            with torch.no_grad():
                weight.copy_((weight.float() + change).to(weight.dtype))

    @contextmanager
    def adapted(self, adapters: Adapters | None) -> Iterator[None]:
        """The same for the time of a block; afterwards the weights are what they were."""
        before = {name: self._weight(name).clone() for name in adapters.up} if adapters is not None else {}
        if adapters is not None:
            self.merge(adapters)
        try:
            yield
        finally:
            self._networks.clear()
            for name, weight in before.items():
                self._weight(name).copy_(weight)

    def _weight(self, name: str) -> "torch.Tensor":
        weight: torch.Tensor = self._layer(name).weight.data
        return weight

    def _layer(self, name: str) -> Any:
        network: Any = self._model.transformers_model or getattr(self._model[0], "model", None)
        try:
            layer = network.get_submodule(name)
            layer.weight.data  # noqa: B018 - a submodule without weights is no layer of ours
        except AttributeError as error:
            raise EncoderError(
                f"encoder {self.name!r} has no layer {name!r}: the heads bring adapters for another encoder; "
                "train again with `rimedio train`, or set RIMEDIO_ENCODER back"
            ) from error
        return layer

    def pieces(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of the pieces of each text, all of them, without the marks at its ends."""
        tokenizer: Any = self._tokenizer  # the base class does not know of the fast one's engine
        engine = tokenizer.backend_tokenizer
        # What was read before may have left a limit behind.
        engine.no_truncation()
        engine.no_padding()
        return [one.ids for one in engine.encode_batch_fast(list(texts), add_special_tokens=False)]

    def piece_vectors(self, pieces: npt.NDArray[np.int64]) -> Vectors:
        """What the network knows of pieces before it has read their neighbours; shape (pieces, hidden)."""
        import torch

        network: Any = self._model.transformers_model or getattr(self._model[0], "model", None)
        with torch.inference_mode():
            vectors: Vectors = network.get_input_embeddings()(torch.from_numpy(pieces)).float().numpy()
        return vectors

    def fingerprint(self) -> Vectors:
        """The embeddings of the fixed probe texts, each in a batch of its own; shape (8, dimension)."""
        return np.concatenate([self.embed([probe]) for probe in PROBES])

    def _tokens(self, texts: Sequence[str]) -> tuple[list[list[int]], npt.NDArray[np.intp]]:
        """Token sequences, several for a text over the limit, and the text that each belongs to."""
        encoded = self._tokenizer(
            [self._prompt + text for text in texts],
            truncation=True,
            max_length=self._limit,
            return_overflowing_tokens=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        return encoded["input_ids"], np.asarray(encoded["overflow_to_sample_mapping"])

    def _read_window(self, count: int, sequences: list[list[int]], owners: npt.NDArray[np.intp]) -> Vectors:
        network = self._network()
        lengths = np.array([len(sequence) for sequence in sequences])
        sums: dict[int, Vectors] = {}
        for chosen in network.batches(lengths):
            for part, vectors in enumerate(network.means([sequences[index] for index in chosen])):
                total = sums.setdefault(part, np.zeros((count, vectors.shape[1]), np.float32))
                np.add.at(total, owners[chosen], vectors * lengths[chosen, None].astype(np.float32))
        return np.concatenate([_unit(total) for total in sums.values()], axis=1)

    def _network(self) -> Network:
        if self._as_bare not in self._networks:
            self._networks[self._as_bare] = self._build_network()
        return self._networks[self._as_bare]

    def _build_network(self) -> Network:
        from nlp.e5 import E5Transformer
        from nlp.packed import PackedNetwork
        from nlp.padded import PaddedNetwork

        first = self._model[0]
        if isinstance(first, E5Transformer):
            return PackedNetwork(first.model, DEPTHS, _dtype(self._precision))
        return PaddedNetwork(self._model, self._tokenizer, DEPTHS)


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
        from nlp.e5 import NAME, build_e5

        # In float32, so that adapters are added before anything is rounded.
        return Encoder(build_e5(path, _dtype(Precision.FLOAT32)), NAME, precision)
    return Encoder(_load_named(name, precision), name, precision)


def _load_named(name: str, precision: Precision) -> "SentenceTransformer":
    if _looks_like_folder(name) and not Path(name).is_dir():
        raise EncoderError(
            f"encoder {name!r}: no such folder; set RIMEDIO_ENCODER to a folder with a sentence-transformers "
            "model or to a model's name on the Hugging Face hub, or unset it for the bundled encoder"
        )
    from sentence_transformers.sentence_transformer.model import SentenceTransformer

    try:
        return SentenceTransformer(name, device="cpu", model_kwargs={"dtype": _dtype(precision)})
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"encoder {name!r} could not be loaded ({error}); check the folder or the name on the Hugging "
            "Face hub, or unset RIMEDIO_ENCODER for the bundled encoder"
        ) from error


def _looks_like_folder(name: str) -> bool:
    return name.startswith((".", "~", os.sep)) or name.count("/") > 1


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
