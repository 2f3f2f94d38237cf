"""From which day the model counts "yesterday"."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from rimedio.model import Model
from rimedio.settings import Settings


class Listening:
    def __init__(self) -> None:
        self.days: list[date] = []

    def classify(self, texts: Sequence[str], *, today: date) -> list[str]:
        self.days.append(today)
        return list(texts)


async def test_yesterday_is_counted_from_the_day_of_the_business(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rimedio.model.utcnow", lambda: datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    model, listening = Model(Settings.model_construct(timezone="Europe/Rome")), Listening()
    monkeypatch.setattr("rimedio.model.load_classifier", lambda settings: listening)
    await model.load()
    await model.classify(["Non è arrivato ieri"])
    model.close()
    assert listening.days == [date(2026, 11, 21)]
