"""What machines may ask about a process: whether it lives, whether it is ready, and its figures."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from fastapi import Request
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from models.database import Database
from models.upgrade import is_current

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


@dataclass(frozen=True, kw_only=True, slots=True)
class Monitor:
    """One process as it was wired at the start.

    Args:
        model_ready: whether the model is loaded, or not needed here.
        telegram: the bot's user name while one is connected.
        bot: `off`, `waiting` for another process to give the bot up, or `held`.
        token: what a request for figures from elsewhere must bring; without, only this machine may ask.
        own: figures that only this process has.
        shared: figures of the whole desk, from the database.
    """

    database: Database
    model_ready: Callable[[], bool]
    telegram: Callable[[], str | None]
    bot: Callable[[], str] = lambda: "off"
    token: str | None = None
    own: Sequence[Collector] = ()
    shared: Callable[[], Awaitable[Collector]] | None = None

    async def database_state(self) -> str:
        """`ok`, `outdated` or `unreachable`."""
        try:
            return "ok" if await is_current(self.database) else "outdated"
        except (SQLAlchemyError, OSError):
            return "unreachable"

    def may_see_figures(self, request: Request) -> bool:
        """By the token where one is set; else only who asks from this machine, and not for somebody else."""
        if self.token is not None:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())
        near = request.client is not None and request.client.host in _LOOPBACK
        return near and not any(name in request.headers for name in _FORWARDED)
