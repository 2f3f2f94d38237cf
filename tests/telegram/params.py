"""Typed reading of a request's parameters; forms carry everything as text."""

from dataclasses import dataclass
from typing import Any

from tests.telegram.body import Upload
from tests.telegram.errors import ApiError


@dataclass(frozen=True, kw_only=True)
class Params:
    """The parameters of one request."""

    values: dict[str, Any]
    uploads: dict[str, Upload]

    def has(self, name: str) -> bool:
        """Whether the parameter is there and not empty."""
        return self.values.get(name) not in (None, "")

    def raw(self, name: str) -> Any:
        """The value as it came, or None."""
        return self.values.get(name)

    def text(self, name: str) -> str:
        """A string, empty when absent."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        """A whole number.

        Raises:
            ApiError: 400, when it is something else.
        """
        if not self.has(name):
            return default
        try:
            return int(self.values[name])
        except (ValueError, TypeError) as error:
            raise ApiError(400, f'parameter "{name}" must be an integer') from error

    def flag(self, name: str) -> bool:
        """A boolean in any of the ways in which libraries write it."""
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def items(self, name: str) -> list[Any] | None:
        """A JSON array, or None when absent.

        Raises:
            ApiError: 400, when it is something else.
        """
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise ApiError(400, f'parameter "{name}" must be an array')
        return value
