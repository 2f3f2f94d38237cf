"""A proxy in front of the double that lets requests go wrong in the ways of real networks and servers."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector, web

from tests.telegram.body import decode
from tests.telegram.changes import Changes
from tests.telegram.double import Double
from tests.telegram.driver import User
from tests.telegram.errors import ApiError
from tests.telegram.files import UPLOAD_LIMIT
from tests.telegram.rooms import Room
from tests.telegram.serving import ServerThread
from tests.telegram.transcript import chat_of

PASSED_ON = ("content-type", "user-agent")


class Fault(StrEnum):
    """What may happen to a request.

    Attributes:
        RESET_BEFORE: the connection breaks before the double has seen the request.
        RESET_AFTER: the double has accepted it, then the connection breaks.
        HANG_BEFORE: nothing is passed on and nothing answered until the bot gives up.
        HANG_AFTER: the double has accepted it, nothing is answered until the bot gives up.
        TRUNCATED: accepted; status 200 with half of the JSON, as a complete HTTP answer.
        CUT: accepted; the connection ends in the middle of the answer.
        GARBAGE: accepted; status 200 with something that is not JSON.
        DELAY: answered properly, later.
    """

    FLOOD = "429"
    FLOOD_WITHOUT_TIME = "429_without_retry_after"
    SERVER_ERROR = "500"
    BAD_GATEWAY = "502"
    FORBIDDEN = "403"
    UNAUTHORIZED = "401"
    CONFLICT = "409"
    BAD_REQUEST = "400"
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    HANG_BEFORE = "hang_before"
    HANG_AFTER = "hang_after"
    TRUNCATED = "truncated"
    CUT = "cut"
    GARBAGE = "garbage"
    DELAY = "delay"


ERRORS = {
    Fault.SERVER_ERROR: ApiError(500, "Internal Server Error"),
    Fault.FORBIDDEN: ApiError(403, "bot was blocked by the user"),
    Fault.UNAUTHORIZED: ApiError(401, "Unauthorized"),
    Fault.CONFLICT: ApiError(
        409, "terminated by other getUpdates request; make sure that only one bot instance is running"
    ),
    Fault.FLOOD_WITHOUT_TIME: ApiError(429, "Too Many Requests"),
}
FORWARDED_FIRST = frozenset({Fault.RESET_AFTER, Fault.HANG_AFTER, Fault.TRUNCATED, Fault.CUT, Fault.GARBAGE})
GATEWAY_PAGE = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body>\r\n</html>\r\n"


@dataclass(kw_only=True)
class Rule:
    """One order to the proxy, and how often it was carried out.

    Attributes:
        method: the Bot API method, ``download`` for a file's content, None for any but ``getUpdates``.
        chat: the chat id, None for any.
        left: how many more times; None without end.
        hits: how many times so far.
        accepted: whether the double carries the request out before the fault.
        seconds: the length of a delay, or the ``retry_after`` of a 429.
        description: the text of a 400.
    """

    kind: Fault
    method: str | None
    chat: int | None
    left: int | None
    accepted: bool
    seconds: float
    description: str
    hits: int = 0

    def fits(self, method: str, chat: int | None) -> bool:
        """Whether this rule is for such a request and not used up."""
        if self.left == 0 or (self.chat is not None and self.chat != chat):
            return False
        if self.method is None:
            return method.lower() != "getupdates"
        return self.method.lower() == method.lower()


class FaultProxy:
    """Stands between the bot and the double; hand its `url` to the bot instead of the double's.

    Attributes:
        counts: how often each fault happened.
        forwarded: how many requests reached the double, by method.
    """

    def __init__(self, double: Double) -> None:
        self._double = double
        self._changes: Changes = double.changes
        self._rules: list[Rule] = []
        self._server = ServerThread(self._application, "telegram-faults")
        self.counts: Counter[Fault] = Counter()
        self.forwarded: Counter[str] = Counter()

    def start(self) -> Self:
        """Open the port."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Close everything, hanging requests too."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base address of the Bot API as the bot shall see it."""
        return f"http://127.0.0.1:{self._server.port}"

    def fail(
        self,
        *,
        kind: Fault | str,
        method: str | None = None,
        chat: int | User | Room | None = None,
        times: int | None = 1,
        accepted: bool | None = None,
        seconds: float = 1.0,
        description: str = "something is wrong",
    ) -> Rule:
        """Let the next matching requests go wrong; earlier rules come first.

        Args:
            times: how many requests; None until `clear`.
            accepted: for statuses: whether the double carries the request out all the same.
            seconds: for ``delay`` its length, for ``429`` its ``retry_after`` (whole seconds).
        """
        fault = Fault(kind)
        rule = Rule(
            kind=fault,
            method=method,
            chat=chat if isinstance(chat, int) or chat is None else chat.id,
            left=times,
            accepted=fault in FORWARDED_FIRST if accepted is None else accepted,
            seconds=seconds,
            description=description,
        )
        with self._changes.lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget all rules; what hangs goes on hanging."""
        with self._changes.lock:
            self._rules.clear()

    def refuse_connections(self) -> None:
        """Close the port: from now on no connection comes about, which proves that nothing was sent."""
        self._server.stop()

    def accept_connections(self) -> None:
        """Open the same port again."""
        self._server.start()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=UPLOAD_LIMIT + 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        app.cleanup_ctx.append(self._client)
        return app

    async def _client(self, app: web.Application) -> AsyncIterator[None]:
        # One connection per request, so that a fault on one side never reaches another request.
        connector = TCPConnector(limit=0, force_close=True)
        async with ClientSession(timeout=ClientTimeout(total=None), connector=connector) as session:
            app[_SESSION] = session
            yield

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        method = "download" if request.path.startswith("/file/") else request.path.rpartition("/")[2]
        rule = self._rule(method, _chat(request, content))
        if rule is None:
            return await self._forward(request, content, method)
        answer = await self._forward(request, content, method) if rule.accepted else None
        self._count(rule)
        match rule.kind:
            case Fault.RESET_BEFORE | Fault.RESET_AFTER:
                return _reset(request)
            case Fault.HANG_BEFORE | Fault.HANG_AFTER:
                await asyncio.Event().wait()
                raise AssertionError("nothing ends a hang but the end of the connection")
            case Fault.TRUNCATED:
                whole = _bytes(answer)
                return web.Response(body=whole[: len(whole) // 2], content_type="application/json")
            case Fault.CUT:
                return await _cut(request, _bytes(answer))
            case Fault.GARBAGE:
                return web.Response(body=b"\x00\xff<html>surprise</html>", content_type="text/html")
            case Fault.BAD_GATEWAY:
                return web.Response(status=502, body=GATEWAY_PAGE, content_type="text/html")
            case Fault.DELAY:
                await asyncio.sleep(rule.seconds)
                return await self._forward(request, content, method)
            case Fault.FLOOD:
                seconds = int(rule.seconds)
                error = ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
            case Fault.BAD_REQUEST:
                error = ApiError(400, rule.description)
            case _:
                error = ERRORS[rule.kind]
        return web.json_response(error.body(), status=error.code)

    def _rule(self, method: str, chat: int | None) -> Rule | None:
        with self._changes.lock:
            rule = next((rule for rule in self._rules if rule.fits(method, chat)), None)
            if rule is not None and rule.left is not None:
                rule.left -= 1
            return rule

    def _count(self, rule: Rule) -> None:
        with self._changes.lock:
            rule.hits += 1
            self.counts[rule.kind] += 1
            self._changes.notify()

    async def _forward(self, request: web.Request, content: bytes, method: str) -> web.Response:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        address = f"{self._double.url}{request.raw_path}"
        try:
            async with request.app[_SESSION].request(
                request.method, address, data=content, headers=headers
            ) as answer:
                body = await answer.read()
        except ClientError:
            return web.Response(status=502, body=GATEWAY_PAGE, content_type="text/html")
        with self._changes.lock:
            self.forwarded[method] += 1
        return web.Response(status=answer.status, body=body, content_type=answer.content_type)


_SESSION: web.AppKey[ClientSession] = web.AppKey("session", ClientSession)


def _chat(request: web.Request, content: bytes) -> int | None:
    try:
        body = decode(content, request.headers.get("content-type", ""), request.query_string)
    except ApiError:
        return None
    return chat_of(body.values)


def _bytes(answer: web.Response | None) -> bytes:
    return bytes(answer.body) if answer is not None and isinstance(answer.body, bytes) else b"{}"


def _reset(request: web.Request) -> web.StreamResponse:
    """End the connection with RST instead of FIN."""
    transport = request.transport
    if transport is not None:
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()


async def _cut(request: web.Request, whole: bytes) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"content-type": "application/json"})
    answer.content_length = len(whole)
    await answer.prepare(request)
    await answer.write(whole[: len(whole) // 2])
    # Let the half leave before the connection ends.
    await asyncio.sleep(0.01)
    if request.transport is not None:
        request.transport.abort()
    return answer
