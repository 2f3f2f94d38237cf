"""Heads that learn from agents' corrections without forgetting what they knew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from nlp.encoders.encoder import Encoder, Vectors
from nlp.errors import TrainingError
from nlp.features import Features
from nlp.heads import FIELDS, Head, Heads, sigmoid, softmax
from nlp.training.corpus import Example
from nlp.training.fitting import Flags, Targets, assign_folds
from nlp.training.heads import Progress, read_all
from nlp.training.space import Space
from nlp.training.taught import taught_by

LEAST_CORRECTIONS = 20
"""Corrected messages that are learned from, at least."""

MOST_REMEMBERED = 1500
"""Messages of the corpus on which the heads are to say what they said before."""

STRENGTHS = (0.0, 0.03, 0.1, 0.3, 1.0, 3.0)
"""How freely the heads may move, of which cross-validation chooses; 0 leaves them as they are."""

MEMORY = 10.0
"""How much more it weighs what the heads said before: of all messages few are like the corrected ones."""

_FOLDS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Refined:
    """The new heads; by field how freely it moved (0: not at all), and how many messages taught it."""

    heads: Heads
    strengths: Mapping[str, float]
    taught: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lesson:
    """One field's messages in coordinates of shape (n, r), with the scores of the old head, (n, labels).

    `targets` are probabilities: 0 or 1 where an agent has spoken, the old ones where heads are to remember.
    """

    points: Vectors
    scores: Vectors
    targets: Vectors
    several: bool

    def part(self, rows: Flags) -> "_Lesson":
        return replace(self, points=self.points[rows], scores=self.scores[rows], targets=self.targets[rows])

    def loss(self, weight: Vectors, bias: Vectors) -> tuple[float, Vectors, Vectors]:
        """The mean cross-entropy and its gradients."""
        moved = self.scores + self.points @ weight + bias
        if self.several:
            found = sigmoid(moved)
            wrong = np.maximum(moved, 0) - moved * self.targets + np.log1p(np.exp(-np.abs(moved)))
        else:
            found = softmax(moved)
            wrong = -self.targets * np.log(np.maximum(found, 1e-12))
        change = ((found - self.targets) / len(moved)).astype(np.float32)
        return float(wrong.sum() / len(moved)), self.points.T @ change, change.sum(axis=0)


def check_corrections(count: int) -> None:
    """Refuse to learn from too few messages.

    Raises:
        TrainingError: There are fewer than `LEAST_CORRECTIONS`.
    """
    if count < LEAST_CORRECTIONS:
        raise TrainingError(
            f"{count} corrected messages to learn from, and {LEAST_CORRECTIONS} are needed, beside "
            "those kept aside to judge by (a fifth of the cases): go on correcting and confirming"
        )


def refine(
    base: Heads,
    corrected: Sequence[Example],
    remembered: Sequence[Example],
    *,
    encoder: Encoder,
    groups: Sequence[str],
    seed: int = 0,
    progress: Progress = lambda step, done: None,
) -> Refined:
    """Move the heads towards what agents said of messages, as far as that helps on other corrected messages.

    To the scores of each head a linear function of the features is added, held small, which makes them right
    on the `corrected` messages and leaves them as they are on the `remembered` ones. How freely it may move
    is chosen by cross-validation over `groups` (the case of each corrected message), and where nothing helps
    the head stays. Fields with an encoder of their own stay as well.

    Raises:
        FingerprintError: `base` was trained on another encoder.
        TrainingError: There are fewer than `LEAST_CORRECTIONS` messages.
    """
    check_corrections(len(corrected))
    random = np.random.default_rng(seed)
    kept = random.permutation(len(remembered))[:MOST_REMEMBERED]
    examples = [*corrected, *(remembered[place] for place in np.sort(kept))]
    with encoder.adapted(base.adapters):
        base.check_encoder(encoder)
        step = f"reading {len(examples)} messages"
        features = read_all(examples, encoder, lambda part: progress(step, 0.6 * part))
    names = sorted(set(groups))
    folds = assign_folds([0] * len(groups), seed, groups, min(_FOLDS, len(names)))
    space = Space(features)
    fields: dict[str, Head] = {}
    strengths: dict[str, float] = {}
    taught: dict[str, int] = {}
    for place, field in enumerate(FIELDS):
        progress(f"learning {field}", 0.6 + 0.4 * place / len(FIELDS))
        rows, targets = _spoken(field, base.fields[field], corrected)
        taught[field] = 0 if field in base.own_adapters else len(rows)
        if field in base.own_adapters or len(rows) < LEAST_CORRECTIONS:
            strengths[field] = 0.0
            continue
        chosen = np.concatenate([rows, np.arange(len(corrected), len(examples))])
        lesson = _lesson(base.fields[field], _take(features, chosen), space.points[chosen], targets)
        strengths[field] = _strength(lesson, folds[rows])
        if strengths[field]:
            fields[field] = _moved(base.fields[field], space, *_fit(lesson, len(rows), strengths[field]))
    heads = replace(
        base,
        fields={**base.fields, **fields},
        provenance=replace(base.provenance, refined=base.provenance.refined or base.id),
    )
    return Refined(heads=heads, strengths=strengths, taught=taught)


def _spoken(field: str, head: Head, corrected: Sequence[Example]) -> tuple[Targets, Vectors]:
    """Which of the messages the field is taught by, and what is true of each label there."""
    rows, truths = [], []
    for place, example in enumerate(corrected):
        labels = taught_by(example, field)
        if labels is None or not labels <= set(head.labels) or (not head.several and len(labels) != 1):
            continue
        rows.append(place)
        truths.append([label in labels for label in head.labels])
    return np.array(rows, np.intp), np.array(truths, np.float32).reshape(len(rows), len(head.labels))


def _lesson(head: Head, features: Features, points: Vectors, targets: Vectors) -> _Lesson:
    scores = features.meaning @ head.meaning + features.wording @ head.wording + head.bias
    old = sigmoid(scores) if head.several else softmax(scores)
    return _Lesson(
        points=points,
        scores=scores,
        targets=np.concatenate([targets, old[len(targets) :]]),
        several=head.several,
    )


def _take(features: Features, rows: Targets) -> Features:
    return Features(meaning=features.meaning[rows], wording=features.wording[rows])


def _strength(lesson: _Lesson, folds: Targets) -> float:
    """The strength with the least loss on messages that were not learned from, corrected and remembered ones.

    0 where all corrected messages are of one fold.
    """
    found = np.unique(folds)
    if len(found) < 2:
        return 0.0
    others = found[np.arange(len(lesson.points) - len(folds)) % len(found)]
    taught = np.arange(len(lesson.points)) < len(folds)
    every = np.concatenate([folds, others])
    losses = dict.fromkeys(STRENGTHS, 0.0)
    for fold in found:
        judged = every == fold
        inside = lesson.part(~judged)
        for strength in STRENGTHS:
            moved = _fit(inside, int((taught & ~judged).sum()), strength)
            # What is learned counts, and so does what is forgotten.
            for part, weight in ((judged & taught, 1.0), (judged & ~taught, MEMORY)):
                if part.any():
                    losses[strength] += weight * lesson.part(part).loss(*moved)[0]
    return min(STRENGTHS, key=losses.__getitem__)


def _fit(lesson: _Lesson, taught: int, strength: float) -> tuple[Vectors, Vectors]:
    """What is added to the weights and the bias; the first `taught` messages weigh a part of all others."""
    shape = (lesson.points.shape[1], lesson.scores.shape[1])
    if not strength:
        return np.zeros(shape, np.float32), np.zeros(shape[1], np.float32)
    first = np.arange(len(lesson.points)) < taught
    parts = [(lesson.part(first), 1.0)] + ([(lesson.part(~first), MEMORY)] if not first.all() else [])

    def objective(flat: Vectors) -> tuple[float, Vectors]:
        weight = flat[: -shape[1]].reshape(shape).astype(np.float32)
        bias = flat[-shape[1] :].astype(np.float32)
        loss, to_weight, to_bias = 0.0, weight / (strength * taught), bias * 0
        loss += float(np.square(weight).sum()) / (2 * strength * taught)
        for part, share in parts:
            wrong, of_weight, of_bias = part.loss(weight, bias)
            loss += share * wrong
            to_weight, to_bias = to_weight + share * of_weight, to_bias + share * of_bias
        return loss, np.concatenate([to_weight.ravel(), to_bias]).astype(np.float64)

    start = np.zeros(shape[0] * shape[1] + shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 60}).x
    return found[: -shape[1]].reshape(shape).astype(np.float32), found[-shape[1] :].astype(np.float32)


def _moved(head: Head, space: Space, weight: Vectors, bias: Vectors) -> Head:
    meaning, wording, shift = space.back(weight, bias)
    return replace(
        head, meaning=head.meaning + meaning, wording=head.wording + wording, bias=head.bias + shift
    )
