"""Joint sense: how urgent a message is, read again in the light of all else that was found in it."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from models.labels import Act
from nlp.encoders.encoder import Vectors
from nlp.entities.dates import find_dates
from nlp.entities.deadlines import find_deadlines
from nlp.heads import Head, Joint, softmax

FIELD = "urgency"

READ = (FIELD, "act", "tone", "complaint_types")
"""The fields whose probabilities are read again."""

DAYS = 3
"""The numbers that say when the next day is that a message names or sets as a term."""

_VERY_NEAR, _NEAR = 1, 7  # days
_FLOOR = 1e-4


def days_ahead(text: str, language: str, today: date) -> Vectors:
    """What `read_days` says of the days that a text names and the terms that it sets."""
    days = [day for _, _, day in find_dates(text, language=language, today=today)]
    return read_days([*days, *find_deadlines(text, language=language, today=today)], today)


def read_days(days: Sequence[date], today: date) -> Vectors:
    """Whether the next of these days is very near, near, or ahead at all: float32 of shape (`DAYS`)."""
    ahead = [(day - today).days for day in days if day >= today]
    if not ahead:
        return np.zeros(DAYS, np.float32)
    return np.array([min(ahead) <= _VERY_NEAR, min(ahead) <= _NEAR, True], np.float32)


def read_again(
    joint: Joint, fields: Mapping[str, Head], predictions: Mapping[str, Vectors], days: Vectors
) -> Vectors:
    """Calibrated probabilities of the labels of urgency, float32 of shape (messages, labels).

    `predictions` holds by field what its head of `fields` said, `days` what `days_ahead` says of each
    message, shape (messages, `DAYS`). A label that a business has taken away counts as absent, one of its own
    not at all; where urgency has labels of its own there is no second look.
    """
    if fields[FIELD].labels != joint.labels[FIELD]:
        return predictions[FIELD]
    aligned = {
        field: _aligned(predictions[field], fields[field].labels, joint.labels[field]) for field in READ
    }
    return softmax(inputs(aligned, joint.labels, days) @ joint.weight + joint.bias)


def inputs(predictions: Mapping[str, Vectors], labels: Mapping[str, Sequence[str]], days: Vectors) -> Vectors:
    """What the second look reads, float32 of shape (messages, inputs); `labels` are the columns' names."""
    # A type counts as far as the message is a complaint at all.
    complaint = predictions["act"][:, [labels["act"].index(Act.COMPLAINT)]]
    return np.hstack(
        [
            np.log(np.maximum(predictions[FIELD], _FLOOR)),
            predictions["act"],
            predictions["tone"],
            predictions["complaint_types"] * complaint,
            days,
        ]
    ).astype(np.float32)


def _aligned(probabilities: Vectors, found: Sequence[str], wanted: Sequence[str]) -> Vectors:
    """Columns in the order of `wanted`; zeros for what was not found."""
    places = [found.index(label) if label in found else len(found) for label in wanted]
    return np.hstack([probabilities, np.zeros((len(probabilities), 1), np.float32)])[:, places]
