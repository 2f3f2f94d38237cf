"""Texts that no customer writes to a business, told from messages: nobody should rest on a guess about them.

A head of its own, trained on the messages of the corpus against recipes, news, code and the like
(`nlp/data/out_of_scope.jsonl`).
"""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from nlp.encoders.encoder import Vectors
from nlp.heads import Head
from nlp.lexical import BUCKETS

DATA = Path(__file__).parent / "data" / "out_of_scope.jsonl"
OUT_OF_SCOPE = "out_of_scope"

MOST_FALSE = 0.005
"""Of messages that are in scope, at most this part may be taken for something else."""

_FOLDS = 5
_STRENGTH = 0.1  # the inverse of the regularisation: there are few such texts


def read_out_of_scope(path: Path = DATA) -> list[str]:
    """The texts to train on."""
    return [
        json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def fit_scope(inside: Vectors, outside: Vectors) -> Head:
    """Fit the head that tells texts out of scope; both arrays are what `Encoder.features` gives.

    Its threshold is the one that lets `MOST_FALSE` of the messages through, cross-validated.
    """
    scaler = StandardScaler().fit(inside)
    points = scaler.transform(np.concatenate([inside, outside])) / np.sqrt(inside.shape[1])
    truth = np.arange(len(points)) >= len(inside)
    model = LogisticRegression(C=_STRENGTH * len(points), class_weight="balanced", max_iter=500)
    seen = cross_val_predict(model, points, truth, cv=_FOLDS, method="predict_proba")[:, 1]
    threshold = float(np.quantile(seen[~truth], 1 - MOST_FALSE))
    model.fit(points, truth)
    weight = model.coef_[0] / (scaler.scale_ * np.sqrt(inside.shape[1]))
    return Head(
        labels=(OUT_OF_SCOPE,),
        meaning=weight[:, None].astype(np.float32),
        wording=np.zeros((BUCKETS, 1), np.float32),
        bias=(model.intercept_ - scaler.mean_ @ weight).astype(np.float32),
        several=True,
        thresholds=(round(max(threshold, 0.5), 4),),
        abstain_below=0.0,
    )
