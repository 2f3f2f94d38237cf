"""The desk as one web application."""

from collections.abc import Callable
from functools import cache

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute

from desk import (
    absence,
    actions,
    answers,
    by_hand,
    case_pages,
    causes,
    chat,
    chat_files,
    checking,
    choices,
    colleagues,
    corrections,
    enclosing,
    ending,
    facts,
    fairness,
    files,
    health,
    learning,
    live,
    login,
    new_case,
    open_edits,
    person,
    preferences,
    promises,
    queue,
    reading,
    rearranging,
    rules,
    samples,
    signals,
    strengths,
    texts_pages,
    webhook,
)
from desk.changes import Changes
from desk.context import FOLDER, Desk
from desk.errors import ForbiddenPageError, ForgedRequestError, SignInNeededError, UnknownCaseError
from desk.hook import Hook
from desk.login import browser_words
from desk.monitor import Monitor
from desk.security import Guard, Seal
from responses.road import Road

_PARTS = (
    health,
    login,
    queue,
    promises,
    new_case,
    case_pages,
    person,
    preferences,
    actions,
    open_edits,
    enclosing,
    by_hand,
    rearranging,
    answers,
    checking,
    corrections,
    ending,
    facts,
    files,
    live,
    chat,
    chat_files,
    choices,
    samples,
    signals,
    colleagues,
    absence,
    reading,
    rules,
    texts_pages,
    learning,
    causes,
    strengths,
    fairness,
    webhook,
)


def create_app(
    road: Road,
    *,
    secret: str,
    public_url: str,
    language: str,
    model_ready: Callable[[], bool],
    telegram: Callable[[], str | None],
    hook: Hook | None = None,
    monitor: Monitor | None = None,
) -> FastAPI:
    """The desk, the customers' chat and the health pages.

    Args:
        road: everything between a stored message and a sent answer.
        secret: signs forgery tokens and visitors' cookies.
        public_url: where browsers reach us; with https, cookies travel encrypted only.
        language: the house language of the desk, `it` or `en`.
        model_ready: whether the classifier is loaded.
        telegram: the bot's user name while one is connected.
        hook: takes what Telegram posts, where it posts to us.
        monitor: what machines may ask, where there is more to it than the desk itself knows.
    """
    app = FastAPI(title="Rimedio", docs_url=None, redoc_url=None, openapi_url=None, routes=_routes())
    app.state.monitor = monitor or Monitor(database=road.database, model_ready=model_ready, telegram=telegram)
    app.state.desk = Desk(
        road=road,
        seal=Seal(secret, secure=public_url.startswith("https://")),
        public_url=public_url,
        language=language,
        model_ready=model_ready,
        telegram=telegram,
        changes=Changes(road.database),
        hook=hook,
    )
    app.add_exception_handler(SignInNeededError, _sign_in)
    app.add_exception_handler(ForgedRequestError, _forged)
    app.add_exception_handler(UnknownCaseError, _not_found)
    app.add_exception_handler(ForbiddenPageError, _forbidden)
    app.add_exception_handler(HTTPException, _problem)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_middleware(Guard, public_url=public_url)
    return app


def create_monitor(monitor: Monitor) -> FastAPI:
    """The health pages alone, for a process that serves nothing else."""
    app = FastAPI(title="Rimedio", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.monitor = monitor
    app.include_router(health.router)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Every address of the desk, shared by all apps of a process.

    What each takes and gives is worked out when the first request comes, which takes a twentieth of a second.
    """
    router = APIRouter()
    for part in _PARTS:
        router.include_router(part.router)
    router.mount("/static", StaticFiles(directory=FOLDER / "static"), name="static")
    return router.routes


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _sign_in(request: Request, _error: Exception) -> Response:
    if _wants_json(request) or request.url.path == "/live":
        return JSONResponse({"reason": "signed_out"}, 401)
    return RedirectResponse("/login", 303)


def _forged(request: Request, _error: Exception) -> Response:
    return _say(request, "forged", 403)


def _not_found(request: Request, _error: Exception) -> Response:
    return _say(request, "not_found", 404)


def _forbidden(request: Request, _error: Exception) -> Response:
    return _say(request, "forbidden", 403)


def _unreadable(request: Request, _error: Exception) -> Response:
    # The framework's own answer repeats the input, which may be no text at all.
    return _say(request, "refused", 422)


def _problem(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _say(request, "not_found" if status == 404 else "refused", status)


def _say(request: Request, reason: str, status: int) -> Response:
    desk: Desk = request.app.state.desk
    words = browser_words(request, desk)
    sentence = words(f"problems.{reason}")
    if _wants_json(request):
        return JSONResponse({"reason": reason, "sentence": sentence}, status)
    return desk.page(
        "problem.html", words, binding="none", status=status, sentence=sentence, me=None, model_ready=True
    )
