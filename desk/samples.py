"""Getting rid of the sample messages."""

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from desk.context import Actor
from responses.intake.samples import remove_samples

router = APIRouter()


@router.post("/samples/remove")
async def remove(visit: Actor) -> RedirectResponse:
    """Deletes every sample with all that hangs on it."""
    async with visit.desk.road.database.writing() as session:
        await remove_samples(session, visit.agent.id)
    return RedirectResponse("/queue", 303)
