"""An assessment as plain values: a dictionary for JSON, and the columns of a table."""

from collections.abc import Sequence

from models.assessment import Assessment, Entities, Evidence, Label
from nlp.heads import YES

COLUMNS = (
    "act",
    "act_probability",
    "complaint_types",
    "complaint_probabilities",
    "tone",
    "tone_probability",
    "urgency",
    "asks",
    "own_error",
    "language",
    "needs_review",
)
"""What the batch writes after the input's own columns."""

DIGITS = 4
"""Of a probability."""

Value = str | float | bool | list[str] | list[float]


def as_dict(assessment: Assessment) -> dict[str, object]:
    """Everything about one message, ready for JSON; probabilities with four digits.

    `own_error_probability` is the probability that the writer blames themselves, whatever was decided.
    """
    own_error = assessment.own_error.label == YES
    probability = assessment.own_error.probability
    return {
        "act": _label(assessment.act),
        "complaint_types": [_label(label) for label in assessment.complaint_types],
        "tone": _label(assessment.tone),
        "urgency": _label(assessment.urgency),
        "asks": [_label(label) for label in assessment.asks],
        "own_error": own_error,
        "own_error_probability": round(probability if own_error else 1 - probability, DIGITS),
        "language": assessment.language,
        "entities": _entities(assessment.entities),
        "needs_review": assessment.needs_review,
        "abstained": sorted(assessment.abstained),
        "encoder": assessment.encoder,
        "heads": assessment.heads,
    }


def evidence_as_list(text: str, evidence: Sequence[Evidence]) -> list[dict[str, object]]:
    """The words that carried each label, with their places in the text, ready for JSON."""
    return [
        {
            "field": one.field,
            "label": one.label,
            "words": [
                {"start": span.start, "end": span.end, "text": text[span.start : span.end]}
                for span in one.spans
            ],
        }
        for one in evidence
    ]


def as_columns(assessment: Assessment) -> dict[str, Value]:
    """One message's row of `COLUMNS`, in their order."""
    return {
        "act": str(assessment.act.label),
        "act_probability": round(assessment.act.probability, DIGITS),
        "complaint_types": [str(label.label) for label in assessment.complaint_types],
        "complaint_probabilities": [round(label.probability, DIGITS) for label in assessment.complaint_types],
        "tone": str(assessment.tone.label),
        "tone_probability": round(assessment.tone.probability, DIGITS),
        "urgency": str(assessment.urgency.label),
        "asks": [str(label.label) for label in assessment.asks],
        "own_error": assessment.own_error.label == YES,
        "language": assessment.language,
        "needs_review": assessment.needs_review,
    }


def _label(label: Label) -> dict[str, object]:
    return {"label": str(label.label), "probability": round(label.probability, DIGITS)}


def _entities(entities: Entities) -> dict[str, object]:
    return {
        "order_ids": list(entities.order_ids),
        "amounts": [{"value": str(amount.value), "currency": amount.currency} for amount in entities.amounts],
        "dates": [day.isoformat() for day in entities.dates],
        "periods": [[one.first.isoformat(), one.last.isoformat()] for one in entities.periods],
        "phone_numbers": list(entities.phone_numbers),
        "emails": list(entities.emails),
        "ibans": list(entities.ibans),
        "fiscal_codes": list(entities.fiscal_codes),
    }
