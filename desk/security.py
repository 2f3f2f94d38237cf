"""What keeps strangers out of the browser's requests: headers, size, origin, and the forgery token."""

import hashlib
import hmac
import secrets
from urllib.parse import urlsplit

from itsdangerous import BadData, URLSafeSerializer
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.errors import ForgedRequestError

SESSION_COOKIE = "rimedio_session"
SEED_COOKIE = "rimedio_seed"
VISITOR_COOKIE = "rimedio_visitor"
COLLEAGUE_COOKIE = "rimedio_colleague"
MAX_BODY = 2 * 1024 * 1024
MAX_FILE_BODY = 21 * 1024 * 1024
MAX_CHAT_BODY = 1024 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Refuses what is too large or comes from another site, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self._app = app
        self._own_host = urlsplit(public_url).netloc
        self._headers = dict(_HEADERS)
        if public_url.startswith("https://"):
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        if scope["method"] in _SAFE:
            return None
        headers = Headers(scope=scope)
        length = headers.get("content-length")
        if length is None and "transfer-encoding" in headers:
            return PlainTextResponse("length required", 411)
        most = _most_for(scope["path"])
        if length is not None and (not length.isdecimal() or int(length) > most):
            return PlainTextResponse("too large", 413)
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PlainTextResponse("from another site", 403)
        origin = headers.get("origin")
        own = {self._own_host, headers.get("host", "")}
        if origin is not None and urlsplit(origin).netloc not in own:
            return PlainTextResponse("from another site", 403)
        return None


def _most_for(path: str) -> int:
    if path.startswith(("/cases/", "/chat/")) and path.endswith("/files"):
        return MAX_FILE_BODY
    return MAX_CHAT_BODY if path.startswith("/chat") else MAX_BODY


class Seal:
    """Signs what browsers keep for us. `secure` says whether cookies may only travel encrypted."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self.secure = secure
        self._forgery = URLSafeSerializer(secret, salt="rimedio.forgery")
        self._visitor = URLSafeSerializer(secret, salt="rimedio.visitor")

    def token(self, binding: str) -> str:
        """The forgery token of a page shown to the browser that holds `binding`."""
        return str(self._forgery.dumps(_short(binding)))

    def check(self, binding: str | None, token: str | None) -> None:
        """Raises ForgedRequestError unless `token` was made for `binding`."""
        if not binding or not token:
            raise ForgedRequestError
        try:
            made_for = self._forgery.loads(token)
        except BadData:
            raise ForgedRequestError from None
        if not isinstance(made_for, str) or not hmac.compare_digest(made_for, _short(binding)):
            raise ForgedRequestError

    def visitor_cookie(self, visitor: str) -> str:
        """The cookie of a visitor of the web chat."""
        return str(self._visitor.dumps(visitor))

    def visitor(self, cookie: str | None) -> str | None:
        """The visitor a cookie names, None when it is not ours."""
        if cookie is None:
            return None
        try:
            visitor = self._visitor.loads(cookie)
        except BadData:
            return None
        return visitor if isinstance(visitor, str) else None


def new_secret() -> str:
    """Something nobody can guess."""
    return secrets.token_urlsafe(24)


async def sent_token(request: Request) -> str | None:
    """The forgery token a request carries: in its header, or as a form's hidden field."""
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        value = (await request.form()).get("csrf")
        return value if isinstance(value, str) else None
    return None


def _short(binding: str) -> str:
    return hashlib.sha256(binding.encode()).hexdigest()[:32]
