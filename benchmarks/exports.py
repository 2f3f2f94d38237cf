"""What whole exports take: peak memory by number of rows, and kills that leave no trace.

    python -m benchmarks.exports memory --rows 10000 --rows 1000000 [--fast] [--report]
    python -m benchmarks.exports memory --rows 2000 --kind long --steps
    python -m benchmarks.exports memory --rows 1000000 --stand-in
    python -m benchmarks.exports kills --rows 100000 --kills 10 [--fast]

`memory` runs the command of a user and prints the most memory it held. With `--steps` the same is done by
`benchmarks.held`, which says what is held after each step; with `--stand-in` without the model, which shows
whether anything else grows with the rows. Messages are sentences of the corpus, put together anew. Three in
four of the `repeated` ones, which `memory` takes unless told otherwise, are among two hundred that come again
and again, as greetings and thanks do: a million of them take about twenty minutes on two idle cores.
"""

import argparse
import csv
import filecmp
import os
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from nlp.training.corpus import read_corpus

CORPUS = Path(__file__).parent.parent / "nlp" / "data" / "corpus.jsonl"
SEED = 20261127


@dataclass(frozen=True, kw_only=True, slots=True)
class Ran:
    """A run of the command: its exit status, seconds by the clock, and the most memory it held, in MB."""

    status: int
    seconds: float
    peak: float


class Kind(StrEnum):
    """What the messages of an export are like."""

    SHORT = "short"  # one or two sentences, hardly any twice
    REPEATED = "repeated"  # the same, but most of them come again and again
    MIXED = "mixed"  # whole messages of the corpus
    LONG = "long"  # three hundred words
    CELL = "cell"  # short ones, and among them one of five megabytes


def write_export(path: Path, rows: int, kind: Kind = Kind.SHORT) -> None:
    """A CSV as shops export them, with so many messages."""
    dice = random.Random(SEED)
    texts = [example.text for example in read_corpus([CORPUS])]
    sentences = [
        sentence.strip()
        for text in texts
        for sentence in re.split(r"(?<=[.!?])\s+", text)
        if 15 < len(sentence) < 120
    ]
    frequent = dice.sample(sentences, 200)

    def message(number: int) -> str:
        if kind is Kind.MIXED:
            return dice.choice(texts)
        if kind is Kind.LONG:
            return " ".join(" ".join(dice.sample(sentences, 60)).split()[:300])
        if kind is Kind.CELL and number == rows // 2:
            return " ".join(dice.choices(sentences, k=5_000_000 // 60))
        if kind is Kind.REPEATED and dice.random() < 0.75:
            return dice.choice(frequent)
        return " ".join(dice.sample(sentences, dice.choice((1, 1, 2))))

    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["id", "data", "testo"])
        for number in range(rows):
            table.writerow(
                [f"{number:08}", f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}", message(number)]
            )


def command(source: Path, target: Path, options: Sequence[str]) -> list[str]:
    """The command of a user."""
    program = [sys.executable, "-c", "from rimedio.cli import main; main()"]
    return [*program, "classify", str(source), "-o", str(target), *options]


def run(words: Sequence[str], kill_after: float | None = None) -> Ran:
    """Run it to its end, or kill it after so many seconds."""
    began = time.monotonic()
    process = subprocess.Popen(words)
    if kill_after is not None:
        killer = threading.Timer(kill_after, process.kill)
        killer.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if kill_after is not None:
        killer.cancel()
    peak = usage.ru_maxrss / 1024  # Linux counts kilobytes
    return Ran(status=process.returncode, seconds=time.monotonic() - began, peak=peak)


def memory(folder: Path, sizes: Sequence[int], kind: Kind, options: Sequence[str], *, steps: bool) -> None:
    """Print the most memory that each number of rows takes."""
    peaks = []
    for rows in sizes:
        source, target = folder / f"{rows}.csv", folder / f"{rows}-out.csv"
        write_export(source, rows, kind)
        # `rimedio classify` asks the C library for one arena before it imports what begins threads.
        held = ["env", "MALLOC_ARENA_MAX=1", sys.executable, "-m", "benchmarks.held"]
        words = [*held, str(source), str(target), *options]
        ran = run(words if steps else command(source, target, options))
        peaks.append(ran.peak)
        print(
            f"{rows:>10,} rows: status {ran.status}, {ran.seconds:,.1f} s, peak {ran.peak:,.0f} MB",
            flush=True,
        )
    if len(peaks) > 1:
        print(f"largest against smallest: {max(peaks) / min(peaks):.3f}")


def kills(folder: Path, rows: int, times: int, options: Sequence[str]) -> None:
    """Print whether a run killed at random moments ends with the bytes of an undisturbed one."""
    source, whole, target = folder / "in.csv", folder / "whole.csv", folder / "killed.csv"
    write_export(source, rows)
    undisturbed = run(command(source, whole, [*options, "--quiet"]))
    print(f"undisturbed: status {undisturbed.status}, {undisturbed.seconds:,.1f} s", flush=True)
    dice = random.Random(SEED)
    for number in range(times):
        after = dice.uniform(1.0, max(2.0, undisturbed.seconds * 1.5 / times + 10))
        ran = run(command(source, target, [*options, "--quiet", "--resume"]), kill_after=after)
        done = len(list(folder.glob(".killed.csv.run/labels-*.parquet")))
        print(f"kill {number + 1}: after {after:,.1f} s, status {ran.status}, {done} shards done", flush=True)
    last = run(command(source, target, [*options, "--quiet", "--resume"]))
    same = filecmp.cmp(whole, target, shallow=False)
    print(f"last: status {last.status}, {last.seconds:,.1f} s; {'the same bytes' if same else 'OTHER BYTES'}")


def main() -> None:
    """Reads the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["memory", "kills"])
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--kind", type=Kind, choices=list(Kind), default=Kind.REPEATED)
    for name in ("--fast", "--report", "--steps", "--stand-in"):
        parser.add_argument(name, action="store_true")
    told = parser.parse_args()
    options = [name for name, chosen in (("--fast", told.fast), ("--stand-in", told.stand_in)) if chosen]
    with tempfile.TemporaryDirectory(prefix="rimedio-exports-") as folder:
        if told.what == "memory":
            options += ["--report", f"{folder}/report.html"] if told.report else []
            steps = told.steps or told.stand_in
            memory(Path(folder), told.rows or [10_000, 1_000_000], told.kind, options, steps=steps)
        else:
            kills(Path(folder), (told.rows or [100_000])[0], told.kills, options)


if __name__ == "__main__":
    main()
