"""What agents keep correcting, and how the wording variants do: for supervisors."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from desk.context import Reader
from desk.errors import ForbiddenPageError
from models.clock import utcnow
from responses.reports.learning import FEWEST, learned
from responses.reports.variant_words import contrast_sentence, lacking_sentence, outcome_words
from responses.reports.variants import ENOUGH, Outcome, variants_since

router = APIRouter(prefix="/learning")
_DAYS = (30, 90, 365)


@router.get("")
async def page(visit: Reader, days: int = 90) -> HTMLResponse:
    """Counts of the last so many days."""
    if not visit.may_supervise:
        raise ForbiddenPageError
    chosen = days if days in _DAYS else 90
    since: datetime = utcnow() - timedelta(days=chosen)
    language = visit.words.language
    async with visit.desk.road.database.reading() as session:
        found = await learned(session, since)
        variants = await variants_since(session, since, utcnow())
    return visit.page(
        "learning.html",
        found=found,
        variants=variants,
        outcomes=[(one, outcome_words(one, language)) for one in Outcome],
        contrasts=[(one, contrast_sentence(one, language)) for one in variants.contrasts],
        lacking=[lacking_sentence(one, language) for one in variants.lacking],
        enough=ENOUGH,
        chosen=chosen,
        periods=_DAYS,
        fewest=FEWEST,
    )
