"""The whole program with labels from a table in place of the model.

It starts in a second or two, so that it can be killed often. Everything between the message and the
answer is the program's own; what is left out, the model, holds no state that a crash could hurt.
"""

import gc
import os
import sys
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from models.assessment import Assessment, Entities, Evidence, Label
from models.embedding import Embeddings
from rimedio import cli
from rimedio import start as starting
from rimedio.duty import Duty
from rimedio.model import Model
from rimedio.settings import load_settings


def late_parcel(text: str) -> Assessment:
    return Assessment(
        act=Label(label="complaint", probability=0.98),
        complaint_types=(Label(label="delivery_late", probability=0.95),),
        tone=Label(label="calm", probability=0.9),
        urgency=Label(label="normal", probability=0.9),
        asks=(Label(label="information", probability=0.8),),
        own_error=Label(label="no", probability=0.99),
        language="it",
        entities=Entities(),
        abstained=frozenset(),
        encoder="table",
        heads="table",
    )


class TableModel(Model):
    @property
    def ready(self) -> bool:
        return True

    async def load(self) -> None:
        """Nothing to load."""

    async def classify(self, texts: Sequence[str], sent_at: Sequence[datetime]) -> Sequence[Assessment]:
        return [late_parcel(text) for text in texts]

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        """All alike: what matters is that it is there."""
        return Embeddings(vectors=np.ones((len(texts), 4), np.float32) / 2, encoder="table")

    async def judge(self, passages: Sequence[str], *, wait: bool) -> Sequence[str | None]:
        """A table hears nothing wrong."""
        return [None] * len(passages)

    async def explain(self, text: str, sent_at: datetime, assessment: Assessment) -> Sequence[Evidence]:
        """A table has no reasons."""
        return ()


def main(duty: str, model: type[Model] = TableModel) -> None:
    starting.start(load_settings(), duty=Duty(duty), model=model)


def become(duty: str, model: type[Model], environment: dict[str, str], log: str) -> None:
    """What a forked process does: it takes on these surroundings and runs the program."""
    _move(environment, {1: log, 2: log})
    main(duty, model)


def obey(words: Sequence[str], environment: dict[str, str], said: str, out: str, err: str) -> None:
    """The same for a command of the program, which is told what is in the file `said`."""
    _move(environment, {1: out, 2: err})
    sys.argv[:] = ["rimedio", *words]
    with open(said, encoding="utf-8") as sys.stdin:
        cli.main()


def _move(environment: dict[str, str], outputs: dict[int, str]) -> None:
    # What the fork has inherited stays: to look for garbage in it would copy every page of it.
    gc.freeze()
    os.environ.clear()
    os.environ.update(environment)
    for standard, path in outputs.items():
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), standard)
