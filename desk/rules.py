"""The rules in force, to read: as sentences, and as the owner wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from desk.context import Reader
from models.clock import utcnow
from responses.policies import Used, holding
from responses.policy.words import Paper, Sheet, paper, sheet

router = APIRouter()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What one audience's page shows. Each of `earlier` has the moment at which it ended."""

    sheet: Sheet
    paper: Paper
    used: Used
    next: Used | None
    earlier: Sequence[tuple[Used, datetime]]


@router.get("/rules")
async def page(visit: Reader) -> HTMLResponse:
    """The rules of each audience, since when they hold, what was before and what comes next."""
    policies, now = visit.desk.road.policies, utcnow()
    async with visit.desk.road.database.reading() as session:
        used = [await policies.used(session, audience) for audience in await policies.audiences(session)]
    shown = [rules for uses in used if (rules := _rules(uses, now, visit.words.language)) is not None]
    return visit.page("rules.html", all_rules=shown)


def _rules(uses: Sequence[Used], now: datetime, language: str) -> Rules | None:
    current, following = holding(uses, now)
    if current is None:
        return None
    # Of two that began together only the later ever held.
    held = [use for use in uses if use.effective <= now]
    ended = [(use, then.effective) for use, then in pairwise(held)]
    earlier = [(use, until) for use, until in reversed(ended) if use.effective < until]
    told = sheet(current.policy, language)
    return Rules(sheet=told, paper=paper(told), used=current, next=following, earlier=earlier)
