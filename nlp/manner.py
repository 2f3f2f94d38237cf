"""How an answer speaks to its reader: passages that blame, mock or threaten, told from honest ones.

For the texts that agents write. Linear in what the encoder reads, trained by `benchmarks.manner`; kept
beside the heads, whose adapted encoder it shares.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from nlp.encoders.encoder import Encoder, Vectors
from nlp.entities.matter import matter_of
from nlp.errors import HeadsError
from nlp.heads import TRAINED, Heads, softmax

MANNER = "manner.safetensors"
"""The file beside the heads."""

_SLOT = re.compile(r"\{[^{}]*\}")
_FORMAT = 1
_DESCRIPTION = "description"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """What is wrong with a passage, at most one thing.

    `weight` has shape (d, 1 + labels) and `bias` (1 + labels): first that nothing is, then each label. Their
    softmax says with `wrong_from` from which probability on that anything is wrong counts. `adapters` is the
    hash of the adapters that the encoder read with, None without any.
    """

    labels: tuple[str, ...]
    weight: Vectors
    bias: Vectors
    wrong_from: float
    encoder: str
    adapters: str | None

    def judge(self, passages: Sequence[str], encoder: Encoder) -> list[str | None]:
        """The likeliest label of each passage, None where it is honest; `encoder` has the adapters in it."""
        if not passages:
            return []
        return self.decide(encoder.features(as_passages(passages)))

    def decide(self, features: Vectors) -> list[str | None]:
        """The same for what `Encoder.features` gives of `as_passages`, of shape (n, d)."""
        rows = softmax(features @ self.weight + self.bias)
        return [self.labels[int(row[1:].argmax())] if 1 - row[0] >= self.wrong_from else None for row in rows]

    def save(self, folder: Path) -> None:
        """Write the file; it appears whole or not at all."""
        description = {
            "format": _FORMAT,
            "labels": self.labels,
            "wrong_from": self.wrong_from,
            "encoder": self.encoder,
            "adapters": self.adapters,
        }
        tensors = {"weight": np.ascontiguousarray(self.weight), "bias": self.bias}
        temporary = folder / f".{MANNER}.partial"
        temporary.write_bytes(save(tensors, {_DESCRIPTION: json.dumps(description)}))
        temporary.replace(folder / MANNER)


def as_passages(texts: Sequence[str]) -> list[str]:
    """The texts as they are read: without slots, and without what only names somebody or something."""
    return [matter_of(_SLOT.sub("", text).strip()) for text in texts]


def load_manner(heads: Heads, folder: Path) -> Manner | None:
    """What was made for the encoder of these heads: their folder's, or the one that ships.

    None where neither reads as they do: heads that were adapted without it.

    Raises:
        HeadsError: A file is damaged.
    """
    reader = heads.provenance.encoder, heads.adapters.sha256 if heads.adapters is not None else None
    for path in (folder / MANNER, TRAINED / MANNER):
        if path.is_file():
            found = _read(path)
            if (found.encoder, found.adapters) == reader:
                return found
    return None


def _read(path: Path) -> Manner:
    try:
        with safe_open(path, framework="numpy") as file:
            told = json.loads((file.metadata() or {})[_DESCRIPTION])
            if told["format"] != _FORMAT:
                raise ValueError(f"format {told['format']}, expected {_FORMAT}")
            return Manner(
                labels=tuple(told["labels"]),
                weight=file.get_tensor("weight"),
                bias=file.get_tensor("bias"),
                wrong_from=told["wrong_from"],
                encoder=told["encoder"],
                adapters=told["adapters"],
            )
    except (SafetensorError, OSError, ValueError, KeyError, TypeError) as error:
        raise HeadsError(f"{path}: damaged ({error}); install the program again, or train again") from error
