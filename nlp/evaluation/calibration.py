"""Whether probabilities mean what they say, and what is gained by leaving the unsure to people."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

BINS = 10
RESAMPLES = 1_000
LEVEL = 0.95
COVERAGES = (1.0, 0.95, 0.9, 0.8, 0.7, 0.5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A bootstrap interval: 95 of 100 resamplings of the messages fall into it."""

    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bin:
    """Decisions of like probability: what was said on average, and how many of them were so."""

    said: float
    true: float
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """The expected calibration error, in bins that hold equally many decisions, and the bins."""

    error: float
    interval: Interval
    bins: tuple[Bin, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CoveragePoint:
    """Of the messages that the classifier is surest of, the share decided, and the share of errors in it."""

    decided: float
    error: float


def calibrate(probabilities: Floats, there: Flags, *, at_least: float = 0.0, seed: int = 0) -> Calibration:
    """Compare probabilities with what was so; a row of `probabilities` and `there` is one message.

    Both have shape (n, decisions): the columns of one message are resampled together. Decisions with a
    probability below `at_least` are left out: where a message could have thirty labels and has one, the
    other twenty-nine would fill the bins and hide what is said of the one. The interval is moved by what
    resampling itself adds to the error.

    Source: the expected calibration error of Naeini et al. 2015, with bins of equal mass.
    """
    counted = probabilities >= at_least
    order = np.argsort(probabilities[counted], kind="stable")
    said, true = probabilities[counted][order], there[counted][order].astype(float)
    messages = np.nonzero(counted)[0][order]
    error = _error(said - true)
    rng = np.random.default_rng(seed)
    errors = []
    for _ in range(RESAMPLES if len(there) else 0):
        # A decision is repeated as often as its message is drawn, in its place: nothing is sorted again.
        drawn = np.bincount(rng.integers(0, len(there), len(there)), minlength=len(there))[messages]
        errors.append(_error(np.repeat(said - true, drawn)))
    added = float(np.mean(errors)) - error if errors else 0.0
    return Calibration(
        error=error,
        interval=interval(np.maximum(np.array(errors) - added, 0)),
        bins=tuple(
            Bin(said=float(some.mean()), true=float(so.mean()), count=len(some))
            for some, so in zip(np.array_split(said, BINS), np.array_split(true, BINS), strict=True)
            if len(some)
        ),
    )


def coverage(confidence: Floats, right: Flags) -> tuple[CoveragePoint, ...]:
    """How many errors are left when only the surest are decided; both arrays have shape (n)."""
    order = np.argsort(-confidence, kind="stable")
    wrong = ~right[order]
    points = []
    for share in COVERAGES:
        decided = max(round(share * len(order)), 1)
        points.append(
            CoveragePoint(decided=share, error=float(wrong[:decided].mean()) if len(wrong) else 0.0)
        )
    return tuple(points)


def macro_interval(truth: Flags, found: Flags, *, seed: int = 0) -> Interval:
    """The interval of the macro-F1 over the labels that occur; arrays of shape (n, labels)."""
    return interval(macro_resampled(truth, found, seed=seed))


def macro_resampled(truth: Flags, found: Flags, *, seed: int = 0) -> Floats:
    """The macro-F1 on each of many resamplings, which one seed makes the same for every `found`."""
    occurring = truth.any(axis=0)
    scores = f1_resampled(truth[:, occurring], found[:, occurring], seed=seed)
    known = [row[~np.isnan(row)] for row in scores]
    return np.array([float(row.mean()) if len(row) else 0.0 for row in known])


def f1_resampled(truth: Flags, found: Flags, *, seed: int = 0) -> npt.NDArray[np.float32]:
    """The F1 of each label on each of many resamplings, of shape (resamplings, labels).

    NaN where no message of a resampling has the label.
    """
    return f1_of(counts_resampled(truth, found, seed=seed))


def counts_resampled(truth: Flags, found: Flags, *, seed: int = 0) -> npt.NDArray[np.float32]:
    """What was right, wrong and missed of each label on each of many resamplings of the messages.

    Of shape (3, resamplings, labels); one seed draws the same messages for every `found`.
    """
    rng = np.random.default_rng(seed)
    parts = [part.astype(np.float32) for part in (truth & found, found & ~truth, truth & ~found)]
    counts = np.zeros((3, RESAMPLES if len(truth) else 0, truth.shape[1]), np.float32)
    for at in range(counts.shape[1]):
        drawn = np.bincount(rng.integers(0, len(truth), len(truth)), minlength=len(truth))
        for count, part in zip(counts, parts, strict=True):
            count[at] = drawn.astype(np.float32) @ part
    return counts


def f1_of(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The F1 of counts as of `counts_resampled`; NaN where nothing was there."""
    right, wrong, missed = counts
    return np.where(
        right + missed > 0, 2 * right / np.maximum(2 * right + wrong + missed, 1), np.float32("nan")
    )


def interval(values: npt.NDArray[np.floating]) -> Interval:
    """The middle 95 % of resampled values, without those that are NaN; nothing at all gives 0 to 0."""
    values = values[~np.isnan(values)]
    if not len(values):
        return Interval(low=0.0, high=0.0)
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(low=float(low), high=float(high))


def _error(gaps: Floats) -> float:
    """Of what was said less what was so, decision by decision, in the order of their probabilities."""
    return sum(abs(float(part.sum())) for part in np.array_split(gaps, BINS)) / max(len(gaps), 1)
