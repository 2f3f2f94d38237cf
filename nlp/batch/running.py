"""Texts to labels through Daft: in this process, or on the machines of a Ray cluster."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyarrow as pa

from nlp.batch.labels import LABELS, Labeller, MakeLabeller
from nlp.batch.packing import TEXT
from nlp.batch.workspace import Workspace
from nlp.errors import BatchError
from nlp.quiet_daft import daft

_LABELS = pa.list_(pa.struct(list(LABELS)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A Ray cluster with so many processors."""

    workers: int


def join_cluster(address: str | None) -> Cluster:
    """Let Daft run on a Ray cluster from now on.

    Raises:
        BatchError: Ray is not installed, or no cluster answers there.
    """
    try:
        import ray
    except ImportError as error:
        raise BatchError("--engine ray needs Ray: pip install 'rimedio[ray]'") from error
    try:
        ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise BatchError(f"no Ray cluster answers at {address!r}: {error}") from error
    daft.set_runner_ray(noop_if_initialized=True)
    resources = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return Cluster(workers=max(1, int(resources.get("CPU", 1))))


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """The labels of one shard."""

    index: int
    labels: pa.RecordBatch


@daft.cls(use_process=False)
class _Labelling:
    """A row is a whole shard, so that what the model sees together never depends on how work is dealt."""

    def __init__(self, make: MakeLabeller, today: date) -> None:
        self._labeller = _made(make)
        self._today = today

    @daft.method.batch(return_dtype=daft.DataType.from_arrow_type(_LABELS), batch_size=1)
    def labels(self, shards: daft.Series) -> pa.Array:
        found = [
            self._labeller.labels(texts.to_pylist(), today=self._today) for texts in _lists(shards.to_arrow())
        ]
        joined = pa.Table.from_batches(found, LABELS).combine_chunks().to_batches()
        flat = joined[0].to_struct_array() if joined else pa.array([], _LABELS.value_type)
        ends = [0]
        for batch in found:
            ends.append(ends[-1] + batch.num_rows)
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat)


class _InTurn:
    """A labeller that several threads may call, of which one at a time is served: Daft calls from several."""

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller
        self._turn = threading.Lock()

    def labels(self, texts: Sequence[str | None], *, today: date) -> pa.RecordBatch:
        with self._turn:
            return self._labeller.labels(texts, today=today)


@cache
def _made(make: MakeLabeller) -> Labeller:
    """One model a process, whatever number of shards it is given."""
    return _InTurn(make())


def classify_shards(
    workspace: Workspace, indices: Sequence[int], make: MakeLabeller, today: date
) -> Iterator[Shard]:
    """The labels of some shards, each as soon as it has them; in no particular order on a cluster.

    What a machine of the cluster was doing when it went is done again by another: Daft sees to that.

    Raises:
        BatchError: The cluster as a whole has failed.
    """
    shards = daft.from_arrow([_row(workspace, index) for index in indices])
    labels: daft.Expression = _Labelling(make, today).labels(shards["texts"])  # type: ignore[arg-type]
    labelled = shards.select(shards["shard"], labels.alias("labels"))
    try:
        for batch in labelled.to_arrow_iter():
            for index, found in zip(batch["shard"].to_pylist(), _lists(batch["labels"]), strict=True):
                rows = pa.Table.from_struct_array(found).cast(LABELS).combine_chunks().to_batches()
                empty = pa.RecordBatch.from_pylist([], LABELS)
                yield Shard(index=index, labels=rows[0] if rows else empty)
    except daft.exceptions.DaftCoreException as error:
        raise BatchError(f"the rows could not be classified: {error}") from error


def _row(workspace: Workspace, index: int) -> pa.Table:
    texts = pa.concat_arrays(workspace.rows(index, [TEXT])[TEXT].chunks)
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return pa.table({"shard": [index], "texts": whole})


def _lists(column: pa.Array) -> list[pa.Array]:
    return [column[place].values for place in range(len(column))]
