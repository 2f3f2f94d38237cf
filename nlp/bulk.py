"""Many messages at once: labels as columns, without what only one message needs."""

from collections.abc import Sequence

import pyarrow as pa

from nlp.batch.labels import as_labels
from nlp.classifier import Classifier


class BulkClassifier:
    """Labels of whole shards."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier

    def labels(self, texts: Sequence[str | None]) -> pa.RecordBatch:
        """One row of `nlp.batch.labels.LABELS` a text."""
        found = iter(self._classifier.classify([text for text in texts if text is not None]))
        return as_labels([None if text is None else next(found) for text in texts])
