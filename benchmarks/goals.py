"""What was to be reached, set before anything was measured, and whether it was."""

import re
from collections.abc import Mapping

MACRO_F1: Mapping[str, float] = {
    "act": 0.93,
    "complaint_types": 0.85,
    "tone": 0.75,
    "urgency": 0.75,
    "asks": 0.80,
    "own_error": 0.80,
}
CALIBRATION = 0.05
"""The largest calibration error of a field."""

DEAR = 0.75
"""The least recall and the least precision of tones that a person must not overlook."""

LANGUAGE = 0.98
ENTITIES = 0.95

OfSets = Mapping[str, tuple[tuple[str, float, bool], ...]]
"""By set: where the figure stands in what is said of it, the goal, and whether that is a limit."""

SETS: OfSets = {
    "it_qa4faq_utility.csv": ((r"complaints ([\d.]+)%", 3.0, True), (r"angry ([\d.]+)%", 3.0, True)),
    "en_xci_complaints.csv": ((r"macro-F1 ([\d.]+)", 0.80, False),),
    "it_feelit.csv": ((r"macro-F1 ([\d.]+)", 0.90, False),),
    "en_airline_tweets.csv": ((r"macro-F1 ([\d.]+)", 0.60, False),),
}
"""Of public sets read as they are."""

OWN: OfSets = {
    "en_banking77.csv": (
        (r"10 messages a label: accuracy ([\d.]+)", 0.85, False),
        (r"whole: accuracy ([\d.]+)", 0.93, False),
    ),
    "it_feelit.csv": ((r"macro-F1 ([\d.]+)", 0.71, False),),
    "en_xci_complaints.csv": ((r"macro-F1 ([\d.]+)", 0.86, False),),
    "it_absita18_hotel.csv": ((r"micro-F1 ([\d.]+)", 0.73, False),),
}
"""The same of public sets as a business's own labels."""

ADAPTED: OfSets = {
    "en_banking77.csv": ((r"whole: accuracy ([\d.]+)", 0.94, False),),
    "it_feelit.csv": ((r"macro-F1 ([\d.]+)", 0.75, False),),
    "en_xci_complaints.csv": ((r"macro-F1 ([\d.]+)", 0.88, False),),
}
"""The same with adapters of their own."""


def verdict(figure: float, goal: float, *, limit: bool = False, unit: str = "") -> str:
    """The goal, and whether a figure reaches it; of a limit, whether it keeps to it."""
    is_reached = figure <= goal if limit else figure >= goal
    sign = "≤" if limit else "≥"
    digits = f"{goal:g}" if unit else f"{goal:.2f}"
    return f"{sign} {digits}{unit}: {'reached' if is_reached else '**missed**'}"


def of_said(goals: OfSets, name: str, said: str) -> str:
    """The verdicts on what was said of a set, a dash where nothing was set for it."""
    told = []
    for pattern, goal, limit in goals.get(name, ()):
        found = re.search(pattern, said)
        if found is not None:
            unit = "%" if pattern.endswith("%") else ""
            told.append(verdict(float(found[1]), goal, limit=limit, unit=unit))
    return ", ".join(told) or "—"
