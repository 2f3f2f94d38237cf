"""The batch on a real Ray cluster of two machines, one of which goes in the middle."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from nlp.batch.handing_on import HandedOn
from nlp.batch.packing import SHARD_ROWS
from tests.batch_bench import classified

PROJECT = Path(__file__).parents[2]

if os.environ.get("CI") != "true":
    pytest.importorskip("ray", reason="the cluster of the batch is tried where rimedio[ray] is installed")


def test_a_machine_that_goes_costs_no_row_and_changes_none(tmp_path: Path) -> None:
    source, dice = tmp_path / "in.csv", random.Random(3)
    rows = ["x" * dice.randint(0, 40) for _ in range(12 * SHARD_ROWS + 5)]
    source.write_text("text\n" + "\n".join(f'"{row}"' for row in rows) + "\n")
    classified(source, tmp_path / "whole.csv")
    done = subprocess.run(
        [sys.executable, "-m", "tests.cluster_program", str(source), str(tmp_path / "cluster.csv")],
        cwd=PROJECT,
        env=os.environ | {"RAY_raylet_start_wait_time_s": "120"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"killed one of 2 machines, {len(rows)} rows" in done.stdout
    doubtful = sum(len(row) % 3 == 0 for row in rows)
    handed_on = HandedOn(read=len(rows), handed_on=doubtful, doubts={"tone": doubtful})
    assert str(handed_on) in done.stdout
    assert (tmp_path / "cluster.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_the_benchmark_compares_every_probability_that_is_written(tmp_path: Path) -> None:
    from benchmarks.cluster import agreement

    head = (
        "act;complaint_types;tone;urgency;asks;own_error;language;needs_review;"
        "act_probability;tone_probability;complaint_probabilities\n"
    )
    rows = [
        "complaint;delivery_late|no_reply;calm;low;;false;it;false;0.9;0.8;{};\n",
        "praise;;calm;low;;false;it;false;0.9;0.8;;\n",
    ]
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text(head + rows[0].format("0.7|0.6") + rows[1])
    other.write_text(head + rows[0].format("0.7|0.52") + rows[1])
    equal, apart = agreement(one, other)
    assert (equal, round(apart, 3)) == (1.0, 0.08)
    other.write_text(head + rows[0].replace("|no_reply", "").format("0.7") + rows[1])
    assert agreement(one, other) == (0.5, 0.0)
