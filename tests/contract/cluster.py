"""Several real processes on one PostgreSQL database, started and killed one by one."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg

from tests.telegram import Double, User

PATIENCE = 60.0


class Running:
    """One process, and what it has written on standard error."""

    def __init__(self, duty: str, environment: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.quick_program", duty],
                env=environment,
                stdout=out,
                stderr=out,
            )

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def signal(self, how: signal.Signals) -> None:
        self._process.send_signal(how)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.wait(timeout=30)

    def stop(self) -> None:
        self.signal(signal.SIGTERM)
        self._process.wait(timeout=30)

    def wait_to_end(self) -> int:
        return self._process.wait(timeout=PATIENCE)


class Cluster:
    """Processes that share a database and a data folder."""

    def __init__(self, folder: Path, url: str, telegram: Double, **settings: str) -> None:
        self.url = url
        self.telegram = telegram
        self._folder = folder
        self._running: list[Running] = []
        self._environment = os.environ | {
            "RIMEDIO_HOME": str(folder / "home"),
            "RIMEDIO_DATABASE_URL": url,
            "RIMEDIO_SECRET": "a secret that all of them share",
            "RIMEDIO_TELEGRAM_TOKEN": telegram.token,
            "RIMEDIO_TELEGRAM_API": telegram.url,
            "RIMEDIO_DEBOUNCE": "0",
            "RIMEDIO_UNDO": "0",
            **settings,
        }

    def start(self, duty: str, **settings: str) -> Running:
        log = self._folder / f"{len(self._running)}-{duty}.log"
        running = Running(duty, self._environment | settings, log)
        self._running.append(running)
        return running

    def start_web(self, *, port: int | None = None) -> str:
        """A web process; returns its address once it answers."""
        port = port or free_port()
        running = self.start("web", RIMEDIO_PORT=str(port))
        address = f"http://127.0.0.1:{port}"

        def ready() -> bool:
            assert running.exit_code is None, running.log.read_text()[-3000:]
            try:
                return httpx.get(f"{address}/readyz", timeout=2).status_code == 200
            except httpx.HTTPError:
                return False

        until(ready, "the web answers")
        return address

    def end(self) -> None:
        for running in self._running:
            running.signal(signal.SIGCONT)
            running.kill()

    def command(self, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "rimedio", *words],
            env=self._environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout

    def hire(self, name: str) -> User:
        code = re.search(r"start[= ](\S+)", self.command("agents", "add", name))
        assert code is not None
        agent = self.telegram.user(name, language="it")
        agent.start(code[1])
        until(lambda: agent.find(f"Ciao {name}") is not None, f"{name} is linked")
        return agent

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return list(connection.execute(query))

    def number(self, query: str) -> int:
        (count,) = self.ask(query)[0]
        assert isinstance(count, int)
        return count

    def settled(self) -> None:
        """Waits until nothing is left to be worked off, read or sent."""
        until(lambda: self.telegram.all_acknowledged, "everything is acknowledged")
        left = (
            "SELECT (SELECT count(*) FROM updates WHERE processed_at IS NULL)"
            " + (SELECT count(*) FROM cases WHERE triage_due_at IS NOT NULL)"
            " + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending'))"
        )
        until(lambda: self.number(left) == 0, "everything is worked off")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], what: str, *, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not within {patience:.0f} s: {what}"
        time.sleep(0.02)
