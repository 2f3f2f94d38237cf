"""Classified tables as they reach the report."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

_TEXTS, _CHANCES = pa.list_(pa.string()), pa.list_(pa.float64())
_LABELS = {
    "act": pa.string(),
    "act_probability": pa.float64(),
    "complaint_types": _TEXTS,
    "complaint_probabilities": _CHANCES,
    "tone": pa.string(),
    "tone_probability": pa.float64(),
    "urgency": pa.string(),
    "asks": _TEXTS,
    "own_error": pa.bool_(),
    "language": pa.string(),
    "needs_review": pa.bool_(),
    "error": pa.string(),
}


def complaint(text: str, *types: str, **other: Any) -> dict[str, Any]:
    """A row that complains of these types; `other` are own columns and labels that differ."""
    labels = {"act": "complaint", "tone": "angry", "urgency": "high", "asks": ["refund"], "language": "it"}
    sure = {"act_probability": 0.97, "tone_probability": 0.81, "complaint_probabilities": [0.93] * len(types)}
    flags = {"own_error": False, "needs_review": False, "error": None}
    return {"text": text, **labels, **sure, **flags, "complaint_types": list(types), **other}


def praise(text: str, **other: Any) -> dict[str, Any]:
    """A row that thanks."""
    return complaint(text, act="praise", tone="grateful", urgency="low", **{"asks": [], **other})


def unread(error: str, **own: Any) -> dict[str, Any]:
    """A row that was not classified."""
    return {"text": None, **dict.fromkeys(_LABELS), "error": error, **own}


def table(rows: Sequence[Mapping[str, Any]], own: Mapping[str, pa.DataType] | None = None) -> pa.RecordBatch:
    """One batch of rows; own columns beside `text` by their Arrow types, text where not told."""
    names = [name for name in (rows[0] if rows else {"text": ""}) if name not in _LABELS]
    kinds = {name: (own or {}).get(name, pa.string()) for name in names}
    schema = pa.schema([*kinds.items(), *_LABELS.items()])
    return pa.RecordBatch.from_pylist([dict(row) for row in rows], schema=schema)
