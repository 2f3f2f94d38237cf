"""How far a process is, between two shards as well."""

import pytest

from nlp.batch.pace import Pace
from nlp.progress import part_of


def test_rows_of_a_shard_count_as_they_are_told() -> None:
    pace = Pace()
    with pace.going_through(100) as told:
        assert pace.rows == 0
        told(0.25)
        assert pace.rows == 25
    assert pace.rows == 100
    with pace.going_through(40) as told:
        told(0.5)
        assert pace.rows == 120


def test_the_rate_is_of_all_rows_since_the_first_was_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 130.0])
    monkeypatch.setattr("nlp.batch.pace.time.monotonic", lambda: next(clock))
    pace = Pace()
    assert pace.rate == 0
    with pace.going_through(100) as told:
        assert pace.rate == 0
        told(0.3)
        assert pace.rate == 1


def test_a_step_is_a_part_of_the_whole() -> None:
    heard: list[float] = []
    second = part_of(heard.append, 1, 4)
    second(0)
    second(1)
    assert heard == [0.25, 0.5]
