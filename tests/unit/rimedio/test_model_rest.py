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


async def test_after_one_explanation_the_model_is_there_for_messages_before_the_next(
    explained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rimedio.model._REST", 1e9)
    model = Model(Settings.model_construct(timezone="Europe/Rome"))
    await model.load()
    await model.explain("first", NOW, late_parcel("first"))
    second = asyncio.create_task(model.explain("second", NOW, late_parcel("second")))
    assert list(await model.classify(["read"], [NOW])) == ["read"]
    assert explained == ["first"]
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    model.close()


async def test_all_are_explained_in_the_end(explained: list[str]) -> None:
    model = Model(Settings.model_construct(timezone="Europe/Rome"))
    await model.load()
    texts = ["one", "two", "three"]
    await asyncio.gather(*(model.explain(text, NOW, late_parcel(text)) for text in texts))
    assert explained == texts
    model.close()
