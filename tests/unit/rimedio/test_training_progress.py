import time
from io import StringIO

import pytest
from rich.console import Console

from rimedio import training_progress
from rimedio.training_progress import telling


def test_a_log_is_told_the_step_the_part_and_what_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training_progress, "LINE_EVERY", 0.05)

    with telling(Console(file=StringIO())) as told:
        time.sleep(0.15)
        told("adapting the encoder, round 1 of 4", 0.25)
        time.sleep(0.15)
    said = capsys.readouterr().err
    time.sleep(0.15)

    first, *_, last = said.splitlines()
    assert first == "loading the encoder: 0% of the whole"
    assert last == "adapting the encoder, round 1 of 4: 25% of the whole, about 1 min to go"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("done", "minutes"), [(0.25, "30 min"), (0.5, "10 min"), (0.999, "1 min")])
def test_what_is_left_is_reckoned_from_what_it_took(done: float, minutes: str) -> None:
    assert minutes in training_progress._line("training tone", done, 600.0)


def test_at_a_terminal_a_bar_is_drawn() -> None:
    shown = StringIO()

    with telling(Console(file=shown, force_terminal=True, width=100)) as told:
        told("training tone", 0.5)

    assert "training tone" in shown.getvalue()
    assert "50%" in shown.getvalue()
