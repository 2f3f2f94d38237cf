"""What the business and its installation set for the road from message to answer."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class Business:
    """Who writes to the customer. `privacy` is the notice's address or a sentence, None while unset."""

    name: str
    contact: str | None = None
    privacy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadConfig:
    """Settings of the road.

    `debounce` is how long a full sentence waits for more of it; fragments wait 45/8 of it and no
    message longer than 180/8 of it. `undo` is how long an approved answer can be taken back, `flood_pause`
    how long the words of somebody who floods us are collected before they are read. `link_key` signs the
    start links of orders; without one none is accepted. `answers` is the file of ready answers, None where
    there is none.
    """

    business: Business
    timezone: ZoneInfo
    language: str = "it"
    debounce: timedelta = timedelta(seconds=8)
    undo: timedelta = timedelta(seconds=10)
    flood_pause: timedelta = timedelta(minutes=10)
    link_key: bytes = field(default=b"", repr=False)
    answers: Path | None = None
