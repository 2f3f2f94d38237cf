"""Texts that no customer writes to a business, told from messages: nobody should rest on a guess about them.

A head of its own, trained on the messages of the corpus against recipes, news, code and the like
(`nlp/data/out_of_scope.jsonl`).
"""

import json
from pathlib import Path

import numpy as np

from nlp.encoders.encoder import Vectors
from nlp.heads import Flags, Head
from nlp.training.alone import Unseen, fit_alone

DATA = Path(__file__).parent / "data" / "out_of_scope.jsonl"
OUT_OF_SCOPE = "out_of_scope"

MOST_FALSE = 0.005
"""Of messages that are in scope, at most this part may be taken for something else."""

_STRENGTH = 0.1  # there are few such texts


def read_out_of_scope(path: Path = DATA) -> list[str]:
    """The texts to train on."""
    return [
        json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def fit_scope(inside: Vectors, outside: Vectors) -> Head:
    """Fit the head that tells texts out of scope; both arrays are what `Encoder.features` gives.

    Its threshold is the one that lets `MOST_FALSE` of the messages through, cross-validated.
    """
    points = np.concatenate([inside, outside])
    truth = np.arange(len(points)) >= len(inside)
    return fit_alone(points, truth, OUT_OF_SCOPE, strength=_STRENGTH, threshold=_letting_few_through)


def _letting_few_through(unseen: Unseen, truth: Flags) -> float:
    return max(float(np.quantile(unseen[~truth], 1 - MOST_FALSE)), 0.5)
