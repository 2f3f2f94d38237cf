"""A run of `rimedio classify` with a model that knows nothing, for tests that stop it from outside.

Classifying a shard, and handing one over to be written, take as long as they are told to.
"""

import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from nlp.batch.exports import _Result
from rimedio.cli import app
from tests.batch_bench import ByLength


class NamedModel(ByLength):
    """What the command loads the model by."""

    identity = "by length"
    names = ("by length", "none")


def slowly(batches: Callable[..., Any], pause: float) -> Callable[..., Any]:
    """The batches of a result, each after a pause."""

    @wraps(batches)
    def slow(*told: Any) -> Any:
        for batch in batches(*told):
            time.sleep(pause)
            yield batch

    return slow


if __name__ == "__main__":
    import rimedio.batch_model

    classifying, writing = float(sys.argv[1]), float(sys.argv[2])
    rimedio.batch_model.batch_model = lambda _settings, *, fast: NamedModel(pause=classifying)  # type: ignore[assignment,return-value]
    _Result.batches = slowly(_Result.batches, writing)  # type: ignore[method-assign]
    app(sys.argv[3:])
