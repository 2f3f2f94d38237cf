from io import StringIO

import pytest
from rich.console import Console

from models.assessment import Assessment, Entities, Label
from nlp.corpus import Example
from nlp.evaluation import evaluate, render


def assessment(act: str, types: tuple[str, ...] = (), abstained: frozenset[str] = frozenset()) -> Assessment:
    return Assessment(
        act=Label(label=act, probability=0.9),
        complaint_types=tuple(Label(label=name, probability=0.8) for name in types),
        tone=Label(label="calm", probability=0.9),
        urgency=Label(label="normal", probability=0.9),
        asks=(),
        own_error=Label(label="no", probability=0.9),
        language="it",
        entities=Entities(),
        abstained=abstained,
        encoder="none",
        heads="none",
    )


GOLD = [
    Example(text="a", act="complaint", complaint_types=("delivery_late", "no_reply"), own_error=True),
    Example(text="b", act="complaint", complaint_types=("delivery_late",), own_error=False),
    Example(text="c", act="praise", complaint_types=(), own_error=False),
    Example(text="d", act="other"),
]
FOUND = [
    assessment("complaint", ("delivery_late",)),
    assessment("complaint", ("no_reply",), frozenset({"complaint_types"})),
    assessment("complaint", ("delivery_late",)),
    assessment("other"),
]


def test_scores_are_counted_by_label() -> None:
    report = evaluate(GOLD, FOUND).field("complaint_types")
    late, silent = report.labels

    assert (late.label, late.right, late.wrong, late.missed) == ("delivery_late", 1, 1, 1)
    assert (late.precision, late.recall, late.f1, late.support) == (0.5, 0.5, 0.5, 2)
    assert (silent.right, silent.wrong, silent.missed, silent.f1) == (0, 1, 1, 0.0)
    assert (report.rows, report.reviewed, report.macro_f1) == (3, 1, 0.25)
    assert report.micro_f1 == pytest.approx(2 / 6)


def test_the_micro_f1_of_a_choice_is_its_accuracy() -> None:
    report = evaluate(GOLD, FOUND).field("act")

    assert report.micro_f1 == 0.75
    assert report.macro_f1 == pytest.approx((0.8 + 0 + 1) / 3)


def test_a_label_without_support_does_not_enter_the_mean() -> None:
    gold = [Example(text="a", act="praise"), Example(text="b", act="praise")]

    report = evaluate(gold, [assessment("praise"), assessment("other")]).field("act")

    assert report.macro_f1 == pytest.approx(2 / 3)


def test_fields_that_the_gold_lacks_are_left_out() -> None:
    report = evaluate(GOLD, FOUND)

    assert [field.field for field in report.fields] == ["act", "complaint_types", "own_error"]
    assert report.field("own_error").macro_f1 == 0


def test_the_report_is_drawn_with_every_label() -> None:
    console = Console(file=StringIO(), width=100)
    console.print(render(evaluate(GOLD, FOUND)))

    drawn = console.file.getvalue()
    assert "4 messages" in drawn
    assert "delivery_late" in drawn
    assert "0.250" in drawn
