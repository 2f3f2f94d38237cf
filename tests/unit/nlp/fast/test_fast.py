"""The fast model and the cascade with the whole classifier."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from nlp.batch.labels import DOUBTS, FOUND, LABELS
from nlp.bulk import BulkClassifier
from nlp.classifier import Classifier
from nlp.costs import Costs, ErrorCost
from nlp.encoders.encoder import Encoder
from nlp.entities.finder import EntityFinder
from nlp.errors import FingerprintError, HeadsError
from nlp.fast.bounds import Judged, choose_bounds
from nlp.fast.classifier import FastClassifier
from nlp.fast.model import LONGEST, PAIRS, TOO_LONG, FastModel, bags_of, load_fast
from nlp.fast.training import Lesson, teach
from nlp.heads import FAST, FIELDS, SCOPE, TRAINED, load_heads
from nlp.training.corpus import SHIPPED, Example, read_corpus
from nlp.training.recombined import recombined
from nlp.training.taught import labels_of

HEADS = load_heads(TRAINED)
TODAY = date(2026, 11, 27)
TEXTS: Sequence[str | None] = [
    "Il pacco non è arrivato, voglio il rimborso",
    None,
    "  \u200b ",
    "Grazie mille, siete stati gentilissimi!",
    "A che ora aprite il sabato?",
    "parola " * LONGEST,
]
MESSAGES = [("Il pacco non arriva. Vergogna! Rivoglio i soldi.", "it"), ("Grazie. Siete gentili.", "it")]


@pytest.fixture(scope="module")
def messages() -> list[Example]:
    return [one for one in read_corpus([SHIPPED]) if not one.is_held_out][::30]


@pytest.fixture(scope="module")
def model(encoder: Encoder, messages: list[Example]) -> FastModel:
    """Taught on labels alone, without a calibration; sure of everything."""
    lessons = {
        name: Lesson(
            said=np.array(
                [[label in (labels_of(one, name) or ()) for label in head.labels] for one in messages],
                np.float32,
            ),
            weights=np.ones(len(messages), np.float32),
        )
        for name, head in HEADS.fields.items()
        if name in FIELDS
    }
    lessons[SCOPE] = Lesson(
        said=np.zeros((len(messages), 1), np.float32), weights=np.ones(len(messages), np.float32)
    )
    taught = teach(encoder.pieces([one.text for one in messages]), lessons, HEADS.fields, encoder, epochs=80)
    return replace(
        taught, sure_from=dict.fromkeys(FIELDS, 0.0), heads=HEADS.id, encoder=HEADS.provenance.encoder
    )


def test_it_learns_what_it_is_taught(encoder: Encoder, model: FastModel, messages: list[Example]) -> None:
    probabilities = model.probabilities(encoder, [one.text for one in messages])
    acts = [model.fields["act"].labels[place] for place in probabilities["act"].argmax(axis=1)]
    assert np.mean([act == one.act for act, one in zip(acts, messages, strict=True)]) > 0.9
    np.testing.assert_allclose(probabilities["tone"].sum(axis=1), 1, atol=1e-5)


def test_what_is_sure_is_answered_by_the_fast_model_in_its_place(
    classifier: Classifier, model: FastModel
) -> None:
    fast = FastClassifier(classifier, model)
    batch = fast.labels(TEXTS, today=TODAY)
    assert batch.schema.equals(FOUND)
    assert batch[DOUBTS.name].to_pylist() == [[], None, None, [], [], [TOO_LONG]]
    rows = batch.select(LABELS.names).to_pylist()
    assert rows[1] == dict.fromkeys(LABELS.names)
    # A text without a letter and a very long one were never its business.
    whole = BulkClassifier(classifier).labels([TEXTS[2], TEXTS[5]], today=TODAY).to_pylist()
    assert [rows[2], rows[5]] == whole
    probabilities = model.probabilities(classifier.encoder, [str(TEXTS[0])])
    assert rows[0]["act_probability"] == round(float(probabilities["act"].max()), 4)
    assert rows[3]["language"] == "it"


def test_what_is_not_sure_is_said_by_the_whole_classifier(classifier: Classifier, model: FastModel) -> None:
    doubtful = replace(model, sure_from={**dict.fromkeys(FIELDS, 0.0), "tone": 2.0, "asks": 2.0})
    batch = FastClassifier(classifier, doubtful).labels(TEXTS, today=TODAY)
    assert batch[DOUBTS.name].to_pylist()[3:] == [["tone", "asks"]] * 2 + [["tone", "asks", TOO_LONG]]
    assert batch.select(LABELS.names).equals(BulkClassifier(classifier).labels(TEXTS, today=TODAY))


def test_lists_come_with_the_likeliest_first(classifier: Classifier, model: FastModel) -> None:
    everything = replace(
        model.fields["complaint_types"], thresholds=(0.0,) * len(model.fields["complaint_types"].labels)
    )
    complaint = replace(
        model.fields["act"],
        bias=np.where(np.array(model.fields["act"].labels) == "complaint", 50, 0).astype(np.float32),
    )
    loud = replace(model, fields={**model.fields, "complaint_types": everything, "act": complaint})
    (row,) = FastClassifier(classifier, loud).labels(TEXTS[:1], today=TODAY).to_pylist()
    assert row["complaint_probabilities"] == sorted(row["complaint_probabilities"], reverse=True)
    assert sorted(row["complaint_types"]) == sorted(everything.labels)


@pytest.mark.parametrize("texts", [pytest.param([], id="no text"), pytest.param([None, None], id="nulls")])
def test_nothing_to_read_is_no_error(
    classifier: Classifier, model: FastModel, texts: Sequence[str | None]
) -> None:
    batch = FastClassifier(classifier, model).labels(texts, today=TODAY)
    assert batch.equals(pa.RecordBatch.from_pylist([dict.fromkeys(FOUND.names)] * len(texts), FOUND))


def test_it_is_kept_in_a_file(encoder: Encoder, model: FastModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = load_fast(tmp_path)
    assert again.sha256 == model.sha256
    texts = ["Il pacco non è arrivato"]
    read, before = again.probabilities(encoder, texts), model.probabilities(encoder, texts)
    np.testing.assert_allclose(read["act"], before["act"], atol=1e-6)
    assert again.sure_from == model.sure_from


def test_other_heads_than_it_was_made_for_are_refused(classifier: Classifier, model: FastModel) -> None:
    with pytest.raises(FingerprintError, match=r"made for the heads 0123.*train again"):
        FastClassifier(classifier, replace(model, heads="0123"))


def test_what_errors_cost_decides_there_as_well(classifier: Classifier, model: FastModel) -> None:
    dear = Costs(labels={"tone": {"threatening": ErrorCost(missed=1e6)}})
    careful = Classifier(classifier.encoder, HEADS, entities=EntityFinder(), costs=dear)
    (row,) = FastClassifier(careful, model).labels(TEXTS[3:4], today=TODAY).to_pylist()
    assert (row[DOUBTS.name], row["tone"]) == ([], "threatening")


def test_new_heads_leave_no_fast_model_of_the_old_ones(model: FastModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    HEADS.save(tmp_path)
    with pytest.raises(HeadsError, match="have no fast model"):
        load_fast(tmp_path)


def test_a_damaged_file_is_said(model: FastModel, tmp_path: Path) -> None:
    model.save(tmp_path)
    content = (tmp_path / FAST).read_bytes()
    (tmp_path / FAST).write_bytes(content[: len(content) // 2])
    with pytest.raises(HeadsError, match=r"fast\.safetensors: damaged"):
        load_fast(tmp_path)


def test_unknown_pieces_count_in_pairs_alone_and_repeats_add_up() -> None:
    bags = bags_of([[5, 7, 5], [], [9]], np.array([5, 7], np.int64)).toarray()
    assert bags.shape == (3, 2 + PAIRS)
    np.testing.assert_allclose(bags[0, :2], np.array([2, 1]) / np.sqrt(3), rtol=1e-6)
    np.testing.assert_allclose(bags[0, 2:].sum(), 2 / np.sqrt(3), rtol=1e-6)
    assert not bags[1:].any()


def test_recombined_messages_are_new_and_the_same_each_time() -> None:
    made = recombined(MESSAGES, 20, seed=1)
    assert made == recombined(MESSAGES, 20, seed=1)
    assert len(made) == len(set(made)) > 5
    assert not {text for text, _ in MESSAGES} & set(made)
    assert recombined([], 20, seed=1) == []


def judged(cheap: Sequence[bool], confidence: Sequence[float]) -> Judged:
    """One label that is there in every second message, which the heads always know."""
    truth = (np.arange(len(cheap)) % 2 == 0)[:, None]
    return Judged(
        truth=truth,
        cheap=np.where(np.array(cheap)[:, None], truth, ~truth),
        whole=truth,
        known=np.ones(len(cheap), np.bool_),
        confidence=np.array(confidence, np.float32),
    )


def test_what_the_fast_model_gets_wrong_is_handed_on() -> None:
    confidence = np.linspace(0.2, 1, 100)
    bounds = choose_bounds({"act": judged(confidence > 0.6, confidence)}, 0.01)
    assert 0.55 < bounds["act"] < 0.65


def test_where_it_is_always_wrong_nothing_is_answered() -> None:
    bounds = choose_bounds({"act": judged([False] * 100, [1.0] * 100)}, 0.01)
    assert bounds["act"] > 1


def test_a_field_it_always_knows_hands_nothing_on() -> None:
    sure = judged([True] * 100, np.linspace(0, 1, 100))
    assert choose_bounds({"act": sure}, 0.01)["act"] == 0
