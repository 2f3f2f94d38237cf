"""A cascade: the fast model answers what it is sure of, everything else goes to the whole classifier."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.labels import Act
from nlp.batch.labels import LABELS, Labeller
from nlp.classifier import Classifier, clean
from nlp.encoder import Vectors
from nlp.errors import NlpError
from nlp.fast import FastField, FastModel, Flags
from nlp.heads import FIELDS
from nlp.language import detect_language

_DIGITS = 4  # of a probability, as in `nlp.render`


class FastClassifier:
    """Labels of whole shards, like `nlp.bulk.BulkClassifier`, most of the work done by the fast model.

    `answered` and `read` count the texts that the fast model answered, and all that were read.
    """

    def __init__(
        self, classifier: Classifier, fast: FastModel, whole: Labeller, *, fallback_language: str
    ) -> None:
        """Put the parts together; `whole` labels what `fast` is not sure of.

        Raises:
            FingerprintError: The fast model was made for other heads.
            NlpError: Errors have costs: the fast model decides without them.
        """
        if classifier.costs is not None:
            raise NlpError("the fast model knows nothing of RIMEDIO_COSTS: unset it, or do without --fast")
        fast.check(classifier.heads)
        self._encoder = classifier.encoder
        self._fast = fast
        self._whole = whole
        self._fallback_language = fallback_language
        self._abstain_below = {
            name: np.float32(classifier.heads.fields[name].abstain_below) for name in FIELDS
        }
        self.answered = 0
        self.read = 0

    def labels(self, texts: Sequence[str | None]) -> pa.RecordBatch:
        """One row of `nlp.batch.labels.LABELS` a text."""
        there = [place for place, text in enumerate(texts) if text is not None]
        cleaned = [clean(text) for text in texts if text is not None]
        probabilities = self._fast.probabilities(self._fast.bags(self._encoder, cleaned))
        sure = self._fast.sure(cleaned, probabilities)
        answered = np.array(there, np.int64)[sure]
        kept = np.flatnonzero(sure)
        self.answered += len(kept)
        self.read += len(there)
        is_left = np.ones(len(texts), np.bool_)
        is_left[answered] = False
        left = np.flatnonzero(is_left)
        batches = [
            self._columns(
                [cleaned[place] for place in kept], {name: rows[kept] for name, rows in probabilities.items()}
            ),
            self._whole.labels([texts[place] for place in left.tolist()]),
        ]
        order = np.argsort(np.concatenate([answered, left]))
        (batch,) = pa.Table.from_batches(batches, LABELS).take(order).combine_chunks().to_batches() or [
            pa.RecordBatch.from_pylist([], LABELS)
        ]
        return batch

    def _columns(self, texts: Sequence[str], probabilities: Mapping[str, Vectors]) -> pa.RecordBatch:
        fields = self._fast.fields
        there = {name: fields[name].decide(probabilities[name]) for name in FIELDS}
        review = np.zeros(len(texts), np.bool_)
        for name in FIELDS:
            unsure = _confidence(probabilities[name], there[name]) < self._abstain_below[name]
            review |= unsure & self._complaint(there) if name == "complaint_types" else unsure
        there["complaint_types"] &= self._complaint(there)[:, None]
        types, type_probabilities = _several(
            fields["complaint_types"], probabilities["complaint_types"], there["complaint_types"]
        )
        asks, _ = _several(fields["asks"], probabilities["asks"], there["asks"])
        columns = {
            "act": _one(fields["act"], probabilities["act"]),
            "act_probability": _highest(probabilities["act"]),
            "complaint_types": types,
            "complaint_probabilities": type_probabilities,
            "tone": _one(fields["tone"], probabilities["tone"]),
            "tone_probability": _highest(probabilities["tone"]),
            "urgency": _one(fields["urgency"], probabilities["urgency"]),
            "asks": asks,
            "own_error": pa.array(there["own_error"][:, 0]),
            "language": pa.array(
                [detect_language(text, fallback=self._fallback_language) for text in texts], pa.string()
            ),
            "needs_review": pa.array(review),
        }
        return pa.RecordBatch.from_arrays([columns[name] for name in LABELS.names], schema=LABELS)

    def _complaint(self, there: Mapping[str, Flags]) -> Flags:
        complaint: Flags = there["act"][:, self._fast.fields["act"].labels.index(Act.COMPLAINT)]
        return complaint


def _confidence(probabilities: Vectors, there: Flags) -> Vectors:
    """As `nlp.heads.Head.confidence`, of many rows."""
    top = probabilities.argmax(axis=1)
    rows = np.arange(len(top))
    confidence: Vectors = np.where(there[rows, top], probabilities[rows, top], 1 - probabilities[rows, top])
    return confidence


def _one(field: FastField, probabilities: Vectors) -> pa.Array:
    return pa.array(field.labels, pa.string()).take(pa.array(probabilities.argmax(axis=1), pa.int64()))


def _highest(probabilities: Vectors) -> pa.Array:
    return pa.array(_rounded(probabilities.max(axis=1)))


def _several(field: FastField, probabilities: Vectors, there: Flags) -> tuple[pa.Array, pa.Array]:
    """Lists of the labels that are there, by falling probability, and of their probabilities."""
    order = np.argsort(-probabilities, axis=1, kind="stable")
    kept = np.take_along_axis(there, order, axis=1)
    ends = pa.array(np.concatenate([[0], kept.sum(axis=1).cumsum()]), pa.int32())
    names = pa.array(field.labels, pa.string()).take(pa.array(order[kept], pa.int64()))
    values = _rounded(np.take_along_axis(probabilities, order, axis=1)[kept])
    return pa.ListArray.from_arrays(ends, names), pa.ListArray.from_arrays(ends, pa.array(values))


def _rounded(values: Vectors) -> npt.NDArray[np.float64]:
    rounded: npt.NDArray[np.float64] = np.round(values.astype(np.float64), _DIGITS)
    return rounded
