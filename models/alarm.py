"""Alarms: what should be looked at, and when. The rows are the truth; an alarm only wakes somebody."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession


class Job(StrEnum):
    """The kinds of work an alarm can wake; each re-reads its row and does nothing when nothing is due."""

    PROCESS = "process"  # an update
    ASSESS = "assess"  # a case whose new messages may be critical
    TRIAGE = "triage"  # a case
    DELIVER = "deliver"  # an outbox entry
    EXPLAIN = "explain"  # a message whose labels are to be traced to its words
    EMBED = "embed"  # a message whose place among all others is to be known
    JUDGE = "judge"  # a draft that an agent wrote, and no model has read


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Wake `job` for the row `row_id` at `at`, or at once."""

    job: Job
    row_id: str
    at: datetime | None = None


Ring = Callable[[Sequence[Alarm]], Awaitable[None]]
"""Takes the alarms of a committed transaction. What it loses, the sweep finds again."""

_KEY = "alarms"


def set_alarm(session: AsyncSession, job: Job, row_id: str, at: datetime | None = None) -> None:
    """Ring this alarm once `session` has been committed, and never if it is rolled back."""
    alarms_of(session).append(Alarm(job=job, row_id=row_id, at=at))


def alarms_of(session: AsyncSession) -> list[Alarm]:
    """The alarms that wait for this session's commit."""
    alarms: list[Alarm] = session.info.setdefault(_KEY, [])
    return alarms
