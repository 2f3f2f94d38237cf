"""Builds pasts for the tests."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from responses.policy.records import Said
from responses.policy.replay import Past
from tests.unit.responses.policy.policy_cases import NOW, known


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


def said(one: Past, *, threat: bool | None = False) -> Past:
    """The same past with what of its one message counts for signals."""
    message = Said(
        case_id=one.case_id,
        at=one.at,
        claim=one.act == "complaint",
        critical=one.urgency == "critical",
        threat=threat,
    )
    return replace(one, said=(message,))
