"""Fitting one head: regularisation, calibration, thresholds and abstention, all by cross-validation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, f1_score

from nlp.costs import REVIEW
from nlp.encoders.encoder import Vectors
from nlp.heads import Head, sigmoid, softmax
from nlp.training.space import Space

FOLDS = 5
STRENGTHS = (3.0, 10.0, 30.0)
"""Inverse regularisation strengths that cross-validation chooses from."""

_TOLERANCE = 1e-3  # ten times the usual: half the time, and judged on other messages no worse
_THRESHOLDS = np.arange(0.15, 0.61, 0.025)
_LEAST_KEPT = 0.8  # of a label's best F1; labels with hundreds of messages keep 0.89 and more
_TEMPERATURES = (0.05, 20.0)
_ABSENT = -5.0  # the score of a label that a part of the data lacks
_FLATTEST_SLOPE = 0.1  # a label that the features do not tell must not have its scores turned round

Flags = npt.NDArray[np.bool_]
Targets = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """What heads are fitted on: the features of all messages, and those in which each fold is still unseen.

    `meaning` is what the encoder makes of them, float32 of shape (messages, d), and `space` its directions.
    `folds` says for each message which fold it is in. For each fold `unseen` holds a space made by an encoder
    that was adapted without the fold's messages; of an encoder that was not adapted it is the same for all.
    """

    meaning: Vectors
    space: Space
    folds: Targets
    unseen: Sequence[Space]

    def parts(self, rows: Targets) -> Iterator[tuple[Vectors, Flags, Flags]]:
        """For each fold: the coordinates of the messages `rows`, which to train on, which to judge."""
        folds = self.folds[rows]
        for fold, space in enumerate(self.unseen):
            inside, outside = folds != fold, folds == fold
            if inside.any() and outside.any():
                yield space.points[rows], inside, outside


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """A head, and its probabilities for its own messages by models that had not seen them.

    `probabilities` is float32 of shape (messages, labels), calibrated as the head's are.
    """

    head: Head
    probabilities: Vectors


def fit_choice(
    labels: Sequence[str],
    targets: Targets,
    material: Material,
    rows: Targets,
) -> Fit:
    """Fit a head that finds exactly one label of the messages `rows`; `targets` index into `labels`."""
    space = material.space
    features = space.points[rows]
    out_of_fold = _choice_out_of_fold(material, rows, targets, len(labels))
    candidates = list(zip(out_of_fold, STRENGTHS, strict=True))
    scores, strength = max(
        candidates, key=lambda one: f1_score(targets, one[0].argmax(axis=1), average="macro", zero_division=0)
    )
    temperature = fit_temperature(scores, targets)
    weight, bias = _fit_choice(features, targets, len(labels), strength)
    meaning, wording, bias = space.back(weight / temperature, bias / temperature)
    head = Head(
        labels=tuple(labels),
        meaning=meaning,
        wording=wording,
        bias=bias,
        several=False,
        thresholds=(),
        abstain_below=0.0,
    )
    truth = np.eye(len(labels), dtype=np.bool_)[targets]
    return with_abstention(head, softmax(scores / temperature), truth)


def fit_several(
    labels: Sequence[str],
    truth: Flags,
    material: Material,
    rows: Targets,
    *,
    at_least_one: bool,
) -> Fit:
    """Fit a head that finds any number of labels; `truth` has shape (rows, labels)."""
    space = material.space
    features = space.points[rows]
    candidates = list(zip(_several_out_of_fold(material, rows, truth), STRENGTHS, strict=True))
    scores, strength = max(
        candidates, key=lambda one: average_precision_score(truth, one[0], average="macro")
    )
    slopes, shifts = fit_platt(scores, truth)
    weight, bias = _fit_several(features, truth, strength)
    probabilities = sigmoid(scores * slopes + shifts)
    meaning, wording, bias = space.back(weight * slopes, bias * slopes + shifts)
    head = Head(
        labels=tuple(labels),
        meaning=meaning,
        wording=wording,
        bias=bias,
        several=True,
        at_least_one=at_least_one,
        thresholds=best_thresholds(probabilities, truth),
        abstain_below=0.0,
    )
    return with_abstention(head, probabilities, truth)


def assign_folds(
    strata: Sequence[int], seed: int, businesses: Sequence[str | None] = (), count: int = FOLDS
) -> Targets:
    """Deal messages into folds: those to one business together, the others so that each stratum is spread.

    A business has its own words. Were it in two folds, thresholds and probabilities would be fitted on
    messages that the model half knows, and promise too much for the next business.
    """
    random = np.random.default_rng(seed)
    folds = np.full(len(strata), -1, dtype=np.intp)
    names = np.array([business or "" for business in businesses] or [""] * len(strata))
    found, sizes = np.unique(names[names != ""], return_counts=True)
    if len(found) >= count:
        # The largest first, each into the fold that has the least so far.
        filled = np.zeros(count, dtype=np.intp)
        for index in np.lexsort((random.permutation(len(found)), -sizes)):
            fold = int(filled.argmin())
            folds[names == found[index]] = fold
            filled[fold] += sizes[index]
    dealt = 0
    values = np.where(folds < 0, np.asarray(strata), np.iinfo(np.intp).min)
    for stratum in np.unique(values[folds < 0]):
        members = random.permutation(np.flatnonzero(values == stratum))
        folds[members] = (dealt + np.arange(len(members))) % count
        dealt += len(members)
    return folds


def _regressions(
    features: Vectors, targets: Flags | Targets, strengths: Sequence[float]
) -> Iterator[LogisticRegression]:
    """A balanced logistic regression for each strength, in rising order; each begins where the last ended."""
    model = LogisticRegression(max_iter=2000, tol=_TOLERANCE, class_weight="balanced", warm_start=True)
    for strength in strengths:
        yield model.set_params(C=strength).fit(features, targets)


def choice_weights(model: LogisticRegression, count: int) -> tuple[Vectors, Vectors]:
    """What the model adds up, by `count` labels: the weights, shape (features, count), and the bias."""
    weight = np.zeros((model.coef_.shape[1], count), np.float32)
    # A label that this part of the data lacks must not win.
    bias = np.full(count, -30.0, np.float32)
    if len(model.classes_) == 2:
        weight[:, model.classes_] = np.stack([-model.coef_[0], model.coef_[0]], axis=1) / 2
        bias[model.classes_] = np.array([-model.intercept_[0], model.intercept_[0]]) / 2
    else:
        weight[:, model.classes_] = model.coef_.T
        bias[model.classes_] = model.intercept_
    return weight, bias


def _fit_choice(features: Vectors, targets: Targets, count: int, strength: float) -> tuple[Vectors, Vectors]:
    (model,) = _regressions(features, targets, [strength])
    return choice_weights(model, count)


def _choice_out_of_fold(material: Material, rows: Targets, targets: Targets, count: int) -> list[Vectors]:
    """Scores of models that have not seen the message, for each of `STRENGTHS`."""
    scores = [np.zeros((len(targets), count), np.float32) for _ in STRENGTHS]
    for features, inside, outside in material.parts(rows):
        models = _regressions(features[inside], targets[inside], STRENGTHS)
        for model, kept in zip(models, scores, strict=True):
            weight, bias = choice_weights(model, count)
            kept[outside] = features[outside] @ weight + bias
    return scores


def _learnable(truth: Flags) -> Targets:
    return np.flatnonzero(truth.any(axis=0) & ~truth.all(axis=0))


def _fit_several(features: Vectors, truth: Flags, strength: float) -> tuple[Vectors, Vectors]:
    weight = np.zeros((features.shape[1], truth.shape[1]), np.float32)
    bias = np.full(truth.shape[1], _ABSENT, np.float32)
    for label in _learnable(truth):
        (model,) = _regressions(features, truth[:, label], [strength])
        weight[:, label] = model.coef_[0]
        bias[label] = model.intercept_[0]
    return weight, bias


def _several_out_of_fold(material: Material, rows: Targets, truth: Flags) -> list[Vectors]:
    """The same for fields with several labels."""
    scores = [np.full(truth.shape, _ABSENT, np.float32) for _ in STRENGTHS]
    for features, inside, outside in material.parts(rows):
        for label in _learnable(truth[inside]):
            models = _regressions(features[inside], truth[inside, label], STRENGTHS)
            for model, kept in zip(models, scores, strict=True):
                kept[outside, label] = features[outside] @ model.coef_[0] + model.intercept_[0]
    return scores


def fit_temperature(scores: Vectors, targets: Targets) -> np.float32:
    """Guo et al. 2017: one number that divides all scores, so that the log loss is least."""

    def log_loss(temperature: float) -> float:
        chosen = softmax(scores / temperature)[np.arange(len(targets)), targets]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    found = minimize_scalar(log_loss, bounds=_TEMPERATURES, method="bounded")
    return np.float32(found.x)


def fit_platt(scores: Vectors, truth: Flags) -> tuple[Vectors, Vectors]:
    """Platt 1999, a label at a time: the slope and shift that make scores into log odds."""
    slopes = np.ones(truth.shape[1], np.float32)
    shifts = np.zeros(truth.shape[1], np.float32)
    for label in np.flatnonzero(truth.any(axis=0) & ~truth.all(axis=0)):
        model = LogisticRegression(C=1.0).fit(scores[:, [label]], truth[:, label])
        slopes[label] = max(model.coef_[0, 0], _FLATTEST_SLOPE)
        shifts[label] = model.intercept_[0]
    return slopes, shifts


def best_thresholds(probabilities: Vectors, truth: Flags) -> tuple[float, ...]:
    """For each label the threshold halfway between half its best F1 and one half.

    With calibrated probabilities the threshold for the best F1 is half of that F1 (Lipton et al. 2014,
    https://arxiv.org/abs/1402.1892), and one half makes the fewest errors. F1 hardly differs between the two,
    and the first says far more labels that are not there (docs/evaluation.md, "Thresholds"). A label that is
    hardly told, so that F1 does differ, keeps the threshold that had the best.
    """
    by_threshold = np.array([_f1(probabilities >= threshold, truth) for threshold in _THRESHOLDS])
    best = by_threshold.max(axis=0)
    between = (best / 2 + 0.5) / 2
    is_told = _f1(probabilities >= between, truth) >= _LEAST_KEPT * best
    chosen = np.where(is_told, between, _THRESHOLDS[by_threshold.argmax(axis=0)])
    chosen[best == 0] = 0.5
    return tuple(round(float(threshold), 3) for threshold in chosen)


def _f1(said: Flags, truth: Flags) -> npt.NDArray[np.float64]:
    """Of each label; 0 where it neither is there nor is said."""
    right, all_of = (said & truth).sum(axis=0), said.sum(axis=0) + truth.sum(axis=0)
    scores: npt.NDArray[np.float64] = 2.0 * right / np.maximum(all_of, 1)
    return scores


def with_abstention(head: Head, probabilities: Vectors, truth: Flags) -> Fit:
    """The head with the bound under which a person looks; `probabilities` are of unseen messages."""
    tops = probabilities.argmax(axis=1)
    rows = np.arange(len(truth))
    wrong = head.there(probabilities)[rows, tops] != truth[rows, tops]
    confidences = head.confidences(probabilities)
    candidates = [0.0, *(round(float(value), 3) for value in np.arange(0.3, 0.91, 0.025))]
    costs = [
        float((wrong & (confidences >= bound)).mean() + REVIEW * (confidences < bound).mean())
        for bound in candidates
    ]
    final = replace(head, abstain_below=candidates[int(np.argmin(costs))])
    return Fit(head=final, probabilities=probabilities)
