"""Server-sent events: open pages are told that something changed, and fetch what they show anew."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from desk.changes import Change, Changes
from desk.context import Reader

router = APIRouter()
_QUIET = 20.0
"""Seconds after which a sign of life goes out: proxies close what is silent."""
_LONGEST = 600.0
"""Seconds after which the browser has to come again, and with it the question who is signed in."""


@router.get("/live")
async def live(visit: Reader) -> StreamingResponse:
    """Changes of all cases, as their numbers."""
    return stream(visit.desk.changes, lambda change: str(change.case_number or 0))


def stream(changes: Changes, line: Callable[[Change], str | None]) -> StreamingResponse:
    """A stream that sends `line` of each change; where it gives None, nothing."""

    async def lines() -> AsyncIterator[str]:
        with changes.listening() as listener:
            # What happened between the page's making and now is covered by fetching once.
            yield "retry: 2000\nevent: hello\ndata: 0\n\n"
            end = time.monotonic() + _LONGEST
            while time.monotonic() < end:
                try:
                    change = await asyncio.wait_for(listener.get(), _QUIET)
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                data = line(change)
                if data is not None:
                    yield f"data: {data}\n\n"

    return StreamingResponse(
        lines(),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )
