"""A real terminal shows our bar, and nothing of what does the work."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from nlp.batch.packing import SHARD_ROWS


def shown(home: Path, *command: str) -> tuple[int, str]:
    """How a command ends whose standard error is a terminal, and all that this shows."""
    terminal, end = pty.openpty()
    env = {**os.environ, "RIMEDIO_HOME": str(home / "var"), "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen([sys.executable, "-m", *command], stderr=end, env=env)
    os.close(end)
    pieces = []
    with suppress(OSError):  # a terminal that nobody holds any more is an error, not an end
        while piece := os.read(terminal, 1 << 16):
            pieces.append(piece)
    os.close(terminal)
    return process.wait(), b"".join(pieces).decode("utf-8", "replace")


def test_a_terminal_shows_our_bar_and_nothing_of_the_engine(tmp_path: Path) -> None:
    rows = "\n".join(f"{number};{'x' * (number % 40)}" for number in range(3 * SHARD_ROWS))
    (tmp_path / "in.csv").write_text(f"id;testo\n{rows}\n")
    files = (str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv"))
    status, told = shown(tmp_path, "tests.stoppable_program", "1", "0", "classify", *files)
    assert status == 0, told
    assert "classifying" in told
    assert " left" in told
    assert "6144/6144" in told
    assert "Daft" not in told
    assert "Scan" not in told
    assert "UDF" not in told
