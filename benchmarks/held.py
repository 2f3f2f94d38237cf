"""One export classified as `rimedio classify` does it, saying what this process holds after each step.

    python -m benchmarks.held IN.csv OUT.csv [--report OUT.html] [--fast] [--stand-in]

Memory is what is resident, in MB: all of it, the part that is of files (libraries among them), and the most
so far. It is printed when the imports are done, when the model is loaded, after 1, 2, 4, … shards, when the
output is written, when the report is, and at the end. With `--stand-in` all texts get the same labels.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa

from nlp.batch.engine import Done, Watch
from nlp.batch.exports import Input, Task, classify_export
from nlp.batch.gathering import Gathering
from nlp.batch.labels import LABELS, Labeller, MakeLabeller
from nlp.batch.packing import SHARD_ROWS, TEXT, source_of
from nlp.progress import Told, nobody
from nlp.tables import open_table
from rimedio.batch_model import batch_model
from rimedio.settings import load_settings

BEGAN = time.monotonic()


def told(step: str) -> None:
    """A line with what is held now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines)
    held = {name: int(values[name].split()[0]) / 1024 for name in _OF}
    numbers = ", ".join(f"{say} {held[name]:,.0f}" for name, say in _OF.items())
    print(f"{step:<28} {time.process_time():7.1f} s of the processor, MB: {numbers}", flush=True)


_OF = {"VmRSS": "held", "RssFile": "of files", "VmHWM": "most"}


class StandIn:
    """Knows nothing, and says the same of every text."""

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
        """A complaint about every text."""
        row = {
            "act": "complaint",
            "act_probability": 0.9,
            "complaint_types": ["delivery_late"],
            "complaint_probabilities": [0.8],
            "tone": "angry",
            "tone_probability": 0.7,
            "urgency": "normal",
            "asks": ["refund"],
            "own_error": False,
            "language": "it",
            "needs_review": False,
        }
        one = pa.RecordBatch.from_pylist([row, dict.fromkeys(LABELS.names)], LABELS)
        return one.take(pa.array([int(text is None) for text in texts]))


@dataclass(frozen=True, eq=False)
class Loading:
    """Loads a model and says what it takes."""

    make: MakeLabeller

    def __call__(self) -> Labeller:
        told("before the model is loaded")
        model = self.make()
        told("model loaded")
        return model


def main() -> None:
    """Classifies, and says what is held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--report", type=Path)
    for name in ("--fast", "--stand-in"):
        parser.add_argument(name, action="store_true")
    chosen = parser.parse_args()
    told("imports")
    settings = load_settings()
    table = Input(source=source_of(chosen.source.name, open_table(chosen.source), None), path=chosen.source)
    gathering = Gathering(text_column=TEXT) if chosen.report else None
    next_told = 1

    def classified(done: Done) -> None:
        nonlocal next_told
        if done.rows >= next_told * SHARD_ROWS or (done.is_total and done.rows == done.known):
            told(f"{done.rows:,} rows classified")
            next_told *= 2

    def report(_counts: object) -> None:
        told("output written")
        if gathering is None:
            return
        from nlp.batch.report import About, write_report

        about = About(
            sources=(str(chosen.source),),
            encoder="",
            heads="",
            options=(),
            seconds=time.monotonic() - BEGAN,
            made=datetime.now(UTC),
        )
        write_report(chosen.report, gathering, about, settings.language)
        told("report written")

    classify_export(
        [table],
        chosen.target,
        Loading(make=StandIn if chosen.stand_in else batch_model(settings, fast=chosen.fast)),
        Task(model="measured"),
        watch=Watch(shown=gathering.add if gathering else None, classified=classified, finished=report),
    )
    told("end")


if __name__ == "__main__":
    main()
