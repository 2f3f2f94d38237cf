"""Ctrl-C ends a run in order wherever it is, and at once when it is pressed again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nlp.batch.packing import SHARD_ROWS

_PATIENCE = 120.0  # seconds
_FOR_EVER = 3600.0
_SHARDS = 3


class Stoppable:
    """A run of the command in a process of its own."""

    def __init__(self, home: Path, *options: str, classifying: float = 0.0, writing: float = 0.0) -> None:
        self._said = home / "said.txt"
        command = [sys.executable, "-m", "tests.stoppable_program", str(classifying), str(writing)]
        with self._said.open("w") as said:
            self.process = subprocess.Popen(
                [*command, "classify", str(home / "in.csv"), "-o", str(home / "out.csv"), *options],
                stderr=said,
                env={**os.environ, "RIMEDIO_HOME": str(home / "var")},
            )

    def press(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def said(self) -> str:
        return self._said.read_text()

    def ended(self) -> int:
        return self.process.wait(_PATIENCE)


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rows = "\n".join(f"{number};{'x' * (number % 40)}" for number in range(_SHARDS * SHARD_ROWS))
    (tmp_path / "in.csv").write_text(f"id;testo\n{rows}\n")
    return tmp_path


@pytest.fixture
def started(home: Path) -> Iterator[Callable[..., Stoppable]]:
    runs: list[Stoppable] = []

    def start(*options: str, **pauses: float) -> Stoppable:
        runs.append(Stoppable(home, *options, **pauses))
        return runs[-1]

    yield start
    for run in runs:
        run.process.kill()
        run.process.wait()


PHASES = {
    "classifying": ({"classifying": 1.0}, ".out.csv.run/labels-0000000.parquet"),
    "writing": ({"writing": 2.0}, ".out.csv.partial"),
}


@pytest.mark.parametrize(("pauses", "begun"), PHASES.values(), ids=PHASES)
def test_a_run_ends_in_order_and_is_gone_on_with(
    home: Path, started: Callable[..., Stoppable], pauses: dict[str, float], begun: str
) -> None:
    run = started(**pauses)
    wait_for((home / begun).exists)
    run.press()
    assert run.ended() == 130, run.said()
    assert "stopped; nothing is lost: the same command with --resume goes on" in run.said()
    assert {path.name for path in home.iterdir()} - {"var"} == {"in.csv", ".out.csv.run", "said.txt"}
    assert started("--resume").ended() == 0
    resumed = (home / "out.csv").read_bytes()
    (home / "out.csv").unlink()
    assert started().ended() == 0
    assert (home / "out.csv").read_bytes() == resumed


def test_what_is_pressed_again_ends_a_run_in_the_middle_of_a_shard(
    home: Path, started: Callable[..., Stoppable]
) -> None:
    run = started(classifying=_FOR_EVER)
    wait_for(lambda: any((home / ".out.csv.run").glob("rows-*.parquet")))
    run.press()
    wait_for(lambda: "again to stop at once" in run.said())
    run.press()
    assert run.ended() == 130
    assert not (home / "out.csv").exists()
