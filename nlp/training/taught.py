"""What labelled messages teach of a field: what is read of them, which labels, which rule each other out."""

from collections.abc import Iterable

from models.labels import Act
from nlp.classifier import clean
from nlp.entities.matter import matter_of
from nlp.heads import CHOICE_FIELDS, YES
from nlp.training.corpus import Example


def as_read(texts: Iterable[str]) -> list[str]:
    """What the classifier will read of texts, which is what is learned from."""
    return [matter_of(clean(text)) for text in texts]


def labels_of(example: Example, field: str) -> frozenset[str] | None:
    """The labels that people gave, None where nobody labelled the field."""
    if field == "own_error":
        return None if example.own_error is None else frozenset({YES} if example.own_error else ())
    value = getattr(example, field)
    if value is None:
        return None
    return frozenset({value} if field in CHOICE_FIELDS else value)


def taught_by(example: Example, field: str) -> frozenset[str] | None:
    """The labels that the field learns from the message, None where it learns nothing of it."""
    # Types are learned among complaints only: what is no complaint is the business of the head for `act`.
    if field == "complaint_types" and example.act not in (None, Act.COMPLAINT):
        return None
    return labels_of(example, field)


def are_exclusive(field: str, taught: Iterable[frozenset[str] | None]) -> bool:
    """Whether the labels of a field exclude each other, and are weighed against each other.

    Those of a choice do, and types of which no message has two or none; `taught` is what each teaches.
    """
    return field in CHOICE_FIELDS or (
        field == "complaint_types" and all(len(labels) == 1 for labels in taught if labels is not None)
    )
