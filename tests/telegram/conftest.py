"""A double and a bot that follows a script."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.telegram import Double, User
from tests.telegram.script_bot import ScriptBot


@pytest.fixture
def telegram() -> Iterator[Double]:
    with Double() as double:
        yield double


@pytest.fixture
def marta(telegram: Double) -> User:
    return telegram.user("Marta", started=True)


@pytest.fixture
async def bot(telegram: Double) -> AsyncIterator[ScriptBot]:
    async with ScriptBot(telegram.url, telegram.token) as bot:
        yield bot
