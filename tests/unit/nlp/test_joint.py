from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from nlp.classifier import Classifier
from nlp.deciding import decide
from nlp.heads import TRAINED, load_heads
from nlp.joint import DAYS, read_again, read_days
from nlp.language import UNKNOWN

TODAY = date(2026, 11, 27)
TEXTS = ["Il pacco non arriva e mi serve per un regalo", "Perdete acqua in casa mia, venite subito"]


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        pytest.param([], [0, 0, 0], id="no day"),
        pytest.param([-1], [0, 0, 0], id="yesterday"),
        pytest.param([0], [1, 1, 1], id="today"),
        pytest.param([7, -3], [0, 1, 1], id="in a week"),
        pytest.param([40, 2], [0, 1, 1], id="the nearest counts"),
        pytest.param([40], [0, 0, 1], id="far ahead"),
    ],
)
def test_the_nearest_day_ahead_counts(ahead: Sequence[int], expected: Sequence[int]) -> None:
    assert read_days([TODAY + timedelta(days=days) for days in ahead], TODAY).tolist() == expected


def test_a_day_that_is_near_makes_the_same_words_more_urgent(classifier: Classifier) -> None:
    features = classifier.features(TEXTS)
    fields, joint = classifier.heads.fields, classifier.heads.joint
    assert joint is not None
    predictions = {field: head.probabilities(features[field]) for field, head in fields.items()}
    never, tomorrow = (
        read_again(joint, fields, predictions, np.full((2, DAYS), value, np.float32)) for value in (0, 1)
    )
    pressing = [fields["urgency"].labels.index(label) for label in ("high", "critical")]
    assert (tomorrow[:, pressing].sum(axis=1) > never[:, pressing].sum(axis=1)).all()
    np.testing.assert_allclose(never.sum(axis=1), 1, atol=1e-5)


def test_a_label_of_its_own_is_not_read_and_one_taken_away_counts_as_absent(classifier: Classifier) -> None:
    features = classifier.features(TEXTS)
    fields, joint = classifier.heads.fields, classifier.heads.joint
    assert joint is not None
    predictions = {field: head.probabilities(features[field]) for field, head in fields.items()}
    days = np.zeros((2, DAYS), np.float32)
    types = fields["complaint_types"]
    turned = replace(types, labels=(*types.labels[::-1], "canteen"))
    more = np.hstack([predictions["complaint_types"][:, ::-1], np.ones((2, 1), np.float32)])
    np.testing.assert_allclose(
        read_again(
            joint, {**fields, "complaint_types": turned}, {**predictions, "complaint_types": more}, days
        ),
        read_again(joint, fields, predictions, days),
        atol=1e-6,
    )
    own = replace(fields["urgency"], labels=("soon", "later"))
    two = np.full((2, 2), 0.5, np.float32)
    assert read_again(joint, {**fields, "urgency": own}, {**predictions, "urgency": two}, days) is two


def test_the_second_look_is_saved_with_the_heads(tmp_path: Path) -> None:
    heads = load_heads(TRAINED)
    heads.save(tmp_path)
    assert load_heads(tmp_path).id == heads.id
    replace(heads, joint=None).save(tmp_path)
    again = load_heads(tmp_path)
    assert again.joint is None
    assert again.id != heads.id


def test_what_nobody_knows_what_it_is_is_never_said_to_be_able_to_wait() -> None:
    heads = load_heads(TRAINED).fields
    sure = {
        name: np.tile(np.eye(1, len(head.labels), dtype=np.float32), (3, 1)) for name, head in heads.items()
    }
    sure["scope"] = np.zeros_like(sure["scope"])
    labels = heads["urgency"].labels
    sure["urgency"] = np.eye(len(labels), dtype=np.float32)[
        [labels.index(label) for label in ("low", "low", "critical")]
    ]

    there = decide(heads, sure, languages=["it", UNKNOWN, UNKNOWN]).there["urgency"]

    assert [labels[at] for at in there.argmax(axis=1)] == ["low", "normal", "critical"]
    assert (there.sum(axis=1) == 1).all()
