"""Which failures cost most, and which come back: for supervisors."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from desk.context import Reader
from desk.errors import ForbiddenPageError
from models.clock import utcnow
from responses.reports.causes import FEWEST, Back, causes_since

router = APIRouter(prefix="/causes")
_DAYS = (30, 90, 365)
_ORDERS = ("cost", "back")


@router.get("")
async def page(visit: Reader, days: int = 90, by: str = "cost") -> HTMLResponse:
    """The complaint types of the last so many days, what cost most or came back most first."""
    if not visit.may_supervise:
        raise ForbiddenPageError
    chosen = days if days in _DAYS else 90
    async with visit.desk.road.database.reading() as session:
        found = await causes_since(session, utcnow() - timedelta(days=chosen))
    return visit.page(
        "causes.html",
        found=found,
        causes=found.by_return() if by == "back" else found.by_cost(),
        ways=tuple(Back),
        chosen=chosen,
        periods=_DAYS,
        order=by if by in _ORDERS else "cost",
        orders=_ORDERS,
        fewest=FEWEST,
    )
