"""Public labelled sets as a business's own labels, trained as `rimedio train --field complaint_types` does.

`RIMEDIO_EVAL_DATA` names the folder with the sets. What is trained on is never judged:

- en_banking77.csv: the official split, accuracy; whole, and with ten messages a label (seed 0).
- it_feelit.csv, en_xci_complaints.csv: five folds (seed 0), macro-F1.
- en_airline_tweets.csv: ten reasons, where the annotators were at least 65 % sure; five folds, macro-F1.
- it_multiemotions.csv: anger or none; five folds, macro-F1.
- it_absita18_hotel.csv: aspects with their polarity, several a review, five folds, micro-F1.

    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.own_labels
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.own_labels --only it_feelit.csv
"""

import argparse
import csv
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import MultiLabelBinarizer

from nlp.classifier import clean
from nlp.encoders.encoder import Encoder, load_encoder
from nlp.features import Features, beside
from nlp.heads import TRAINED, Head, load_heads
from nlp.lexical import word_pieces
from nlp.training.corpus import Example
from nlp.training.heads import adapted_material, fit_head, strata_of
from nlp.training.one_field import fit_field

FOLDS = 5
FEW = 10
AGREED = 0.65
"""How sure of the reason the annotators of a tweet must have been together."""

AT_ONCE = 1024
FIELD = "complaint_types"

Rows = npt.NDArray[np.intp]
Row = Mapping[str, str]
Said = tuple[str, list[set[str]]]
Train = Callable[[Sequence[Example], Sequence[str], Rows, Rows], Said]
"""Trains on examples, the texts of the first rows; says what the second rows are, and by which view."""


def main() -> None:
    """Prints one line a set; what is missing in the folder is said and left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--only", help="the name of one set")
    chosen = parser.parse_args()
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if not folder:
        sys.exit("set RIMEDIO_EVAL_DATA to the folder with the sets")
    console = Console()
    for name, said in measured(Path(folder), chosen.only):
        console.print(f"{name}: {said}")


def measured(folder: Path, only: str | None = None, *, adapt: bool = False) -> Iterator[tuple[str, str]]:
    """The name of each set and what came of it; of one that is missing, that it is."""
    encoder, heads = load_encoder(), load_heads(TRAINED)
    for name, (usable, measure) in SETS.items():
        path = folder / name
        if only and only != name:
            continue
        if not path.is_file():
            yield name, f"not in {folder}"
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if usable(row)]
        texts = [row["text"] for row in rows]
        if adapt:
            train = partial(trained_with_adapters, encoder)
        else:
            bare = read(encoder, texts, name)
            with encoder.adapted(heads.adapters):
                shared = read(encoder, texts, name)
            train = partial(trained, beside(shared.meaning, bare, encoder.dimension), encoder.dimension)
        for line in measure(rows, train):
            yield name, line


def read(encoder: Encoder, texts: Sequence[str], name: str) -> Features:
    cleaned = [clean(text) for text in texts]
    starts = track(range(0, len(texts), AT_ONCE), name, console=Console(stderr=True), transient=True)
    meaning = [encoder.features(cleaned[start : start + AT_ONCE]) for start in starts]
    return Features(meaning=np.concatenate(meaning), wording=word_pieces(cleaned))


def trained(
    features: Features,
    dimension: int,
    examples: Sequence[Example],
    texts: Sequence[str],
    inside: Rows,
    outside: Rows,
) -> Said:
    """By the view that cross-validation on the rows `inside` chooses."""
    fit = fit_field(examples, FIELD, part(features, inside), dimension)
    return fit.view, decided(fit.head, part(features, outside))


def trained_with_adapters(
    encoder: Encoder, examples: Sequence[Example], texts: Sequence[str], inside: Rows, outside: Rows
) -> Said:
    """By an encoder that was adapted to the rows `inside`."""
    material, adapters = adapted_material(
        examples, strata_of(examples, FIELD), encoder, 0, lambda step, done: None
    )
    head = fit_head(FIELD, examples, material)[0].head
    with encoder.adapted(adapters):
        features = read(encoder, [texts[row] for row in outside], "judging")
    return "adapted", decided(head, features)


def decided(head: Head, features: Features) -> list[set[str]]:
    return [{head.labels[place] for place in head.decide(row)} for row in head.probabilities(features)]


def train_on_rows(
    rows: Sequence[Row], labels: Sequence[set[str]], train: Train, inside: Rows, outside: Rows
) -> Said:
    examples = [
        Example(text=rows[row]["text"], complaint_types=tuple(sorted(labels[row])), part="train")
        for row in inside
    ]
    return train(examples, [row["text"] for row in rows], inside, outside)


def part(features: Features, rows: Rows) -> Features:
    return Features(meaning=features.meaning[rows], wording=features.wording[rows])


def banking(rows: Sequence[Row], train: Train) -> list[str]:
    labels = [{row["label"]} for row in rows]
    inside = np.array([place for place, row in enumerate(rows) if row["split"] == "train"])
    outside = np.array([place for place, row in enumerate(rows) if row["split"] == "test"])
    random = np.random.default_rng(0)
    names = np.array([rows[place]["label"] for place in inside])
    few = np.concatenate([random.permutation(inside[names == name])[:FEW] for name in np.unique(names)])
    lines = []
    for told, chosen in ((f"{FEW} messages a label", few), ("whole", inside)):
        way, found = train_on_rows(rows, labels, train, chosen, outside)
        right = accuracy_score([min(labels[row]) for row in outside], [min(one) for one in found])
        lines.append(f"{told}: accuracy {right:.3f} on {len(outside)} texts, {way}")
    return lines


def one_label(rows: Sequence[Row], train: Train, column: str = "label") -> list[str]:
    names = [row[column] for row in rows]
    found: dict[int, str] = {}
    ways = Counter[str]()
    for inside, outside in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(names, names):
        way, said = train_on_rows(rows, [{name} for name in names], train, inside, outside)
        ways[way] += 1
        found.update(zip(outside.tolist(), (min(one) for one in said), strict=True))
    score = f1_score(names, [found[place] for place in range(len(rows))], average="macro")
    return [f"macro-F1 {score:.3f} on {len(rows)} texts, {told(ways)}"]


def aspects(rows: Sequence[Row], train: Train) -> list[str]:
    labels = [{one for one in row["aspects"].split("|") if one} for row in rows]
    found: list[set[str]] = [set()] * len(rows)
    ways = Counter[str]()
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        labelled = np.array([row for row in inside if labels[row]])
        way, said = train_on_rows(rows, labels, train, labelled, outside)
        ways[way] += 1
        for row, one in zip(outside, said, strict=True):
            found[row] = one
    binary = MultiLabelBinarizer().fit(labels)
    truth, told_of = binary.transform(labels), binary.transform(found)
    micro, macro = (f1_score(truth, told_of, average=how, zero_division=0) for how in ("micro", "macro"))
    return [f"micro-F1 {micro:.3f}, macro-F1 {macro:.3f} on {len(rows)} texts, {told(ways)}"]


def told(ways: Counter[str]) -> str:
    return ", ".join(f"{way} ({count} of {ways.total()})" for way, count in ways.most_common())


def all_rows(_row: Row) -> bool:
    return True


def sure_reason(row: Row) -> bool:
    return bool(row["negativereason"]) and float(row["reason_conf"] or 0) >= AGREED


SETS: Mapping[str, tuple[Callable[[Row], bool], Callable[[Sequence[Row], Train], list[str]]]] = {
    "it_feelit.csv": (all_rows, one_label),
    "en_xci_complaints.csv": (all_rows, one_label),
    "en_banking77.csv": (all_rows, banking),
    "en_airline_tweets.csv": (sure_reason, partial(one_label, column="negativereason")),
    "it_multiemotions.csv": (all_rows, partial(one_label, column="anger")),
    "it_absita18_hotel.csv": (all_rows, aspects),
}


if __name__ == "__main__":
    main()
