"""Killed at random moments of a busy evening: nothing is lost, nothing is sent twice.

`KILLS` says how often; `make soak` kills five hundred times each. The moments are random and new each
time: the seed stands in the output, though it fixes only who is killed when, not what that meets.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import PostgresServer
from tests.e2e.evening import Evening
from tests.processes import Cluster
from tests.telegram import Double

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", str(time.time_ns() % 1_000_000)))


@contextmanager
def evening(folder: Path, url: str | None, duties: Sequence[str]) -> Iterator[Evening]:
    with Double() as telegram:
        cluster = Cluster(folder, telegram, url)
        evening = Evening(cluster, duties, SEED)
        try:
            yield evening
        finally:
            evening.stop()
            cluster.end()


def through(evening: Evening) -> None:
    began = time.monotonic()
    evening.begin()
    for _ in range(KILLS):
        evening.kill_one()
    evening.end(answers=KILLS // 10)
    figures = evening.verify()
    print(f"\nseed {SEED}, {time.monotonic() - began:.0f} s: {figures} {dict(evening.killed)}")  # noqa: T201
    assert figures["kills"] == KILLS
    # An evening on which nothing happened would prove nothing.
    assert figures["messages"] > KILLS // 3
    assert figures["answers"] >= KILLS // 10


@pytest.mark.slow
def test_one_process_on_sqlite_killed_at_random_loses_nothing_and_sends_nothing_twice(
    tmp_path: Path,
) -> None:
    with evening(tmp_path, None, ["run"]) as busy:
        through(busy)


@pytest.mark.slow
def test_four_processes_on_postgresql_killed_at_random_lose_nothing_and_send_nothing_twice(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    with evening(tmp_path, postgres.new_url(), ["web", "bot", "worker", "worker"]) as busy:
        through(busy)
