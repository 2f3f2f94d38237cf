"""Whether what people get hangs on tone, language or agent, and who went off policy: for supervisors."""

import asyncio
from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from desk.context import Reader
from desk.errors import ForbiddenPageError
from models.clock import utcnow
from responses.approving.off_policy import went_off_policy
from responses.reports.fairness import FEWEST, Dimension, compare
from responses.reports.fairness_words import decided, given, sentence
from responses.reports.treatment import treated

router = APIRouter(prefix="/fairness")
_DAYS = (30, 90, 365)
_WEEK = timedelta(days=7)


@router.get("")
async def page(visit: Reader, days: int = 90) -> HTMLResponse:
    """Comparisons of the last so many days, and what went off policy in the last seven."""
    if not visit.may_supervise:
        raise ForbiddenPageError
    chosen = days if days in _DAYS else 90
    now = utcnow()
    road, language = visit.desk.road, visit.words.language
    async with road.database.reading() as session:
        found = await treated(session, road.policies, now - timedelta(days=chosen))
        went = await went_off_policy(session, now - _WEEK)
    # Thousands of draws: the other pages do not wait for them.
    compared = await asyncio.to_thread(compare, found.answers)
    return visit.page(
        "fairness.html",
        compared=[
            (
                dimension,
                [
                    (one, sentence(one, found.currency, language))
                    for one in compared
                    if one.dimension is dimension
                ],
            )
            for dimension in Dimension
        ],
        went=[(one, decided(one, language), given(one, language)) for one in went],
        answers=len(found.answers),
        unknown=found.unknown,
        chosen=chosen,
        periods=_DAYS,
        fewest=FEWEST,
    )
