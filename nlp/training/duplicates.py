"""Finds messages of a corpus that say the same with the same labels, and so count twice for nothing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import sparse

from nlp.encoders.encoder import Encoder
from nlp.pieces import count_pieces
from nlp.training.corpus import Example

SAME = 0.97
"""Cosine of two embeddings above which two messages with the same labels are one too many."""

_SIMILAR_LETTERS = 0.55
_FEW_WORDS = 6

_PIECES = range(2, 5)
_BUCKETS = 1 << 24


@dataclass(frozen=True, kw_only=True, slots=True)
class NearDuplicate:
    """Two messages by their places in the corpus, counted from 0, and the cosine of their embeddings."""

    first: int
    second: int
    cosine: float


def near_duplicates(examples: Sequence[Example], encoder: Encoder) -> list[NearDuplicate]:
    """Every pair with the same labels whose embeddings have a cosine above `SAME`, in order.

    Only pairs that share enough pieces of words are embedded, and short ones: on 5,391 messages that
    found all the 28 pairs that embedding every message finds.
    """
    counts = count_pieces([one.text.casefold() for one in examples], _PIECES, _BUCKETS)
    pairs = [pair for places in _groups(examples) for pair in _candidates(examples, places, counts[places])]
    wanted = sorted({place for pair in pairs for place in pair})
    row = {place: number for number, place in enumerate(wanted)}
    vectors = encoder.embed([examples[place].text for place in wanted])
    found = []
    for first, second in sorted(pairs):
        cosine = float(vectors[row[first]] @ vectors[row[second]])
        if cosine > SAME:
            found.append(NearDuplicate(first=first, second=second, cosine=cosine))
    return found


def _groups(examples: Sequence[Example]) -> list[list[int]]:
    groups: dict[object, list[int]] = defaultdict(list)
    for place, one in enumerate(examples):
        types, asks = tuple(sorted(one.complaint_types or ())), tuple(sorted(one.asks or ()))
        groups[one.act, types, one.tone, one.urgency, asks, one.own_error].append(place)
    return [places for places in groups.values() if len(places) > 1]


def _candidates(
    examples: Sequence[Example], places: Sequence[int], counts: sparse.csr_array
) -> list[tuple[int, int]]:
    pieces = _weighted(counts)
    shared = (pieces @ pieces.T).tocoo()
    similar = (shared.row < shared.col) & (shared.data > _SIMILAR_LETTERS)
    alike = set(zip(shared.row[similar].tolist(), shared.col[similar].tolist(), strict=True))
    short = [row for row, place in enumerate(places) if _is_short(examples[place].text)]
    alike |= set(combinations(short, 2))
    return [(places[first], places[second]) for first, second in alike]


def _weighted(counts: sparse.csr_array) -> sparse.csr_array:
    """What is rare among these texts counts more (TF-IDF, smoothed); rows of length one."""
    columns, column = np.unique(counts.indices, return_inverse=True)
    texts = counts.shape[0]
    rarity = np.log((1 + texts) / (1 + np.bincount(column))) + 1
    weights = counts.data * rarity[column]
    row = np.repeat(np.arange(texts), np.diff(counts.indptr))
    weights /= np.sqrt(np.bincount(row, weights**2, texts))[row]
    return sparse.csr_array((weights, column, counts.indptr), shape=(texts, len(columns)))


def _is_short(text: str) -> bool:
    return len(text.split()) < _FEW_WORDS
