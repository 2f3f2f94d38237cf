"""The columns that classifying adds to a table, as Arrow sees them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import pyarrow as pa

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

    def labels(self, texts: Sequence[str | None], *, today: date) -> pa.RecordBatch:
        """One row of `LABELS` a text, in their order; nulls where the text is None.

        `today` is the day that "tomorrow" in a text is counted from.
        """
        ...


MakeLabeller = Callable[[], Labeller]
"""Loads the model; can be pickled, so that other machines load theirs."""
