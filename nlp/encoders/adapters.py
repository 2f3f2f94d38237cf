"""Low-rank adapters of the encoder's upper layers, and where labels look: kept beside the heads.

The base weights stay as they come. An adapter adds to a weight matrix the product of two thin ones (Hu et
al. 2021, https://arxiv.org/abs/2106.09685); merged into it, it costs nothing when messages are read.

The average of a text's tokens loses a grievance told in half a sentence of a long letter. So each label looks
for itself: it weighs the tokens of the last layer by what it is looking for, and adds up what they say for
it (label attention, Mullenbach et al. 2018, https://arxiv.org/abs/1802.05695).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from nlp.errors import HeadsError

Half = npt.NDArray[np.float16]

_UP, _DOWN = ".up", ".down"
_SOUGHT, _SAID = "attention.sought", "attention.said"


@dataclass(frozen=True, kw_only=True, slots=True)
class LabelAttention:
    """What each label looks for in a token of the last layer, and what such a token says for it.

    Both are float16 of shape (labels, hidden). Tokens are read with length one times the root of `hidden`.
    """

    sought: Half
    said: Half


@dataclass(frozen=True, kw_only=True, slots=True)
class Adapters:
    """Trained adapters by the path of the linear layer that they belong to.

    `up` has shape (out, rank) and holds the scale already, `down` (rank, in); both float16.
    """

    up: Mapping[str, Half]
    down: Mapping[str, Half]
    attention: LabelAttention | None = None

    def change(self, name: str) -> npt.NDArray[np.float32]:
        """What is added to the weights of a layer, of shape (out, in)."""
        change: npt.NDArray[np.float32] = self.up[name].astype(np.float32) @ self.down[name].astype(
            np.float32
        )
        return change

    def to_bytes(self) -> bytes:
        """The content of a safetensors file."""
        tensors = {name + _UP: matrix for name, matrix in self.up.items()}
        tensors |= {name + _DOWN: matrix for name, matrix in self.down.items()}
        if self.attention is not None:
            tensors |= {_SOUGHT: self.attention.sought, _SAID: self.attention.said}
        return save({name: np.ascontiguousarray(matrix) for name, matrix in tensors.items()})

    @property
    def sha256(self) -> str:
        """A hash of the content."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def averaged(several: Sequence[Adapters]) -> Adapters:
    """Adapters that change each layer by the average of what the given ones change, of the ranks' sum.

    Of trainings that began alike and went other ways the average is better than most of them (Wortsman et
    al. 2022, *Model soups*, https://arxiv.org/abs/2203.05482). All are of the same layers and labels.
    """
    if len(several) == 1:
        return several[0]
    share = np.float32(1 / len(several))
    layers = several[0].up
    looks = [one.attention for one in several if one.attention is not None]
    return Adapters(
        up={
            name: np.hstack([(share * one.up[name]).astype(np.float16) for one in several]) for name in layers
        },
        down={name: np.vstack([one.down[name] for one in several]) for name in layers},
        attention=LabelAttention(
            sought=_mean([look.sought for look in looks]), said=_mean([look.said for look in looks])
        )
        if looks
        else None,
    )


def _mean(matrices: Sequence[Half]) -> Half:
    mean: Half = np.stack(matrices).mean(axis=0, dtype=np.float32).astype(np.float16)
    return mean


def load_adapters(path: Path) -> Adapters:
    """Read a file of adapters; nothing in it is executed.

    Raises:
        HeadsError: The file is missing or damaged.
    """
    try:
        tensors = load(path.read_bytes())
    except (OSError, SafetensorError) as error:
        raise HeadsError(f"{path}: no adapters that can be read ({error}); train again") from error
    found = {name: tensors.pop(name) for name in (_SOUGHT, _SAID) if name in tensors}
    up = {name.removesuffix(_UP): matrix for name, matrix in tensors.items() if name.endswith(_UP)}
    down = {name.removesuffix(_DOWN): matrix for name, matrix in tensors.items() if name.endswith(_DOWN)}
    if up.keys() != down.keys() or len(up) + len(down) != len(tensors):
        raise HeadsError(f"{path}: expected pairs of `….up` and `….down`, found {sorted(tensors)}")
    if len(found) == 1:
        raise HeadsError(f"{path}: expected `{_SOUGHT}` and `{_SAID}`, found {next(iter(found))} alone")
    attention = LabelAttention(sought=found[_SOUGHT], said=found[_SAID]) if found else None
    return Adapters(up=up, down=down, attention=attention)
