"""Copies of what classify can read only once: where they are, who may look, and what becomes of them."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nlp.batch.workspace import copies_of_inputs
from tests.unit.rimedio.table_model import (
    TableClassifier,
    assert_one_clear_line,
    classifier,
    home,
    rimedio,
    written,
)

__all__ = ["classifier", "home"]

_PATIENCE = 120  # seconds
_ROOT = Path(__file__).resolve().parents[3]
_BEGINNING = b"id,text\n1,il pacco non arriva\n" + b"2,grazie mille\n" * 100_000


def copies_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"var"}


def kill_while_it_reads(home: Path) -> None:
    """Give the command the beginning of a table, and kill it once it has kept some of it."""
    (home / "tmp").mkdir()
    command = [sys.executable, "-m", "rimedio", "classify", "-", "-o", "out.csv"]
    environment = os.environ | {"TMPDIR": str(home / "tmp"), "PYTHONPATH": str(_ROOT)}
    deadline = time.monotonic() + _PATIENCE
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        process.stdin.write(_BEGINNING)
        process.stdin.flush()
        while not (copies_in(home / "tmp") or copies_in(home / ".out.csv.run")):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_a_killed_run_has_its_copy_of_standard_input_in_its_own_folder_alone(home: Path) -> None:
    kill_while_it_reads(home)
    assert left_in(home) == {"tmp", ".out.csv.run"}
    assert left_in(home / "tmp") == set()
    assert len(copies_in(home / ".out.csv.run")) == 1
    assert stat.S_IMODE((home / ".out.csv.run").stat().st_mode) == 0o700


@pytest.mark.parametrize("words", [(), ("--resume",)], ids=["anew", "resumed"])
def test_the_next_run_takes_the_copy_of_a_killed_one_away(
    home: Path, classifier: TableClassifier, words: tuple[str, ...]
) -> None:
    kill_while_it_reads(home)
    result = rimedio("classify", "-", "-o", "out.csv", *words, given=b"id,text\n1,ciao\n")
    assert result.exit_code == 0, result.output
    assert classifier.shown == ["ciao"]
    assert left_in(home) == {"tmp", "out.csv"}


def test_a_run_that_cannot_be_leaves_no_copy(home: Path, classifier: TableClassifier) -> None:
    result = rimedio("classify", "-", "-o", "out.csv", "--text-column", "testo", given=b"id,text\n1,a\n")
    assert_one_clear_line(result, 2)
    assert left_in(home) == set()


def test_a_second_run_of_the_same_output_leaves_the_copies_of_the_first_alone(
    home: Path, classifier: TableClassifier
) -> None:
    with copies_of_inputs(home / "out.csv") as folder:
        copy = written(folder, b"mine")
        result = rimedio("classify", "-", "-o", "out.csv", given=b"id,text\n1,ciao\n")
        assert_one_clear_line(result, 1)
        assert "is being written by another run" in result.stderr
        assert copy.read_bytes() == b"mine"
    assert left_in(home) == set()
