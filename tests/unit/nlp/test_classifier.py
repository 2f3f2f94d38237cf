"""The shipped classifier on what people send, and on what nobody should."""

import pytest

from nlp.classifier import Classifier
from nlp.render import as_dict


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.load()


def test_the_documented_example(classifier: Classifier) -> None:
    (found,) = classifier.classify(["Il pacco non è mai arrivato, voglio il rimborso"])
    assert found.act.label == "complaint"
    assert "delivery_late" in [label.label for label in found.complaint_types]
    assert "refund" in [label.label for label in found.asks]


@pytest.mark.parametrize(
    "text",
    ["", "   ", "😡😡", "a" * 5000, "a\x00b", "\u202eoiccap\u202c", "<b>&</a>", "?", "12345", "漢字かな"],
    ids=["empty", "blank", "emoji", "long", "nul", "rtl", "html", "mark", "digits", "japanese"],
)
def test_every_text_gets_an_assessment(classifier: Classifier, text: str) -> None:
    (found,) = classifier.classify([text])
    assert 0 <= found.act.probability <= 1
    assert bool(found.complaint_types) <= (found.act.label == "complaint")


def test_a_text_without_a_visible_character_is_left_to_a_person(classifier: Classifier) -> None:
    (found,) = classifier.classify(["\u200b \n"])
    assert found.act.label == "other"
    assert found.needs_review


def test_results_come_in_the_order_of_the_texts(classifier: Classifier) -> None:
    texts = ["A che ora aprite il sabato mattina?", "Vergogna, il frigorifero è arrivato rotto!", ""]
    together = classifier.classify(texts)
    assert [one.act.label for one in together] == [classifier.classify([text])[0].act.label for text in texts]


def test_the_printed_form_has_every_field(classifier: Classifier) -> None:
    (found,) = classifier.classify(["L'ordine RS20418 da 64,90 € non è arrivato"])
    shown = as_dict(found)
    assert set(shown) >= {
        "act",
        "tone",
        "urgency",
        "complaint_types",
        "asks",
        "own_error",
        "language",
        "entities",
        "needs_review",
        "encoder",
        "heads",
    }
    assert found.entities.order_ids == ("RS20418",)
    assert [(str(one.value), one.currency) for one in found.entities.amounts] == [("64.90", "EUR")]
