"""The coordinates in which heads are fitted: the directions in which messages differ most."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.linalg import eigh

from nlp.encoders.encoder import Vectors
from nlp.features import Features

MOST = 1500
"""Directions that are kept: the first ones, in which the messages vary most."""

_SMALLEST = 1e-6  # parts of the largest eigenvalue under which a direction is rounding noise


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of the features is looked at.

    Of the meaning the `last` so many numbers (None: all), and the wording with the weight `wording`.
    """

    last: int | None = None
    wording: float = 1.0


WHOLE = View()


class Space:
    """The principal directions of the training messages.

    A ridge-penalised linear model hardly uses directions in which messages do not vary, so fitting it on
    their coordinates in the first `MOST` gives nearly the same weights as fitting it on all 9,728 features, a
    hundred times faster. `points` holds the coordinates, float32 of shape (messages, directions). What the
    `view` leaves out gets no weight.
    """

    def __init__(self, features: Features, view: View = WHOLE) -> None:
        self._width = features.meaning.shape[1]
        self._view = view
        meaning = features.meaning[:, -(view.last or self._width) :]
        self._mean = meaning.mean(axis=0)
        # Divided by the root of their number too: meaning and wording then have rows of about length one.
        self._scale = (meaning.std(axis=0) + np.float32(1e-6)) * np.float32(np.sqrt(meaning.shape[1]))
        standard = (meaning - self._mean) / self._scale
        wording = features.wording * np.float32(view.wording)
        if len(features) <= meaning.shape[1] + wording.shape[1]:
            # Fewer messages than features: the same directions from the smaller table of products.
            products = standard @ standard.T + (wording @ wording.T).toarray()
            values, vectors = _largest(products)
            spread = (vectors / np.sqrt(values)).astype(np.float32)
            self._of_meaning = standard.T @ spread
            self._of_wording = np.asarray(wording.T @ spread, np.float32)
            self.points: Vectors = (vectors * np.sqrt(values)).astype(np.float32)
            return
        across = np.asarray(wording.T @ standard)
        products = np.block(
            [[standard.T @ standard, across.T], [across, sparse.csr_array(wording.T @ wording).toarray()]]
        )
        _, vectors = _largest(products)
        self._of_meaning, self._of_wording = np.split(vectors.astype(np.float32), [meaning.shape[1]])
        self.points = standard @ self._of_meaning + np.asarray(wording @ self._of_wording, np.float32)

    def back(self, weight: Vectors, bias: Vectors) -> tuple[Vectors, Vectors, Vectors]:
        """Turn weights on coordinates, (r, labels), into those on meaning, on wording, and the bias."""
        meaning = (self._of_meaning @ weight) / self._scale[:, None]
        whole = np.zeros((self._width, weight.shape[1]), np.float32)
        whole[-len(meaning) :] = meaning
        return (
            whole,
            (self._of_wording @ weight * np.float32(self._view.wording)).astype(np.float32),
            (bias - self._mean @ meaning).astype(np.float32),
        )


def _largest(products: Vectors) -> tuple[Vectors, Vectors]:
    """The largest eigenvalues of a table of products, falling, and their vectors as columns."""
    size = len(products)
    values, vectors = eigh(products.astype(np.float64), subset_by_index=[max(size - MOST, 0), size - 1])
    kept = values > _SMALLEST * values[-1]
    return values[kept][::-1], vectors[:, kept][:, ::-1]
