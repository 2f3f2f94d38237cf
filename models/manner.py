"""How passages of an answer sound. The values that travel from `nlp` to the rest."""

from collections.abc import Sequence
from typing import Protocol


class Judge(Protocol):
    """Says of each passage what is wrong with how it speaks to its reader, None where nothing is.

    Never called inside a transaction.
    """

    async def __call__(self, passages: Sequence[str], *, wait: bool) -> Sequence[str | None] | None:
        """None instead of a list while the model is still loading; with `wait` it is waited for."""
