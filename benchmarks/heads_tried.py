"""Other heads on the frozen encoder, and contrastive training of it: what was tried beside what ships.

Without `--few`: the training part of the corpus in three parts, whole businesses in one of them, each judged
by heads that were fitted on the other two. Linear heads are fitted as those that ship are. A network with one
hidden layer finds out on a fifth of the businesses that it learns from after how many epochs to stop, and
learns that long from all of them. Prints macro-F1 of every way as soon as it is known. `--share 4` keeps each
fourth business.

With `--few`: ten messages of each of twenty of Banking77's labels (`RIMEDIO_EVAL_DATA` names the folder),
learned as `rimedio train` does and by pairs of messages as SetFit does (Tunstall et al. 2022,
https://arxiv.org/abs/2209.11055).

    OMP_NUM_THREADS=1 .venv/bin/python -m benchmarks.heads_tried
    OMP_NUM_THREADS=1 RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.heads_tried --few
"""

import argparse
import csv
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from torch.nn import functional

from benchmarks.own_labels import FEW, read, train_on_rows, trained
from nlp.classifier import clean
from nlp.encoders.e5 import PROMPT
from nlp.encoders.e5_modules import E5Transformer
from nlp.encoders.encoder import DEPTHS, Vectors, load_encoder
from nlp.features import Features, beside
from nlp.heads import TRAINED, load_heads
from nlp.lexical import word_pieces
from nlp.training.adapting import FIRST_LAYER, AdaptedLinear, build_network
from nlp.training.corpus import Example, read_corpus
from nlp.training.fitting import Material, Targets, assign_folds, best_thresholds
from nlp.training.heads import fit_head, strata_of
from nlp.training.space import Space, View
from nlp.training.taught import are_exclusive, taught_by

CORPUS = Path(__file__).parents[1] / "nlp" / "data" / "corpus.jsonl"
FIELDS = ("act", "tone", "urgency", "complaint_types")
PARTS = 3
BATCH = 32

EPOCHS, PATIENCE = 40, 3
RATE, DECAY, DROPOUT = 2e-3, 0.05, 0.2
LENGTH = 8.0  # of a standardised row that a network reads

LABELS, STEPS, PAIRS, PAIR_RATE = 20, 300, 16, 1e-3

Flags = npt.NDArray[np.bool_]


def main() -> None:
    """Prints a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--few", action="store_true", help="contrastive training with few messages a label")
    parser.add_argument("--share", type=int, default=1, help="keep one business of so many")
    chosen = parser.parse_args()
    if not chosen.few:
        try_heads(chosen.share)
        return
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if not folder:
        sys.exit("set RIMEDIO_EVAL_DATA to the folder with en_banking77.csv")
    try_pairs(Path(folder) / "en_banking77.csv")


def try_heads(share: int) -> None:
    training = [one for one in read_corpus([CORPUS]) if not one.is_held_out]
    kept = set(sorted({str(one.business) for one in training})[::share])
    examples = [one for one in training if str(one.business) in kept]
    print(f"{len(examples)} messages to {len(kept)} businesses", flush=True)
    texts = [clean(one.text) for one in examples]
    pooled = _pooled(build_network(load_encoder()), texts)
    last, most = pooled["mean 12"], pooled["max 12"]
    layers = [pooled[name] for name in pooled if name.startswith("mean")]
    side_by_side = np.hstack(layers)
    meanings: dict[str, Vectors] = {
        "last layer, mean": last,
        "last layer, max": most,
        "last layer, mean and max": np.hstack([last, most]),
        "four layers, mean of their means": np.mean(layers, axis=0),
        "four layers, their means side by side": side_by_side,
    }
    businesses = [one.business for one in examples]
    folds = assign_folds(strata_of(examples, "complaint_types"), 0, businesses, PARTS)
    wording = word_pieces(texts)
    whole = Features(meaning=side_by_side, wording=wording)
    _tell("linear", "four layers side by side, and wording", examples, _linear(whole, View(), folds))
    for name, meaning in meanings.items():
        alone = Features(meaning=meaning, wording=wording)
        _tell("linear", name, examples, _linear(alone, View(wording=0.0), folds))
    tried = [(128, name) for name in meanings] + [(64, "last layer, mean"), (256, "last layer, mean")]
    for hidden, name in tried:
        _tell(f"hidden layer of {hidden}", name, examples, _networks(meanings[name], folds, hidden))


Judge = Callable[[str, Sequence[Example]], tuple[Vectors, Flags]]
"""The probabilities of a field's labels for messages unseen, and what is so."""


def _tell(head: str, read_of: str, examples: Sequence[Example], judge: Judge) -> None:
    began, scores = time.process_time(), []
    for field in FIELDS:
        probabilities, truth = judge(field, examples)
        if field == "complaint_types":
            found = probabilities >= np.array(best_thresholds(probabilities, truth))
        else:
            found = np.eye(truth.shape[1], dtype=bool)[probabilities.argmax(axis=1)]
        scores.append(f"{f1_score(truth, found, average='macro', zero_division=0):.3f}")
    print(f"| {head} | {read_of} | {' | '.join(scores)} | {time.process_time() - began:.0f} s |", flush=True)


def _linear(features: Features, view: View, folds: Targets) -> Judge:
    space = Space(features, view)
    material = Material(meaning=features.meaning, space=space, folds=folds, unseen=[space] * PARTS)

    def judge(field: str, examples: Sequence[Example]) -> tuple[Vectors, Flags]:
        fit, rows = fit_head(field, examples, material)
        truth = [
            [name in (taught_by(examples[row], field) or ()) for name in fit.head.labels] for row in rows
        ]
        return fit.probabilities, np.array(truth)

    return judge


def _networks(meaning: Vectors, folds: Targets, hidden: int) -> Judge:
    def judge(field: str, examples: Sequence[Example]) -> tuple[Vectors, Flags]:
        sets = [taught_by(one, field) for one in examples]
        rows = np.array([row for row, labels in enumerate(sets) if labels is not None])
        labels = sorted(set().union(*(sets[row] or () for row in rows)))
        truth = np.array([[name in (sets[row] or ()) for name in labels] for row in rows])
        exclusive = are_exclusive(field, sets)
        businesses = [examples[row].business for row in rows]
        strata = truth.argmax(axis=1)
        found = np.zeros(truth.shape, np.float32)
        for fold in range(PARTS):
            inside, outside = np.flatnonzero(folds[rows] != fold), np.flatnonzero(folds[rows] == fold)
            mean = meaning[rows[inside]].mean(axis=0)
            scale = (meaning[rows[inside]].std(axis=0) + 1e-6) * np.sqrt(meaning.shape[1]) / LENGTH
            points = torch.from_numpy(((meaning[rows] - mean) / scale).astype(np.float32))
            inner = assign_folds(strata[inside].tolist(), 0, [businesses[row] for row in inside])
            learning, watched = inside[inner != 0], inside[inner == 0]
            task = _Task(points, torch.from_numpy(truth).float(), exclusive=exclusive)
            epochs, _ = task.fit(learning, hidden, EPOCHS, watched)
            _, network = task.fit(inside, hidden, epochs)
            found[outside] = task.probabilities(network, outside)
        return found, truth

    return judge


class _Task:
    def __init__(self, points: torch.Tensor, truth: torch.Tensor, *, exclusive: bool) -> None:
        self._points = points
        self._truth = truth
        self._exclusive = exclusive

    def fit(
        self, rows: Targets, hidden: int, epochs: int, watched: Targets | None = None
    ) -> tuple[int, torch.nn.Module]:
        """After how many epochs the rows `watched` were told best, and the network after all of them."""
        torch.manual_seed(0)
        network = torch.nn.Sequential(
            torch.nn.Linear(self._points.shape[1], hidden),
            torch.nn.ReLU(),
            torch.nn.Dropout(DROPOUT),
            torch.nn.Linear(hidden, self._truth.shape[1]),
        )
        optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
        random, best, least = np.random.default_rng(0), 1, np.inf
        for epoch in range(1, epochs + 1):
            network.train()
            order = random.permutation(rows)
            for start in range(0, len(order), BATCH * 2):
                optimizer.zero_grad()
                torch.autograd.backward(self._loss(network, order[start : start + BATCH * 2]))
                optimizer.step()
            if watched is None:
                continue
            network.eval()
            with torch.no_grad():
                loss = float(self._loss(network, watched))
            if loss < least:
                best, least = epoch, loss
            elif epoch - best >= PATIENCE:
                break
        return best, network

    def probabilities(self, network: torch.nn.Module, rows: Targets) -> Vectors:
        network.eval()
        with torch.no_grad():
            scores = network(self._points[rows])
            said: Vectors = (scores.softmax(dim=1) if self._exclusive else scores.sigmoid()).numpy()
        return said

    def _loss(self, network: torch.nn.Module, rows: Targets) -> torch.Tensor:
        scores, truth = network(self._points[rows]), self._truth[rows]
        if self._exclusive:
            return functional.cross_entropy(scores, truth.argmax(dim=1), weight=self._rarity())
        return functional.binary_cross_entropy_with_logits(scores, truth, pos_weight=self._rarity())

    def _rarity(self) -> torch.Tensor:
        """Rare labels weigh more, by the root of how rare they are."""
        counts = self._truth.sum(dim=0)
        return (len(self._truth) / counts - 1).sqrt()


def _pooled(transformer: E5Transformer, texts: Sequence[str]) -> dict[str, Vectors]:
    """By layer and way of pooling, rows of length one; a text is cut at the network's limit."""
    count = len(transformer.model.encoder.layer)
    layers = (*(round(depth * count) for depth in DEPTHS), count)
    found: dict[str, list[tuple[int, Vectors]]] = {}
    for rows, padded in _batches(transformer, texts):
        with torch.inference_mode():
            states = transformer.forward(padded)["all_layer_embeddings"]
        mask = padded["attention_mask"].unsqueeze(-1).float()
        parts = {f"mean {layer}": (states[layer].float() * mask).sum(dim=1) for layer in layers}
        parts[f"max {count}"] = states[count].float().masked_fill(mask == 0, -1e4).amax(dim=1)
        for name, vectors in parts.items():
            unit = functional.normalize(vectors, dim=1).numpy()
            found.setdefault(name, []).extend(zip(rows, unit, strict=True))
    return {
        name: np.stack([vector for _, vector in sorted(of, key=lambda one: one[0])])
        for name, of in found.items()
    }


def _batches(
    transformer: E5Transformer, texts: Sequence[str]
) -> Iterator[tuple[list[int], dict[str, torch.Tensor]]]:
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for start in range(0, len(order), BATCH):
        rows = order[start : start + BATCH]
        yield rows, transformer.preprocess([texts[row] for row in rows], PROMPT)


def try_pairs(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        everything = list(csv.DictReader(file))
    random = np.random.default_rng(0)
    names = random.permutation(sorted({row["label"] for row in everything}))[:LABELS].tolist()
    rows = [row for row in everything if row["label"] in names]
    train = np.array([place for place, row in enumerate(rows) if row["split"] == "train"])
    test = np.array([place for place, row in enumerate(rows) if row["split"] == "test"])
    of_train = np.array([rows[place]["label"] for place in train])
    few = np.concatenate([random.permutation(train[of_train == name])[:FEW] for name in names])
    texts, truth = [row["text"] for row in rows], np.array([row["label"] for row in rows])
    encoder, heads = load_encoder(), load_heads(TRAINED)
    used = np.concatenate([few, test])
    places = {row: place for place, row in enumerate(used.tolist())}
    chosen, labels = [rows[row] for row in used], [{str(truth[row])} for row in used]
    bare = read(encoder, [texts[row] for row in used], path.name)
    with encoder.adapted(heads.adapters):
        shared = read(encoder, [texts[row] for row in used], path.name)
    features = beside(shared.meaning, bare, encoder.dimension)
    inside, outside = (np.array([places[row] for row in part.tolist()]) for part in (few, test))

    def by_default(
        examples: Sequence[Example], some: Sequence[str], learned: Targets, judged: Targets
    ) -> tuple[str, list[set[str]]]:
        return trained(features, encoder.dimension, examples, some, learned, judged)

    began = time.process_time()
    way, said = train_on_rows(chosen, labels, by_default, inside, outside)
    right = accuracy_score(truth[test], [min(one) for one in said])
    took = time.process_time() - began
    print(f"`rimedio train` ({way}): accuracy {right:.3f} on {len(test)} texts, {took:.0f} s", flush=True)
    before = LogisticRegression(max_iter=1000).fit(bare.meaning[inside][:, -encoder.dimension :], truth[few])
    right = before.score(bare.meaning[outside][:, -encoder.dimension :], truth[test])
    print(f"the bare embedding, plain logistic regression: accuracy {right:.3f}", flush=True)
    began = time.process_time()
    network = build_network(encoder)
    _learn_pairs(network, [clean(texts[row]) for row in few], truth[few].tolist())
    learned = LogisticRegression(max_iter=1000).fit(
        _embedded(network, [texts[row] for row in few]), truth[few]
    )
    right = learned.score(_embedded(network, [texts[row] for row in test]), truth[test])
    took = time.process_time() - began
    print(f"pairs, {STEPS} steps of {PAIRS}, then the same: accuracy {right:.3f}, {took:.0f} s", flush=True)


def _learn_pairs(transformer: E5Transformer, texts: Sequence[str], labels: Sequence[str]) -> None:
    """Low-rank adapters by pairs: a cosine of one where labels are the same, of none where they differ."""
    generator = torch.Generator().manual_seed(0)
    adapted = []
    for name, layer in list(transformer.model.named_modules()):
        parts = name.split(".")
        if isinstance(layer, torch.nn.Linear) and parts[0] == "encoder" and int(parts[2]) >= FIRST_LAYER:
            adapted.append(AdaptedLinear(layer, 0.0, generator))
            transformer.model.set_submodule(name, adapted[-1])
    thin = [matrix for layer in adapted for matrix in (layer.down, layer.up)]
    optimizer = torch.optim.AdamW(thin, lr=PAIR_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / (0.1 * STEPS), 1.0, max(0.02, 1 - step / STEPS))
    )
    random, names = np.random.default_rng(0), np.array(labels)
    for _ in range(STEPS):
        first = random.integers(0, len(texts), PAIRS)
        second = np.array(
            [
                random.choice(np.flatnonzero((names == names[row]) if place % 2 else (names != names[row])))
                for place, row in enumerate(first)
            ]
        )
        padded = transformer.preprocess([texts[row] for row in np.concatenate([first, second])], PROMPT)
        one, other = _means(transformer, padded).split(PAIRS)
        same = torch.from_numpy(names[first] == names[second]).float()
        optimizer.zero_grad()
        torch.autograd.backward(functional.mse_loss((one * other).sum(dim=1), same))
        torch.nn.utils.clip_grad_norm_(thin, 5.0)
        optimizer.step()
        schedule.step()


def _means(transformer: E5Transformer, padded: dict[str, torch.Tensor]) -> torch.Tensor:
    mask = padded["attention_mask"].unsqueeze(-1).float()
    states = transformer.model(**padded).last_hidden_state.float()
    return functional.normalize((states * mask).sum(dim=1), dim=1)


def _embedded(transformer: E5Transformer, texts: Sequence[str]) -> Vectors:
    found = np.zeros((len(texts), transformer.model.config.hidden_size), np.float32)
    for rows, padded in _batches(transformer, [clean(text) for text in texts]):
        with torch.inference_mode():
            found[rows] = _means(transformer, padded).numpy()
    return found


if __name__ == "__main__":
    main()
