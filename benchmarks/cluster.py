"""A Ray cluster on this machine: what two workers do against one, with one thread each, and that both agree.

    python -m benchmarks.cluster [--rows 16384] [--kind repeated]

Every number of workers is a cluster of its own. Loading is not counted: a first small export warms the
workers. With two workers one is killed in the middle of a further run. `--bytes` prints what a row takes
between machines, and nothing else.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import ray
from ray.cluster_utils import Cluster as LocalCluster

from benchmarks.exports import Kind, write_export
from nlp.batch.engine import Done, Watch
from nlp.batch.exports import Input, Task, classify_export
from nlp.batch.packing import SHARD_ROWS, source_of
from nlp.batch.running import join_cluster
from nlp.tables import open_table
from rimedio.batch_model import BatchModel

LABELS = ("act", "complaint_types", "tone", "urgency", "asks", "own_error", "language", "needs_review")
MODEL = BatchModel(encoder=None, heads=None, language="it", costs=None, fast=False, threads=1)


def table_of(path: Path) -> Input:
    """A file as the batch wants it."""
    return Input(source=source_of(path.name, open_table(path), None), path=path)


def seconds_of(folder: Path, source: Path, workers: int, *, kill: bool = False) -> tuple[float, Path]:
    """How long a cluster with so many workers takes; with `kill` one of them goes in the middle."""
    machines = LocalCluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    working = [machines.add_node(num_cpus=1) for _ in range(workers)]
    cluster = join_cluster(machines.address)
    warm = folder / "warm.csv"
    write_export(warm, 8 * workers)
    classify_export([table_of(warm)], folder / "warm-out.csv", MODEL, Task(model="m"), cluster=cluster)
    target = folder / f"out-{workers}-{kill}.csv"
    killed: list[object] = []

    def watch(done: Done) -> None:
        if kill and not killed and done.rows >= 2 * SHARD_ROWS:
            killed.append(working.pop())
            machines.remove_node(killed[0], allow_graceful=False)

    began = time.monotonic()
    classify_export(
        [table_of(source)], target, MODEL, Task(model="m"), cluster=cluster, watch=Watch(classified=watch)
    )
    seconds = time.monotonic() - began
    ray.shutdown()
    machines.shutdown()
    return seconds, target


def alone(folder: Path, source: Path, workers: int, *, kill: bool = False) -> tuple[float, Path]:
    """The same in a process of its own: Daft keeps to the first cluster that a process has joined."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(seconds_of, folder, source, workers, kill=kill).result()


def agreement(one: Path, other: Path) -> tuple[float, float]:
    """The lowest share of rows whose labels are equal, and the largest distance of two probabilities.

    Those of complaint types are compared where the types are the same ones.
    """
    pairs = list(zip(_rows(one), _rows(other), strict=True))
    equal = min(sum(a[name] == b[name] for a, b in pairs) / len(pairs) for name in LABELS)
    apart = max(
        abs(before - now)
        for a, b in pairs
        for before, now in zip(_probabilities(a, b), _probabilities(b, a), strict=True)
    )
    return equal, apart


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _probabilities(row: Mapping[str, str], other: Mapping[str, str]) -> list[float]:
    """All that are said of a row and can be compared with those of another."""
    texts = [row["act_probability"], row["tone_probability"]]
    if row["complaint_types"] == other["complaint_types"]:
        texts += filter(None, row["complaint_probabilities"].split("|"))
    return [float(text) for text in texts]


def bytes_of_a_row(source: Path) -> tuple[float, float]:
    """What the text of a row takes on its way to a worker, and its labels on their way back."""
    with source.open(encoding="utf-8") as file:
        texts = [row["testo"] for row in csv.DictReader(file, delimiter=";")]
    labels = MODEL().labels(texts, today=date(2026, 11, 27))
    return pa.array(texts).nbytes / len(texts), labels.nbytes / len(texts)


def main(words: Sequence[str] | None = None) -> None:
    """Reads the arguments and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=8 * SHARD_ROWS)
    parser.add_argument(
        "--kind", type=Kind, choices=list(Kind), default=Kind.SHORT, help="what messages are like"
    )
    parser.add_argument("--bytes", action="store_true")
    told = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="rimedio-cluster-") as name:
        folder = Path(name)
        source = folder / "in.csv"
        write_export(source, SHARD_ROWS if told.bytes else told.rows, told.kind)
        if told.bytes:
            there, back = bytes_of_a_row(source)
            print(f"a row between machines: {there:.0f} bytes there, {back:.0f} bytes back")
            return
        one, first = alone(folder, source, 1)
        print(f"1 worker:  {one:.1f} s, {told.rows / one:,.0f} rows a second", flush=True)
        two, second = alone(folder, source, 2)
        print(
            f"2 workers: {two:.1f} s, {told.rows / two:,.0f} rows a second; {one / two:.2f} times", flush=True
        )
        third, killed = alone(folder, source, 2, kill=True)
        print(f"2 workers, one killed in the middle: {third:.1f} s")
        for what, target in (("two workers", second), ("one killed", killed)):
            equal, apart = agreement(first, target)
            print(f"{what} against one: labels equal on {equal:.4%}, probabilities within {apart:.4f}")


if __name__ == "__main__":
    main()
