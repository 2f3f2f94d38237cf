"""What errors cost a business: where that is said, labels are decided by the least expected cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from nlp.encoders.encoder import Vectors
from nlp.errors import NlpError
from nlp.heads import CHOICE_FIELDS, FIELDS, Flags, Head

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

    A person looks where deciding is expected to cost more than `review`. Where None is said, that is `REVIEW`
    for the labels with a cost of their own, and everything else keeps the bounds that training chose. Of
    fields with several labels those without a cost keep the thresholds that training chose.
    """

    review: float | None = None
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

    def decide(self, name: str, head: Head, rows: Vectors) -> tuple[Flags, Flags]:
        """Which labels of a field are there, and which messages a person should look at.

        `rows` are probabilities of shape (n, labels); the results have shapes (n, labels) and (n).
        """
        own, sure = self.labels.get(name, {}), head.confidences(rows)
        if name in CHOICE_FIELDS and own:
            return self._choose(head, rows, own)
        there = head.there(rows)
        look = sure < head.abstain_below
        for place, label in enumerate(head.labels):
            if label in own:
                missed, false = _expected(rows[:, place], own[label])
                there[:, place] = missed > false
                look |= np.minimum(missed, false) > self._bound
        if head.at_least_one:
            best = np.arange(rows.shape[1]) == rows.argmax(axis=1, keepdims=True)
            there |= best & ~there.any(axis=1, keepdims=True)
        if self.review is not None:
            look = self._deciding(head, rows, there, own) > self.review
        return there, look

    def overlooked(self, types: Head, rows: Vectors, complaint: Vectors) -> Flags:
        """On which messages, were they taken for no complaint, a person should look all the same; shape (n).

        What is no complaint has no type, and one that is dear to miss would be missed with it. `rows` are the
        probabilities of types in a complaint, shape (n, types), `complaint` those of being one, shape (n).
        """
        own = self.labels.get("complaint_types", {})
        look = np.zeros(len(rows), np.bool_)
        for place, label in enumerate(types.labels):
            if label in own:
                missed, _ = _expected(rows[:, place] * complaint, own[label])
                look |= missed > self._bound
        return look

    def _deciding(
        self, head: Head, rows: Vectors, there: Flags, own: Mapping[str, ErrorCost]
    ) -> npt.NDArray[np.float64]:
        """What saying just these labels is expected to cost, all of them together; shape (n)."""
        if not head.several:
            return 1 - head.certainties(rows)
        whole = np.zeros(len(rows))
        for place, label in enumerate(head.labels):
            missed, false = _expected(rows[:, place], own.get(label, ErrorCost()))
            whole += np.where(there[:, place], false, missed)
        return whole

    @property
    def _bound(self) -> float:
        return REVIEW if self.review is None else self.review

    def _choose(self, head: Head, rows: Vectors, own: Mapping[str, ErrorCost]) -> tuple[Flags, Flags]:
        costs = [own.get(label, ErrorCost()) for label in head.labels]
        missed, false = (np.array([getattr(cost, kind) for cost in costs]) for kind in ("missed", "false"))
        # Saying one label where another is there misses the one and is false of the other: half of each.
        table = (missed[:, None] + false[None]) / 2
        np.fill_diagonal(table, 0)
        expected = rows @ table
        best = expected.argmin(axis=1, keepdims=True)
        return np.arange(rows.shape[1]) == best, expected.min(axis=1) > self._bound


def _expected(probabilities: Vectors, cost: ErrorCost) -> tuple[npt.NDArray[np.float64], ...]:
    """What leaving out a label is expected to cost, and what saying it."""
    likely = probabilities.astype(np.float64)
    return likely * cost.missed, (1 - likely) * cost.false
