"""Training heads on labelled messages: cross-validated, calibrated, the same at each run with one seed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from nlp.classifier import Classifier
from nlp.encoders.adapters import Adapters, averaged
from nlp.encoders.encoder import Encoder, Vectors
from nlp.entities.finder import EntityFinder
from nlp.errors import TrainingError
from nlp.evaluation.scores import evaluate
from nlp.features import Features
from nlp.heads import FIELDS, SCOPE, STANDING, Heads, Provenance, check_folder
from nlp.joint import FIELD as URGENCY
from nlp.lexical import word_pieces
from nlp.scope import fit_scope, read_out_of_scope
from nlp.training.allocation import keep_freed_memory
from nlp.training.corpus import WRITTEN, Example, corpus_sha256, read_corpus, split
from nlp.training.fitting import FOLDS, Fit, Material, assign_folds, fit_choice, fit_several
from nlp.training.joint_fitting import fit_joint
from nlp.training.space import WHOLE, Space, View
from nlp.training.standing import fit_standing
from nlp.training.taught import are_exclusive, as_read, labels_of, taught_by

MIN_EXAMPLES = 2
"""A label with fewer training messages than this is not learned."""

ADAPTED_FOLDS = 3
"""Parts that the encoder is adapted without, once each, so that every message is judged unseen."""

AVERAGED = 2
"""Adaptations to all messages whose average is kept: it reads a little better than each of them."""

_READ_AT_ONCE = 1024

Progress = Callable[[str, float], None]
"""Told what is being done, and the part of all that is done, from 0 to 1."""


def train(
    corpus: Sequence[Path],
    out: Path,
    *,
    encoder: Encoder,
    seed: int = 0,
    adapt: bool = False,
    rounds: Path | None = None,
    progress: Progress = lambda step, done: None,
) -> Heads:
    """Train heads for all fields on the train part of a corpus, measure them on its test part, save them.

    With `adapt` the encoder's upper layers are adapted to the messages first; that takes an hour rather
    than minutes, and the bundled encoder. Each adaptation is kept in the folder `rounds`, where there is one,
    and one that is there already is not made again.

    Raises:
        CorpusError: A row cannot be used; names file and line.
        HeadsError: Nothing can be written to `out`.
        TrainingError: The corpus as a whole lacks what is needed, or the encoder cannot be adapted.
    """
    examples = read_corpus(corpus)
    check_folder(out)
    heads = train_on(examples, encoder=encoder, seed=seed, adapt=adapt, rounds=rounds, progress=progress)
    heads.save(out)
    return heads


def train_on(
    examples: Sequence[Example],
    *,
    encoder: Encoder,
    seed: int = 0,
    adapt: bool = False,
    rounds: Path | None = None,
    progress: Progress = lambda step, done: None,
) -> Heads:
    """The same for examples that are already read; saves nothing."""
    training, test = split(examples)
    if not training:
        raise TrainingError("the corpus has no message in its train part: add messages")
    strata = strata_of(training, "complaint_types")

    def told(step: str, part: float) -> None:
        progress(step, 0.8 * part)

    if adapt:
        material, adapters = adapted_material(training, strata, encoder, seed, told, rounds)
    else:
        material, adapters = _material(training, strata, encoder, seed, told)
    heads = fit_heads(training, material, adapters, encoder, corpus_sha256(examples), seed, progress)
    progress(f"measuring on {len(test)} held-out messages", 0.95)
    with encoder.adapted(adapters):
        classifier = Classifier(encoder, heads, entities=EntityFinder())
        assessments = classifier.classify([example.text for example in test], today=WRITTEN)
    heads = replace(heads, provenance=replace(heads.provenance, test_rows=len(test)))
    return replace(heads, figures=evaluate(test, assessments).figures())


def fit_heads(
    training: Sequence[Example],
    material: Material,
    adapters: Adapters | None,
    encoder: Encoder,
    corpus: str,
    seed: int,
    progress: Progress,
) -> Heads:
    """Heads for all fields, measured on nothing yet.

    `encoder` is without the adapters, `material` is what it makes with them of `training`; `corpus` is the
    hash of what was read.
    """
    fits: dict[str, tuple[Fit, list[int]]] = {}
    for place, field in enumerate(FIELDS):
        progress(f"training {field}", 0.8 + 0.15 * place / len(FIELDS))
        fits[field] = fit_head(field, training, material)
    joint, urgency = fit_joint(fits, training, material.folds)
    fields = {field: fit.head for field, (fit, _) in fits.items()} | {URGENCY: urgency.head}
    with encoder.adapted(adapters):
        fields[SCOPE] = fit_scope(material.meaning, encoder.features(as_read(read_out_of_scope())))
        fields[STANDING] = fit_standing(encoder)
        fingerprint = encoder.fingerprint()
    return Heads(
        fields=fields,
        fingerprint=fingerprint,
        provenance=Provenance(
            encoder=encoder.name,
            seed=seed,
            corpus_sha256=corpus,
            train_rows=len(training),
            test_rows=0,
        ),
        figures={},
        adapters=adapters,
        joint=joint,
    )


def _material(
    examples: Sequence[Example], strata: Sequence[int], encoder: Encoder, seed: int, progress: Progress
) -> tuple[Material, Adapters | None]:
    features = read_all(examples, encoder, lambda part: progress(f"reading {len(examples)} messages", part))
    return spread(examples, strata, features, seed), None


def spread(
    examples: Sequence[Example],
    strata: Sequence[int],
    features: Features,
    seed: int,
    view: View = WHOLE,
) -> Material:
    """What heads are fitted on, of features that no fold was adapted without."""
    space = Space(features, view)
    folds = assign_folds(strata, seed, [example.business for example in examples])
    return Material(meaning=features.meaning, space=space, folds=folds, unseen=[space] * FOLDS)


def adapted_material(
    examples: Sequence[Example],
    strata: Sequence[int],
    encoder: Encoder,
    seed: int,
    progress: Progress,
    kept_in: Path | None = None,
) -> tuple[Material, Adapters | None]:
    """Adapts without each fold, for what must be judged unseen, and then on everything, more than once."""
    # Not at the top: it brings torch, which nobody needs who only reads a file of heads.
    from nlp.training.adapting import adapt, build_network
    from nlp.training.rounds import kept_or_made

    keep_freed_memory()
    network = build_network(encoder)
    businesses = [example.business for example in examples]
    folds = assign_folds(strata, seed, businesses, ADAPTED_FOLDS)
    parts = [np.flatnonzero(folds != fold).tolist() for fold in range(ADAPTED_FOLDS)]
    everything = list(range(len(examples)))
    rounds = [(rows, 0) for rows in parts] + [(everything, order) for order in range(AVERAGED)]
    whole = sum(len(rows) for rows, _ in rounds)
    begun, made = 0, []
    for number, (rows, order) in enumerate(rounds, start=1):
        step = f"adapting the encoder, round {number} of {len(rounds)}"
        told = partial(_tell, progress, step, begun / whole, len(rows) / whole)
        learned = [examples[row] for row in rows]
        make = partial(adapt, learned, network, seed=seed, order=order, progress=told)
        made.append(kept_or_made(kept_in, learned, encoder, seed, make, order))
        begun += len(rows)
    adapters = averaged(made[ADAPTED_FOLDS:])
    spaces = []
    for one in (*made[:ADAPTED_FOLDS], adapters):
        with encoder.adapted(one):
            features = read_all(examples, encoder, lambda part: None)
        spaces.append(Space(features))
    *unseen, space = spaces
    return Material(meaning=features.meaning, space=space, folds=folds, unseen=unseen), adapters


def _tell(progress: Progress, step: str, begun: float, share: float, done: int, total: int) -> None:
    progress(step, begun + share * done / total)


def read_all(examples: Sequence[Example], encoder: Encoder, progress: Callable[[float], None]) -> Features:
    """The features of all examples; `progress` is told the part that is read."""
    meaning = read_meaning(examples, encoder, progress)
    return Features(meaning=meaning, wording=word_pieces(as_read(one.text for one in examples)))


def read_meaning(examples: Sequence[Example], encoder: Encoder, progress: Callable[[float], None]) -> Vectors:
    """The same without their wording, which is the same for every encoder."""
    texts = as_read(one.text for one in examples)
    meaning = []
    for start in range(0, len(texts), _READ_AT_ONCE):
        progress(start / len(texts))
        meaning.append(encoder.features(texts[start : start + _READ_AT_ONCE]))
    return np.concatenate(meaning)


def strata_of(examples: Sequence[Example], field: str) -> list[int]:
    """By which of its labels each message is spread over the folds: the rarest."""
    sets = [labels_of(example, field) or frozenset() for example in examples]
    counts = Counter(label for labels in sets for label in labels)
    rising = sorted(counts, key=lambda label: (counts[label], label))
    place = {label: position for position, label in enumerate(rising)}
    return [min((place[label] for label in labels), default=-1) for labels in sets]


def fit_head(field: str, examples: Sequence[Example], material: Material) -> tuple[Fit, list[int]]:
    """The head, and which of the examples it was fitted on."""
    sets = [taught_by(example, field) for example in examples]
    rows = [index for index, labels in enumerate(sets) if labels is not None]
    found = Counter(label for index in rows for label in sets[index] or ())
    labels = sorted(label for label, count in found.items() if count >= MIN_EXAMPLES)
    exclusive = are_exclusive(field, sets)
    if len(labels) < (2 if exclusive else 1):
        raise TrainingError(
            f"field {field}: the train part ({len(rows)} messages labelled) has too few labels with at least "
            f"{MIN_EXAMPLES} messages each (found: {', '.join(labels) or 'none'}): add messages"
        )
    if exclusive:
        rows = [index for index in rows if (sets[index] or frozenset()) <= set(labels)]
    truth = np.array([[label in (sets[index] or ()) for label in labels] for index in rows])
    chosen = np.array(rows)
    if exclusive:
        return fit_choice(labels, truth.argmax(axis=1), material, chosen), rows
    at_least_one = field == "complaint_types"
    return fit_several(labels, truth, material, chosen, at_least_one=at_least_one), rows
