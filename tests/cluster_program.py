"""A Ray cluster of two machines that are none but processes here; one is killed in the middle of a run."""

import sys
from pathlib import Path

import ray
from ray.cluster_utils import Cluster as LocalCluster

from nlp.batch.engine import Done, Watch
from nlp.batch.exports import Task, classify_export
from nlp.batch.packing import SHARD_ROWS
from nlp.batch.running import join_cluster
from tests.batch_bench import ByLength, table_of


def main(source: Path, target: Path) -> None:
    """Classifies `source` into `target`, and kills a machine once some shards are done."""
    machines = LocalCluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    working = [machines.add_node(num_cpus=1) for _ in range(2)]
    cluster = join_cluster(machines.address)
    killed = []

    def kill_one(done: Done) -> None:
        if done.rows >= 3 * SHARD_ROWS and not killed:
            killed.append(working.pop())
            machines.remove_node(killed[0], allow_graceful=False)

    model = ByLength(pause=0.3, doubts=True)
    counts = classify_export(
        [table_of(source)],
        target,
        model,
        Task(model="by length"),
        cluster=cluster,
        watch=Watch(classified=kill_one),
    ).counts
    print(f"killed {('none', 'one')[len(killed)]} of {cluster.workers} machines, {counts.rows} rows")  # noqa: T201
    print(counts.handed_on)  # noqa: T201
    ray.shutdown()
    machines.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
