"""Whether the process lives and is ready, and its figures; for machines."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from desk.monitor import Monitor

router = APIRouter()


def _monitor(request: Request) -> Monitor:
    monitor: Monitor = request.app.state.monitor
    return monitor


Watched = Annotated[Monitor, Depends(_monitor)]


@router.get("/healthz")
async def healthz(monitor: Watched) -> JSONResponse:
    """200 as soon as the process answers."""
    return JSONResponse({"status": "ok"} | _state(monitor))


@router.get("/readyz")
async def readyz(monitor: Watched) -> JSONResponse:
    """200 only when the process can do all that is its duty; one that waits for the bot is ready to."""
    database = await monitor.database_state()
    ready = monitor.model_ready() and database == "ok"
    status = "ok" if ready else "not ready"
    return JSONResponse({"status": status, "database": database} | _state(monitor), 200 if ready else 503)


@router.get("/metrics")
async def metrics(request: Request, monitor: Watched) -> Response:
    """Figures for Prometheus: numbers, and labels that this program made up, nothing of anybody."""
    if not monitor.may_see_figures(request):
        return PlainTextResponse("not for you", 403)
    registry = CollectorRegistry()
    for collector in monitor.own:
        registry.register(collector)
    if monitor.shared is not None:
        registry.register(await monitor.shared())
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _state(monitor: Monitor) -> dict[str, str]:
    return {
        "model": "loaded" if monitor.model_ready() else "loading",
        "telegram": "on" if monitor.telegram() is not None else "off",
        "bot": monitor.bot(),
    }
