"""Training one field on a business's own labels, with the view of the messages that serves them best."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nlp.encoders.encoder import Encoder
from nlp.evaluation.scores import FieldReport, compare
from nlp.features import Features, beside
from nlp.heads import TYPES, Head, Heads
from nlp.training.corpus import Example, corpus_sha256
from nlp.training.fitting import Material, Targets
from nlp.training.heads import Progress, adapted_material, fit_head, read_all, read_meaning, spread, strata_of
from nlp.training.space import WHOLE, View

MOST_TRIED = 1500
"""Messages that views are compared on; more would take longer and hardly choose better."""

LEAST_TRIED = 8
"""Of them with each label."""

TOGETHER, EMBEDDING = "with and without adapters", "the bare embedding"
"""Ways to look at messages for a field of one's own: with few messages a label less is more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldFit:
    """A field's head, by which of the `views` it looks, and how good it is on messages it had not seen."""

    view: str
    head: Head
    report: FieldReport


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

    The field reads messages with the adapters of the other fields and without any, and looks at all of
    that or at the bare embedding, whichever does better in cross-validation; with `adapt` it reads them with
    adapters of its own alone. All messages are trained on. The report is cross-validated: each message
    is judged by a model that had not seen it, though view, regularisation and thresholds were chosen on
    these very judgements.

    Raises:
        FingerprintError: `base` was trained on another encoder.
        TrainingError: The messages as a whole lack what is needed, or the encoder cannot be adapted.
    """
    with encoder.adapted(base.adapters):
        base.check_encoder(encoder)
    own = {name: one for name, one in base.own_adapters.items() if name != field}
    if adapt:
        material, own[field] = adapted_material(
            examples,
            strata_of(examples, field),
            encoder,
            seed,
            lambda step, part: progress(step, 0.9 * part),
        )
        progress(f"training {field}", 0.9)
        fitted = _fitted(field, examples, material)
    else:
        features = read_twice(examples, base, encoder, lambda step, part: progress(step, 0.6 * part))
        own[field] = None
        fitted = fit_field(
            examples,
            field,
            features,
            encoder.dimension,
            seed=seed,
            progress=lambda step, part: progress(step, 0.6 + 0.4 * part),
        )
    hashes = {**base.provenance.own, field: corpus_sha256(examples)}
    figures = {
        **base.figures,
        field: {**fitted.report.figures(), "how": "cross-validated on its own messages"},
    }
    if field == "complaint_types":
        # Those that were added stood beside the usual ones, which are told no more.
        hashes.pop(TYPES, None)
        figures.pop(TYPES, None)
    heads = replace(
        base,
        fields={**base.fields, field: fitted.head},
        provenance=replace(base.provenance, own=hashes),
        figures=figures,
        own_adapters=own,
    )
    return heads, fitted.report


def read_twice(examples: Sequence[Example], base: Heads, encoder: Encoder, progress: Progress) -> Features:
    """The messages as `nlp.classifier` reads them for a field of one's own; `encoder` is without adapters."""
    step = f"reading {len(examples)} messages"
    bare = read_all(examples, encoder, lambda part: progress(step, part / 2))
    if base.adapters is None:
        return beside(bare.meaning, bare, encoder.dimension)
    with encoder.adapted(base.adapters):
        shared = read_meaning(examples, encoder, lambda part: progress(step, (1 + part) / 2))
    return beside(shared, bare, encoder.dimension)


def views(dimension: int) -> Mapping[str, View]:
    """By name; `dimension` is that of the encoder."""
    return {TOGETHER: WHOLE, EMBEDDING: View(last=dimension, wording=0.5)}


def fit_field(
    examples: Sequence[Example],
    field: str,
    features: Features,
    dimension: int,
    *,
    seed: int = 0,
    progress: Progress = lambda step, done: None,
) -> FieldFit:
    """Fit a field to messages that are already read twice, by the view that serves it best.

    That is the one with the highest cross-validated macro-F1 on these messages, or on a random part of many.
    """
    progress("comparing views of the messages", 0.0)
    chosen = _some(strata_of(examples, field), seed)
    part = Features(meaning=features.meaning[chosen], wording=features.wording[chosen])
    few = [examples[row] for row in chosen]
    tried = {
        name: _fitted(field, few, spread(few, strata_of(few, field), part, seed, view), name)
        for name, view in views(dimension).items()
    }
    best = max(tried, key=lambda name: tried[name].report.macro_f1)
    if len(few) == len(examples):
        return tried[best]
    progress(f"training {field}", 0.25)
    material = spread(examples, strata_of(examples, field), features, seed, views(dimension)[best])
    return _fitted(field, examples, material, best)


def _some(strata: Sequence[int], seed: int) -> Targets:
    """At most `MOST_TRIED` places, with `LEAST_TRIED` of each stratum where there are so many."""
    order = np.random.default_rng(seed).permutation(len(strata))
    met = Counter[int]()
    first: list[int] = []
    rest: list[int] = []
    for place in order.tolist():
        met[strata[place]] += 1
        (first if met[strata[place]] <= LEAST_TRIED else rest).append(place)
    return np.sort(np.array(first + rest[: max(MOST_TRIED - len(first), 0)], np.intp))


def _fitted(field: str, examples: Sequence[Example], material: Material, view: str = "") -> FieldFit:
    fit, rows = fit_head(field, examples, material)
    there = fit.head.there(fit.probabilities)
    found = [{fit.head.labels[place] for place in np.flatnonzero(row)} for row in there]
    unsure = fit.head.confidences(fit.probabilities) < fit.head.abstain_below
    report = compare(field, [examples[row] for row in rows], found, unsure.tolist())
    return FieldFit(view=view, head=fit.head, report=report)
