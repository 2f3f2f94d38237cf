"""The bundled encoder's layers for many texts at a time, without padding between their tokens.

The tokens of a batch lie one after another in one matrix, so that the large products see only tokens; for
attention alone they are gathered into blocks of texts of nearly the same length. What the matrix products
of oneDNN read is laid out once. Compiling a kernel for a new shape takes oneDNN up to 20 ms, and what it
keeps for the shape half a megabyte, so that shapes are rounded up to few.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from nlp.encoders.adapters import Half, LabelAttention
from nlp.encoders.encoder import Means
from nlp.encoders.weights import Geometry

BATCH_TOKENS = 2048
"""Tokens that go through the layers together, at most; twice as many take as long, and 150 MB more."""

# What numbers of tokens in a batch and of tokens in a text are rounded up to.
_ROWS = (32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, BATCH_TOKENS)
_LENGTHS = (*range(8, 64, 8), *range(64, 128, 16), *range(128, 256, 32), *range(256, 513, 64))

PIECE_TOKENS = 256
"""Tokens of a block that attention reads together: so many that there is one shape for each length."""

_PARTS = 3  # query, key and value
_LARGEST_SCORE = 60.0
"""Attention scores are cut there, far above those that occur: their exponentials are summed as they are."""

Indices = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """Texts of nearly the same length: which rows of 32 numbers attention reads, and where its results go.

    `there` is 1 for tokens and 0 for filling, of shape (texts x heads, length, 1); `tokens` is the slice of
    the batch that the block covers.
    """

    gather: torch.Tensor
    scatter: torch.Tensor
    there: torch.Tensor
    tokens: slice


class _Linear:
    """A linear layer whose weights are laid out for this processor, in bfloat16; as it is in float32."""

    def __init__(self, weight: torch.Tensor, bias: torch.Tensor, dtype: torch.dtype) -> None:
        self._packed = dtype == torch.bfloat16 and torch._C._has_mkldnn
        self._weight, self._bias = weight.to(dtype), bias.to(dtype)
        if self._packed:
            self._weight = torch.ops.mkldnn._reorder_linear_weight(self._weight, None)

    def __call__(self, states: torch.Tensor) -> torch.Tensor:
        if not self._packed:
            return functional.linear(states, self._weight, self._bias)
        return self._product(states, "none")

    def with_gelu(self, states: torch.Tensor) -> torch.Tensor:
        return self._product(states, "gelu") if self._packed else functional.gelu(self(states))

    def added_to(self, before: torch.Tensor, states: torch.Tensor) -> torch.Tensor:
        """The product and what was before; rounded once, after the sum."""
        if not self._packed:
            return self(states) + before
        total: torch.Tensor = torch.ops.mkldnn._linear_pointwise.binary(
            states, before, self._weight, self._bias, "add"
        )
        return total

    def _product(self, states: torch.Tensor, after: str) -> torch.Tensor:
        product: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            states, self._weight, self._bias, after, [], "none"
        )
        return product


class Weights(Protocol):
    """The weights of a network such as `transformers.BertModel`, in float32."""

    geometry: Geometry

    def tensor(self, name: str) -> torch.Tensor:
        """One tensor of the embeddings, flat."""
        ...

    def part(self, layer: int, part: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Weight and bias of a part of a layer; the weight of a linear one has shape (out, in)."""
        ...


class PackedNetwork:
    """The layers of the bundled encoder.

    The states between the layers and the weights are in the number format of the products; sums inside of
    products, normalisation and everything before the first layer and after the last one are in float32.
    """

    def __init__(
        self,
        weights: Weights,
        words: torch.nn.Module,
        depths: Sequence[float],
        products: torch.dtype,
        attention: LabelAttention | None = None,
    ) -> None:
        """`depths` are the layers whose averaged tokens are told, as parts of the network's depth."""
        geometry = weights.geometry
        self._heads = geometry.heads
        self._size = geometry.hidden // geometry.heads
        self._epsilon = geometry.epsilon
        self._words = words
        places = weights.tensor("emb.pos").reshape(-1, geometry.hidden)
        self._places = places + weights.tensor("emb.type")[: geometry.hidden]
        self._norm = weights.tensor("emb.ln.w"), weights.tensor("emb.ln.b")
        self._layers = [_prepared(weights, layer, self._size, products) for layer in range(geometry.layers)]
        self._dtype = products
        self._read = {round(depth * geometry.layers) for depth in (*depths, 1)}
        self._attention = None
        if attention is not None:
            self._attention = _across(attention.sought), _across(attention.said)

    def batches(self, lengths: Indices) -> Iterator[Indices]:
        """Which sequences go through together: by rising length, up to `BATCH_TOKENS`."""
        order = np.argsort(lengths, kind="stable")
        ends = np.cumsum(lengths[order])
        start = 0
        while start < len(order):
            before = ends[start - 1] if start else 0
            # One row stays free: it holds the zeros that blocks are filled up with.
            end = max(start + 1, int(np.searchsorted(ends, before + BATCH_TOKENS - 1, side="right")))
            yield order[start:end]
            start = end

    def means(self, sequences: Sequence[Sequence[int]]) -> Means:
        """Send sequences through the layers."""
        lengths = np.array([len(sequence) for sequence in sequences])
        rows = _rounded(int(lengths.sum()) + 1, _ROWS)
        ids = np.zeros(rows, np.int64)
        ids[: lengths.sum()] = np.concatenate([np.asarray(one, np.int64) for one in sequences])
        places = np.zeros(rows, np.int64)
        places[: lengths.sum()] = np.concatenate([np.arange(length) for length in lengths])
        owners = torch.from_numpy(np.repeat(np.arange(len(lengths)), lengths))
        shares = torch.from_numpy(1 / lengths.astype(np.float32))[:, None]
        with torch.inference_mode():
            blocks = list(self._blocks(lengths, rows))
            states = self._words(torch.from_numpy(ids)).float() + self._places[torch.from_numpy(places)]
            states = self._normed(states, self._norm).to(self._dtype)
            means = []
            for depth, layer in enumerate(self._layers, start=1):
                states = self._through(layer, states, blocks)
                if depth in self._read:
                    sums = torch.zeros(len(lengths), states.shape[1])
                    means.append(sums.index_add_(0, owners, states[: len(owners)].float()) * shares)
            means[-1] = functional.normalize(means[-1], dim=1)
            labels = self._labels(states[: len(owners)].float(), owners, len(lengths))
        return Means(layers=[mean.numpy() for mean in means], labels=labels.numpy())

    def _labels(self, tokens: torch.Tensor, owners: torch.Tensor, count: int) -> torch.Tensor:
        """What `count` sequences say for each label: their tokens, weighed by what the label looks for."""
        if self._attention is None:
            return torch.zeros(count, 0)
        sought, said = self._attention
        tokens = functional.normalize(tokens, dim=1) * tokens.shape[1] ** 0.5
        weights = (tokens @ sought).clamp_(-_LARGEST_SCORE, _LARGEST_SCORE).exp_()
        sums = torch.zeros(2, count, weights.shape[1])
        sums[0].index_add_(0, owners, weights * (tokens @ said))
        sums[1].index_add_(0, owners, weights)
        return sums[0] / sums[1]

    def _through(
        self, layer: Mapping[str, Any], states: torch.Tensor, blocks: Sequence[_Block]
    ) -> torch.Tensor:
        attended = self._attend(layer["asked"](states), blocks)
        states = self._normed(layer["attended"].added_to(states, attended), layer["attended_norm"])
        inner = layer["inner"].with_gelu(states)
        return self._normed(layer["outer"].added_to(states, inner), layer["outer_norm"])

    def _attend(self, asked: torch.Tensor, blocks: Sequence[_Block]) -> torch.Tensor:
        asked[-1] = 0
        pieces = asked.view(-1, self._size)
        mixed = torch.zeros(len(asked) * self._heads, self._size, dtype=asked.dtype)
        for block in blocks:
            length = block.there.shape[1]
            gathered = pieces.index_select(0, block.gather).view(_PARTS, -1, length, self._size)
            found = torch.empty_like(gathered[0])
            step = _texts_of(length) * self._heads
            for start in range(0, len(found), step):
                some = slice(start, start + step)
                query, key, value = gathered[:, some]
                # Not torch's softmax, which is slow on short rows: the sum is a product as well.
                weights = torch.bmm(query, key.transpose(1, 2))
                weights = weights.clamp_(-_LARGEST_SCORE, _LARGEST_SCORE).exp_()
                torch.div(torch.bmm(weights, value), torch.bmm(weights, block.there[some]), out=found[some])
            torch.index_select(
                found.view(-1, self._size),
                0,
                block.scatter,
                out=mixed[block.tokens.start * self._heads : block.tokens.stop * self._heads],
            )
        return mixed.view(len(asked), -1)

    def _blocks(self, lengths: Indices, rows: int) -> Iterator[_Block]:
        starts = np.cumsum(lengths) - lengths
        wide = np.array([_rounded(int(length), _LENGTHS) for length in lengths])
        edges = np.flatnonzero(np.diff(wide, prepend=-1, append=-1))
        for first, last in pairwise(edges.tolist()):
            yield self._block(starts[first:last], lengths[first:last], int(wide[first]), rows)

    def _block(self, starts: Indices, lengths: Indices, width: int, rows: int) -> _Block:
        step = _texts_of(width)
        texts = -(-len(lengths) // step) * step
        tokens = np.full((texts, width), rows - 1)
        there = np.zeros((texts, width), bool)
        there[: len(lengths)] = np.arange(width) < lengths[:, None]
        tokens[there] = np.arange(starts[0], starts[0] + lengths.sum())
        part = np.arange(_PARTS)[:, None, None, None] * self._heads
        head = np.arange(self._heads)[:, None]
        gather = tokens[None, :, None, :] * (_PARTS * self._heads) + part + head
        text, place = np.nonzero(there)
        scatter = (text[:, None] * self._heads + np.arange(self._heads)) * width + place[:, None]
        return _Block(
            gather=torch.from_numpy(gather.reshape(-1)),
            scatter=torch.from_numpy(scatter.reshape(-1)),
            there=torch.from_numpy(there).to(self._dtype).repeat_interleave(self._heads, dim=0).unsqueeze(-1),
            tokens=slice(int(starts[0]), int(starts[0] + lengths.sum())),
        )

    def _normed(self, states: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        return functional.layer_norm(states, states.shape[-1:], *norm, self._epsilon)


def _prepared(weights: Weights, layer: int, size: int, products: torch.dtype) -> Mapping[str, Any]:
    # The scale of the scores is put into the query: one step less for each of them. The key's bias adds the
    # same to all scores of a token, which changes nothing but how large they are: without it bfloat16 holds
    # them closely (the largest falls from 82 to 31), and their exponentials stay small.
    scale = size**-0.5
    query, key, value = (weights.part(layer, f"attention.self.{name}") for name in ("query", "key", "value"))
    weight = torch.cat([query[0] * scale, key[0], value[0]])
    bias = torch.cat([query[1] * scale, torch.zeros_like(key[1]), value[1]])
    return {
        "asked": _Linear(weight, bias, products),
        "attended": _Linear(*weights.part(layer, "attention.output.dense"), products),
        "attended_norm": weights.part(layer, "attention.output.LayerNorm"),
        "inner": _Linear(*weights.part(layer, "intermediate.dense"), products),
        "outer": _Linear(*weights.part(layer, "output.dense"), products),
        "outer_norm": weights.part(layer, "output.LayerNorm"),
    }


def _across(matrix: Half) -> torch.Tensor:
    return torch.from_numpy(matrix.astype(np.float32)).T.contiguous()


def _texts_of(length: int) -> int:
    """How many texts of a length attention reads together."""
    return max(1, PIECE_TOKENS // length)


def _rounded(number: int, steps: Sequence[int]) -> int:
    """The first of the steps that is large enough; beyond them, the number itself."""
    at = bisect_left(steps, number)
    return steps[at] if at < len(steps) else number
