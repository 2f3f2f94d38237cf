"""A road for tests: a real database, and a classifier that says what the test tells it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from responses.config import Business, RoadConfig


@pytest.fixture
def config() -> RoadConfig:
    return RoadConfig(
        business=Business(name="Maglieria Rossi"),
        timezone=ZoneInfo("Europe/Rome"),
        debounce=timedelta(0),
        undo=timedelta(0),
    )
