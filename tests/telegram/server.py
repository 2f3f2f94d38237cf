"""The Bot API over HTTP."""

import re
import time
from types import ModuleType
from typing import Any

from aiohttp import web

from tests.telegram.body import Body, decode
from tests.telegram.changes import Changes
from tests.telegram.errors import ApiError
from tests.telegram.files import UPLOAD_LIMIT
from tests.telegram.methods import Methods
from tests.telegram.params import Params
from tests.telegram.state import World
from tests.telegram.transcript import Call, chat_of
from tests.telegram.updates import UpdateQueue

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}")


class BotApi:
    """Reads requests, has them carried out one at a time, and writes down what happened.

    Attributes:
        calls: every request with a valid token, in order.
        violations: what the check from outside found, in requests and in answers.
    """

    def __init__(
        self,
        token: str,
        world: World,
        updates: UpdateQueue,
        methods: Methods,
        changes: Changes,
        conformity: ModuleType | None,
    ) -> None:
        self._token = token
        self._world = world
        self._updates = updates
        self._methods = methods
        self._changes = changes
        self._conformity = conformity
        self.calls: list[Call] = []
        self.violations: list[str] = []

    def application(self) -> web.Application:
        """The routes."""
        app = web.Application(client_max_size=UPLOAD_LIMIT + 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        return app

    async def _handle(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        try:
            self._check_token(request)
            content = await request.read()
            body = decode(content, request.headers.get("content-type", ""), request.query_string)
        except ApiError as error:
            return _answer(error.body())
        call = Call(method=method, params=body.values, uploads=body.uploads, chat_id=chat_of(body.values))
        with self._changes.lock:
            self.calls.append(call)
        if method.lower() == "getupdates":
            call.answer = await self._poll(body)
        else:
            call.answer = self._carry_out(method, body)
        call.done = time.monotonic()
        problems = self._problems(method, body, call.answer)
        with self._changes.lock:
            self.violations += problems
            self._changes.notify()
        return _answer(call.answer)

    def _problems(self, method: str, body: Body, answer: dict[str, Any]) -> list[str]:
        if self._conformity is None:
            return []
        problems: list[str] = self._conformity.problems_of_request(method, body)
        if method.lower() != "getupdates":
            # Updates were looked at when they were made; a test may push one that is wrong on purpose.
            problems += self._conformity.problems_of_answer(method, answer)
        return problems

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if token != self._token:
            raise ApiError(401, "Unauthorized") if TOKEN.fullmatch(token) else ApiError(404, "Not Found")

    def _carry_out(self, method: str, body: Body) -> dict[str, Any]:
        if not self._methods.knows(method):
            self.violations.append(f"{method}: the double does not know this method")
            return ApiError(404, "Not Found").body()
        with self._changes.lock:
            try:
                result = self._methods.call(method, Params(values=body.values, uploads=body.uploads))
            except ApiError as error:
                return error.body()
            return {"ok": True, "result": result}

    async def _poll(self, body: Body) -> dict[str, Any]:
        params = Params(values=body.values, uploads=body.uploads)
        try:
            batch = await self._updates.poll(
                offset=params.integer("offset"),
                limit=min(max(params.integer("limit", 100), 1), 100),
                timeout=params.integer("timeout"),
                allowed=params.items("allowed_updates"),
            )
        except ApiError as error:
            return error.body()
        return {"ok": True, "result": batch}

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request)
        except ApiError as error:
            return _answer(error.body())
        stored = self._world.files.by_path(request.match_info["path"])
        if stored is None:
            return _answer(ApiError(404, "Not Found").body())
        return web.Response(body=stored.content, content_type="application/octet-stream")


def _answer(body: dict[str, Any]) -> web.Response:
    return web.json_response(body, status=int(body.get("error_code", 200)))
