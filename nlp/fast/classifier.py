"""A cascade: the fast model answers what it is sure of, everything else goes to the whole classifier."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa

from nlp.batch.labels import DOUBTS
from nlp.bulk import BulkClassifier, as_batch
from nlp.classifier import Classifier, clean
from nlp.deciding import decide
from nlp.entities.matter import matter_of
from nlp.fast.model import FastModel
from nlp.heads import Flags
from nlp.language import detect_languages
from nlp.progress import Told, nobody


class FastClassifier:
    """Labels of whole shards, like `nlp.bulk.BulkClassifier`, much of the work done by the fast model."""

    def __init__(self, classifier: Classifier, fast: FastModel, *, threads: int | None = None) -> None:
        """`threads` are those of the encoder, for this whole process; None: as many as there are.

        Raises:
            FingerprintError: The fast model was made for other heads.
        """
        fast.check(classifier.heads)
        self._classifier = classifier
        self._fast = fast
        self._whole = BulkClassifier(classifier, threads=threads)

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
        """A row of `nlp.batch.labels.FOUND` for each text, in their order; all null for None.

        `today` is the day that "tomorrow" in a text is counted from, where the whole classifier reads it.
        Equal texts are read once. The same texts give the same bits. `told` hears how much of what is handed
        on is done: the rest takes hardly any time.
        """
        cleaned = [None if text is None else clean(text) for text in texts]
        distinct = list(dict.fromkeys(text for text in cleaned if text))
        matters = [matter_of(text) for text in distinct]
        probabilities = self._fast.probabilities(self._classifier.encoder, matters)
        doubts = self._fast.doubts(matters, probabilities)
        doubted = np.stack([*doubts.values()], axis=1)
        sure = ~doubted.any(axis=1)
        answered = [distinct[place] for place in np.flatnonzero(sure).tolist()]
        left = [distinct[place] for place in np.flatnonzero(~sure).tolist()]
        languages = detect_languages(answered, self._classifier.fallback_language)
        decisions = decide(
            self._fast.fields,
            {field: rows[sure] for field, rows in probabilities.items()},
            self._classifier.costs,
            languages=languages,
        )
        # Behind the rows of the distinct texts stands that of a text without a visible character.
        read = pa.concat_batches(
            [
                as_batch(decisions, languages, self._fast.fields),
                self._whole.labels([*left, ""], today=today, told=told),
            ]
        )
        doubtful = pa.concat_arrays(
            [_lists([*doubts], np.concatenate([doubted[sure], doubted[~sure]])), pa.nulls(1, DOUBTS.type)]
        )
        rows: dict[str | None, int | None] = {text: row for row, text in enumerate([*answered, *left, ""])}
        rows[None] = None
        found = read.append_column(DOUBTS, doubtful)
        return found.take(pa.array([rows[text] for text in cleaned], pa.int64()))


def _lists(names: Sequence[str], chosen: Flags) -> pa.ListArray:
    """The names chosen for each row, of shape (rows, names)."""
    ends = np.concatenate([[0], np.cumsum(chosen.sum(axis=1))])
    values = pa.array(names, pa.string()).take(pa.array(chosen.nonzero()[1]))
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), values)
