"""The heads that a fast model is judged by: like those that ship, but blind to a third of the businesses."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from nlp.encoders.adapters import Adapters
from nlp.encoders.encoder import Encoder
from nlp.heads import Flags, Heads
from nlp.training.allocation import keep_freed_memory
from nlp.training.corpus import TEST, TRAIN, Example, corpus_sha256
from nlp.training.fitting import Material, Targets, assign_folds
from nlp.training.heads import ADAPTED_FOLDS, fit_heads, read_all, strata_of, train_on
from nlp.training.space import Space

Progress = Callable[[str, float], None]


def is_judged(training: Sequence[Example], seed: int = 0) -> Flags:
    """Which messages of the train part are kept to choose bounds on: those to a third of the businesses."""
    flags: Flags = _folds(training, seed) == 0
    return flags


def without_judged(training: Sequence[Example], seed: int = 0) -> list[Example]:
    """The train part with those messages in its test part: what the heads to judge by are trained on."""
    kept = is_judged(training, seed)
    return [replace(one, part=TEST if out else TRAIN) for one, out in zip(training, kept, strict=True)]


def train_judge(
    training: Sequence[Example],
    encoder: Encoder,
    *,
    adapt: bool,
    rounds: Path | None = None,
    seed: int = 0,
    progress: Progress = lambda step, done: None,
) -> Heads:
    """Train the heads to judge by, on the train part of a corpus; `rounds` as in `nlp.training.heads.train`.

    With `adapt` they read what was adapted without the messages that are kept. Their probabilities and
    thresholds are fitted on the other two thirds, by the adaptations that each left one of them out: those
    are made for the heads that ship as well, and are not made again where they were kept. They have seen the
    messages that are kept, which matters to nothing but those thresholds.

    Raises:
        TrainingError: The encoder cannot be adapted.
    """
    if not adapt:
        return train_on(without_judged(training, seed), encoder=encoder, seed=seed, progress=progress)
    folds = _folds(training, seed)
    seen = [one for one, fold in zip(training, folds, strict=True) if fold]
    material, adapters = _material(training, folds, seen, encoder, seed, rounds, progress)
    return fit_heads(seen, material, adapters, encoder, corpus_sha256(seen), seed, progress)


def _folds(training: Sequence[Example], seed: int) -> Targets:
    businesses = [example.business for example in training]
    return assign_folds(strata_of(training, "complaint_types"), seed, businesses, ADAPTED_FOLDS)


def _material(
    training: Sequence[Example],
    folds: Targets,
    seen: Sequence[Example],
    encoder: Encoder,
    seed: int,
    rounds: Path | None,
    progress: Progress,
) -> tuple[Material, Adapters]:
    from nlp.training.adapting import adapt, build_network
    from nlp.training.rounds import kept_or_made

    keep_freed_memory()
    network = build_network(encoder)
    made = []
    for fold in range(ADAPTED_FOLDS):
        step = f"adapting the encoder, round {fold + 1} of {ADAPTED_FOLDS}"
        progress(step, 0.8 * fold / ADAPTED_FOLDS)
        learned = [training[row] for row in np.flatnonzero(folds != fold).tolist()]
        adapters = kept_or_made(rounds, learned, encoder, seed, partial(adapt, learned, network, seed=seed))
        with encoder.adapted(adapters):
            made.append((adapters, read_all(seen, encoder, lambda part: None)))
    (adapters, features), *others = made
    return Material(
        meaning=features.meaning,
        space=Space(features),
        folds=folds[folds > 0] - 1,
        unseen=[Space(features) for _, features in others],
    ), adapters
