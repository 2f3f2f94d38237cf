"""The policy in force, to read."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlalchemy import select

from desk.context import Reader
from models.clock import utcnow
from models.tables import PolicyVersion

router = APIRouter()


@router.get("/rules")
async def page(visit: Reader) -> HTMLResponse:
    """The newest effective version for each audience, as the owner wrote it."""
    query = (
        select(PolicyVersion)
        .where(PolicyVersion.effective <= utcnow())
        .order_by(PolicyVersion.effective, PolicyVersion.id)
    )
    async with visit.desk.road.database.reading() as session:
        newest = {version.audience: version for version in await session.scalars(query)}
    return visit.page("rules.html", versions=list(newest.values()))
