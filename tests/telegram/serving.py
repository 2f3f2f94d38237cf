"""An aiohttp application on 127.0.0.1 in a thread of its own, on a port that the system chose."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from aiohttp import web

START_TIMEOUT = 10.0


class ServerThread:
    """Serves until stopped; the thread's event loop also runs what is handed to `spawn`."""

    def __init__(self, make: Callable[[], web.Application], name: str, port: int = 0) -> None:
        self._make = make
        self._name = name
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.port = port

    def start(self) -> None:
        """Serve; returns when the port is open.

        Raises:
            RuntimeError: when the server does not come up.
        """
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name=self._name, daemon=True
        )
        self._thread.start()
        if not ready.wait(START_TIMEOUT) or not self.port:
            raise RuntimeError(f"{self._name} did not start within {START_TIMEOUT:g} s")

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread is None or self._loop is None or self._stop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = None

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine in the server's loop until it ends or the server stops."""
        if self._loop is None:
            raise RuntimeError("not started")
        self._loop.call_soon_threadsafe(self._keep, work)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        # Cancelled when the client goes away, so that a killed poller holds nothing.
        runner = web.AppRunner(self._make(), handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        try:
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", self.port, reuse_address=True, backlog=1024)
            await site.start()
            self.port = runner.addresses[0][1]
        finally:
            ready.set()
        try:
            await self._stop.wait()
        finally:
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await runner.cleanup()
