"""How fast a labelled result is written, and in how much memory: rows of 24 words, a file of each kind.

Each kind is a process of its own, so that its peak is its own. The rows are made beforehand and given again
and again: what is measured is writing alone. The memory of a tenth of the rows stands beside it, as it must
not grow with them.

    .venv/bin/python -m benchmarks.writing
    .venv/bin/python -m benchmarks.writing --rows 100000
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from nlp.batch.writers import open_writer

KINDS = ("out.csv", "out.csv.gz", "out.csv.zst", "out.jsonl", "out.json", "out.jsonl.zst", "out.parquet")
SHARD = 8192
WORDS = 24
LABELS = {
    "act": pa.string(),
    "act_probability": pa.float64(),
    "complaint_types": pa.list_(pa.string()),
    "complaint_probabilities": pa.list_(pa.float64()),
    "tone": pa.string(),
    "tone_probability": pa.float64(),
    "urgency": pa.string(),
    "asks": pa.list_(pa.string()),
    "own_error": pa.bool_(),
    "language": pa.string(),
    "needs_review": pa.bool_(),
    "error": pa.string(),
}


def main() -> None:
    """Prints a line a kind of file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=KINDS, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.kind:
        print(json.dumps(measured(chosen.kind, chosen.rows)))
        return
    heads = "file", "rows a second", "of a whole core", "MB", "peak MB", "peak MB of a tenth"
    table = Table(*heads, title=f"{chosen.rows:,} rows")
    for kind in KINDS:
        whole, tenth = (in_a_process(kind, rows) for rows in (chosen.rows, chosen.rows // 10))
        figures = whole["rows_a_second"], whole["of_a_core"], whole["size"], whole["peak"], tenth["peak"]
        table.add_row(kind, *[f"{figure:,.0f}" for figure in figures])
    Console().print(table)


def in_a_process(kind: str, rows: int) -> dict[str, float]:
    """What `measured` says, of a process that does nothing else."""
    command = [sys.executable, "-m", "benchmarks.writing", "--kind", kind, "--rows", str(rows)]
    figures: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return figures


def measured(kind: str, rows: int) -> dict[str, float]:
    """Rows a second, by the clock and of a core to itself; megabytes of the file and of the process."""
    shards = [made_up(random.Random(seed)) for seed in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / kind
        began, busy = time.perf_counter(), time.process_time()
        with open_writer(target, shards[0].schema, with_errors=True) as writer:
            for first in range(0, rows, SHARD):
                shard = shards[first // SHARD % len(shards)]
                writer.write(shard.slice(0, min(SHARD, rows - first)))
        seconds, busy = time.perf_counter() - began, time.process_time() - busy
        size = target.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return {"rows_a_second": rows / seconds, "of_a_core": rows / busy, "size": size, "peak": peak}


def made_up(chance: random.Random) -> pa.RecordBatch:
    """A shard of messages, half of them with commas and some with quotes, with labels."""
    letters = "aeiouèàrtnslcdmp"
    words = ["".join(chance.choices(letters, k=chance.randint(1, 9))) for _ in range(5000)]
    rows = []
    for number in range(SHARD):
        text = chance.choices(words, k=WORDS)
        text[7] += "," * (number % 2)
        text[9] = f'"{text[9]}"' if number % 10 == 0 else text[9]
        rows.append(
            {
                "id": f"{number:08}",
                "text": " ".join(text),
                "act": "complaint",
                "act_probability": round(chance.random(), 4),
                "complaint_types": ["delivery_late", "no_reply"][: number % 3],
                "complaint_probabilities": [round(chance.random(), 4) for _ in range(min(number % 3, 2))],
                "tone": chance.choice(["angry", "calm", "frustrated"]),
                "tone_probability": round(chance.random(), 4),
                "urgency": "normal",
                "asks": ["refund"],
                "own_error": False,
                "language": "it",
                "needs_review": number % 5 == 0,
            }
        )
    schema = pa.schema({"id": pa.string(), "text": pa.string(), **LABELS})
    return pa.RecordBatch.from_pylist(rows, schema=schema)


if __name__ == "__main__":
    main()
