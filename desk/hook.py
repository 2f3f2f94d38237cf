"""What takes the updates that a messenger posts to us."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Hook:
    """Takes what is posted with `secret`. `keep` has stored the body when it returns."""

    secret: str
    keep: Callable[[bytes], Awaitable[None]]
