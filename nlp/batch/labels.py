"""The columns that classifying adds to a table, as Arrow sees them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import pyarrow as pa

from models.assessment import Assessment
from nlp.render import COLUMNS, as_columns

LABELS = pa.schema(
    [
        pa.field("act", pa.string()),
        pa.field("act_probability", pa.float64()),
        pa.field("complaint_types", pa.list_(pa.string())),
        pa.field("complaint_probabilities", pa.list_(pa.float64())),
        pa.field("tone", pa.string()),
        pa.field("tone_probability", pa.float64()),
        pa.field("urgency", pa.string()),
        pa.field("asks", pa.list_(pa.string())),
        pa.field("own_error", pa.bool_()),
        pa.field("language", pa.string()),
        pa.field("needs_review", pa.bool_()),
    ]
)
"""`nlp.render.COLUMNS` with their types; all null where a row could not be classified."""

ERROR = pa.field("error", pa.string())
"""What is wrong with a row; null where nothing is."""


class Labeller(Protocol):
    """Whatever says of texts what their labels are."""

    def labels(self, texts: Sequence[str | None]) -> pa.RecordBatch:
        """One row of `LABELS` a text, in their order; nulls where the text is None."""
        ...


MakeLabeller = Callable[[], Labeller]
"""Loads the model; can be pickled, so that other machines load theirs."""


def as_labels(assessments: Sequence[Assessment | None]) -> pa.RecordBatch:
    """Assessments as rows of `LABELS`."""
    rows = [dict.fromkeys(COLUMNS) if one is None else as_columns(one) for one in assessments]
    return pa.RecordBatch.from_pylist(rows, LABELS)
