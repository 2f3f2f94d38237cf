import numpy as np
import pytest

from nlp.evaluation.calibration import calibrate, coverage, macro_interval


def test_probabilities_that_mean_what_they_say_have_no_error() -> None:
    rng = np.random.default_rng(1)
    said = rng.uniform(size=(20_000, 1))
    there = rng.uniform(size=said.shape) < said

    found = calibrate(said, there)

    assert found.error < 0.02
    assert found.interval.low <= found.error <= found.interval.high + 0.01
    assert [one.count for one in found.bins] == [2_000] * 10


def test_probabilities_that_are_too_high_by_a_fifth_are_found_out() -> None:
    rng = np.random.default_rng(2)
    true = rng.uniform(0, 0.8, size=(20_000, 1))
    there = rng.uniform(size=true.shape) < true

    assert calibrate(true + 0.2, there).error == pytest.approx(0.2, abs=0.01)


def test_many_labels_that_are_ruled_out_do_not_hide_what_is_said_of_the_others() -> None:
    said, there = np.full((500, 30), 0.001), np.zeros((500, 30), bool)
    said[:, 0], said[:, 1:3] = 0.6, 0.2
    there[:, 0] = True

    assert calibrate(said, there).error < 0.01
    assert calibrate(said, there, at_least=0.05).error > 0.2


@pytest.mark.parametrize("seed", range(5))
def test_the_interval_holds_the_error_of_few_messages(seed: int) -> None:
    rng = np.random.default_rng(seed)
    said = rng.uniform(size=(300, 1))
    there = rng.uniform(size=said.shape) < said

    found = calibrate(said, there)

    assert found.interval.low <= found.error <= found.interval.high


def test_one_message_and_none_can_be_measured() -> None:
    assert calibrate(np.array([[0.9]]), np.array([[True]])).error == pytest.approx(0.1)
    assert calibrate(np.zeros((0, 1)), np.zeros((0, 1), bool)).error == 0


def test_where_the_unsure_half_is_wrong_half_is_decided_without_error() -> None:
    confidence = np.linspace(1, 0.5, 100)
    right = confidence > 0.75

    points = {point.decided: point.error for point in coverage(confidence, right)}

    assert points[1.0] == 0.5
    assert points[0.5] == 0.0


def test_the_interval_of_a_score_holds_it_and_narrows_with_more_messages() -> None:
    rng = np.random.default_rng(3)

    def width(rows: int) -> float:
        truth = rng.uniform(size=(rows, 4)) < 0.4
        found = np.where(rng.uniform(size=truth.shape) < 0.2, ~truth, truth)
        interval = macro_interval(truth, found)
        hits = (truth & found).sum(axis=0)
        f1 = 2 * hits / (2 * hits + (truth ^ found).sum(axis=0))
        assert interval.low < f1.mean() < interval.high
        return interval.high - interval.low

    assert width(4_000) < width(400) / 2


def test_nothing_to_measure_gives_an_empty_interval() -> None:
    empty = np.zeros((0, 3), bool)

    assert macro_interval(empty, empty).high == 0
