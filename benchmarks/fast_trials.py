"""Other first stages for `--fast`, other rules for what goes on, and how much each would hand on.

    .venv/bin/python -m benchmarks.fast_trials --judge HEADS [--texts 8000]

HEADS are trained on `nlp.fast.judging.without_judged`. First stages learn from labels and from what HEADS
say of recombined texts, all of the other two thirds of the businesses. They are judged by the messages to
the third that is kept aside, one half of its businesses at a time: calibrated, and their rule chosen, on the
other half. The test part is not looked at.

Rules: `bounds` are those that ship (how sure it must be of each field), `gain` foretells what macro-F1 each
message costs each field and answers as many as fit, `oracle` knows that cost: hardly any rule does better.
"""

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from rich.console import Console
from rich.table import Table
from scipy import sparse
from scipy.optimize import linprog
from sklearn.ensemble import HistGradientBoostingRegressor
from torch.nn import functional

from benchmarks.fast import read_layers
from nlp.classifier import Classifier, clean
from nlp.encoders.encoder import WINDOW, Encoder, Vectors, load_encoder
from nlp.entities.finder import EntityFinder
from nlp.evaluation.scores import assessed
from nlp.fast.bounds import Judged, choose_bounds
from nlp.fast.judging import is_judged
from nlp.fast.model import LONGEST, PAIRS, bags_of, confidences
from nlp.fast.training import Lesson, known_pieces, material, said_by_people
from nlp.heads import CHOICE_FIELDS, FIELDS, SCOPE, Flags, Head, load_heads, sigmoid, softmax
from nlp.training.corpus import SHIPPED, Example, read_corpus, split
from nlp.training.fitting import assign_folds, best_thresholds, fit_platt, fit_temperature
from nlp.training.heads import strata_of

LOSSES = (0.005, 0.01, 0.03, 0.05)
DEPTHS = (1, 2, 4)
EPOCHS, BATCH, RATE, WIDTH, HIDDEN, DROPOUT = 8, 128, 2e-3, 128, 256, 0.3

Outputs = Mapping[str, Vectors]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """What a first stage reads: pieces and pairs (`attends`: weighed by attention), layers of the encoder."""

    name: str
    pieces: bool
    attends: bool
    layers: int


STAGES = (
    Stage(name="pieces, pairs", pieces=True, attends=False, layers=0),
    Stage(name="pieces, pairs, attention", pieces=True, attends=True, layers=0),
    Stage(name="layers 1, 2", pieces=False, attends=False, layers=2),
    Stage(name="layers 2, 4", pieces=False, attends=False, layers=4),
    Stage(name="pieces, pairs, layers 2, 4", pieces=True, attends=False, layers=4),
)


class Network(torch.nn.Module):
    """A hidden layer over the sum of pieces and over averaged tokens, and linear heads on it."""

    def __init__(self, stage: Stage, table: Vectors, dense: int, lessons: Mapping[str, Lesson]) -> None:
        super().__init__()
        self._stage = stage
        self.table = torch.nn.Parameter(torch.from_numpy(table))
        self.weigh = torch.nn.Parameter(torch.zeros(len(table)))
        width = WIDTH * stage.pieces + dense
        self.hidden = torch.nn.Linear(width, HIDDEN)
        self.heads = torch.nn.ModuleDict(
            {name: torch.nn.Linear(HIDDEN, lesson.said.shape[1]) for name, lesson in lessons.items()}
        )

    def forward(self, bags: sparse.csr_array, dense: torch.Tensor) -> dict[str, torch.Tensor]:
        parts = [functional.dropout(dense, DROPOUT / 3, self.training)]
        if self._stage.pieces:
            parts.append(self._summed(bags))
        inner = torch.tanh(self.hidden(torch.cat(parts, dim=1)))
        inner = functional.dropout(inner, DROPOUT, self.training)
        return {name: head(inner) for name, head in self.heads.items()}

    def _summed(self, bags: sparse.csr_array) -> torch.Tensor:
        places = torch.from_numpy(bags.indices.astype(np.int64))
        weights = torch.from_numpy(bags.data)
        if self._stage.attends:
            owners = torch.from_numpy(np.repeat(np.arange(bags.shape[0]), np.diff(bags.indptr)))
            asked = (self.weigh[places].clamp(-8, 8)).exp() * weights
            total = torch.zeros(bags.shape[0]).index_add(0, owners, asked)
            # As many as a sum has, so that both begin alike.
            plain = torch.zeros(bags.shape[0]).index_add(0, owners, weights)
            weights = asked * (plain / total.clamp(min=1e-6))[owners]
        weights = functional.dropout(weights, DROPOUT, self.training)
        starts = torch.from_numpy(bags.indptr[:-1].astype(np.int64))
        return torch.tanh(
            functional.embedding_bag(places, self.table, starts, mode="sum", per_sample_weights=weights)
        )


def train(
    stage: Stage, bags: sparse.csr_array, dense: Vectors, lessons: Mapping[str, Lesson], table: Vectors
) -> Network:
    """Teach a first stage; `dense` is of shape (texts, numbers), the latter none if it reads pieces alone."""
    torch.manual_seed(0)
    dice = np.random.default_rng(0)
    network = Network(stage, table, dense.shape[1], lessons)
    steps = EPOCHS * math.ceil(len(dense) / BATCH)
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.05 * steps)) * max(0.02, 1 - step / steps)
    )
    for _ in range(EPOCHS):
        order = dice.permutation(len(dense))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            found = network(bags[rows], torch.from_numpy(dense[rows]))
            losses = [_loss(name, found[name], lesson, rows) for name, lesson in lessons.items()]
            optimizer.zero_grad()
            torch.autograd.backward(torch.stack(losses).sum())
            optimizer.step()
            schedule.step()
    return network.eval()


def _loss(name: str, scores: torch.Tensor, lesson: Lesson, rows: npt.NDArray[np.int64]) -> torch.Tensor:
    said, weights = torch.from_numpy(lesson.said[rows]), torch.from_numpy(lesson.weights[rows])
    if name not in CHOICE_FIELDS:
        losses = functional.binary_cross_entropy_with_logits(scores, said, reduction="none").sum(dim=1)
    else:
        losses = functional.cross_entropy(scores, said, reduction="none")
    return (losses * weights).sum() / weights.sum().clamp(min=1)


def calibrated(
    scores: Outputs, fields: Mapping[str, Head], messages: Sequence[Example], on: Flags
) -> tuple[dict[str, Head], dict[str, Vectors]]:
    """Heads with their thresholds and probabilities of all messages, by the labels of the messages `on`."""
    heads, found = {**fields}, {SCOPE: sigmoid(scores[SCOPE])}
    for name in FIELDS:
        truth, known = said_by_people(name, fields[name].labels, messages)
        use = known & on
        if name == "complaint_types":
            use &= np.array([one.act in (None, "complaint") for one in messages])
        if fields[name].several:
            slopes, shifts = fit_platt(scores[name][use], truth[use])
            found[name] = sigmoid(scores[name] * slopes + shifts).astype(np.float32)
            heads[name] = replace(fields[name], thresholds=best_thresholds(found[name][use], truth[use]))
        else:
            heat = fit_temperature(scores[name][use], truth[use].argmax(axis=1))
            found[name] = softmax(scores[name] / heat).astype(np.float32)
    return heads, found


def judged(
    scores: Outputs,
    fields: Mapping[str, Head],
    messages: Sequence[Example],
    whole: Mapping[str, Flags],
    on: Flags,
) -> tuple[dict[str, Judged], Vectors]:
    """All messages judged by a first stage calibrated on some of them, and its probabilities side by side."""
    heads, found = calibrated(scores, fields, messages, on)
    cheap = {name: heads[name].there(found[name]) for name in FIELDS}
    cheap["complaint_types"] &= cheap["act"][:, [heads["act"].labels.index("complaint")]]
    sure = confidences(heads, found)
    fields_judged = {}
    for name in FIELDS:
        truth, known = said_by_people(name, heads[name].labels, messages)
        fields_judged[name] = Judged(
            truth=truth, cheap=cheap[name], whole=whole[name], known=known, confidence=sure[name]
        )
    told = [found[name] for name in FIELDS] + [np.stack([sure[name] for name in FIELDS], axis=1)]
    return fields_judged, np.concatenate(told, axis=1)


def part_of(one: Judged, rows: Flags) -> Judged:
    """Some of the messages."""
    return Judged(
        truth=one.truth[rows],
        cheap=one.cheap[rows],
        whole=one.whole[rows],
        known=one.known[rows],
        confidence=one.confidence[rows],
    )


def costs(one: Judged) -> npt.NDArray[np.float64]:
    """Macro-F1 that each message costs its field if it is answered, to first order; of shape (messages)."""
    known = one.known[:, None]
    right, said, there = (
        (part & known).sum(axis=0) for part in (one.whole & one.truth, one.whole, one.truth)
    )
    whole = 2 * right / np.maximum(said + there, 1)
    gained = 2.0 * (one.cheap & one.truth) - 2.0 * (one.whole & one.truth)
    gained -= whole * (one.cheap.astype(float) - one.whole)
    labels = there > 0
    changed = (gained / np.maximum(said + there, 1) * known)[:, labels]
    return -changed.sum(axis=1) / max(labels.sum(), 1)


def prices(cost: npt.NDArray[np.float64], largest: float) -> npt.NDArray[np.float64]:
    """What a point of each field is worth, in messages answered, when as many are answered as fit."""
    count, fields = cost.shape
    solved = linprog(
        -np.ones(count), A_ub=cost.T, b_ub=np.full(fields, largest), bounds=(0, 1), method="highs"
    )
    return -np.asarray(solved.ineqlin.marginals)


def foretold(told: Vectors, cost: npt.NDArray[np.float64], on: Flags) -> npt.NDArray[np.float64]:
    """The cost of all messages as learned from those `on`; of these as learned from others of them."""
    found = np.zeros_like(cost)
    places = np.flatnonzero(on)
    folds = [(places[at::4], np.setdiff1d(places, places[at::4])) for at in range(4)]
    for field in range(cost.shape[1]):
        for rows, others in [*folds, (np.flatnonzero(~on), places)]:
            model = HistGradientBoostingRegressor(
                max_iter=60, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=25, random_state=0
            )
            found[rows, field] = model.fit(told[others], cost[others, field]).predict(told[rows])
    return found


def by_bounds(fields: Mapping[str, Judged], on: Flags, loss: float) -> Flags:
    """Which messages need not go on, by how sure must be what is said of each field."""
    bounds = choose_bounds({name: part_of(one, on) for name, one in fields.items()}, loss)
    return np.logical_and.reduce([fields[name].confidence >= bounds[name] for name in FIELDS])


def by_gain(guessed: npt.NDArray[np.float64], on: Flags, loss: float) -> Flags:
    """The same, by what answering is thought to cost; of shape (messages, fields)."""
    return guessed @ prices(guessed[on], loss) <= 1


def costs_of(fields: Mapping[str, Judged], rows: Flags) -> npt.NDArray[np.float64]:
    """What answering some of the messages costs; of shape (messages, fields), zero for the others."""
    cost = np.zeros((len(rows), len(FIELDS)))
    cost[rows] = np.stack([costs(part_of(fields[name], rows)) for name in FIELDS], axis=1)
    return cost


def main() -> None:
    """Prints a table for each first stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--judge", type=Path, required=True)
    parser.add_argument("--texts", type=int, default=8_000)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    console, judge, encoder = Console(width=118), load_heads(chosen.judge), load_encoder()
    training, _ = split(read_corpus([SHIPPED]))
    held = is_judged(training)
    seen, unseen = ([one for one, out in zip(training, held, strict=True) if out == side] for side in (0, 1))
    businesses = [one.business for one in unseen]
    half: Flags = assign_folds(strata_of(unseen, "complaint_types"), 0, businesses, 2) == 0
    texts, lessons, heads = material(seen, judge, encoder, chosen.texts, 0, _say)
    short = [clean(one.text)[:LONGEST] for one in unseen]
    with encoder.adapted(judge.adapters):
        read = Classifier(encoder, judge, entities=EntityFinder()).classify([one.text for one in unseen])
        layers = _layers(encoder, [*texts, *short])
    whole = {
        name: np.array([[label in assessed(one)[name] for label in heads[name].labels] for one in read], bool)
        for name in FIELDS
    }
    pieces, theirs = encoder.pieces(texts), encoder.pieces(short)
    codes = known_pieces(pieces)
    table = start_table(encoder, codes)
    bags, unseen_bags = bags_of(pieces, codes), bags_of(theirs, codes)
    for stage in STAGES:
        dense = _dense(stage, layers, len(texts) + len(short))
        network = train(stage, bags, dense[: len(texts)], lessons, table)
        with torch.inference_mode():
            found = network(unseen_bags, torch.from_numpy(dense[len(texts) :]))
        _tell(console, stage, {name: one.numpy() for name, one in found.items()}, heads, unseen, whole, half)


def start_table(encoder: Encoder, codes: npt.NDArray[np.int64]) -> Vectors:
    """What rows of pieces begin with: the encoder's, in fewer numbers; nothing for pairs."""
    vectors = encoder.piece_vectors(codes)
    _, _, axes = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    table = np.zeros((len(codes) + PAIRS, WIDTH), np.float32)
    table[: len(codes)] = (vectors - vectors.mean(axis=0)) @ axes[:WIDTH].T
    table *= 0.5 / np.linalg.norm(table[: len(codes)], axis=1).mean()
    return table


def _layers(encoder: Encoder, texts: Sequence[str]) -> dict[int, Vectors]:
    _say(f"reading {len(texts)} texts with {max(DEPTHS)} layers")
    parts = [
        read_layers(encoder, DEPTHS, texts[start : start + WINDOW]) for start in range(0, len(texts), WINDOW)
    ]
    return {depth: np.concatenate([part[at] for part in parts]) for at, depth in enumerate(DEPTHS)}


def _dense(stage: Stage, layers: Mapping[int, Vectors], count: int) -> Vectors:
    """The averaged tokens of the layers that a stage reads, each number with variance one."""
    if not stage.layers:
        return np.zeros((count, 0), np.float32)
    depths = sorted({max(stage.layers // 2, 1), stage.layers})
    joined = np.concatenate([layers[depth] for depth in depths], axis=1)
    scaled: Vectors = ((joined - joined.mean(axis=0)) / np.maximum(joined.std(axis=0), 1e-6)).astype(
        np.float32
    )
    return scaled


def _tell(
    console: Console,
    stage: Stage,
    scores: Outputs,
    heads: Mapping[str, Head],
    unseen: Sequence[Example],
    whole: Mapping[str, Flags],
    half: Flags,
) -> None:
    sides = [(on, *judged(scores, heads, unseen, whole, on)) for on in (half, ~half)]
    alone = _joined([(on, fields, np.ones(len(half), np.bool_)) for on, fields, _ in sides])
    table = Table(title=f"{stage.name}: macro-F1 lost", title_justify="left")
    for column in ("rule", "aimed at", "handed on", *FIELDS):
        table.add_column(column, justify="right")
    table.add_row("all answered", "", "0.0%", *(f"{alone[name]:+.3f}" for name in FIELDS))
    gains = [foretold(told, costs_of(fields, on), on) for on, fields, told in sides]
    known = [costs_of(fields, ~on) for on, fields, _ in sides]
    for loss in LOSSES:
        rules = {
            "bounds": [by_bounds(fields, on, loss) for on, fields, _ in sides],
            "gain": [by_gain(cost, on, loss) for cost, (on, _, _) in zip(gains, sides, strict=True)],
            "oracle": [by_gain(cost, ~on, loss) for cost, (on, _, _) in zip(known, sides, strict=True)],
        }
        for rule, flags in rules.items():
            sure = np.where(half, flags[1], flags[0])
            lost = _joined([(*side[:2], flag) for side, flag in zip(sides, flags, strict=True)])
            table.add_row(
                rule, f"{loss:.3f}", f"{1 - sure.mean():.1%}", *(f"{lost[name]:+.3f}" for name in FIELDS)
            )
    console.print(table)
    sys.stdout.flush()


def _joined(sides: Sequence[tuple[Flags, Mapping[str, Judged], Flags]]) -> dict[str, float]:
    """Macro-F1 lost by field, each half of the messages by what was chosen on the other."""
    (first, one, by_one), (_, other, by_other) = sides
    nothing = np.zeros(len(first), np.bool_)
    lost = {}
    for name in FIELDS:
        cheap = np.where(first[:, None], other[name].cheap, one[name].cheap)
        both = replace(one[name], cheap=cheap)
        lost[name] = both.macro_f1(nothing) - both.macro_f1(np.where(first, by_other, by_one))
    return lost


def _say(step: str, part: float | None = None) -> None:
    sys.stderr.write(step + ("" if part is None else f" ({part:.0%})") + "\n")


if __name__ == "__main__":
    main()
