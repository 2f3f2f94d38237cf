"""The classifier for tables: texts in, a table of labels out, made for all rows at once."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from nlp.batch.labels import LABELS
from nlp.classifier import Classifier, clean
from nlp.deciding import Decisions
from nlp.heads import FIELDS, Head
from nlp.progress import Told, nobody
from nlp.render import DIGITS, as_columns


class BulkClassifier:
    """Labels as `Classifier.classify` gives them, as Arrow columns. One thread at a time may use it."""

    def __init__(self, classifier: Classifier, *, threads: int | None = None) -> None:
        """`threads` are those of the encoder, for this whole process; None: as many as there are."""
        if threads is not None:
            import torch

            torch.set_num_threads(threads)
        self._classifier = classifier
        self._blank = pa.RecordBatch.from_pylist([as_columns(classifier.blank())], LABELS)

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
        """A row of `nlp.batch.labels.LABELS` for each text, in their order; all null for None.

        `today` is the day that "tomorrow" in a text is counted from. Equal texts are read once. The same
        texts give the same bits. `told` hears how much of their tokens the encoder has gone through.
        """
        cleaned = [None if text is None else clean(text) for text in texts]
        distinct = list(dict.fromkeys(text for text in cleaned if text))
        rows: dict[str | None, int | None] = {text: row for row, text in enumerate(distinct)}
        # Behind the rows of the distinct texts stands that of a text without a visible character.
        rows |= {"": len(distinct), None: None}
        read = pa.concat_batches([*self._read(distinct, today, told), self._blank])
        return read.take(pa.array([rows[text] for text in cleaned], pa.int64()))

    def _read(self, texts: Sequence[str], today: date, told: Told) -> list[pa.RecordBatch]:
        if not texts:
            return []
        decisions, languages = self._classifier.decide(texts, today=today, told=told)
        return [as_batch(decisions, languages, self._classifier.heads.fields)]


def as_batch(decisions: Decisions, languages: Sequence[str], heads: Mapping[str, Head]) -> pa.RecordBatch:
    """Decisions as rows of `LABELS`."""
    act, act_probability = _single(decisions, "act", heads)
    tone, tone_probability = _single(decisions, "tone", heads)
    types, type_probabilities = _several(decisions, "complaint_types", heads)
    columns = {
        "act": act,
        "act_probability": act_probability,
        "complaint_types": types,
        "complaint_probabilities": type_probabilities,
        "tone": tone,
        "tone_probability": tone_probability,
        "urgency": _single(decisions, "urgency", heads)[0],
        "asks": _several(decisions, "asks", heads)[0],
        "own_error": pa.array(decisions.there["own_error"].any(axis=1)),
        "language": pa.array(languages, pa.string()),
        "needs_review": pa.array(np.any([decisions.unsure[field] for field in FIELDS], axis=0)),
    }
    return pa.RecordBatch.from_pydict(columns, LABELS)


def _single(decisions: Decisions, field: str, heads: Mapping[str, Head]) -> tuple[pa.Array, pa.Array]:
    places = decisions.there[field].argmax(axis=1)
    probabilities = np.take_along_axis(decisions.probabilities[field], places[:, None], axis=1)[:, 0]
    return pa.array(heads[field].labels).take(pa.array(places)), _rounded(probabilities)


def _several(decisions: Decisions, field: str, heads: Mapping[str, Head]) -> tuple[pa.Array, pa.Array]:
    probabilities, there = decisions.probabilities[field], decisions.there[field]
    order = np.argsort(-probabilities, axis=1, kind="stable")
    chosen = np.take_along_axis(there, order, axis=1)
    ends = pa.array(np.concatenate([[0], np.cumsum(chosen.sum(axis=1))]), pa.int32())
    labels = pa.array(heads[field].labels).take(pa.array(order[chosen]))
    ranked = _rounded(np.take_along_axis(probabilities, order, axis=1)[chosen])
    return pa.ListArray.from_arrays(ends, labels), pa.ListArray.from_arrays(ends, ranked)


def _rounded(probabilities: npt.NDArray[np.float32]) -> pa.Array:
    # A float32 times 10,000 is exact in float64, and so numpy rounds as Python does.
    return pa.array(np.round(probabilities.astype(np.float64), DIGITS))
