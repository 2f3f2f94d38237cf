"""Texts to labels through Daft: in this process, or on the machines of a Ray cluster."""

import gc
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import pyarrow as pa

from nlp.batch.allocator import give_back, share_one_arena
from nlp.batch.labels import DOUBTS, FOUND, Labeller, MakeLabeller
from nlp.batch.pace import Pace
from nlp.batch.packing import TEXT
from nlp.batch.workspace import Workspace
from nlp.errors import BatchError
from nlp.quiet_daft import daft

_FOUND = pa.list_(pa.struct(list(FOUND)))

_ITSELF = ("localhost", "127.0.0.1", "::1")
_PATIENCE = 10.0  # seconds in which a machine answers that somebody wants to speak to it


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A Ray cluster: machines that work, and the processors that each of them has at least."""

    workers: int
    threads: int


class LostWorkError(Exception):
    """A machine of the cluster has gone, and with it labels that it had found and not yet handed over."""


def join_cluster(address: str | None) -> Cluster:
    """Let Daft run on a Ray cluster from now on.

    Raises:
        BatchError: Ray is not installed, no cluster answers there, or none can be begun on this machine.
    """
    try:
        import ray
    except ImportError as error:
        raise BatchError("--engine ray needs Ray: pip install 'rimedio[ray]'") from error
    here = ray.util.get_node_ip_address()
    if address is not None and (why := _silence_at(address, here)) is not None:
        raise BatchError(f"no Ray cluster answers at {address}: {why}")
    try:
        ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
    except Exception as error:  # Ray raises nothing more exact where a machine takes too long to start
        where = "can be begun on this machine" if address is None else f"answers at {address}"
        why = next(iter(str(error).splitlines()), type(error).__name__)
        raise BatchError(f"no Ray cluster {where}: {why}") from error
    daft.set_runner_ray(noop_if_initialized=True)
    nodes = ray.nodes()
    processors = [int(node["Resources"].get("CPU", 0)) for node in nodes if node["Alive"]]
    working = [number for number in processors if number]
    if not working:
        raise BatchError(f"no machine of the Ray cluster at {address!r} has a processor to work with")
    return Cluster(workers=len(working), threads=min(working))


def _silence_at(address: str, here: str) -> str | None:
    """Why nobody listens there, None where somebody does or where it is no address; Ray tries for minutes.

    Of the names that a machine has for itself alone Ray makes the address that it has for others, `here`.
    """
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if not (colon and port.isdecimal()):
        return None
    host = host.strip("[]")
    try:
        asked = here if host in _ITSELF else host, int(port)
        socket.create_connection(asked, timeout=_PATIENCE).close()
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shard:
    """The labels of one shard, as `FOUND` has them."""

    index: int
    labels: pa.RecordBatch


@daft.cls(use_process=False)
class _Labelling:
    """A row is a whole shard, so that what the model sees together never depends on how work is dealt."""

    def __init__(self, make: MakeLabeller, today: date) -> None:
        self._make = make
        self._today = today
        _made(make)

    @daft.method.batch(return_dtype=daft.DataType.from_arrow_type(_FOUND), batch_size=1)
    def labels(self, shards: daft.Series) -> pa.Array:
        labeller = _made(self._make)
        found = [
            _with_doubts(labeller.labels(texts.to_pylist(), today=self._today))
            for texts in _lists(shards.to_arrow())
        ]
        joined = pa.Table.from_batches(found, FOUND).combine_chunks().to_batches()
        flat = joined[0].to_struct_array() if joined else pa.array([], _FOUND.value_type)
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
        with self._turn, pace().going_through(len(texts)) as told:
            found = self._labeller.labels(texts, today=today, told=told)
            give_back()
            return found


@cache
def _made(make: MakeLabeller) -> _InTurn:
    """One model a process, whatever number of shards it is given."""
    share_one_arena()
    labeller = make()
    give_back()
    return _InTurn(labeller)


@cache
def pace() -> Pace:
    """How far this process is with the shards that it was given since it last let its models go."""
    return Pace()


def has_model() -> bool:
    """Whether a model is loaded in this process."""
    return _made.cache_info().currsize > 0


def forget_models() -> None:
    """Let the models of this process go: writing and drawing need memory of their own."""
    _made.cache_clear()
    pace.cache_clear()
    gc.collect()
    give_back()


def classify_shards(
    workspace: Workspace,
    indices: Sequence[int],
    make: MakeLabeller,
    today: date,
    *,
    on_cluster: bool = False,
) -> Iterator[Shard]:
    """The labels of some shards, each as soon as it has them; in no particular order on a cluster.

    What a machine of the cluster is doing when it goes Daft has done by another.

    Raises:
        LostWorkError: What it had done is lost; the shards that have no labels can be tried again.
        BatchError: The rows cannot be classified.
    """
    shards = daft.from_arrow([_row(workspace, index) for index in indices])
    labels: daft.Expression = _Labelling(make, today).labels(shards["texts"])  # type: ignore[arg-type]
    labelled = shards.select(shards["shard"], labels.alias("labels"))
    try:
        for batch in labelled.to_arrow_iter():
            for index, found in zip(batch["shard"].to_pylist(), _lists(batch["labels"]), strict=True):
                rows = pa.Table.from_struct_array(found).cast(FOUND).combine_chunks().to_batches()
                empty = pa.RecordBatch.from_pylist([], FOUND)
                yield Shard(index=index, labels=rows[0] if rows else empty)
    except _losses(on_cluster) as error:
        raise LostWorkError(str(error).splitlines()[0]) from error
    except daft.exceptions.DaftCoreException as error:
        raise BatchError(f"the rows could not be classified: {error}") from error


def _with_doubts(labels: pa.RecordBatch) -> pa.RecordBatch:
    if DOUBTS.name in labels.schema.names:
        return labels
    return labels.append_column(DOUBTS, pa.nulls(labels.num_rows, DOUBTS.type))


def _losses(on_cluster: bool) -> tuple[type[Exception], ...]:
    if not on_cluster:
        return ()
    from ray.exceptions import RayError

    return (RayError,)


def _row(workspace: Workspace, index: int) -> pa.Table:
    texts = pa.concat_arrays(workspace.rows(index, [TEXT])[TEXT].chunks)
    whole = pa.ListArray.from_arrays(pa.array([0, len(texts)], pa.int32()), texts)
    return pa.table({"shard": [index], "texts": whole})


def _lists(column: pa.Array) -> list[pa.Array]:
    return [column[place].values for place in range(len(column))]
