"""When new heads may take the place of old ones."""

import pytest

from nlp.evaluation.calibration import Interval
from nlp.evaluation.comparison import FieldComparison, keeps_up


def compared(first: float, second: float, low: float, high: float) -> FieldComparison:
    return FieldComparison(
        field="act", rows=100, first=first, second=second, gain=Interval(low=low, high=high)
    )


@pytest.mark.parametrize(
    ("second", "low", "high", "least", "good"),
    [
        (0.82, -0.01, 0.05, -1.0, True),
        (0.78, -0.05, 0.01, -1.0, True),
        (0.70, -0.15, -0.05, -1.0, False),
        (0.78, -0.05, 0.01, -0.01, False),
        (0.795, -0.05, 0.03, -0.01, True),
    ],
)
def test_worse_beyond_chance_or_by_too_much_does_not(
    second: float, low: float, high: float, least: float, good: bool
) -> None:
    better = compared(0.8, 0.9, 0.05, 0.15)
    assert keeps_up([better, compared(0.8, second, low, high)], least=least) is good
