"""Training one field on a business's own labels, with the reading of the messages that serves them best."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.corpus import Example, corpus_sha256
from nlp.encoder import Encoder
from nlp.evaluation import FieldReport, compare
from nlp.features import Features
from nlp.fitting import Fit
from nlp.heads import Head, Heads
from nlp.space import WHOLE, View
from nlp.training import Progress, adapted_material, fit_head, read_all, spread, strata_of

MOST_TRIED = 1500
"""Messages that readings are compared on; more would take longer and hardly choose better."""

SHARED, BARE, MEANING = "as the other fields", "without adapters", "its embedding without adapters"
"""Ways to read a message for a field of one's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """One way to read messages: their features by it, what of them is looked at, and by which encoder.

    A `bare` one needs an encoder without adapters, so that every message is read twice.
    """

    features: Features
    view: View
    bare: bool


def train_field(
    examples: Sequence[Example],
    field: str,
    base: Heads,
    *,
    encoder: Encoder,
    seed: int = 0,
    adapt: bool = False,
    progress: Progress = lambda step, done: None,
) -> tuple[Heads, FieldReport]:
    """Train one field on a business's own messages; the other fields keep the heads of `base`.

    The field reads messages as the other fields do, or by the encoder without their adapters, whichever
    does better in cross-validation; with `adapt` by adapters of its own. All messages are trained on. The
    report is cross-validated: each message is judged by a model that had not seen it, though reading,
    regularisation and thresholds were chosen on these very judgements.

    Raises:
        FingerprintError: `base` was trained on another encoder.
        TrainingError: The messages as a whole lack what is needed, or the encoder cannot be adapted.
    """
    with encoder.adapted(base.adapters):
        base.check_encoder(encoder)
    strata = strata_of(examples, field)
    own = {name: one for name, one in base.own_adapters.items() if name != field}
    if adapt:
        material, own[field] = adapted_material(
            examples, strata, encoder, seed, lambda step, part: progress(step, 0.9 * part)
        )
    else:
        ways = read_ways(examples, base, encoder, lambda step, part: progress(step, 0.6 * part))
        progress("comparing ways to read the messages", 0.6)
        way = ways[best_way(examples, field, ways, seed=seed)]
        if way.bare:
            own[field] = None
        material = spread(examples, strata, way.features, seed, way.view)
    progress(f"training {field}", 0.9 if adapt else 0.7)
    fit, rows = fit_head(field, examples, material)
    report = _cross_validated(field, [examples[row] for row in rows], fit)
    heads = replace(
        base,
        fields={**base.fields, field: fit.head},
        provenance=replace(base.provenance, own={**base.provenance.own, field: corpus_sha256(examples)}),
        figures={**base.figures, field: {**report.figures(), "how": "cross-validated on its own messages"}},
        own_adapters=own,
    )
    return heads, report


def read_ways(
    examples: Sequence[Example], base: Heads, encoder: Encoder, progress: Progress
) -> Mapping[str, Way]:
    """The messages read in every way; `encoder` is without adapters."""
    readings = 1 if base.adapters is None else 2
    step = f"reading {len(examples)} messages"
    bare = read_all(examples, encoder, lambda part: progress(step, part / readings))
    shared = bare
    if base.adapters is not None:
        with encoder.adapted(base.adapters):
            shared = read_all(examples, encoder, lambda part: progress(step, (1 + part) / readings))
    return ways_of(shared, bare, encoder.dimension)


def ways_of(shared: Features, bare: Features, dimension: int) -> Mapping[str, Way]:
    """The ways to look at features with the adapters of the other fields, and without any."""
    return {
        SHARED: Way(features=shared, view=WHOLE, bare=False),
        BARE: Way(features=bare, view=WHOLE, bare=True),
        MEANING: Way(features=bare, view=View(last=dimension, wording=0.5), bare=True),
    }


def best_way(examples: Sequence[Example], field: str, ways: Mapping[str, Way], *, seed: int = 0) -> str:
    """The way with the highest cross-validated macro-F1 on these messages, or on a random part of many."""
    chosen = np.sort(np.random.default_rng(seed).permutation(len(examples))[:MOST_TRIED])
    tried = [examples[row] for row in chosen]
    strata = strata_of(tried, field)

    def score(name: str) -> float:
        way = ways[name]
        features = Features(meaning=way.features.meaning[chosen], wording=way.features.wording[chosen])
        fit, rows = fit_head(field, tried, spread(tried, strata, features, seed, way.view))
        return _cross_validated(field, [tried[row] for row in rows], fit).macro_f1

    return max(ways, key=score)


def fit_field(
    examples: Sequence[Example], field: str, ways: Mapping[str, Way], *, seed: int = 0
) -> tuple[str, Head]:
    """The best way for a field, and its head, of features that are already read, one row an example."""
    name = best_way(examples, field, ways, seed=seed)
    material = spread(examples, strata_of(examples, field), ways[name].features, seed, ways[name].view)
    return name, fit_head(field, examples, material)[0].head


def _cross_validated(field: str, examples: Sequence[Example], fit: Fit) -> FieldReport:
    found = [{fit.head.labels[index] for index in fit.head.decide(row)} for row in fit.probabilities]
    unsure = [fit.head.confidence(row) < fit.head.abstain_below for row in fit.probabilities]
    return compare(field, examples, found, unsure)
