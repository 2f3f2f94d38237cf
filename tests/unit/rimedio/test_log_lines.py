"""What is logged stays on its own line, whatever stands in it."""

import logging
from collections.abc import Iterator

import pytest

from rimedio.start import _log_to_stderr
from tests.hostile import HOSTILE


@pytest.fixture(autouse=True)
def _as_the_program_does() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_value_begins_no_line_and_colours_no_terminal(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _log_to_stderr()
    logging.getLogger("hostile").warning("something.happened %s", words, extra={"error": words})
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert "\x1b" not in written
    assert "something.happened" in written
