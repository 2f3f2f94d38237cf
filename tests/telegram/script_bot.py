"""The smallest possible bot, for trying servers of the Bot API: it knows HTTP and nothing of any library."""

import asyncio
import hmac
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from aiohttp import web

from tests.telegram.serving import ServerThread
from tests.telegram.webhook import SECRET_HEADER

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer of the Bot API."""

    status: int
    body: Json

    @property
    def ok(self) -> bool:
        """Whether the request was accepted."""
        return self.body["ok"] is True

    @property
    def result(self) -> Any:
        """What an accepted request gave.

        Raises:
            AssertionError: when it was refused.
        """
        assert self.ok, self.body
        return self.body["result"]

    @property
    def description(self) -> str:
        """Why it was refused."""
        return str(self.body.get("description"))


class ScriptBot:
    """Calls methods of the Bot API with JSON bodies, or with forms where files are uploaded."""

    def __init__(self, base: str, token: str) -> None:
        self._client = httpx.AsyncClient(base_url=f"{base}/bot{token}/", timeout=10)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def call(self, method: str, **params: Any) -> Answer:
        """Call a method with a JSON body."""
        answer = await self._client.post(method, json=params)
        return Answer(status=answer.status_code, body=answer.json())

    async def upload(self, method: str, files: dict[str, tuple[str, bytes]], **params: str) -> Answer:
        """Call a method with a multipart form."""
        answer = await self._client.post(method, data=params, files=files)
        return Answer(status=answer.status_code, body=answer.json())

    async def updates(
        self, *, offset: int = 0, timeout: int = 0, kinds: list[str] | None = None
    ) -> list[Json]:
        """``getUpdates``."""
        allowed = ["message", "callback_query"] if kinds is None else kinds
        answer = await self.call("getUpdates", offset=offset, timeout=timeout, allowed_updates=allowed)
        return list(answer.result)


@dataclass(kw_only=True)
class WebhookReceiver:
    """A webhook that stores what has the right secret and answers with the statuses it is told to.

    Attributes:
        statuses: what to answer next, first one first; 200 when empty.
        arrivals: every update with the right secret, failed attempts too.
        refusals: the secret, wrong or empty, of every post that was turned away.
    """

    secret: str
    statuses: list[int] = field(default_factory=list)
    arrivals: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    refusals: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        self._server = ServerThread(self._application, "webhook-receiver")
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    @property
    def url(self) -> str:
        """What to hand to ``setWebhook``."""
        return f"http://127.0.0.1:{self._server.port}/hook"

    async def next(self) -> Json:
        """The next update that arrives.

        Raises:
            TimeoutError: after ten seconds.
        """
        return await asyncio.wait_for(self.arrivals.get(), 10)

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/hook", self._handle)
        return app

    async def _handle(self, request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given, self.secret):
            self._loop.call_soon_threadsafe(self.refusals.put_nowait, given)
            return web.Response(status=403)
        update = await request.json()
        self._loop.call_soon_threadsafe(self.arrivals.put_nowait, update)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)
