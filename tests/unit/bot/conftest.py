"""The bot at work in the test's own loop."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.bot_bench import BotBench


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[BotBench]:
    async with BotBench(tmp_path) as bench:
        yield bench


@pytest_asyncio.fixture
async def slow_to_leave(tmp_path: Path) -> AsyncIterator[BotBench]:
    """A bench whose answers can be undone for half a minute."""
    async with BotBench(tmp_path, undo=30) as bench:
        yield bench
