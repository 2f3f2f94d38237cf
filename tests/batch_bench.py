"""A model for the batch that knows nothing and takes as long as it is told to."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from nlp.batch.exports import Input, Outcome, Task, classify_export
from nlp.batch.labels import DOUBTS, LABELS, Labeller
from nlp.batch.packing import source_of
from nlp.progress import Told, nobody
from nlp.tables import open_table

ACTS = ("complaint", "question", "praise", "request")


@dataclass(frozen=True, kw_only=True)
class ByLength:
    """Labels that depend on nothing but the text: its length says the act.

    With `doubts` it is as if a fast model had read first, and doubted the tone of every third length.
    """

    pause: float = 0.0
    doubts: bool = False

    def __call__(self) -> Labeller:
        return self

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
        time.sleep(self.pause)
        labels = pa.RecordBatch.from_pylist([_row(text) for text in texts], LABELS)
        if not self.doubts:
            return labels
        doubts = [None if text is None else ["tone"] * (len(text) % 3 == 0) for text in texts]
        return labels.append_column(DOUBTS, pa.array(doubts, DOUBTS.type))


def _row(text: str | None) -> dict[str, object]:
    if text is None:
        return dict.fromkeys(LABELS.names)
    return {
        "act": ACTS[len(text) % len(ACTS)],
        "act_probability": round(1 / (1 + len(text) % 7), 4),
        "complaint_types": ["delivery_late", "no_reply"][: len(text) % 3],
        "complaint_probabilities": [0.9, 0.6][: len(text) % 3],
        "tone": "calm",
        "tone_probability": 0.5,
        "urgency": "normal",
        "asks": ["refund"],
        "own_error": len(text) % 5 == 0,
        "language": "it",
        "needs_review": len(text) % 11 == 0,
    }


def table_of(path: Path, text_column: str | None = None) -> Input:
    """A file as the batch wants it."""
    return Input(source=source_of(path.name, open_table(path), text_column), path=path)


def classified(
    source: Path, target: Path, *, text_column: str | None = None, resume: bool = False, pause: float = 0.0
) -> Outcome:
    """A file, classified by the length of its texts."""
    tables = [table_of(source, text_column)]
    return classify_export(tables, target, ByLength(pause=pause), Task(model="by length"), resume=resume)


if __name__ == "__main__":
    import sys

    classified(Path(sys.argv[1]), Path(sys.argv[2]), resume=True, pause=float(sys.argv[3]))
