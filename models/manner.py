"""How passages of an answer sound. The values that travel from `nlp` to the rest."""

from collections.abc import Awaitable, Callable, Sequence

Judge = Callable[[Sequence[str]], Awaitable[Sequence[str | None] | None]]
"""Says of each passage what is wrong with how it speaks to its reader, None where nothing is.

None instead of a list where no model is there that could say it (yet). Never called inside a transaction.
"""
