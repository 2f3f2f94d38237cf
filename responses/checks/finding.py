"""What a check found in a text: which words, how grave it is, and what the advice needs to name."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.decision import Role
from models.money import Money


class Severity(StrEnum):
    """Whether the text may go out all the same."""

    ERROR = "error"  # it may not
    WARNING = "warning"  # it may, once a person has seen it


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing that is wrong with a text, or seems so.

    `start` and `end` are offsets into the text with its slots, `words` what stands between them; where
    something is missing both are 0 and `words` is empty. `named` is what the advice speaks of beside the
    words: what was decided, a name, a kind of grievance. `needs_tier` is the lowest role that may
    send the words off policy, None where no role's limit covers the sum or nobody may overrule the finding.
    `worth` is what the words give, None where they give nothing or nobody can put a figure to it.
    """

    code: str
    severity: Severity
    start: int = 0
    end: int = 0
    words: str = ""
    named: str = ""
    needs_tier: Role | None = None
    worth: Money | None = None


def errors_in(findings: Sequence[Finding]) -> list[Finding]:
    """Those for which the text may not go out."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
