"""The same corpus and seed give the same heads, and the figures stored here (float32 embeddings)."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from threadpoolctl import threadpool_limits

from nlp.classifier import Classifier
from nlp.encoders.encoder import Encoder
from nlp.errors import FingerprintError
from nlp.heads import Heads, load_heads
from nlp.scope import read_out_of_scope
from nlp.training.corpus import read_corpus, split
from nlp.training.heads import train_on

CORPUS = Path(__file__).parents[4] / "nlp" / "data" / "corpus.jsonl"
GOLDEN = Path(__file__).parents[3] / "golden" / "training.json"


def fixed_part() -> list[Any]:
    """About a twentieth of the corpus to train on and a tenth to measure on, chosen by the texts alone."""
    return [
        row
        for row in read_corpus([CORPUS])
        if hashlib.sha256(row.text.encode()).digest()[1] < (26 if row.is_held_out else 13)
    ]


def macro_f1(heads: Heads) -> Mapping[str, float]:
    return {field: figures["macro_f1"] for field, figures in heads.figures.items()}


@pytest.fixture(scope="module")
def heads(encoder: Encoder) -> Heads:
    # Texts out of scope take as long to read as the messages, and no stored figure depends on them.
    # One thread, so that sums are added in one order wherever this runs: a message may tip over otherwise.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with threadpool_limits(1), pytest.MonkeyPatch.context() as patch:
        patch.setattr("nlp.training.heads.read_out_of_scope", lambda: read_out_of_scope()[::9])
        trained = train_on(fixed_part(), encoder=encoder, seed=0)
    torch.set_num_threads(threads)
    return trained


@pytest.mark.slow
def test_training_gives_the_figures_that_are_stored(heads: Heads) -> None:
    assert macro_f1(heads) == pytest.approx(json.loads(GOLDEN.read_text(encoding="utf-8")), abs=0.005)


@pytest.mark.slow
def test_saved_heads_are_read_back_as_they_were(heads: Heads, encoder: Encoder, tmp_path: Path) -> None:
    heads.save(tmp_path / "heads")
    again = load_heads(tmp_path / "heads")
    texts = ["Il pacco è in ritardo di una settimana", "A che ora aprite?"]
    first, second = (
        Classifier(encoder, one, fallback_language="it", entities=_finder()).classify(texts)
        for one in (heads, again)
    )
    assert first == second


def test_heads_of_another_encoder_are_refused(encoder: Encoder, heads: Heads) -> None:
    class Elsewhere(Encoder):
        def fingerprint(self) -> Any:
            return -super().fingerprint()

    other = Elsewhere.__new__(Elsewhere)
    other.__dict__.update(encoder.__dict__)
    with pytest.raises(FingerprintError, match="train"):
        heads.check_encoder(other)


def test_no_business_of_the_test_part_occurs_in_training() -> None:
    training, test = split(read_corpus([CORPUS]))
    trained_on = {row.business.casefold() for row in training if row.business}
    assert len(training) >= 800
    assert trained_on.isdisjoint(row.business.casefold() for row in test if row.business)
    assert all(row.part and row.business for row in (*training, *test))


def _finder() -> Any:
    from nlp.entities.finder import EntityFinder

    return EntityFinder()
