"""What the fast model answers, and what that costs: on the corpus's test part, and on public sets.

    .venv/bin/python -m benchmarks.fast
    RIMEDIO_EVAL_DATA=sets .venv/bin/python -m benchmarks.fast --heads nlp/trained

Prints by field the macro-F1 of the whole classifier, of the fast model alone and of both together, what is
lost when more or less is handed on, and how many short messages each reads in a second of the processor's
time, beside `SentenceTransformer.encode` and some layers of the encoder. On public sets, whose labels are not
ours: the share handed on, and on what part of the texts both together say what the whole classifier says.
"""

import argparse
import copy
import csv
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.contenders import Plain
from nlp.bulk import BulkClassifier
from nlp.classifier import Classifier, clean
from nlp.deciding import Decisions, decide
from nlp.encoders.encoder import Encoder, Vectors
from nlp.entities.matter import matter_of
from nlp.evaluation.scores import labelled
from nlp.fast.bounds import Judged
from nlp.fast.classifier import FastClassifier
from nlp.fast.model import FastModel, confidences, load_fast
from nlp.heads import FIELDS, TRAINED, Flags
from nlp.training.corpus import SHIPPED, read_corpus, split

DAY = date(2026, 11, 27)
SETS = {"it_feelit.csv": 2028, "it_qa4faq_utility.csv": 1130, "en_airline_tweets.csv": 2000}
HANDED_ON = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 1.0)
SHORT = 160
LAYERS = (1, 2, 3)
_AT_ONCE = 1024


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--heads", type=Path, default=TRAINED)
    parser.add_argument("--rounds", type=int, default=4)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    console = Console(width=110)
    classifier, fast = Classifier.load(heads=chosen.heads), load_fast(chosen.heads)
    _, test = split(read_corpus([SHIPPED]))
    texts = [clean(one.text) for one in test]
    whole, cheap, confidence = both(classifier, fast, texts)
    sure = fast.sure(texts, cheap.probabilities)
    judged = {}
    for name in FIELDS:
        found = [labelled(one)[name] for one in test]
        labels = classifier.heads.fields[name].labels
        judged[name] = Judged(
            truth=np.array([[label in (one or ()) for label in labels] for one in found]),
            cheap=cheap.there[name],
            whole=whole.there[name],
            known=np.array([one is not None for one in found]),
            confidence=confidence[name],
        )
    # How far each message is from its nearest bound: what is handed on first, if less may be.
    margin = np.min([confidence[name] - fast.sure_from[name] for name in FIELDS], axis=0)
    _overview(console, judged, sure)
    _curve(console, judged, margin)
    _speed(console, classifier, fast, [text for text in texts if len(text) <= SHORT], chosen.rounds)
    folder = os.environ.get("RIMEDIO_EVAL_DATA")
    for name, rows in SETS.items() if folder else ():
        path = Path(folder or "") / name
        if path.is_file():
            _real(console, classifier, fast, path, rows)


def both(
    classifier: Classifier, fast: FastModel, texts: Sequence[str]
) -> tuple[Decisions, Decisions, Mapping[str, Vectors]]:
    """What the whole classifier decides, what the fast model does, and how sure that is."""
    read = [
        classifier.decide(texts[start : start + _AT_ONCE], today=DAY)
        for start in range(0, len(texts), _AT_ONCE)
    ]
    parts, languages = [one for one, _ in read], [language for _, told in read for language in told]
    whole = Decisions(
        probabilities={name: np.concatenate([one.probabilities[name] for one in parts]) for name in FIELDS},
        there={name: np.concatenate([one.there[name] for one in parts]) for name in FIELDS},
        unsure={name: np.concatenate([one.unsure[name] for one in parts]) for name in FIELDS},
    )
    probabilities = fast.probabilities(classifier.encoder, [matter_of(text) for text in texts])
    cheap = decide(fast.fields, probabilities, languages=languages)
    return whole, cheap, confidences(fast.fields, probabilities)


def _overview(console: Console, judged: Mapping[str, Judged], sure: Flags) -> None:
    nothing, everything = np.zeros(len(sure), np.bool_), np.ones(len(sure), np.bool_)
    table = Table(title=f"test part, {len(sure)} messages, {1 - sure.mean():.1%} handed on")
    for column in ("macro-F1", "whole", "fast alone", "together", "lost"):
        table.add_column(column, justify="right")
    for name, one in judged.items():
        alone, cheap, together = map(one.macro_f1, (nothing, everything, sure))
        table.add_row(name, f"{alone:.3f}", f"{cheap:.3f}", f"{together:.3f}", f"{alone - together:+.3f}")
    console.print(table)


def _curve(console: Console, judged: Mapping[str, Judged], margin: Vectors) -> None:
    table = Table(title="macro-F1 lost when so much is handed on")
    for column in ("handed on", *FIELDS):
        table.add_column(column, justify="right")
    order = np.argsort(margin, kind="stable")
    nothing = np.zeros(len(margin), np.bool_)
    for share in HANDED_ON:
        sure = np.ones(len(margin), np.bool_)
        sure[order[: round(share * len(order))]] = False
        lost = [judged[name].macro_f1(nothing) - judged[name].macro_f1(sure) for name in FIELDS]
        table.add_row(f"{share:.0%}", *(f"{one:+.3f}" for one in lost))
    console.print(table)


def _speed(
    console: Console, classifier: Classifier, fast: FastModel, texts: Sequence[str], rounds: int
) -> None:
    alone = FastClassifier(classifier, replace(fast, sure_from=dict.fromkeys(FIELDS, 0.0)))
    ways: dict[str, Callable[[Sequence[str]], object]] = {
        "SentenceTransformer.encode, float32": Plain(),
        "whole classifier": partial(BulkClassifier(classifier).labels, today=DAY),
        "--fast": partial(FastClassifier(classifier, fast).labels, today=DAY),
        "--fast if nothing were handed on": partial(alone.labels, today=DAY),
        "cutting into pieces alone": classifier.encoder.pieces,
    }
    for count in LAYERS:
        ways[f"{count} of the encoder's layers alone"] = partial(read_layers, classifier.encoder, (count,))
    seconds = dict.fromkeys(ways, float("inf"))
    for _ in range(rounds):
        # In turn, so that a busy minute of the machine hits all alike.
        for name, way in ways.items():
            start = time.process_time()
            way(texts)
            seconds[name] = min(seconds[name], time.process_time() - start)
    tokens = np.mean([len(one) for one in classifier.encoder.pieces(texts)])
    table = Table(title=f"{len(texts)} messages of at most {SHORT} letters ({tokens:.0f} pieces)")
    for column in ("way", "messages a second of one core", "against the first"):
        table.add_column(column, justify="right")
    first = next(iter(seconds.values()))
    for name, taken in seconds.items():
        table.add_row(name, f"{len(texts) / taken:,.0f}", f"{first / taken:.1f}")
    console.print(table)


def read_layers(encoder: Encoder, depths: Sequence[int], texts: Sequence[str]) -> list[Vectors]:
    """The averaged tokens behind some of the first layers; each float32 of shape (texts, hidden)."""
    network: Any = copy.copy(encoder._adapted or encoder._bare)
    network._layers, network._read = network._layers[: max(depths)], {*depths}
    sequences, _ = encoder._backbone.tokens(texts)
    lengths = np.array([len(sequence) for sequence in sequences])
    found = [np.zeros((len(sequences), encoder.dimension), np.float32) for _ in depths]
    for chosen in network.batches(lengths):
        layers = network.means([sequences[place] for place in chosen]).layers
        for part, means in zip(found, layers, strict=True):
            part[chosen] = means
    return found


def _real(console: Console, classifier: Classifier, fast: FastModel, path: Path, rows: int) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        texts = [text for row in csv.DictReader(file) if (text := clean(row["text"]))][:rows]
    whole, cheap, _ = both(classifier, fast, texts)
    sure = fast.sure(texts, cheap.probabilities)
    same = {name: np.mean(~sure | (whole.there[name] == cheap.there[name]).all(axis=1)) for name in FIELDS}
    agreed = ", ".join(f"{name} {share:.1%}" for name, share in same.items())
    console.print(
        f"{path.name}: {len(texts)} texts, {1 - sure.mean():.1%} handed on; the same labels: {agreed}"
    )


if __name__ == "__main__":
    main()
