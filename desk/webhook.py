"""Where a messenger posts what it has for us: stored first, and only then called received."""

import hmac

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import PlainTextResponse

from desk.context import AnyDesk

PATH = "/telegram/webhook"
SECRET_HEADER = "x-telegram-bot-api-secret-token"

router = APIRouter()


@router.post(PATH)
async def posted(request: Request, desk: AnyDesk) -> PlainTextResponse:
    """200 means stored; without the right secret nothing is looked at."""
    hook = desk.hook
    if hook is None:
        raise HTTPException(404)
    given = request.headers.get(SECRET_HEADER, "")
    if not hmac.compare_digest(given.encode(), hook.secret.encode()):
        return PlainTextResponse("not yours", 403)
    await hook.keep(await request.body())
    return PlainTextResponse("stored")
