"""The time of day, in one place so that everything stored is aware and in UTC."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)
