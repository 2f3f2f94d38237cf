"""How sure the fast model must be: the bounds at which least is handed on and hardly any F1 is lost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nlp.encoders.encoder import Vectors
from nlp.heads import Flags

LARGEST_LOSS = 0.005
"""Macro-F1 that any field may lose against the heads, on the messages that bounds are chosen on.

Half of the point that it may lose on others: what is best on some is always a little worse on others.
"""

_LEVELS = 40  # bounds that are tried for a field: so many quantiles of how sure it was


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One field on messages that neither the fast model nor the heads had seen.

    `truth`, `cheap` and `whole` say which labels are there, say the fast model, say the heads; each of shape
    (messages, labels). `known` says of which messages people labelled the field, `confidence` how sure the
    fast model is; both of shape (messages).
    """

    truth: Flags
    cheap: Flags
    whole: Flags
    known: Flags
    confidence: Vectors

    def macro_f1(self, sure: Flags) -> float:
        """Of what is said when the messages that are `sure` are answered by the fast model."""
        found = np.where(sure[:, None], self.cheap, self.whole)[self.known]
        truth = self.truth[self.known]
        right, said, there = (one.sum(axis=0) for one in (found & truth, found, truth))
        scores = 2 * right / np.maximum(said + there, 1)
        return float(scores[there > 0].mean()) if there.any() else 1.0


def choose_bounds(fields: Mapping[str, Judged], largest_loss: float = LARGEST_LOSS) -> dict[str, float]:
    """By field the confidence from which a message may be answered; above 1 where nothing may."""
    names = list(fields)
    levels = {
        name: np.append(np.unique(np.quantile(one.confidence, np.linspace(0, 1, _LEVELS))), 2.0)
        for name, one in fields.items()
    }
    count = len(next(iter(fields.values())).confidence)
    least = {name: one.macro_f1(np.zeros(count, np.bool_)) - largest_loss for name, one in fields.items()}

    def sure(places: Mapping[str, int]) -> Flags:
        answered = np.ones(count, np.bool_)
        for name, place in places.items():
            answered &= fields[name].confidence >= levels[name][place]
        return answered

    def fits(places: Mapping[str, int]) -> bool:
        answered = sure(places)
        return all(one.macro_f1(answered) >= least[name] for name, one in fields.items())

    # All as strict as each other first, then whatever field is worth most is let go a little further.
    steps = range(max(len(found) for found in levels.values()))
    best = {name: len(levels[name]) - 1 for name in names}
    for step in steps:
        even = {name: min(step, len(levels[name]) - 1) for name in names}
        if fits(even):
            best = even
            break
    while True:
        moves = [{**best, name: best[name] - 1} for name in names if best[name] > 0]
        allowed = [move for move in moves if fits(move)]
        if not allowed:
            return {name: float(levels[name][best[name]]) for name in names}
        best = max(allowed, key=lambda move: int(sure(move).sum()))
