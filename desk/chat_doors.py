"""The doors of the web chat, and who comes in by them."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from desk.context import AnyDesk
from desk.errors import ForgedRequestError
from desk.security import COLLEAGUE_COOKIE, VISITOR_COOKIE
from desk.words import Words
from responses.policy.schema import Audience

CODE = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
"""What an order's link carries."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One of the two ways in: its path, the cookie that knows who comes, and whose rules judge."""

    path: str
    cookie: str
    audience: Audience


FRONT = Door(path="/chat", cookie=VISITOR_COOKIE, audience=Audience.CUSTOMER)
BACK = Door(path="/chat/colleagues", cookie=COLLEAGUE_COOKIE, audience=Audience.COLLEAGUE)


def door_of(request: Request) -> Door:
    """The door at which a request knocks."""
    at_back = f"{request.url.path}/".startswith(f"{BACK.path}/")
    return BACK if at_back else FRONT


AnyDoor = Annotated[Door, Depends(door_of)]


def visitor_of(request: Request, desk: AnyDesk, door: AnyDoor) -> str:
    """Who writes, by the signed cookie.

    Raises:
        ForgedRequestError: there is no cookie of ours.
    """
    visitor = desk.seal.visitor(request.cookies.get(door.cookie))
    if visitor is None:
        raise ForgedRequestError
    return visitor


Visitor = Annotated[str, Depends(visitor_of)]


def browser_language(request: Request) -> str | None:
    """The language that the browser asks for first, as two letters."""
    first = request.headers.get("accept-language", "").partition(",")[0].partition(";")[0]
    code = first.strip().partition("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() else None


def polite(words: Words, reason: str, status: int) -> JSONResponse:
    """A refusal in the page's own words."""
    return JSONResponse({"ok": False, "reason": reason, "sentence": words(f"chat.{reason}")}, status)
