"""Messages to train on, and an encoder that reads nothing: for tests of what is adapted on which of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from nlp.encoders.adapters import Adapters
from nlp.encoders.encoder import Encoder
from nlp.training.corpus import Example

EXAMPLES = [
    Example(text=f"message {number}", act="question", tone="calm", asks=("refund",), origin=f"shop {number}")
    for number in range(12)
]


class Bare:
    name = "an encoder"

    @contextmanager
    def adapted(self, _adapters: Adapters | None) -> Iterator[None]:
        yield


ENCODER = cast(Encoder, Bare())
