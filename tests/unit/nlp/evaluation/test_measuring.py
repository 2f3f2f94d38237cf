from dataclasses import replace

import numpy as np
import pytest

from models.assessment import Assessment, Entities, Label
from nlp.classifier import Reading
from nlp.evaluation.measuring import NOTHING, FieldMeasure, Measurement, measure
from nlp.evaluation.page import evaluation_page
from nlp.heads import Head, Heads, Provenance
from nlp.training.corpus import Example

LABELS = {
    "act": ("complaint", "question"),
    "tone": ("angry", "calm"),
    "urgency": ("high", "normal"),
    "complaint_types": ("delivery_late", "item_damaged"),
    "asks": ("refund",),
    "own_error": ("yes",),
}
SEVERAL = ("complaint_types", "asks", "own_error")


def head(field: str) -> Head:
    labels = LABELS[field]
    none = np.zeros((1, len(labels)), np.float32)
    return Head(
        labels=labels,
        meaning=none,
        wording=none,
        bias=none[0],
        several=field in SEVERAL,
        thresholds=(0.5,) * len(labels),
        abstain_below=0.0,
    )


HEADS = Heads(
    fields={field: head(field) for field in LABELS},
    fingerprint=np.zeros((1, 1), np.float32),
    provenance=Provenance(encoder="table", seed=0, corpus_sha256="", train_rows=0, test_rows=0),
    figures={},
)


def label(name: str) -> Label:
    return Label(label=name, probability=0.9)


def example(text: str, act: str = "complaint", types: tuple[str, ...] = (), tone: str = "calm") -> Example:
    return Example(
        text=text,
        act=act,
        complaint_types=types,
        tone=tone,
        urgency="normal",
        asks=(),
        own_error=False,
        language="it",
        origin="shop | customer | phone",
    )


def reading(*found: tuple[str, tuple[float, float], float]) -> Reading:
    """For each message its act, the probabilities of the two types, and that of an angry tone."""
    assessments, rows = [], {field: [] for field in LABELS}  # type: ignore[var-annotated]
    for act, types, angry in found:
        names = [name for name, one in zip(LABELS["complaint_types"], types, strict=True) if one >= 0.5]
        assessments.append(
            Assessment(
                act=label(act),
                complaint_types=tuple(label(name) for name in names) if act == "complaint" else (),
                tone=label("angry" if angry > 0.5 else "calm"),
                urgency=label("normal"),
                asks=(),
                own_error=label("no"),
                language="it",
                entities=Entities(),
                abstained=frozenset(),
                encoder="table",
                heads="table",
            )
        )
        rows["act"].append([0.9, 0.1] if act == "complaint" else [0.1, 0.9])
        rows["tone"].append([angry, 1 - angry])
        rows["urgency"].append([0.1, 0.9])
        rows["complaint_types"].append(list(types))
        rows["asks"].append([0.1])
        rows["own_error"].append([0.1])
    return Reading(
        assessments=assessments,
        probabilities={field: np.array(values, np.float32) for field, values in rows.items()},
    )


def field(measurement: Measurement, name: str) -> FieldMeasure:
    return next(one for one in measurement.fields if one.report.field == name)


GOLD = [
    example("Il pacco è in ritardo", types=("delivery_late",)),
    example("È arrivato rotto", types=("item_damaged",)),
    example("Rotto anche questo, e in ritardo", types=("delivery_late", "item_damaged")),
    example("A che ora aprite?", act="question"),
]
READ = reading(
    ("complaint", (0.9, 0.1), 0.1),
    ("complaint", (0.8, 0.2), 0.1),
    ("complaint", (0.2, 0.9), 0.97),
    ("question", (0.9, 0.9), 0.1),
)


def test_what_was_found_instead_of_a_missed_type_stands_in_its_row() -> None:
    confusion = field(measure(GOLD, READ, HEADS), "complaint_types").confusion

    assert confusion.labels == ("delivery_late", "item_damaged")
    assert confusion.found == ("delivery_late", "item_damaged", NOTHING)
    # Late: found once, missed once with nothing instead. Damage: found once, lateness found instead once.
    assert confusion.counts == ((1, 0, 1), (1, 1, 0))


def test_the_types_of_what_is_no_complaint_count_in_no_calibration() -> None:
    found = field(measure(GOLD, READ, HEADS), "complaint_types")

    assert sum(one.count for one in found.calibration.bins) == 3 * 2
    assert found.report.rows == 4


def test_the_worst_error_is_the_one_that_was_surest() -> None:
    (first, *_) = measure(GOLD, READ, HEADS).worst

    assert (first.field, first.true, first.found) == ("tone", ("calm",), ("angry",))
    assert first.confidence == pytest.approx(0.97)


def test_a_field_that_nobody_labelled_is_left_out() -> None:
    gold = [replace(one, tone=None) for one in GOLD]

    assert "tone" not in [one.report.field for one in measure(gold, READ, HEADS).fields]


def test_the_page_needs_nothing_beside_it_and_shows_texts_as_texts() -> None:
    gold = [*GOLD[:3], example("<script>alert(1)</script>", tone="angry", act="question")]

    page = evaluation_page(
        measure(gold, READ, HEADS), title="A & B", encoder="e5", heads="abc", made="2026-01-01"
    )

    assert page.count("<svg") == 3 * 6
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "A &amp; B" in page
    assert not [line for line in page.splitlines() if "src=" in line or "<link" in line]


def test_the_page_says_between_what_every_figure_lies() -> None:
    measured = measure(GOLD, READ, HEADS)
    page = evaluation_page(measured, title="A", encoder="e5", heads="abc", made="2026-01-01")
    there = [score for one in measured.fields for score in one.report.labels if score.support]
    never_found = [score for score in there if not score.right + score.wrong]

    # Three of every field, and three of every label that some message has.
    assert page.count("–") == 3 * len(measured.fields) + 3 * len(there) - len(never_found)


def test_a_complaint_taken_for_a_question_is_an_error_of_its_act() -> None:
    found = measure(GOLD[:1], reading(("question", (0.95, 0.1), 0.1)), HEADS)

    assert [(one.field, round(one.confidence, 2)) for one in found.worst] == [
        ("act", 0.9),
        ("complaint_types", 0.9),
    ]
    assert found.worst[1].found == ()


def test_a_text_that_nobody_can_see_counts_in_no_calibration() -> None:
    blank = reading(("question", (0.9, 0.9), 0.1))
    blank = replace(blank, probabilities={name: 0 * rows for name, rows in blank.probabilities.items()})

    found = measure([example("\u200b", act="question")], blank, HEADS)

    assert field(found, "act").report.macro_f1 == field(found, "act").interval.high == 1
    assert field(found, "act").calibration.bins == ()
