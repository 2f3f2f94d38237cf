"""Training adapters on labelled messages: low-rank additions to the encoder's upper layers."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from nlp.encoders.adapters import Adapters, LabelAttention
from nlp.encoders.e5 import PROMPT
from nlp.encoders.encoder import DEPTHS, Encoder, native_dtype
from nlp.encoders.weights import NAME, locate_weights
from nlp.errors import EncoderError, TrainingError
from nlp.heads import FIELDS
from nlp.training.corpus import Example
from nlp.training.taught import are_exclusive, as_read, taught_by

if TYPE_CHECKING:
    from nlp.encoders.e5_modules import E5Transformer

FIRST_LAYER = 6
"""Layers below this one are left alone: what they make of a text is computed once for all epochs."""

RANK = 16
SCALE = 2.0
"""What the product of the thin matrices is multiplied by."""

EPOCHS = 8
BATCH = 16
MAX_TOKENS = 512
"""Of longer texts training sees the beginning, as much as the encoder reads at once; all is read later."""

ADAPTER_RATE = 1e-3
HEAD_RATE = 2e-3
ATTENTION_RATE = 2e-3
WARM_UP = 0.1  # part of all steps over which the learning rates rise, before they fall to zero
HEAD_DROPOUT = 0.1
CHANNEL_DROPOUT = 0.1
FEATURE_LENGTH = 8.0  # length of the standardised features that the heads read in training
LONGEST_GRADIENT = 5.0
_FIRST_SOUGHT = 0.02  # spread of what labels look for before training: every token counts nearly the same

_PARTS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
_DROPPED = ("attention.output.dense", "output.dense")  # what these add to the residual stream is thinned
Progress = Callable[[int, int], None]
Order = npt.NDArray[np.intp]


class AdaptedLinear(torch.nn.Module):
    """A frozen linear layer with a trainable low-rank addition, which begins as zero."""

    def __init__(self, base: torch.nn.Linear, dropout: float, generator: torch.Generator) -> None:
        """`dropout` is the share of output channels that a text loses in training."""
        super().__init__()
        self.base = base
        self._dropout = dropout
        self._generator = generator
        down = torch.randn(RANK, base.in_features, generator=generator) / math.sqrt(base.in_features)
        self.down = torch.nn.Parameter(down)
        self.up = torch.nn.Parameter(torch.zeros(base.out_features, RANK))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """Map states of shape (texts, tokens, in) to (texts, tokens, out)."""
        kind = states.dtype
        thin = functional.linear(states, self.down.to(kind))
        mapped: torch.Tensor = self.base(states) + functional.linear(thin, (SCALE * self.up).to(kind))
        if not self._dropout:
            return mapped
        # One mask a text, not a token: drawing one a value was a seventh of a profiled training step.
        kept = torch.rand(len(mapped), 1, mapped.shape[-1], generator=self._generator) >= self._dropout
        return mapped * (kept / (1 - self._dropout)).to(kind)


def build_network(encoder: Encoder) -> "E5Transformer":
    """A network of its own to adapt, in the number format that this processor trains fastest in.

    Raises:
        TrainingError: The encoder is not the bundled one.
    """
    if encoder.name != NAME:
        raise TrainingError(
            f"only the bundled encoder can be adapted, and RIMEDIO_ENCODER is {encoder.name!r}"
        )
    from nlp.encoders.e5_modules import E5Transformer, build_e5  # takes seconds to import

    (network, *_) = build_e5(locate_weights(), native_dtype())
    if not isinstance(network, E5Transformer):
        raise TrainingError(f"the bundled encoder begins with a {type(network).__name__}")
    return network


def adapt(
    examples: Sequence[Example],
    transformer: "E5Transformer",
    *,
    seed: int = 0,
    order: int = 0,
    epochs: int = EPOCHS,
    progress: Progress = lambda done, total: None,
) -> Adapters:
    """Train adapters on labelled messages, with a linear head and label attention for each labelled field.

    `transformer` is a freshly built network; it comes back with its weights unchanged. The same seed and
    order give the same bits on one machine with one number of threads. Adapters of one seed begin alike,
    whatever their `order`, which decides how messages follow each other and what is thinned out: they can be
    averaged. `progress` is told the steps done and the steps in all.

    Raises:
        TrainingError: There is no example.
    """
    if not examples:
        raise TrainingError("no message to adapt the encoder on: add messages")
    generator = torch.Generator().manual_seed(seed)
    adapted = _inject(transformer, generator)
    try:
        targets = _Targets(examples)
        network = _Network(transformer, adapted, examples, targets.labels, generator)
        random = np.random.default_rng([seed, order])
        generator.manual_seed(int(random.integers(2**62)))
        network.fit(targets, epochs, random, progress)
    finally:
        _take_out(transformer, adapted)
    return Adapters(
        up={name: (SCALE * layer.up.detach()).half().numpy() for name, layer in adapted.items()},
        down={name: layer.down.detach().half().numpy() for name, layer in adapted.items()},
        attention=network.attention(),
    )


def _inject(transformer: "E5Transformer", generator: torch.Generator) -> dict[str, AdaptedLinear]:
    adapted = {}
    for layer in range(FIRST_LAYER, len(transformer.model.encoder.layer)):
        for part in _PARTS:
            name = f"encoder.layer.{layer}.{part}"
            base = _linear(transformer, name)
            dropout = CHANNEL_DROPOUT if part in _DROPPED else 0.0
            adapted[name] = AdaptedLinear(base, dropout, generator)
            transformer.model.set_submodule(name, adapted[name])
    # The fused attention was half of a profiled training step (bfloat16, heads of 32 numbers).
    transformer.model.set_attn_implementation("eager")
    return adapted


def _linear(transformer: "E5Transformer", name: str) -> torch.nn.Linear:
    try:
        layer = transformer.model.get_submodule(name)
    except AttributeError as error:
        raise EncoderError(f"adapter for {name!r}: the network has no such layer") from error
    if not isinstance(layer, torch.nn.Linear):
        raise EncoderError(f"adapter for {name!r}: expected a linear layer, found {type(layer).__name__}")
    return layer


def _take_out(transformer: "E5Transformer", adapted: Mapping[str, AdaptedLinear]) -> None:
    for name, layer in adapted.items():
        transformer.model.set_submodule(name, layer.base)
    transformer.model.set_attn_implementation("sdpa")


class _Targets:
    """The labels of all examples as tensors: `truth[field]` has shape (n, labels), `known[field]` (n)."""

    def __init__(self, examples: Sequence[Example]) -> None:
        sets = {field: [taught_by(example, field) for example in examples] for field in FIELDS}
        found = {field: sorted(set().union(*(one or () for one in sets[field]))) for field in FIELDS}
        self.labels = {field: tuple(labels) for field, labels in found.items() if labels}
        self.truth = {
            field: torch.tensor([[label in (one or ()) for label in labels] for one in sets[field]]).float()
            for field, labels in self.labels.items()
        }
        self.known = {
            field: torch.tensor([one is not None for one in sets[field]]).float() for field in self.labels
        }
        self._exclusive = {field for field in self.labels if are_exclusive(field, sets[field])}
        self.weights = {field: self._label_weights(field) for field in self.labels}

    def _label_weights(self, field: str) -> torch.Tensor:
        """Rare labels weigh more, by the root of how rare they are."""
        counts = (self.truth[field] * self.known[field][:, None]).sum(dim=0).clamp(min=1)
        if field not in self._exclusive:
            return ((self.known[field].sum() - counts).clamp(min=1) / counts).sqrt()
        weights = counts.rsqrt()
        return weights * counts.sum() / (weights * counts).sum()

    def loss(self, field: str, scores: torch.Tensor, rows: Order) -> torch.Tensor:
        """The mean loss of the rows whose field is labelled."""
        truth, known, weights = self.truth[field][rows], self.known[field][rows], self.weights[field]
        if field in self._exclusive:
            own = weights @ truth.T * known
            losses = functional.cross_entropy(scores, truth, reduction="none")
            return (losses * own).sum() / own.sum().clamp(min=1)
        losses = functional.binary_cross_entropy_with_logits(
            scores, truth, pos_weight=weights, reduction="none"
        ).sum(dim=1)
        return (losses * known).sum() / known.sum().clamp(min=1)


class _Network:
    """The upper layers with adapters, and what reads them.

    That is a linear head a field on the averaged tokens of four layers, and each label's own look at the
    tokens of the last one.
    """

    def __init__(
        self,
        transformer: "E5Transformer",
        adapted: Mapping[str, AdaptedLinear],
        examples: Sequence[Example],
        labels: Mapping[str, Sequence[str]],
        generator: torch.Generator,
    ) -> None:
        self._model = transformer.model
        self._adapted = adapted
        self._generator = generator
        layers = len(self._model.encoder.layer)
        self._read = (*(round(depth * layers) for depth in DEPTHS), layers)
        self._states = self._lower_states(transformer, as_read(one.text for one in examples))
        self._lengths = np.array([len(states) for states in self._states])
        everything = np.argsort(self._lengths, kind="stable")
        hidden = self._model.config.hidden_size
        count = sum(len(names) for names in labels.values())
        self._sought = (torch.randn(hidden, count, generator=generator) * _FIRST_SOUGHT).requires_grad_()
        self._said = torch.zeros(hidden, count, requires_grad=True)
        with torch.no_grad():
            start = torch.cat([self._features(rows)[0] for rows in _in_order(everything)])
        self._mean = start.mean(dim=0)
        self._scale = (start.std(dim=0, correction=0) + 1e-6) * math.sqrt(start.shape[1]) / FEATURE_LENGTH
        self._weights = {
            field: torch.zeros(start.shape[1], len(names), requires_grad=True)
            for field, names in labels.items()
        }
        self._biases = {field: torch.zeros(len(names), requires_grad=True) for field, names in labels.items()}

    def fit(self, targets: _Targets, epochs: int, random: np.random.Generator, progress: Progress) -> None:
        thin = [matrix for layer in self._adapted.values() for matrix in (layer.down, layer.up)]
        heads = [*self._weights.values(), *self._biases.values()]
        looks = [self._sought, self._said]
        optimizer = torch.optim.AdamW(
            [
                {"params": heads, "lr": HEAD_RATE, "weight_decay": 0.0},
                {"params": thin, "lr": ADAPTER_RATE, "weight_decay": 0.01},
                {"params": looks, "lr": ATTENTION_RATE, "weight_decay": 0.0},
            ],
            betas=(0.9, 0.98),
        )
        steps = epochs * math.ceil(len(self._states) / BATCH)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
        done = 0
        for _ in range(epochs):
            for rows in _shuffled(self._lengths, random):
                scores = self._scores(*self._features(rows))
                loss = torch.stack([targets.loss(field, scores[field], rows) for field in scores]).sum()
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                torch.nn.utils.clip_grad_norm_([*heads, *thin, *looks], LONGEST_GRADIENT)
                optimizer.step()
                schedule.step()
                done += 1
                progress(done, steps)

    def attention(self) -> LabelAttention:
        """Where labels look, as it is kept."""
        return LabelAttention(
            sought=self._sought.detach().T.half().numpy(), said=self._said.detach().T.half().numpy()
        )

    def _lower_states(self, transformer: "E5Transformer", texts: Sequence[str]) -> list[torch.Tensor]:
        """What enters the first adapted layer: a tensor a text, of shape (tokens, hidden)."""
        tokenizer: Any = transformer.tokenizer  # declared as one of two kinds in the library
        tokens = tokenizer([PROMPT + text for text in texts], truncation=True, max_length=MAX_TOKENS)[
            "input_ids"
        ]
        states: list[torch.Tensor] = [torch.empty(0)] * len(texts)
        order = np.argsort([len(sequence) for sequence in tokens], kind="stable")
        for rows in _in_order(order):
            padded = tokenizer.pad({"input_ids": [tokens[row] for row in rows]}, return_tensors="pt")
            with torch.no_grad():
                hidden = self._model.embeddings(input_ids=padded["input_ids"])
                shade = _shade(padded["attention_mask"].bool(), hidden.dtype)
                for layer in self._model.encoder.layer[:FIRST_LAYER]:
                    hidden = layer(hidden, shade)
            for place, row in enumerate(rows):
                states[row] = hidden[place, : len(tokens[row])].clone()
        return states

    def _features(self, rows: Order) -> tuple[torch.Tensor, torch.Tensor]:
        """The numbers of `nlp.encoders.encoder.Encoder.features`, float32.

        Of the layers, shape (rows, 4 x hidden), and of the labels that look for themselves, (rows, labels).
        """
        hidden = torch.nn.utils.rnn.pad_sequence([self._states[row] for row in rows], batch_first=True)
        lengths = torch.from_numpy(self._lengths[rows])
        mask = torch.arange(hidden.shape[1])[None] < lengths[:, None]
        shade = _shade(mask, hidden.dtype)
        shares = (mask / lengths[:, None]).unsqueeze(-1)
        parts = []
        for depth in range(FIRST_LAYER, self._read[-1] + 1):
            if depth > FIRST_LAYER:
                hidden = self._model.encoder.layer[depth - 1](hidden, shade)
            if depth in self._read:
                parts.append(functional.normalize((hidden.float() * shares).sum(dim=1), dim=1))
        tokens = functional.normalize(hidden.float(), dim=-1) * math.sqrt(hidden.shape[-1])
        weights = (tokens @ self._sought).masked_fill(~mask.unsqueeze(-1), -1e4).softmax(dim=1)
        return torch.cat(parts, dim=1), (weights * (tokens @ self._said)).sum(dim=1)

    def _scores(self, features: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        kept = torch.rand(features.shape, generator=self._generator) >= HEAD_DROPOUT
        thinned = (features - self._mean) / self._scale * kept / (1 - HEAD_DROPOUT)
        looks = torch.split(labels, [len(bias) for bias in self._biases.values()], dim=1)
        return {
            field: thinned @ weight + look + self._biases[field]
            for (field, weight), look in zip(self._weights.items(), looks, strict=True)
        }


def _shade(mask: torch.Tensor, kind: torch.dtype) -> torch.Tensor:
    """What is added to attention scores: nothing for tokens, a large negative number for padding."""
    return torch.zeros(mask.shape, dtype=kind).masked_fill(~mask, -1e4)[:, None, None, :]


def _rate(step: int, steps: int) -> float:
    rising = max(1, int(WARM_UP * steps))
    return (step + 1) / rising if step < rising else max(0.02, 1 - (step - rising) / max(steps - rising, 1))


def _in_order(order: Order) -> Iterator[Order]:
    for start in range(0, len(order), 2 * BATCH):
        yield order[start : start + 2 * BATCH]


def _shuffled(lengths: npt.NDArray[np.int_], random: np.random.Generator) -> Iterator[Order]:
    """Batches of texts of like length, in random order: sorted within random chunks of eight batches."""
    order = random.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), 8 * BATCH):
        chunk = order[start : start + 8 * BATCH]
        chunk = chunk[np.argsort(lengths[chunk], kind="stable")]
        batches += [chunk[first : first + BATCH] for first in range(0, len(chunk), BATCH)]
    for index in random.permutation(len(batches)):
        yield batches[index]
