"""From which probability on a label is said."""

import numpy as np

from nlp.training.fitting import best_thresholds


def test_a_label_that_is_told_is_said_from_between_half_its_best_f1_and_one_half() -> None:
    # Said of all but two from 0.4 on: precision 1, recall 0.8, F1 8 / 9.
    probabilities = np.array([[0.9]] * 8 + [[0.1]] * 2 + [[0.05]] * 10, np.float32)
    truth = np.array([[True]] * 10 + [[False]] * 10)

    (threshold,) = best_thresholds(probabilities, truth)

    assert threshold == round((8 / 9 / 2 + 0.5) / 2, 3)


def test_a_label_that_is_hardly_told_keeps_the_threshold_of_its_best_f1() -> None:
    probabilities = np.array([[0.25]] * 5 + [[0.1]] * 20, np.float32)
    truth = np.array([[True]] * 5 + [[False]] * 20)

    (threshold,) = best_thresholds(probabilities, truth)

    assert 0.1 < threshold <= 0.25


def test_a_label_that_is_nowhere_is_said_from_one_half_on() -> None:
    probabilities = np.full((4, 1), 0.1, np.float32)

    (threshold,) = best_thresholds(probabilities, np.zeros((4, 1), np.bool_))

    assert threshold == 0.5
