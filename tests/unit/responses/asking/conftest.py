"""The sample policies' road and somebody who answers, for the tests of this folder that want them."""

import pytest_asyncio

from models.database import Database
from models.tables import Agent
from responses.config import RoadConfig
from tests.seed import seed_agent
from tests.unit.responses.asking.sample_policies import SampleRoad


@pytest_asyncio.fixture
async def road(sqlite: Database, config: RoadConfig) -> SampleRoad:
    road = SampleRoad(sqlite, config)
    await road.prepare()
    return road


@pytest_asyncio.fixture
async def agent(road: SampleRoad) -> Agent:
    async with road.database.writing() as session:
        return await seed_agent(session)
