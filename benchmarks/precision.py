"""How often the labels are those of float32, in the number format that the processor is given otherwise.

    .venv/bin/python -m benchmarks.precision
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.precision

Texts are the corpus's test part, and of the public sets where they are. Prints by field the share with the
same label, of all texts and of those on which float32 decides by more than 0.05.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.speed import DAY, read_texts
from nlp.classifier import Classifier, clean
from nlp.deciding import Decisions
from nlp.encoders.encoder import Precision, Vectors, native_dtype
from nlp.heads import FIELDS, Head
from nlp.training.corpus import SHIPPED, read_corpus, split

SETS = {"it_feelit.csv": 2028, "en_airline_tweets.csv": 1500, "it_absita18_hotel.csv": 1000}
CLEARLY = 0.05
_AT_ONCE = 1024


def main() -> None:
    """Prints a table."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    torch.set_num_threads(1)
    texts = [clean(one.text) for one in split(read_corpus([SHIPPED]))[1]]
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    for name, rows in SETS.items() if folder else ():
        texts += [text for one in read_texts(Path(folder or "") / name)[:rows] if (text := clean(one))]
    exact, heads = decided(texts, Precision.FLOAT32)
    ours, _ = decided(texts, Precision.AUTO)
    same = {name: (exact.there[name] == ours.there[name]).all(axis=1) for name in FIELDS}
    table = Table(title=f"{len(texts):,} texts, {str(native_dtype()).removeprefix('torch.')} against float32")
    for column in ("field", "same label", "same where float32 is clear", "clear", "largest change"):
        table.add_column(column, justify="right")
    for name in FIELDS:
        clear = margins(heads, exact, name) > CLEARLY
        moved = np.abs(exact.probabilities[name] - ours.probabilities[name]).max()
        shares = (same[name].mean(), same[name][clear].mean(), clear.mean())
        table.add_row(name, *(f"{share:.2%}" for share in shares), f"{moved:.3f}")
    console = Console(width=100)
    console.print(table)
    differs = ~np.logical_and.reduce(list(same.values()))
    console.print(f"some field differs: {differs.mean():.2%}")


def decided(texts: Sequence[str], precision: Precision) -> tuple[Decisions, Mapping[str, Head]]:
    """What the classifier decides in a number format, and its heads."""
    classifier = Classifier.load(precision=precision)
    parts = [
        classifier.decide(texts[start : start + _AT_ONCE], today=DAY)[0]
        for start in range(0, len(texts), _AT_ONCE)
    ]
    joined = {
        what: {name: np.concatenate([getattr(one, what)[name] for one in parts]) for name in FIELDS}
        for what in ("probabilities", "there", "unsure")
    }
    return Decisions(**joined), classifier.heads.fields


def margins(heads: Mapping[str, Head], decisions: Decisions, name: str) -> Vectors:
    """How far the nearest probability is from changing what is said of a field, of shape (texts)."""
    rows, head = decisions.probabilities[name], heads[name]
    if not head.several:
        best = np.sort(rows, axis=1)
        return best[:, -1] - best[:, -2]
    found: Vectors = np.abs(rows - np.array(head.thresholds, np.float32)).min(axis=1)
    # Types are those of a complaint.
    return np.minimum(found, margins(heads, decisions, "act")) if name == "complaint_types" else found


if __name__ == "__main__":
    main()
