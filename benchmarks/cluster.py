"""A Ray cluster on this machine: what two workers do against one, with one thread each, and that both agree.

    python -m benchmarks.cluster [--rows 16384] [--kind repeated]
    python -m benchmarks.cluster --kill --rows 3000 --shard 128

Every number of workers is a cluster of its own. Loading is not counted: a first small export warms the
workers. With two workers one is killed in the middle of a further run. `--kill` makes that run alone, and
compares it with one in a process without a cluster; `--shard` lets shards be smaller than a user's, so that
few rows are many shards. `--bytes` prints what a row takes between machines, and nothing else.
"""

import argparse
import csv
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import ray
from ray.cluster_utils import Cluster as LocalCluster

from benchmarks.exports import Kind, write_export
from nlp.batch import packing
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


def seconds_of(
    folder: Path, source: Path, workers: int, *, shard: int = SHARD_ROWS, kill_at: int | None = None
) -> tuple[float, Path]:
    """How long a cluster with so many workers takes; one of them goes once `kill_at` rows are done."""
    packing.SHARD_ROWS = shard
    machines = LocalCluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    working = [machines.add_node(num_cpus=1) for _ in range(workers)]
    cluster = join_cluster(machines.address)
    warm = folder / "warm.csv"
    write_export(warm, 8 * workers)
    classify_export([table_of(warm)], folder / "warm-out.csv", MODEL, Task(model="m"), cluster=cluster)
    target = folder / f"out-{workers}-{kill_at}.csv"
    killed: list[object] = []

    def watch(done: Done) -> None:
        if kill_at is not None and not killed and done.rows >= kill_at:
            killed.append(working.pop())
            machines.remove_node(killed[0], allow_graceful=False)
            print(f"one of {workers} workers killed when {done.rows:,} rows were done", flush=True)

    began = time.monotonic()
    classify_export(
        [table_of(source)], target, MODEL, Task(model="m"), cluster=cluster, watch=Watch(classified=watch)
    )
    seconds = time.monotonic() - began
    ray.shutdown()
    machines.shutdown()
    return seconds, target


def without_cluster(folder: Path, source: Path, shard: int) -> tuple[float, Path]:
    """How long one process without a cluster takes, the loading of its model included."""
    packing.SHARD_ROWS = shard
    target = folder / "out-local.csv"
    began = time.monotonic()
    classify_export([table_of(source)], target, MODEL, Task(model="m"))
    return time.monotonic() - began, target


def alone(what: Callable[..., tuple[float, Path]], *told: object, **options: object) -> tuple[float, Path]:
    """The same in a process of its own: Daft keeps to the first cluster that a process has joined."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(what, *told, **options).result()


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


def compare(what: str, one: Path, other: Path) -> None:
    """Prints whether two runs have the same rows, and how near their labels are."""
    first, second = _rows(one), _rows(other)
    if [_own(row) for row in first] != [_own(row) for row in second]:
        raise SystemExit(f"{what}: the rows are not the same")
    equal, apart = agreement(one, other)
    same = "the same bytes" if one.read_bytes() == other.read_bytes() else "other bytes"
    print(
        f"{what}: the same {len(first):,} rows in the same order, {same}; labels equal on {equal:.4%}, "
        f"probabilities within {apart:.4f}"
    )


def _own(row: Mapping[str, str]) -> list[str]:
    return [row[name] for name in ("id", "data", "testo")]


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
    parser.add_argument("--shard", type=int, default=SHARD_ROWS, help="rows of a shard")
    parser.add_argument("--kill", action="store_true")
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
        kill_at = told.rows // 2
        if told.kill:
            seconds, local = alone(without_cluster, folder, source, told.shard)
            print(f"without a cluster: {seconds:.1f} s, the model's loading included", flush=True)
            seconds, killed = alone(seconds_of, folder, source, 2, shard=told.shard, kill_at=kill_at)
            print(f"2 workers, one killed in the middle: {seconds:.1f} s")
            compare("one killed against no cluster", local, killed)
            return
        one, first = alone(seconds_of, folder, source, 1, shard=told.shard)
        print(f"1 worker:  {one:.1f} s, {told.rows / one:,.0f} rows a second", flush=True)
        two, second = alone(seconds_of, folder, source, 2, shard=told.shard)
        print(
            f"2 workers: {two:.1f} s, {told.rows / two:,.0f} rows a second; {one / two:.2f} times", flush=True
        )
        third, killed = alone(seconds_of, folder, source, 2, shard=told.shard, kill_at=kill_at)
        print(f"2 workers, one killed in the middle: {third:.1f} s")
        compare("two workers against one", first, second)
        compare("one killed against one", first, killed)


if __name__ == "__main__":
    main()
