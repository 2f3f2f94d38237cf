"""Texts as vectors: what lies near in meaning lies near in space."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Embeddings:
    """Vectors of texts: float32 of shape (texts, dimension), rows of length one.

    `encoder` names what made them: only vectors with the same name can be compared.
    """

    vectors: Vectors
    encoder: str


Embed = Callable[[Sequence[str]], Awaitable[Embeddings]]
"""Embeds texts, one row each and in their order; takes its time, and never inside a transaction."""
