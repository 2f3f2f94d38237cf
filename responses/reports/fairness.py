"""Does it pay to shout? What people were given by tone, language and agent, facts being equal.

Answers are compared only with others of the same stratum: the same policy and rules, complaint types and
facts. Over the strata the differences are pooled, each weighted by how much it tells: n·m / (n + m) for n
answers of the group and m others, as Mantel and Haenszel weight theirs.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from responses.reports.intervals import SURE, Verdict, together

FEWEST = 20
"""So many answers a group and those it is compared with must have, before anything is said of it."""

FEWEST_ALIKE = 5
"""So many answers must share their facts; of fewer, the facts are taken more coarsely."""

_DRAWS = 1000
_SEED = 20261127
_AT_ONCE = 2_000_000  # numbers drawn in one go, so that a year of answers takes no more memory than a week


class Dimension(StrEnum):
    """By what answers are told apart."""

    TONE = "tone"
    LANGUAGE = "language"
    AGENT = "agent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer: what it gave as goodwill, in major units of one currency, and to whom by whom.

    `alike` are names of its stratum, the finest first: what shares the last one is compared at all.
    """

    worth: float
    alike: tuple[str, ...]
    groups: Mapping[Dimension, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One group against the others of its strata.

    `answers` are those that could be compared with any. `mean` is what they were given on average,
    `difference` by how much that is more than the others were, within `low` and `high` at 95 %.
    """

    dimension: Dimension
    group: str
    answers: int
    mean: float
    difference: float
    low: float
    high: float
    verdict: Verdict


def compare(answers: Sequence[Answer]) -> list[Compared]:
    """Every group with enough answers, by dimension and name. The same answers always give the same."""
    worths = np.array([answer.worth for answer in answers], dtype=np.float64)
    strata = _strata(answers)
    found: list[tuple[Dimension, str, _Pooled]] = []
    for dimension in Dimension:
        labels = np.array([answer.groups.get(dimension, "") for answer in answers])
        for group in sorted({str(label) for label in labels} - {""}):
            pooled = _pooled(worths, labels == group, labels != "", strata)
            if pooled is not None:
                found.append((dimension, group, pooled))
    # Of twenty honest groups one lies outside of its own interval: the verdict counts how many are looked at.
    bound = NormalDist().inv_cdf((1 + together(len(found))) / 2)
    return [
        Compared(
            dimension=dimension,
            group=group,
            answers=pooled.answers,
            mean=pooled.mean,
            difference=pooled.difference,
            low=pooled.low,
            high=pooled.high,
            verdict=_verdict(pooled, bound),
        )
        for dimension, group, pooled in found
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pooled:
    answers: int
    mean: float
    difference: float
    low: float
    high: float
    spread: float


def _verdict(pooled: _Pooled, bound: float) -> Verdict:
    if pooled.low <= 0 <= pooled.high:
        return Verdict.NONE
    return Verdict.SHOWN if abs(pooled.difference) > bound * pooled.spread else Verdict.DOUBT


def _strata(answers: Sequence[Answer]) -> list[npt.NDArray[np.intp]]:
    """The places of the answers that are alike: as finely as leaves enough of them together."""
    left = list(range(len(answers)))
    strata = []
    for level in range(max((len(answer.alike) for answer in answers), default=0)):
        together: dict[str, list[int]] = defaultdict(list)
        for place in left:
            alike = answers[place].alike
            together[alike[min(level, len(alike) - 1)]].append(place)
        fits = {name: places for name, places in together.items() if len(places) >= FEWEST_ALIKE}
        strata += [np.array(places) for _, places in sorted(fits.items())]
        taken = {place for places in fits.values() for place in places}
        left = [place for place in left if place not in taken]
    return strata


def _pooled(
    worths: npt.NDArray[np.float64],
    is_group: npt.NDArray[np.bool_],
    is_known: npt.NDArray[np.bool_],
    strata: Sequence[npt.NDArray[np.intp]],
) -> _Pooled | None:
    """The weighted difference, and what drawing anew makes of it.

    What is drawn are the distances from the mean of the whole stratum, not of its two sides: a side of one
    answer would have none, and no difference could be doubted.
    """
    pairs = []
    for places in strata:
        known = places[is_known[places]]
        group, others = known[is_group[known]], known[~is_group[known]]
        if len(group) and len(others):
            pairs.append((worths[group], worths[others]))
    answers, compared_with = sum(len(one) for one, _ in pairs), sum(len(other) for _, other in pairs)
    if min(answers, compared_with) < FEWEST:
        return None
    weights = np.array([len(one) * len(other) / (len(one) + len(other)) for one, other in pairs])
    weights /= weights.sum()
    differences = np.array([one.mean() - other.mean() for one, other in pairs])
    difference = float(weights @ differences)
    random = np.random.default_rng(_SEED)
    drawn = np.full(_DRAWS, difference)
    for weight, (one, other) in zip(weights, pairs, strict=True):
        drawn += weight * _noise(one, other, random)
    low, high = np.quantile(drawn, [(1 - SURE) / 2, (1 + SURE) / 2])
    return _Pooled(
        answers=answers,
        mean=float(sum(one.sum() for one, _ in pairs) / answers),
        difference=difference,
        low=float(low),
        high=float(high),
        spread=float(drawn.std()),
    )


def _noise(
    one: npt.NDArray[np.float64], other: npt.NDArray[np.float64], random: np.random.Generator
) -> npt.NDArray[np.float64]:
    together = np.concatenate([one, other])
    size = len(together)
    residuals = (together - together.mean()) * np.sqrt(size / (size - 1))
    noise = np.empty(_DRAWS)
    step = max(1, _AT_ONCE // size)
    for start in range(0, _DRAWS, step):
        picked = residuals[random.integers(0, size, size=(min(step, _DRAWS - start), size))]
        noise[start : start + step] = picked[:, : len(one)].mean(axis=1) - picked[:, len(one) :].mean(axis=1)
    return noise
