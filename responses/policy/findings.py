"""What looking through a policy finds, and how the parts of the look-through tell it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing found in a policy, and where. `line` and `column` count from 1."""

    severity: Severity
    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.key}: {self.message}"


Found = Iterator[tuple[Severity, str, str]]
"""Severity, key and message."""
