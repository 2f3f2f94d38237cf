"""Intervals: between what bounds a share or a difference lies, and what may be said of it then."""

from dataclasses import dataclass
from enum import StrEnum
from math import hypot

SURE = 0.95


class Verdict(StrEnum):
    """What a difference tells."""

    NONE = "none"  # the interval holds nought
    DOUBT = "doubt"  # it does not, but among so many comparisons one such is to be expected
    SHOWN = "shown"  # it would not, if all of them were looked at together


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Both ends belong to it."""

    low: float
    high: float

    @property
    def holds_nought(self) -> bool:
        """Whether there may be no difference at all."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many, of how many."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The part, in [0, 1]; nought of nothing."""
        return self.count / self.of if self.of else 0.0

    def interval(self, sure: float = SURE) -> Interval:
        """Between what the true share lies: Wilson's score interval, which holds for small counts too."""
        if not self.of:
            return Interval(low=0.0, high=1.0)
        from scipy.stats import binomtest

        found = binomtest(self.count, self.of).proportion_ci(confidence_level=sure, method="wilson")
        return Interval(low=float(found.low), high=float(found.high))


def together(comparisons: int) -> float:
    """How sure each of so many comparisons has to be for all of them to be `SURE` at once (Bonferroni)."""
    return 1 - (1 - SURE) / max(1, comparisons)


def difference(one: Share, other: Share, sure: float = SURE) -> Interval:
    """By how much the first share is larger: the square-and-add interval of two independent shares.

    Method 10 in R. G. Newcombe, "Interval estimation for the difference between independent proportions:
    comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890.
    """
    first, second = one.interval(sure), other.interval(sure)
    found = one.share - other.share
    return Interval(
        low=found - hypot(one.share - first.low, second.high - other.share),
        high=found + hypot(first.high - one.share, other.share - second.low),
    )
