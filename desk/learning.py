"""What agents keep correcting, for supervisors."""

from datetime import datetime, timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from desk.context import Reader
from desk.errors import ForbiddenPageError
from models.clock import utcnow
from responses.learning import FEWEST, learned

router = APIRouter(prefix="/learning")
_DAYS = (30, 90, 365)


@router.get("")
async def page(visit: Reader, days: int = 90) -> HTMLResponse:
    """Counts of the last so many days."""
    if not visit.may_supervise:
        raise ForbiddenPageError
    chosen = days if days in _DAYS else 90
    since: datetime = utcnow() - timedelta(days=chosen)
    async with visit.desk.road.database.reading() as session:
        found = await learned(session, since)
    return visit.page("learning.html", found=found, chosen=chosen, periods=_DAYS, fewest=FEWEST)
