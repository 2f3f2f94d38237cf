"""Teaching the fast model what the heads say, and choosing what it may answer alone.

It learns from the labelled messages and, above all, from what heads say of messages made of their sentences
(`nlp.training.recombined`). Those heads are made for that, on two thirds of the businesses: on the messages
to the other third, which neither they nor the model have seen, is chosen how sure it must be. Taught once
more with all messages it would know more, and be surer than its bounds allow for: docs/fast.md has the
figures.

    python -m nlp.fast.training nlp/trained
"""

import argparse
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy import sparse
from sklearn.decomposition import TruncatedSVD
from torch.nn import functional

from models.labels import Act
from nlp.classifier import Classifier
from nlp.encoders.encoder import Encoder, Precision, Vectors, load_encoder
from nlp.entities.finder import EntityFinder
from nlp.evaluation.scores import assessed
from nlp.fast.bounds import Judged, choose_bounds
from nlp.fast.judging import is_judged, train_judge
from nlp.fast.model import LONGEST, PAIRS, Codes, FastModel, bags_of, confidences
from nlp.heads import FIELDS, SCOPE, Flags, Head, Heads, load_heads, sigmoid
from nlp.scope import OUT_OF_SCOPE, read_out_of_scope
from nlp.training.corpus import SHIPPED, WRITTEN, Example, read_corpus, split
from nlp.training.fitting import Targets, best_thresholds, fit_platt, fit_temperature
from nlp.training.recombined import recombined
from nlp.training.taught import as_read, labels_of

WIDTH = 128
EPOCHS = 15
BATCH = 128
RATE = 3e-3
DROPOUT = 0.3
"""Part of the pieces of a message that training does not see, and of the hidden numbers."""

LEAST_COUNT = 2
"""Texts that a piece comes in, at least, to be kept."""

RECOMBINED = 12_000
"""Texts that are made of the messages for the heads to label."""

_START = 0.5  # length that the rows of pieces begin with
_AT_ONCE = 1024

_SCOPE = Head(
    labels=(OUT_OF_SCOPE,),
    meaning=np.zeros((0, 1), np.float32),
    wording=np.zeros((0, 1), np.float32),
    bias=np.zeros(1, np.float32),
    several=True,
    thresholds=(0.5,),
    abstain_below=0.0,
)

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What is to be said of each text of one field.

    `said` holds the probabilities of its labels, float32 of shape (texts, labels), `weights` how much each
    text counts.
    """

    said: Vectors
    weights: Vectors


@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """The model, and how it did by field on the messages that its bounds were chosen on."""

    model: FastModel
    judged: Mapping[str, Judged]
    sure: Flags


def train_fast(
    examples: Sequence[Example],
    heads: Heads,
    encoder: Encoder,
    *,
    judge: Heads,
    texts: int = RECOMBINED,
    epochs: int = EPOCHS,
    seed: int = 0,
    progress: Progress = lambda step: None,
) -> Trained:
    """Train the fast model that goes with `heads`, on the train part of a corpus.

    `encoder` is without adapters. `judge` are heads of the same fields, made by `train_judge`: they teach it,
    and what they say of the messages that they have not seen is what it is measured against.

    Raises:
        FingerprintError: The heads were trained on another encoder.
    """
    training, _ = split(examples)
    held = is_judged(training, seed)
    seen = [one for one, out in zip(training, held, strict=True) if not out]
    unseen = [one for one, out in zip(training, held, strict=True) if out]
    learned, lessons, fields = material(seen, judge, encoder, texts, seed, progress)
    progress(f"teaching {len(learned)} texts")
    taught = teach(encoder.pieces(learned), lessons, fields, encoder, seed=seed, epochs=epochs)
    progress(f"judging {len(unseen)} messages")
    with encoder.adapted(judge.adapters):
        whole = Classifier(encoder, judge, entities=EntityFinder()).classify(
            [one.text for one in unseen], today=WRITTEN
        )
    pieces = encoder.pieces([text[:LONGEST] for text in as_read(one.text for one in unseen)])
    bags = bags_of(pieces, taught.codes)
    model = _calibrated(taught, taught.read(bags), unseen)
    judged = _judged(model, model.read(bags), unseen, [assessed(one) for one in whole])
    bounds = choose_bounds(judged)
    sure = np.logical_and.reduce([judged[name].confidence >= bounds[name] for name in FIELDS])
    model = replace(model, sure_from=bounds, heads=heads.id, encoder=heads.provenance.encoder)
    return Trained(model=model, judged=judged, sure=sure)


def material(
    examples: Sequence[Example],
    heads: Heads,
    encoder: Encoder,
    count: int,
    seed: int,
    progress: Progress,
) -> tuple[list[str], dict[str, Lesson], dict[str, Head]]:
    """Texts to learn from, what is to be said of them by field, and the heads that say it.

    They are the examples, `count` texts made of their sentences, and texts out of scope.
    """
    messages = as_read(one.text for one in examples)
    made = recombined(
        [(text, one.language or "") for text, one in zip(messages, examples, strict=True)], count, seed
    )
    strange = as_read(read_out_of_scope())
    with encoder.adapted(heads.adapters):
        said = _said(Classifier(encoder, heads, entities=EntityFinder()), made, progress)
    lessons = {
        name: _lesson(name, heads.fields[name], examples, said, heads, len(strange)) for name in FIELDS
    }
    inside = len(messages) + len(made)
    lessons[SCOPE] = Lesson(
        said=(np.arange(inside + len(strange)) >= inside).astype(np.float32)[:, None],
        weights=np.ones(inside + len(strange), np.float32),
    )
    fields = {name: heads.fields[name] for name in FIELDS}
    return [*messages, *made, *strange], lessons, {**fields, SCOPE: _SCOPE}


def _said(classifier: Classifier, texts: Sequence[str], progress: Progress) -> Mapping[str, Vectors]:
    """What the heads say of texts, without the second look at urgency, which needs days."""
    parts = []
    for start in range(0, len(texts), _AT_ONCE):
        progress(f"reading {start} of {len(texts)} texts")
        features = classifier.features(texts[start : start + _AT_ONCE])
        parts.append({name: classifier.heads.fields[name].probabilities(features[name]) for name in FIELDS})
    return {name: np.concatenate([part[name] for part in parts]) for name in FIELDS}


def _lesson(
    name: str,
    head: Head,
    examples: Sequence[Example],
    said: Mapping[str, Vectors],
    heads: Heads,
    strange: int,
) -> Lesson:
    truth, known = said_by_people(name, head.labels, examples)
    weights = np.ones(len(said[name]), np.float32)
    # Types are learned among complaints only, as the heads learn them.
    if name == "complaint_types":
        known &= np.array([one.act in (None, Act.COMPLAINT) for one in examples])
        weights = said["act"][:, heads.fields["act"].labels.index(Act.COMPLAINT)]
    # Nothing is said of texts out of scope.
    return Lesson(
        said=np.concatenate([truth, said[name], np.zeros((strange, len(head.labels)))]).astype(np.float32),
        weights=np.concatenate([known, weights, np.zeros(strange)]).astype(np.float32),
    )


def said_by_people(name: str, labels: Sequence[str], examples: Sequence[Example]) -> tuple[Flags, Flags]:
    """What people said, of shape (examples, labels), and of which examples they said it."""
    sets = [labels_of(one, name) for one in examples]
    truth = np.array([[label in (found or ()) for label in labels] for found in sets], np.bool_)
    return truth.reshape(len(examples), len(labels)), np.array(
        [found is not None for found in sets], np.bool_
    )


def _calibrated(
    model: FastModel, probabilities: Mapping[str, Vectors], unseen: Sequence[Example]
) -> FastModel:
    """The model with its scores made into probabilities, and thresholds, by messages that it had not seen."""
    fields = dict(model.fields)
    for name in FIELDS:
        field = fields[name]
        truth, known = said_by_people(name, field.labels, unseen)
        if name == "complaint_types":
            known &= np.array([one.act in (None, Act.COMPLAINT) for one in unseen])
        truth, scores = truth[known], _scores(probabilities[name][known], several=field.several)
        if field.several:
            slopes, shifts = fit_platt(scores, truth)
            fitted = replace(field, meaning=field.meaning * slopes, bias=field.bias * slopes + shifts)
            likely = sigmoid(scores * slopes + shifts)
            fields[name] = replace(fitted, thresholds=best_thresholds(likely, truth))
        else:
            there: Targets = truth.argmax(axis=1)
            heat = fit_temperature(scores, there)
            fields[name] = replace(field, meaning=field.meaning / heat, bias=field.bias / heat)
    return replace(model, fields=fields)


def _scores(probabilities: Vectors, *, several: bool) -> Vectors:
    """Back from probabilities to scores, up to what is the same for all labels."""
    likely = np.clip(probabilities, np.float32(1e-6), np.float32(1 - 1e-6))
    scores: Vectors = np.log(likely)
    if several:
        scores -= np.log(1 - likely)
    return scores


def _judged(
    model: FastModel,
    probabilities: Mapping[str, Vectors],
    unseen: Sequence[Example],
    whole: Sequence[Mapping[str, set[str]]],
) -> Mapping[str, Judged]:
    cheap = {name: model.fields[name].there(probabilities[name]) for name in FIELDS}
    act = model.fields["act"].labels.index(Act.COMPLAINT)
    cheap["complaint_types"] &= cheap["act"][:, [act]]
    sure = confidences(model.fields, probabilities)
    judged = {}
    for name in FIELDS:
        labels = model.fields[name].labels
        truth, known = said_by_people(name, labels, unseen)
        judged[name] = Judged(
            truth=truth,
            cheap=cheap[name],
            whole=np.array([[label in found[name] for label in labels] for found in whole], np.bool_),
            known=known,
            confidence=sure[name],
        )
    return judged


def known_pieces(pieces: Sequence[Sequence[int]]) -> Codes:
    """The pieces that come in enough texts to be learned, rising."""
    found = [code for one in pieces for code in set(one)]
    codes, counts = np.unique(np.array(found, np.int64), return_counts=True)
    return codes[counts >= LEAST_COUNT]


def teach(
    pieces: Sequence[Sequence[int]],
    lessons: Mapping[str, Lesson],
    heads: Mapping[str, Head],
    encoder: Encoder,
    *,
    seed: int = 0,
    epochs: int = EPOCHS,
) -> FastModel:
    """Train on texts that are cut into pieces; thresholds are those of `heads`, and nothing is sure yet."""
    codes = known_pieces(pieces)
    network = _Network(codes, lessons, heads, encoder, seed)
    network.fit(bags_of(pieces, codes), lessons, epochs, np.random.default_rng(seed))
    return network.model(codes, heads).quantised()


class _Network(torch.nn.Module):
    def __init__(
        self,
        codes: Codes,
        lessons: Mapping[str, Lesson],
        heads: Mapping[str, Head],
        encoder: Encoder,
        seed: int,
    ) -> None:
        super().__init__()
        self._generator = torch.Generator().manual_seed(seed)
        vectors = encoder.piece_vectors(codes)
        vectors = vectors - vectors.mean(axis=0)
        width = min(WIDTH, *vectors.shape)
        start = np.zeros((len(codes) + PAIRS, WIDTH), np.float32)
        start[: len(codes), :width] = TruncatedSVD(width, random_state=seed).fit_transform(vectors)
        start *= _START / max(float(np.linalg.norm(start[: len(codes)], axis=1).mean()), 1e-8)
        self.table = torch.nn.Parameter(torch.from_numpy(start))
        self.bias = torch.nn.Parameter(torch.zeros(WIDTH))
        self.weights = torch.nn.ParameterDict(
            {
                name: torch.nn.Parameter(
                    torch.randn(WIDTH, lesson.said.shape[1], generator=self._generator) / math.sqrt(WIDTH)
                )
                for name, lesson in lessons.items()
            }
        )
        self.shifts = torch.nn.ParameterDict(
            {name: torch.nn.Parameter(torch.zeros(lesson.said.shape[1])) for name, lesson in lessons.items()}
        )
        self._several = {name: heads[name].several for name in lessons}

    def fit(
        self,
        bags: sparse.csr_array,
        lessons: Mapping[str, Lesson],
        epochs: int,
        random: np.random.Generator,
    ) -> None:
        said = {name: torch.from_numpy(lesson.said) for name, lesson in lessons.items()}
        weights = {name: torch.from_numpy(lesson.weights) for name, lesson in lessons.items()}
        steps = epochs * math.ceil(bags.shape[0] / BATCH)
        optimizer = torch.optim.Adam(self.parameters(), lr=RATE, betas=(0.9, 0.98))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, (step + 1) / (0.05 * steps)) * max(0.02, 1 - step / steps)
        )
        for _ in range(epochs):
            order = random.permutation(bags.shape[0])
            for start in range(0, len(order), BATCH):
                rows = order[start : start + BATCH]
                hidden = self._hidden(bags[rows])
                loss = torch.stack(
                    [self._loss(name, hidden, said[name][rows], weights[name][rows]) for name in lessons]
                ).sum()
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                optimizer.step()
                schedule.step()

    def _hidden(self, bags: sparse.csr_array) -> torch.Tensor:
        kept = torch.rand(len(bags.data), generator=self._generator) >= DROPOUT
        hidden = functional.embedding_bag(
            torch.from_numpy(bags.indices.astype(np.int64)),
            self.table,
            torch.from_numpy(bags.indptr[:-1].astype(np.int64)),
            mode="sum",
            per_sample_weights=torch.from_numpy(bags.data) * kept / (1 - DROPOUT),
        )
        hidden = torch.tanh(hidden + self.bias)
        kept = torch.rand(hidden.shape, generator=self._generator) >= DROPOUT
        return hidden * kept / (1 - DROPOUT)

    def _loss(
        self, name: str, hidden: torch.Tensor, said: torch.Tensor, weights: torch.Tensor
    ) -> torch.Tensor:
        scores = hidden @ self.weights[name] + self.shifts[name]
        if self._several[name]:
            losses = functional.binary_cross_entropy_with_logits(scores, said, reduction="none").sum(dim=1)
        else:
            losses = functional.cross_entropy(scores, said, reduction="none")
        return (losses * weights).sum() / weights.sum().clamp(min=1)

    def model(self, codes: Codes, heads: Mapping[str, Head]) -> FastModel:
        fields = {
            name: replace(
                heads[name],
                meaning=self.weights[name].detach().numpy(),
                wording=np.zeros((0, len(heads[name].labels)), np.float32),
                bias=self.shifts[name].detach().numpy(),
            )
            for name in self.weights
        }
        return FastModel(
            codes=codes,
            table=self.table.detach().numpy(),
            bias=self.bias.detach().numpy(),
            fields=fields,
            sure_from=dict.fromkeys(FIELDS, 2.0),
            heads="",
            encoder="",
        )


def main() -> None:
    """Writes the fast model of a folder of heads, and says how it did on the messages kept for its bounds."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("heads", type=Path, help="the folder of heads that the model stands in for")
    parser.add_argument("--corpus", type=Path, default=SHIPPED)
    parser.add_argument(
        "--judge", type=Path, help="heads made by `nlp.fast.judging.train_judge`; made anew otherwise"
    )
    parser.add_argument(
        "--rounds", type=Path, help="the folder with the adaptations that `rimedio train --rounds` kept"
    )
    chosen = parser.parse_args()
    examples, heads = read_corpus([chosen.corpus]), load_heads(chosen.heads)
    training, _ = split(examples)
    if chosen.judge is not None:
        judge = load_heads(chosen.judge)
    else:
        exact = load_encoder(None, Precision.FLOAT32)
        adapt = heads.adapters is not None
        judge = train_judge(training, exact, adapt=adapt, rounds=chosen.rounds, progress=_say)
    trained = train_fast(examples, heads, load_encoder(), judge=judge, progress=_say)
    trained.model.save(chosen.heads)
    nothing, everything = np.zeros(len(trained.sure), np.bool_), np.ones(len(trained.sure), np.bool_)
    for name, one in trained.judged.items():
        alone, cheap, together = map(one.macro_f1, (nothing, everything, trained.sure))
        _say(f"{name}: macro-F1 {alone:.3f} by the heads, {cheap:.3f} by it alone, {together:.3f} together")
    _say(f"handed on: {1 - trained.sure.mean():.1%}")


def _say(step: str, part: float | None = None) -> None:
    sys.stderr.write(step + ("" if part is None else f" ({part:.0%})") + "\n")


if __name__ == "__main__":
    main()
