"""Cases typed in by an agent: words that came by telephone, by letter, at the counter."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from desk.context import Actor, Reader, Visit
from desk.refusals import explained
from models.clock import utcnow
from models.tables import Agent
from responses.errors import BlockedError, ResponsesError

router = APIRouter()
CHANNELS = ("phone", "email", "counter", "letter", "social", "other")


@router.get("/cases/new")
async def page(visit: Reader) -> HTMLResponse:
    """The form."""
    return _page(visit, {}, None)


@router.post("/cases/new")
async def create(request: Request, visit: Actor) -> Response:
    """Opens the case and goes to it; a mistake keeps what was typed."""
    form = await request.form()
    values = {name: str(form.get(name, "")) for name in ("text", "channel", "name", "at")}
    try:
        at = _moment(values["at"], visit)
        async with visit.desk.road.database.writing() as session:
            agent = await session.get_one(Agent, visit.agent.id)
            case = await visit.desk.road.desk_cases.open(
                session,
                agent,
                text=values["text"].replace("\r\n", "\n"),
                channel=values["channel"][:60],
                name=" ".join(values["name"].split())[:120] or None,
                at=at,
            )
    except ResponsesError as error:
        return _page(visit, values, explained(visit, error)[1], status=400)
    return RedirectResponse(f"/cases/{case.number}", 303)


def _page(visit: Visit, values: dict[str, str], problem: str | None, status: int = 200) -> HTMLResponse:
    now = utcnow().astimezone(visit.desk.road.config.timezone)
    return visit.page(
        "new_case.html",
        status=status,
        values={"text": "", "channel": "phone", "name": "", "at": now.strftime("%Y-%m-%dT%H:%M")} | values,
        channels=CHANNELS,
        latest=now.strftime("%Y-%m-%dT%H:%M"),
        problem=problem,
    )


def _moment(written: str, visit: Visit) -> datetime:
    if not written:
        return utcnow()
    try:
        local = datetime.fromisoformat(written)
    except ValueError:
        raise BlockedError("date_invalid") from None
    if local.tzinfo is None:
        local = local.replace(tzinfo=visit.desk.road.config.timezone)
    if local > utcnow() + timedelta(minutes=5):
        raise BlockedError("date_future")
    return local
