"""From which day the model counts "yesterday"."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from rimedio.model import Model
from rimedio.settings import Settings


class Listening:
    def __init__(self) -> None:
        self.days: list[date] = []

    def classify(self, texts: Sequence[str], *, today: Sequence[date]) -> list[str]:
        self.days += today
        return list(texts)


async def test_yesterday_is_counted_from_the_day_on_which_each_message_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, listening = Model(Settings.model_construct(timezone="Europe/Rome")), Listening()
    monkeypatch.setattr("rimedio.model.load_classifier", lambda settings: listening)
    await model.load()
    before_midnight = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    after_it_in_rome = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    await asyncio.gather(
        model.classify(["Non è arrivato ieri"], [before_midnight]),
        model.classify(["Arriva oggi?"], [after_it_in_rome]),
    )
    model.close()
    assert listening.days == [date(2026, 11, 20), date(2026, 11, 21)]
