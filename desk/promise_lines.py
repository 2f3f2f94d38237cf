"""A promise as the desk's pages show it."""

from dataclasses import dataclass
from datetime import datetime

from desk.context import Visit
from models.tables import Agent, Promise
from responses.promises.keeping import wants_proof
from responses.promises.told import Pledge, gives_beside, words_of

SECTIONS = ("late", "today", "coming")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A promise as a page shows it.

    `gives` is the remedy in short, with its sum, and with another where the text sent says one; None where
    `what` says as much. `proof` says that one is wanted.
    """

    promise: Promise
    what: str
    gives: str | None
    charged: Agent | None
    proof: bool
    section: str
    pledge: Pledge


def line_of(pledge: Pledge, visit: Visit, now: datetime) -> Line:
    """The promise with its words for this reader."""
    language, promise = visit.words.language, pledge.promise
    return Line(
        promise=promise,
        what=words_of(promise, language),
        gives=gives_beside(pledge, language),
        charged=pledge.charged,
        proof=wants_proof(promise, pledge.remedy),
        section=_section(promise, visit, now),
        pledge=pledge,
    )


def _section(promise: Promise, visit: Visit, now: datetime) -> str:
    if promise.due_at <= now:
        return "late"
    zone = visit.desk.road.config.timezone
    is_today = promise.due_at.astimezone(zone).date() == now.astimezone(zone).date()
    return "today" if is_today else "coming"
