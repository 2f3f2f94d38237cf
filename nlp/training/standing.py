"""The head for messages that ask where their matter stands: "novità?", "dei miei soldi neanche l'ombra".

Trained on what customers write while something is promised to them and not done yet
(`nlp/data/standing.jsonl`); half of its texts ask that, most others use the same words for something else.
`python -m nlp.training.standing` gives the heads that ship another such head, and leaves the rest of them.
"""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.metrics import precision_recall_curve

from nlp.encoders.encoder import Encoder, load_encoder
from nlp.fast.model import load_fast
from nlp.heads import STANDING, TRAINED, Flags, Head, load_heads
from nlp.training.alone import Unseen, fit_alone
from nlp.training.taught import as_read

_DATA = Path(__file__).parents[1] / "data"
TO_TRAIN, TO_MEASURE = _DATA / "standing.jsonl", _DATA / "standing_test.jsonl"
ASKED = "asked"

_STRENGTH = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class FollowUp:
    """What somebody writes after an answer of ours; `language` is an ISO 639-1 code."""

    text: str
    language: str
    asks_where_it_stands: bool


def read_follow_ups(path: Path = TO_TRAIN) -> list[FollowUp]:
    """The texts to train on, or those of another file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [FollowUp(**json.loads(line)) for line in lines if line.strip()]


def fit_standing(encoder: Encoder) -> Head:
    """Fit the head on what the encoder reads; its threshold has the highest F1, cross-validated."""
    follow_ups = read_follow_ups()
    points = encoder.features(as_read([one.text for one in follow_ups]))
    truth = np.array([one.asks_where_it_stands for one in follow_ups], np.bool_)
    return fit_alone(points, truth, ASKED, strength=_STRENGTH, threshold=_with_best_f1)


def _with_best_f1(unseen: Unseen, truth: Flags) -> float:
    precision, recall, thresholds = precision_recall_curve(truth, unseen)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(thresholds[f1[:-1].argmax()])


def main() -> None:
    """Trains anew; the fast model foretells none of it, and goes on standing for these heads."""
    heads, encoder = load_heads(TRAINED), load_encoder()
    fast = load_fast(TRAINED)
    fast.check(heads)
    with encoder.adapted(heads.adapters):
        head = fit_standing(encoder)
    heads = replace(heads, fields={**heads.fields, STANDING: head})
    heads.save(TRAINED)
    replace(fast, heads=heads.id).save(TRAINED)
    sys.stderr.write(f"heads {heads.id} written to {TRAINED}, asked from {head.thresholds[0]:.2f} on\n")


if __name__ == "__main__":
    main()
