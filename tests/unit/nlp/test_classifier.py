"""The shipped classifier on what people send, and on what nobody should."""

import json
from datetime import date
from pathlib import Path

import pytest

from nlp.classifier import Classifier
from nlp.render import as_dict
from nlp.training.corpus import read_corpus
from rimedio.evaluating import write_page


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


def test_each_message_counts_from_the_day_on_which_it_was_sent(classifier: Classifier) -> None:
    texts = [
        "La consegna era per oggi",
        "",
        "Doveva arrivare due settimane fa",
        "It was due yesterday",
    ]
    sent_on = [date(2026, 11, 28), date(2026, 1, 1), date(2026, 11, 29), date(2026, 12, 1)]
    found = classifier.classify(texts, today=sent_on)
    assert [one.entities.dates for one in found] == [
        (date(2026, 11, 28),),
        (),
        (date(2026, 11, 15),),
        (date(2026, 11, 30),),
    ]
    alone = [classifier.classify([text], today=day)[0] for text, day in zip(texts, sent_on, strict=True)]
    assert [one.urgency.label for one in found] == [one.urgency.label for one in alone]


def test_the_probabilities_behind_a_reading_have_a_row_a_text(classifier: Classifier) -> None:
    texts = ["A che ora aprite?", "\u200b", "Il frigorifero è arrivato rotto"]
    reading = classifier.read(texts)
    assert reading.assessments == classifier.classify(texts)
    for field, rows in reading.probabilities.items():
        assert rows.shape == (3, len(classifier.heads.fields[field].labels))
        assert not rows[1].any()
    acts = classifier.heads.fields["act"].labels
    assert acts[reading.probabilities["act"][2].argmax()] == reading.assessments[2].act.label


def test_the_page_of_an_evaluation_is_written_whole(classifier: Classifier, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    rows = [
        {"text": "A che ora aprite?", "act": "question"},
        {"text": "È arrivato rotto!", "act": "complaint"},
    ]
    gold.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    examples = read_corpus([gold])
    page = tmp_path / "page.html"

    write_page(page, gold, examples, classifier.read([one.text for one in examples]), classifier)

    assert "<svg" in page.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gold.jsonl", "page.html"]


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
