"""Until when a choice is open, and how a text says it: the day that is told is the day that is kept."""

from datetime import datetime

from models.decision import Decision, Duration
from responses.drafts.dates import format_open_until, names_hour
from responses.hours import OpeningHours


def open_until(within: Duration, hours: OpeningHours, now: datetime) -> datetime:
    """When a choice put at `now` ends, in the business's time zone.

    Where the text names a day, the whole of that day is left to choose.
    """
    end = hours.add(within, now)
    return end if names_hour(within) else hours.last_minute(end.date())


def choose_by(decision: Decision | None, language: str, hours: OpeningHours, now: datetime) -> str | None:
    """Words for the `{choose_by}` slot: "entro martedì 24 novembre"; None where choices have no end."""
    if decision is None or decision.choose_within is None:
        return None
    return format_open_until(
        open_until(decision.choose_within, hours, now),
        language,
        hours.zone,
        with_time=names_hour(decision.choose_within),
        today=now.astimezone(hours.zone).date(),
    )
