"""Fitting a head that tells one thing of a message and is no field of the assessment's labels."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.preprocessing import StandardScaler

from nlp.encoders.encoder import Vectors
from nlp.heads import Flags, Head
from nlp.lexical import BUCKETS

Unseen = npt.NDArray[np.float64]

_FOLDS = 5


def fit_alone(
    points: Vectors, truth: Flags, label: str, *, strength: float, threshold: Callable[[Unseen, Flags], float]
) -> Head:
    """Fit the one label of a head, linear in what `Encoder.features` gives.

    Args:
        points: float32 of shape (n, d).
        truth: which of them have the label, bool of shape (n).
        strength: the inverse of the regularisation.
        threshold: from which probability on the label is there, given the probabilities of all points, each
            from a fit that has not seen it, and the truth.
    """
    scaler = StandardScaler().fit(points[~truth])
    scaled = scaler.transform(points) / np.sqrt(points.shape[1])
    model = LogisticRegression(C=strength * len(points), class_weight="balanced", max_iter=500)
    unseen = cross_val_predict(model, scaled, truth, cv=_FOLDS, method="predict_proba")[:, 1]
    model.fit(scaled, truth)
    weight = model.coef_[0] / (scaler.scale_ * np.sqrt(points.shape[1]))
    return Head(
        labels=(label,),
        meaning=weight[:, None].astype(np.float32),
        wording=np.zeros((BUCKETS, 1), np.float32),
        bias=(model.intercept_ - scaler.mean_ @ weight).astype(np.float32),
        several=True,
        thresholds=(round(threshold(unseen, truth), 4),),
        abstain_below=0.0,
    )
