"""Training heads on labelled messages: cross-validated, calibrated, the same at each run with one seed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from models.labels import Act
from nlp.classifier import Classifier, clean
from nlp.corpus import Example, corpus_sha256, read_corpus, split
from nlp.encoder import Encoder
from nlp.entities import EntityFinder
from nlp.errors import TrainingError
from nlp.evaluation import evaluate
from nlp.features import read_features
from nlp.fitting import fit_choice, fit_several
from nlp.heads import CHOICE_FIELDS, FIELDS, YES, Head, Heads, Provenance
from nlp.space import Space

MIN_EXAMPLES = 2
"""A label with fewer training messages than this is not learned."""

Progress = Callable[[str], None]


def train(
    corpus: Sequence[Path],
    out: Path,
    *,
    encoder: Encoder,
    seed: int = 0,
    progress: Progress = lambda step: None,
) -> Heads:
    """Train heads for all fields on the train part of a corpus, measure them on its test part, save them.

    `progress` is told what is being done.

    Raises:
        CorpusError: A row cannot be used; names file and line.
        TrainingError: The corpus as a whole lacks what is needed.
    """
    examples = read_corpus(corpus)
    heads = train_on(examples, encoder=encoder, seed=seed, progress=progress)
    heads.save(out)
    return heads


def train_on(
    examples: Sequence[Example],
    *,
    encoder: Encoder,
    seed: int = 0,
    progress: Progress = lambda step: None,
) -> Heads:
    """The same for examples that are already read; saves nothing."""
    training, test = split(examples)
    if not training:
        raise TrainingError("the corpus has no message in its train part: add messages")
    progress(f"embedding {len(training)} messages")
    space = Space(read_features(encoder, [clean(example.text) for example in training]))
    fields = {}
    for field in FIELDS:
        progress(f"training {field}")
        fields[field] = _fit(field, training, space, seed)
    heads = Heads(
        fields=fields,
        fingerprint=encoder.fingerprint(),
        provenance=Provenance(
            encoder=encoder.name,
            seed=seed,
            corpus_sha256=corpus_sha256(examples),
            train_rows=len(training),
            test_rows=len(test),
        ),
        figures={},
    )
    progress(f"measuring on {len(test)} held-out messages")
    assessments = Classifier(encoder, heads, entities=EntityFinder()).classify(
        [example.text for example in test]
    )
    return replace(heads, figures=evaluate(test, assessments).figures())


def _fit(field: str, examples: Sequence[Example], space: Space, seed: int) -> Head:
    sets = [_labels(example, field) for example in examples]
    rows = [index for index, labels in enumerate(sets) if labels is not None]
    # Types are learned among complaints only: what is no complaint is the business of the head for `act`.
    if field == "complaint_types":
        rows = [index for index in rows if examples[index].act in (None, Act.COMPLAINT)]
    found = Counter(label for index in rows for label in sets[index] or ())
    labels = sorted(label for label, count in found.items() if count >= MIN_EXAMPLES)
    if len(labels) < (2 if field in CHOICE_FIELDS else 1):
        raise TrainingError(
            f"field {field}: the train part ({len(rows)} messages labelled) has too few labels with at least "
            f"{MIN_EXAMPLES} messages each (found: {', '.join(labels) or 'none'}): add messages"
        )
    truth = np.array([[label in (sets[index] or ()) for label in labels] for index in rows])
    businesses = [examples[index].business for index in rows]
    if field in CHOICE_FIELDS:
        kept = truth.any(axis=1)
        at = [businesses[index] for index in np.flatnonzero(kept)]
        return fit_choice(labels, truth[kept].argmax(axis=1), space, np.array(rows)[kept], seed, at)
    at_least_one = field == "complaint_types"
    return fit_several(labels, truth, space, np.array(rows), seed, businesses, at_least_one=at_least_one)


def _labels(example: Example, field: str) -> frozenset[str] | None:
    """The labels that people gave, None where nobody labelled the field."""
    if field == "own_error":
        return None if example.own_error is None else frozenset({YES} if example.own_error else ())
    value = getattr(example, field)
    if value is None:
        return None
    return frozenset({value} if field in CHOICE_FIELDS else value)
