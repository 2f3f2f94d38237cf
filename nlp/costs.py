"""What errors cost a business: where that is said, labels are decided by the least expected cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nlp.encoder import Vectors
from nlp.errors import NlpError
from nlp.heads import CHOICE_FIELDS, FIELDS, Head

REVIEW = 0.5
"""What a person's look costs, where nothing else is said; a plain error costs 1."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorCost:
    """What it costs to miss a label that is there, and to say one that is not."""

    missed: float = 1.0
    false: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Costs:
    """The costs of a business, by field and label; what is not named costs 1.

    A person looks where deciding is expected to cost more than `review`. Of fields with several labels those
    without a cost of their own keep the thresholds that training chose.
    """

    review: float = REVIEW
    labels: Mapping[str, Mapping[str, ErrorCost]] = field(default_factory=dict)

    def check(self, heads: Mapping[str, Head]) -> None:
        """Refuse what the classifier does not tell.

        Raises:
            NlpError: A field or label is unknown.
        """
        for name, costs in self.labels.items():
            if name not in FIELDS:
                raise NlpError(f"RIMEDIO_COSTS: unknown field {name!r}, expected one of {', '.join(FIELDS)}")
            known = heads[name].labels
            for label in costs:
                if label not in known:
                    raise NlpError(f"RIMEDIO_COSTS: {name} has no label {label!r}, only {', '.join(known)}")

    def decide(self, name: str, head: Head, row: Vectors) -> tuple[tuple[int, ...], bool]:
        """The labels of a field, by falling probability, and whether a person should look.

        `row` holds one message's probabilities.
        """
        own = self.labels.get(name, {})
        if name in CHOICE_FIELDS:
            return self._choose(head, row, own)
        costs = {place: own[label] for place, label in enumerate(head.labels) if label in own}
        usual = set(head.decide(row))
        there = [
            place
            for place in np.argsort(-row, kind="stable").tolist()
            if (_worth_saying(float(row[place]), costs[place]) if place in costs else place in usual)
        ]
        if not there and head.at_least_one:
            there = [int(row.argmax())]
        dear = any(
            min(row[place] * cost.missed, (1 - row[place]) * cost.false) > self.review
            for place, cost in costs.items()
        )
        return tuple(there), dear or head.confidence(row) < head.abstain_below

    def _choose(self, head: Head, row: Vectors, own: Mapping[str, ErrorCost]) -> tuple[tuple[int, ...], bool]:
        costs = [own.get(label, ErrorCost()) for label in head.labels]
        missed, false = (np.array([getattr(cost, kind) for cost in costs]) for kind in ("missed", "false"))
        # Saying one label where another is there misses the one and is false of the other: half of each.
        table = (missed[:, None] + false[None]) / 2
        np.fill_diagonal(table, 0)
        expected = row @ table
        best = int(expected.argmin())
        return (best,), bool(expected[best] > self.review)


def _worth_saying(probability: float, cost: ErrorCost) -> bool:
    return probability * cost.missed > (1 - probability) * cost.false
