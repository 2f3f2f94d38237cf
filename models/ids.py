"""Row ids: UUIDv7, so that rows sort by the time they were made."""

from uuid_utils import uuid7


def new_id() -> str:
    """A new UUIDv7 as 36 lower-case characters."""
    return str(uuid7())
