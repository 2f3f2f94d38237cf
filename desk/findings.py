"""What the checks have found in a text, as the page shows it."""

from collections.abc import Iterable
from typing import Any

from desk.context import Visit
from models.serial import from_json
from models.tables import Draft
from responses.checks import Finding
from responses.checks.advising import advice_for


def stored(draft: Draft | None, visit: Visit) -> list[dict[str, Any]]:
    """What was found in a draft when it was written."""
    return shown([from_json(Finding, one) for one in draft.findings], visit) if draft is not None else []


def shown(findings: Iterable[Finding], visit: Visit) -> list[dict[str, Any]]:
    """Findings as the page's script takes them."""
    return [
        {
            "severity": finding.severity,
            "start": finding.start,
            "end": finding.end,
            "advice": advice_for(finding, visit.words.language),
        }
        for finding in findings
    ]
