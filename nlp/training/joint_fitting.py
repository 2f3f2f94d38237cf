"""Fitting the second look at urgency, on what heads said of messages that they had not seen."""

from collections.abc import Mapping, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from nlp.encoders.encoder import Vectors
from nlp.heads import Joint, softmax
from nlp.joint import FIELD, READ, days_ahead, inputs
from nlp.language import detect_language
from nlp.training.corpus import WRITTEN, Example
from nlp.training.fitting import Fit, Targets, choice_weights, with_abstention


def fit_joint(
    fits: Mapping[str, tuple[Fit, Sequence[int]]], examples: Sequence[Example], folds: Targets
) -> tuple[Joint, Fit]:
    """Fit the second look, and the bound under which the head of urgency abstains by it.

    `fits` holds by field what `nlp.training.heads.fit_head` gave, `folds` the fold of each example.
    """
    labels = {field: fits[field][0].head.labels for field in READ}
    predictions = {field: _spread(*fits[field], len(examples)) for field in READ}
    fit, rows = fits[FIELD]
    read = inputs(predictions, labels, _days(examples))[list(rows)]
    targets = np.array([labels[FIELD].index(str(examples[row].urgency)) for row in rows])
    unseen = np.zeros((len(rows), len(labels[FIELD])), np.float32)
    for fold in np.unique(folds[list(rows)]):
        judged = folds[list(rows)] == fold
        weight, bias = _fit(read[~judged], targets[~judged], len(labels[FIELD]))
        unseen[judged] = softmax(read[judged] @ weight + bias)
    weight, bias = _fit(read, targets, len(labels[FIELD]))
    joint = Joint(labels=labels, weight=np.ascontiguousarray(weight, np.float32), bias=bias)
    return joint, with_abstention(fit.head, unseen, np.eye(len(labels[FIELD]), dtype=np.bool_)[targets])


def _fit(read: Vectors, targets: Targets, count: int) -> tuple[Vectors, Vectors]:
    # Unlike the heads' it is not balanced: what it reads already gives rare labels their due.
    return choice_weights(LogisticRegression(max_iter=2000).fit(read, targets), count)


def _spread(fit: Fit, rows: Sequence[int], count: int) -> Vectors:
    """The probabilities, with zeros for messages that the head was not fitted on."""
    whole = np.zeros((count, fit.probabilities.shape[1]), np.float32)
    whole[list(rows)] = fit.probabilities
    return whole


def _days(examples: Sequence[Example]) -> Vectors:
    languages = [one.language or detect_language(one.text, fallback="it") for one in examples]
    return np.array(
        [days_ahead(one.text, language, WRITTEN) for one, language in zip(examples, languages, strict=True)]
    )
