"""Whether the program lives and is ready, for machines."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from desk.context import AnyDesk

router = APIRouter()


@router.get("/healthz")
async def healthz(desk: AnyDesk) -> JSONResponse:
    """200 as soon as the web answers."""
    return JSONResponse(_state(desk.model_ready(), desk.telegram() is not None))


@router.get("/readyz")
async def readyz(desk: AnyDesk) -> JSONResponse:
    """200 only when messages are read as well."""
    ready = desk.model_ready()
    return JSONResponse(_state(ready, desk.telegram() is not None), 200 if ready else 503)


def _state(ready: bool, telegram: bool) -> dict[str, str]:
    return {
        "status": "ok",
        "model": "loaded" if ready else "loading",
        "telegram": "on" if telegram else "off",
    }
