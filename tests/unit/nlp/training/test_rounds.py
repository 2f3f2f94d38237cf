"""Adaptations are kept, and made once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from nlp.encoders.adapters import Adapters
from nlp.features import Features
from nlp.training import adapting, heads
from nlp.training.corpus import Example
from nlp.training.heads import ADAPTED_FOLDS, AVERAGED, adapted_material, strata_of
from nlp.training.rounds import kept_or_made
from tests.unit.nlp.bare_encoder import ENCODER, EXAMPLES


def some(value: float) -> Adapters:
    return Adapters(
        up={"layer": np.full((2, 1), value, np.float16)}, down={"layer": np.ones((1, 2), np.float16)}
    )


def never() -> Adapters:
    raise AssertionError("made again")


def kept(folder: Path, examples: Sequence[Example], make: Callable[[], Adapters], seed: int = 0) -> float:
    return float(kept_or_made(folder, examples, ENCODER, seed, make).up["layer"][0, 0])


def test_what_is_made_is_made_once(tmp_path: Path) -> None:
    assert kept(tmp_path / "new", EXAMPLES, lambda: some(1)) == 1
    assert kept(tmp_path / "new", EXAMPLES, never) == 1
    # The part of a corpus does not matter: heads to judge by learn from the same messages.
    assert kept(tmp_path / "new", [replace(one, part="train") for one in EXAMPLES], never) == 1


@pytest.mark.parametrize(
    ("examples", "seed"),
    [
        (EXAMPLES[::-1], 0),
        (EXAMPLES[1:], 0),
        ([replace(EXAMPLES[0], tone="angry"), *EXAMPLES[1:]], 0),
        ([replace(EXAMPLES[0], asks=None), *EXAMPLES[1:]], 0),
        (EXAMPLES, 1),
    ],
    ids=["order", "fewer", "label", "no label", "seed"],
)
def test_of_anything_else_it_is_made_anew(tmp_path: Path, examples: list[Example], seed: int) -> None:
    kept(tmp_path, EXAMPLES, lambda: some(1))

    assert kept(tmp_path, examples, lambda: some(2), seed) == 2


def test_another_order_is_made_for_itself(tmp_path: Path) -> None:
    kept(tmp_path, EXAMPLES, lambda: some(1))

    other = kept_or_made(tmp_path, EXAMPLES, ENCODER, 0, lambda: some(2), order=1)

    assert float(other.up["layer"][0, 0]) == 2
    assert kept(tmp_path, EXAMPLES, never) == 1


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    kept(tmp_path, EXAMPLES, lambda: some(1))
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:10])

    assert kept(tmp_path, EXAMPLES, lambda: some(2)) == 2
    assert kept(tmp_path, EXAMPLES, never) == 2


def test_a_training_that_was_stopped_goes_on_behind_its_last_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def adapt(examples: Sequence[Example], *_: object, **__: object) -> Adapters:
        if len(made) == ADAPTED_FOLDS - 1 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        made.append(len(examples))
        return some(len(examples))

    def read_all(examples: Sequence[Example], *_: object) -> Features:
        return Features(
            meaning=np.ones((len(examples), 2), np.float32), wording=sparse.csr_array((len(examples), 1))
        )

    stopped: list[bool] = []
    monkeypatch.setattr(adapting, "adapt", adapt)
    monkeypatch.setattr(adapting, "build_network", lambda _: None)
    monkeypatch.setattr(heads, "read_all", read_all)
    monkeypatch.setattr(heads, "Space", lambda _: None)
    strata = strata_of(EXAMPLES, "complaint_types")

    with pytest.raises(KeyboardInterrupt):
        adapted_material(EXAMPLES, strata, ENCODER, 0, lambda *_: None, tmp_path)
    adapted_material(EXAMPLES, strata, ENCODER, 0, lambda *_: None, tmp_path)

    assert len(made) == ADAPTED_FOLDS + AVERAGED
    assert made[-AVERAGED:] == [len(EXAMPLES)] * AVERAGED
