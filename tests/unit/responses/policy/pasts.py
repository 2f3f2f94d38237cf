"""Builds pasts for the tests."""

from datetime import timedelta
from typing import Any

from policy_cases import NOW, known

from responses.policy.replay import Past


def past(*complaint_types: str, day: float = 0, **changes: Any) -> Past:
    """A calm complaint, so many days from now, with changes; `facts` are plain values."""
    fields: dict[str, Any] = {
        "case_id": f"case on {day}",
        "customer": f"customer of {day}",
        "at": NOW + timedelta(days=day),
        "act": "complaint",
        "complaint_types": complaint_types,
        "tone": "calm",
        "urgency": "normal",
        "asks": (),
        "own_error": False,
        "language": "it",
        "facts": {},
    }
    facts = known(**changes.pop("facts", {}))
    return Past(**(fields | changes | {"facts": facts}))
