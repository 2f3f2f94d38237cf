"""The person behind a case, for admins: everything held about them to take away, and their erasure."""

import json

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from desk.case_pages import case_by_number
from desk.context import Actor, Reader, admins_only
from models.tables import Customer
from responses.events import record
from responses.privacy.erasure import erase_person, finish_erasing
from responses.privacy.export import export_person

router = APIRouter(prefix="/cases/{number:int}")


@router.get("/person.json")
async def export(visit: Reader, number: int) -> Response:
    """Everything about the person as a file; that it was taken is recorded."""
    admins_only(visit)
    road = visit.desk.road
    async with road.database.writing() as session:
        case = await case_by_number(session, number)
        customer = await session.get_one(Customer, case.customer_id)
        everything = await export_person(session, customer, road.files)
        record(session, visit.agent.id, "person.exported", customer=customer.id)
    return Response(
        json.dumps(everything, ensure_ascii=False, indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="person-{number}.json"'},
    )


@router.post("/erase")
async def erase(request: Request, visit: Actor, number: int) -> RedirectResponse:
    """Erases the person when the box beside the button is ticked."""
    admins_only(visit)
    road = visit.desk.road
    sure = (await request.form()).get("sure") == "yes"
    async with road.database.writing() as session:
        case = await case_by_number(session, number)
        if sure:
            customer = await session.get_one(Customer, case.customer_id)
            await erase_person(session, customer, visit.agent.id)
    if sure:
        await finish_erasing(road.database, road.files)
    return RedirectResponse(f"/cases/{number}", 303)
