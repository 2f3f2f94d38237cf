"""Explaining labels leaves the model to who waits for it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from rimedio.model import Model
from rimedio.settings import Settings
from tests.e2e.quick_program import late_parcel

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class Reader:
    def classify(self, texts: Sequence[str], *, today: Sequence[date]) -> list[str]:
        return list(texts)


@pytest.fixture
def explained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []

    def explain(classifier: Any, text: str, *rest: Any) -> tuple[()]:
        found.append(text)
        return ()

    monkeypatch.setattr("rimedio.model._explained", explain)
    monkeypatch.setattr("rimedio.model.load_classifier", lambda settings: Reader())
    return found


async def loaded() -> Model:
    model = Model(Settings.model_construct(timezone="Europe/Rome"))
    await model.load()
    return model


@pytest.mark.parametrize(
    ("rest", "busy", "waits"), [(1e9, True, True), (1e9, False, False), (0.0, True, False)]
)
async def test_while_messages_come_the_model_rests_after_an_explanation(
    explained: list[str], monkeypatch: pytest.MonkeyPatch, rest: float, busy: bool, waits: bool
) -> None:
    monkeypatch.setattr("rimedio.model._REST", rest)
    monkeypatch.setattr("rimedio.model._LOOK_EVERY", 0.001)
    model = await loaded()
    await model.explain("first", NOW, late_parcel("first"))
    if busy:
        await model.classify(["read"], [NOW])
    second = asyncio.create_task(model.explain("second", NOW, late_parcel("second")))
    await asyncio.wait({second}, timeout=0.2 if waits else 30)
    assert explained == (["first"] if waits else ["first", "second"])
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    model.close()


async def test_all_are_explained_in_the_end(explained: list[str]) -> None:
    model = await loaded()
    texts = ["one", "two", "three"]
    await asyncio.gather(*(model.explain(text, NOW, late_parcel(text)) for text in texts))
    assert explained == ["one", "three", "two"]
    model.close()
