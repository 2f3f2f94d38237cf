"""Fitting what tells passages that blame, mock or threaten from honest ones."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from nlp.encoders.encoder import Encoder
from nlp.heads import Heads
from nlp.manner import Manner, as_passages

_DATA = Path(__file__).parents[1] / "data"
TO_TRAIN, TO_MEASURE = _DATA / "manner.jsonl", _DATA / "manner_test.jsonl"

MOST_FALSE = 0.02
"""Of honest passages, at most this part may be taken for something else."""

_STRENGTH = 0.1
_FOLDS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Some sentences of an answer, and what is wrong with them: None where nothing is.

    `language` is an ISO 639-1 code.
    """

    text: str
    language: str
    wrong: str | None


def read_passages(path: Path = TO_TRAIN) -> list[Passage]:
    """The passages to train on, or those of another file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Passage(**row) for row in rows]


def fit_manner(passages: Sequence[Passage], encoder: Encoder, heads: Heads) -> Manner:
    """Fit it for the encoder of these heads, which is without their adapters still.

    What counts as wrong is set so that, cross-validated, `MOST_FALSE` of the honest passages do.
    """
    labels = tuple(sorted({one.wrong for one in passages if one.wrong is not None}))
    truth = np.array([0 if one.wrong is None else 1 + labels.index(one.wrong) for one in passages])
    with encoder.adapted(heads.adapters):
        points = encoder.features(as_passages([one.text for one in passages]))
    scaler = StandardScaler().fit(points)
    scaled = scaler.transform(points) / np.sqrt(points.shape[1])
    model = LogisticRegression(C=_STRENGTH * len(points), max_iter=2000)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(model, scaled, truth, cv=folds, method="predict_proba")
    model.fit(scaled, truth)
    weight = model.coef_.T / (scaler.scale_[:, None] * np.sqrt(points.shape[1]))
    return Manner(
        labels=labels,
        weight=weight.astype(np.float32),
        bias=(model.intercept_ - scaler.mean_ @ weight).astype(np.float32),
        wrong_from=round(float(np.quantile(1 - unseen[truth == 0, 0], 1 - MOST_FALSE)), 4),
        encoder=heads.provenance.encoder,
        adapters=heads.adapters.sha256 if heads.adapters is not None else None,
    )
