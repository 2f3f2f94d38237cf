"""Public labelled sets as a business's own labels, trained as `rimedio train --field complaint_types` does.

`RIMEDIO_EVAL_DATA` names the folder with the sets. What is trained on is never judged:

- en_banking77.csv: the official split, accuracy; whole, and with ten messages a label (seed 0).
- it_feelit.csv, en_xci_complaints.csv: five folds (seed 0), macro-F1.
- it_absita18_hotel.csv: aspects with their polarity, several a review, five folds, micro-F1.

    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.own_labels
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.own_labels --base
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.progress import track
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import MultiLabelBinarizer

from nlp.classifier import clean
from nlp.corpus import Example
from nlp.encoder import Encoder, load_encoder
from nlp.features import Features
from nlp.heads import TRAINED, load_heads
from nlp.lexical import word_pieces
from nlp.training import fit_field

FOLDS = 5
FEW = 10
AT_ONCE = 1024
FIELD = "complaint_types"

Rows = npt.NDArray[np.intp]
Row = Mapping[str, str]
Judged = list[tuple[Rows, list[set[str]]]]


def main() -> None:
    """Prints one line a set; what is missing in the folder is said and left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--base", action="store_true", help="the encoder without the adapters that ship")
    parser.add_argument("--only", help="the name of one set")
    chosen = parser.parse_args()
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    if not folder:
        sys.exit("set RIMEDIO_EVAL_DATA to the folder with the sets")
    console = Console()
    encoder, heads = load_encoder(), load_heads(TRAINED)
    with nullcontext() if chosen.base else encoder.adapted(heads.adapters):
        for name, said in measured(encoder, Path(folder), chosen.only):
            console.print(f"{name}: {said}")


def measured(encoder: Encoder, folder: Path, only: str | None = None) -> Iterator[tuple[str, str]]:
    """The name of each set and what came of it; of one that is missing, that it is."""
    for name, measure in SETS.items():
        path = folder / name
        if only and only != name:
            continue
        if not path.is_file():
            yield name, f"not in {folder}"
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        features = read(encoder, [row["text"] for row in rows], name)
        for line in measure(rows, features):
            yield name, line


def read(encoder: Encoder, texts: Sequence[str], name: str) -> Features:
    cleaned = [clean(text) for text in texts]
    starts = track(range(0, len(texts), AT_ONCE), name, console=Console(stderr=True), transient=True)
    meaning = [encoder.features(cleaned[start : start + AT_ONCE]) for start in starts]
    return Features(meaning=np.concatenate(meaning), wording=word_pieces(cleaned))


def trained(
    rows: Sequence[Row], labels: Sequence[set[str]], features: Features, inside: Rows, outside: Rows
) -> list[set[str]]:
    """What a head that was trained on the rows `inside` says of those `outside`."""
    examples = [
        Example(text=rows[row]["text"], complaint_types=tuple(sorted(labels[row])), part="train")
        for row in inside
    ]
    head = fit_field(examples, FIELD, part(features, inside))
    probabilities = head.probabilities(part(features, outside))
    return [{head.labels[place] for place in head.decide(row)} for row in probabilities]


def part(features: Features, rows: Rows) -> Features:
    return Features(meaning=features.meaning[rows], wording=features.wording[rows])


def banking(rows: Sequence[Row], features: Features) -> list[str]:
    labels = [{row["label"]} for row in rows]
    inside = np.array([place for place, row in enumerate(rows) if row["split"] == "train"])
    outside = np.array([place for place, row in enumerate(rows) if row["split"] == "test"])
    random = np.random.default_rng(0)
    names = np.array([rows[place]["label"] for place in inside])
    few = np.concatenate([random.permutation(inside[names == name])[:FEW] for name in np.unique(names)])
    lines = []
    for told, chosen in ((f"{FEW} messages a label", few), ("whole", inside)):
        found = trained(rows, labels, features, chosen, outside)
        right = accuracy_score([min(labels[row]) for row in outside], [min(one) for one in found])
        lines.append(f"{told}: accuracy {right:.3f} on {len(outside)} texts")
    return lines


def one_label(rows: Sequence[Row], features: Features) -> list[str]:
    names = [row["label"] for row in rows]
    found: dict[int, str] = {}
    for inside, outside in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(names, names):
        said = trained(rows, [{name} for name in names], features, inside, outside)
        found.update(zip(outside.tolist(), (min(one) for one in said), strict=True))
    score = f1_score(names, [found[place] for place in range(len(rows))], average="macro")
    return [f"macro-F1 {score:.3f} on {len(rows)} texts"]


def aspects(rows: Sequence[Row], features: Features) -> list[str]:
    labels = [{one for one in row["aspects"].split("|") if one} for row in rows]
    found: list[set[str]] = [set()] * len(rows)
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=0).split(rows):
        labelled = np.array([row for row in inside if labels[row]])
        for row, said in zip(outside, trained(rows, labels, features, labelled, outside), strict=True):
            found[row] = said
    binary = MultiLabelBinarizer().fit(labels)
    truth, said = binary.transform(labels), binary.transform(found)
    micro, macro = (f1_score(truth, said, average=how, zero_division=0) for how in ("micro", "macro"))
    return [f"micro-F1 {micro:.3f}, macro-F1 {macro:.3f} on {len(rows)} texts"]


SETS: Mapping[str, Callable[[Sequence[Row], Features], list[str]]] = {
    "it_feelit.csv": one_label,
    "en_xci_complaints.csv": one_label,
    "en_banking77.csv": banking,
    "it_absita18_hotel.csv": aspects,
}


if __name__ == "__main__":
    main()
