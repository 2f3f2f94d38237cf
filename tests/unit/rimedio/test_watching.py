"""What is shown of a run while it goes on, however slow it is."""

import io

import pytest
from rich.console import Console

from nlp.batch.engine import Done
from nlp.batch.pace import Pace
from rimedio.classifying import Bar, Watching


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("rimedio.classifying.time", clock)
    monkeypatch.setattr("nlp.batch.pace.time", clock)
    return clock


@pytest.fixture
def pace(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Pace:
    """How far this process is, its model loaded."""
    pace = Pace()
    monkeypatch.setattr("rimedio.classifying.pace", lambda: pace)
    monkeypatch.setattr("rimedio.classifying.has_model", lambda: True)
    return pace


def drawn(watch: Watching) -> str:
    """The bar as a terminal of 120 letters shows it."""
    sink = io.StringIO()
    console = Console(file=sink, force_terminal=True, width=120, color_system=None)
    with Bar(watch, console) as bar:
        bar.refresh()
    return sink.getvalue()


@pytest.mark.parametrize(
    ("rows", "seconds", "told"),
    [(32, 64.0, "0.5 a second, 1 h 07 min left"), (1024, 1024 / 70, "70 a second, 15 s left")],
    ids=["a row in two seconds", "seventy a second"],
)
def test_a_slow_run_says_how_long_it_takes_before_its_first_shard_is_done(
    clock: Clock, pace: Pace, rows: int, seconds: float, told: str
) -> None:
    watch = Watching(on_cluster=False)
    watch.classified(Done(rows=0, known=2048, is_total=True))
    with pace.going_through(2048) as heard:
        assert watch.told() == "classifying: 0 of 2,048 rows"
        clock.seconds += seconds
        heard(rows / 2048)
        assert told in watch.told()
        assert told.split(", ")[1] in drawn(watch)


def test_the_rate_of_whole_shards_is_told_once_there_are_two(clock: Clock, pace: Pace) -> None:
    watch = Watching(on_cluster=False)
    for rows in (0, 2048, 4096):
        watch.classified(Done(rows=rows, known=6144, is_total=True))
        clock.seconds += 1024
    assert watch.told() == "classifying: 4,096 of 6,144 rows (2.0 a second, 17 min 04 s left)"
    assert "17 min 04 s left" in drawn(watch)


def test_what_was_kept_of_an_earlier_run_comes_before_what_is_done_now(clock: Clock, pace: Pace) -> None:
    watch = Watching(on_cluster=False)
    watch.classified(Done(rows=4096, known=6144, is_total=True))
    with pace.going_through(2048) as heard:
        clock.seconds += 10
        heard(0.25)
        assert watch.now().done.rows == 4096 + 512
        assert watch.told().startswith("classifying: 4,608 of 6,144 rows (51 a second, 30 s left)")


def test_until_the_end_of_the_input_is_known_no_time_is_told(clock: Clock, pace: Pace) -> None:
    watch = Watching(on_cluster=False)
    for rows in (0, 2048, 4096):
        watch.classified(Done(rows=rows, known=8192, is_total=False))
        clock.seconds += 10
    assert watch.told() == "classifying: 4,096 of 8,192 or more rows (205 a second)"
    assert "left" not in drawn(watch)


def test_writing_tells_its_rate_and_what_is_left(clock: Clock, pace: Pace) -> None:
    watch = Watching(on_cluster=False)
    for rows in (2048, 4096):
        watch.written(Done(rows=rows, known=6144, is_total=True))
        clock.seconds += 8
    assert watch.told() == "writing: 4,096 of 6,144 rows (128 a second, 16 s left)"


def test_a_bar_is_there_before_anything_is_read(clock: Clock, pace: Pace) -> None:
    watch = Watching(on_cluster=False)
    assert "reading" in drawn(watch)
    watch.read(2048)
    assert "2048/?" in drawn(watch)
