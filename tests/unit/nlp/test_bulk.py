"""Tables of labels: what the classifier says of each text, in Arrow's columns."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from nlp.batch.labels import LABELS
from nlp.bulk import BulkClassifier
from nlp.classifier import Classifier
from nlp.costs import Costs, ErrorCost
from nlp.encoders.encoder import Encoder
from nlp.entities.finder import EntityFinder
from nlp.render import COLUMNS, as_columns
from nlp.training.corpus import read_corpus

CORPUS = Path(__file__).parents[3] / "nlp" / "data" / "corpus.jsonl"
TODAY = date(2026, 11, 27)
MIXED = [
    "Il pacco arriva domani?",
    "",
    "VERGOGNA!!! Terza volta che chiamo, la macchina è rotta e voglio il rimborso",
    "\u200b \n",
    "Danke, alles bestens",
    "a\ud800b",
    "Il pacco arriva domani?",
    "x" * 9000,
]


def one_by_one(classifier: Classifier, texts: Sequence[str]) -> list[dict[str, object]]:
    return [dict(as_columns(assessment)) for assessment in classifier.classify(texts, today=TODAY)]


@pytest.fixture(scope="module")
def corpus() -> list[str]:
    return [row.text for row in read_corpus([CORPUS])][::120]


@pytest.fixture(scope="module")
def read(classifier: Classifier, corpus: Sequence[str]) -> pa.RecordBatch:
    return BulkClassifier(classifier).labels(corpus, today=TODAY)


def test_the_columns_are_those_of_the_output() -> None:
    assert tuple(LABELS.names) == COLUMNS


def test_the_rows_are_those_of_the_assessments(
    classifier: Classifier, corpus: Sequence[str], read: pa.RecordBatch
) -> None:
    assert read.schema == LABELS
    assert read.to_pylist() == one_by_one(classifier, corpus)


def test_repeats_and_texts_with_nothing_to_see_stand_where_they_were(classifier: Classifier) -> None:
    found = BulkClassifier(classifier).labels(MIXED, today=TODAY).to_pylist()

    distinct = list(dict.fromkeys(MIXED))
    expected = dict(zip(distinct, one_by_one(classifier, distinct), strict=True))
    assert found == [expected[text] for text in MIXED]


def test_what_is_written_in_none_of_our_languages_is_left_to_a_person(classifier: Classifier) -> None:
    text = "Mijn bestelling is nog steeds niet aangekomen, ik wil mijn geld terug"
    (row,) = BulkClassifier(classifier).labels([text], today=TODAY).to_pylist()

    (alone,) = classifier.classify([text], today=TODAY)

    assert (row["language"], row["needs_review"]) == ("und", True)
    assert alone.language == "und"
    assert "act" in alone.abstained


def test_how_far_it_is_is_told_to_the_end_and_changes_nothing(
    classifier: Classifier, corpus: Sequence[str], read: pa.RecordBatch
) -> None:
    heard: list[float] = []
    found = BulkClassifier(classifier).labels(corpus, today=TODAY, told=heard.append)
    assert len(heard) > 1
    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert found.equals(read)


def test_a_row_without_a_text_has_no_labels(classifier: Classifier) -> None:
    found = BulkClassifier(classifier).labels([None, "Grazie mille", None], today=TODAY).to_pylist()

    assert found[0] == found[2] == dict.fromkeys(COLUMNS)
    assert found[1]["act"] == "praise"


@pytest.mark.parametrize("texts", [[], [None], [""]], ids=["no row", "no text", "an empty text"])
def test_a_table_with_nothing_to_read_has_its_rows(
    classifier: Classifier, texts: Sequence[str | None]
) -> None:
    found = BulkClassifier(classifier).labels(texts, today=TODAY)

    assert (found.schema, found.num_rows) == (LABELS, len(texts))


def test_the_same_rows_give_the_same_bits_whatever_was_read_before(
    classifier: Classifier, corpus: Sequence[str], read: pa.RecordBatch
) -> None:
    bulk = BulkClassifier(classifier)
    bulk.labels(MIXED, today=TODAY)

    assert bulk.labels(corpus, today=TODAY).equals(read)


def test_what_errors_cost_decides_in_tables_as_well(
    classifier: Classifier, corpus: Sequence[str], read: pa.RecordBatch
) -> None:
    dear = ErrorCost(missed=20.0)
    costs = Costs(labels={"tone": {"threatening": dear}, "complaint_types": {"safety_privacy": dear}})
    weighing = Classifier(classifier.encoder, classifier.heads, entities=EntityFinder(), costs=costs)

    found = BulkClassifier(weighing).labels(corpus, today=TODAY).to_pylist()

    assert found == one_by_one(weighing, corpus)
    assert found != read.to_pylist()


def test_products_in_a_smaller_format_leave_what_is_decided_clearly(
    classifier: Classifier, encoder: Encoder, corpus: Sequence[str], read: pa.RecordBatch
) -> None:
    with encoder.adapted(classifier.heads.adapters):
        exact = Classifier(encoder, classifier.heads, entities=EntityFinder()).read(corpus, today=TODAY)
    acts = np.sort(exact.probabilities["act"], axis=1)
    clearly = pa.array(acts[:, -1] - acts[:, -2] > 0.05)

    found = read.column("act").filter(clearly)

    assert found.equals(pa.array([str(one.act.label) for one in exact.assessments]).filter(clearly))
