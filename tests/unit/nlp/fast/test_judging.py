"""The heads that a fast model is judged by learn from other messages than those it is judged on."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from nlp.encoders.adapters import Adapters
from nlp.fast import judging
from nlp.fast.judging import is_judged, train_judge
from nlp.features import Features
from nlp.training import adapting, heads
from nlp.training.corpus import Example
from nlp.training.fitting import Material
from nlp.training.heads import ADAPTED_FOLDS, AVERAGED, adapted_material, strata_of
from tests.unit.nlp.bare_encoder import ENCODER, EXAMPLES


@pytest.fixture
def learned(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The texts of each adaptation that is made; none takes any time."""
    made: list[list[str]] = []

    def adapt(examples: Sequence[Example], *_: object, **__: object) -> Adapters:
        made.append([one.text for one in examples])
        return Adapters(
            up={"layer": np.full((2, 1), len(made), np.float16)}, down={"layer": np.ones((1, 2), np.float16)}
        )

    def read_all(examples: Sequence[Example], *_: object) -> Features:
        return Features(
            meaning=np.ones((len(examples), 2), np.float32), wording=sparse.csr_array((len(examples), 1))
        )

    monkeypatch.setattr(adapting, "adapt", adapt)
    monkeypatch.setattr(adapting, "build_network", lambda _: None)
    for module in (heads, judging):
        monkeypatch.setattr(module, "read_all", read_all)
        monkeypatch.setattr(module, "Space", lambda _: None)
    return made


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What heads are fitted on."""
    given: dict[str, Any] = {}

    def fit_heads(examples: Sequence[Example], material: Material, adapters: Adapters, *_: object) -> None:
        given.update(texts=[one.text for one in examples], material=material, adapters=adapters)

    monkeypatch.setattr(judging, "fit_heads", fit_heads)
    return given


def test_it_has_seen_none_of_what_it_judges(learned: list[list[str]], fitted: dict[str, Any]) -> None:
    kept = {one.text for one, out in zip(EXAMPLES, is_judged(EXAMPLES), strict=True) if out}

    train_judge(EXAMPLES, ENCODER, adapt=True)

    assert len(kept) == len(EXAMPLES) // ADAPTED_FOLDS
    assert sorted(fitted["texts"]) == sorted({one.text for one in EXAMPLES} - kept)
    read = learned[int(fitted["adapters"].up["layer"][0, 0]) - 1]
    assert set(read).isdisjoint(kept)


def test_each_of_its_folds_is_judged_by_what_was_adapted_without_it(
    learned: list[list[str]], fitted: dict[str, Any]
) -> None:
    train_judge(EXAMPLES, ENCODER, adapt=True)

    folds = fitted["material"].folds
    assert sorted(set(folds.tolist())) == list(range(ADAPTED_FOLDS - 1))
    assert len(fitted["material"].unseen) == ADAPTED_FOLDS - 1
    for fold, read in enumerate(learned[1:]):
        inside = {text for text, at in zip(fitted["texts"], folds, strict=True) if at == fold}
        assert inside
        assert set(read).isdisjoint(inside)


def test_what_was_adapted_for_the_heads_that_ship_is_not_adapted_again(
    learned: list[list[str]], fitted: dict[str, Any], tmp_path: Path
) -> None:
    strata = strata_of(EXAMPLES, "complaint_types")
    adapted_material(EXAMPLES, strata, ENCODER, 0, lambda *_: None, tmp_path)
    assert len(learned) == ADAPTED_FOLDS + AVERAGED

    train_judge(EXAMPLES, ENCODER, adapt=True, rounds=tmp_path)

    assert len(learned) == ADAPTED_FOLDS + AVERAGED
    assert fitted
