"""The columns that classifying adds to a table, as Arrow sees them."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol

import pyarrow as pa

from nlp.progress import Told, nobody

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


DOUBTS = pa.field("doubts", pa.list_(pa.string()))
"""What made a fast model hand a row on: fields, or that the text is long (`nlp.fast.model.TOO_LONG`).

Empty where it answered, null where no fast model read the row. Kept with the labels of a shard, not written.
"""

FOUND = LABELS.append(DOUBTS)
"""What is kept of a shard that was classified."""


class Labeller(Protocol):
    """Whatever says of texts what their labels are."""

    def labels(self, texts: Sequence[str | None], *, today: date, told: Told = nobody) -> pa.RecordBatch:
        """One row of `LABELS` a text, in their order; nulls where the text is None.

        Where a fast model reads first, of `FOUND`.

        `today` is the day that "tomorrow" in a text is counted from. `told` hears now and then how far it is.
        """
        ...


MakeLabeller = Callable[[], Labeller]
"""Loads the model; can be pickled, so that other machines load theirs."""
