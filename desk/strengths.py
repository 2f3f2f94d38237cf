"""What people thank us for: for supervisors."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from desk.context import Reader
from desk.errors import ForbiddenPageError
from models.clock import utcnow
from responses.reports.strengths import FEWEST, strengths_since

router = APIRouter(prefix="/strengths")
_DAYS = (30, 90, 365)


@router.get("")
async def page(visit: Reader, days: int = 90) -> HTMLResponse:
    """The praise of the last so many days."""
    if not visit.may_supervise:
        raise ForbiddenPageError
    chosen = days if days in _DAYS else 90
    now, road = utcnow(), visit.desk.road
    async with road.database.reading() as session:
        found = await strengths_since(
            session, now - timedelta(days=chosen), now, road.config.timezone, visit.agent
        )
    return visit.page("strengths.html", found=found, chosen=chosen, periods=_DAYS, fewest=FEWEST)
