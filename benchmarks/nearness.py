"""From which nearness on two messages are about the same: where the floor of precedents comes from.

Pairs of complaints of the training part, each of one type: alike are those of the same kind of business and
the same type. They are held against pairs of one business with different types, of one type in different
businesses, and of neither. Prints which share of each is at least so near. Takes a minute or two on free
cores.

    .venv/bin/python -m benchmarks.nearness
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from models.labels import Act
from nlp.classifier import Classifier
from nlp.nearness import FLOORS as IN_USE
from nlp.training.corpus import SHIPPED, Example, read_corpus

FLOORS = (0.80, 0.82, 0.83, 0.84, 0.85, 0.86, 0.87, 0.88, 0.90)
Kind = tuple[str | None, str]


def main() -> None:
    """Prints a line for each floor, and the medians."""
    examples = chosen()
    classifier = Classifier.load()
    vectors = classifier.embed([one.text for one in examples])
    similarities = vectors @ vectors.T
    kinds = [_kind(one) for one in examples]
    ways: dict[str, Callable[[Kind, Kind], bool]] = {
        "same business and type": lambda one, other: one == other,
        "same business, other type": lambda one, other: one[0] == other[0] and one[1] != other[1],
        "same type, other business": lambda one, other: one[0] != other[0] and one[1] == other[1],
        "neither": lambda one, other: one[0] != other[0] and one[1] != other[1],
    }
    found = {
        name: np.array(
            [
                similarities[one, other]
                for one, other in combinations(range(len(examples)), 2)
                if holds(kinds[one], kinds[other])
            ]
        )
        for name, holds in ways.items()
    }
    name = classifier.encoder.name
    print(f"{len(examples)} messages, encoder {name}, floor in use {IN_USE.get(name)}")
    print("at least | " + " | ".join(f"{name} ({len(pairs)})" for name, pairs in found.items()))
    for floor in FLOORS:
        shares = " | ".join(f"{(pairs >= floor).mean():.1%}" for pairs in found.values())
        print(f"{floor:.2f} | {shares}")
    print("median | " + " | ".join(f"{np.median(pairs):.2f}" for pairs in found.values()))


def chosen() -> Sequence[Example]:
    """Of each business and type the first two complaints of the training part that have no other type."""
    of_kind: dict[Kind, list[Example]] = defaultdict(list)
    for one in read_corpus([SHIPPED]):
        if not one.is_held_out and one.act == Act.COMPLAINT and len(one.complaint_types or ()) == 1:
            of_kind[_kind(one)].append(one)
    return [one for some in of_kind.values() if len(some) > 1 for one in some[:2]]


def _kind(one: Example) -> Kind:
    (label,) = one.complaint_types or ("",)
    return one.business, label


if __name__ == "__main__":
    main()
