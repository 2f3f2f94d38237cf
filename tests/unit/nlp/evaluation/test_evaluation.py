from io import StringIO

import numpy as np
import pytest
from rich.console import Console

from models.assessment import Assessment, Entities, Label
from nlp.evaluation.calibration import RESAMPLES
from nlp.evaluation.scores import evaluate, render
from nlp.training.corpus import Example


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


MANY = [Example(text=str(at), act="praise" if at % 3 else "other") for at in range(60)]
SAID = [assessment("praise" if at % 4 else "other") for at in range(60)]


def test_intervals_are_those_of_resampled_messages() -> None:
    report = evaluate(MANY, SAID).field("act")
    _, praise = report.label_intervals()
    dice = np.random.default_rng(0)
    drawn = [dice.integers(0, 60, 60) for _ in range(RESAMPLES)]
    there, told = np.array([at % 3 > 0 for at in range(60)]), np.array([at % 4 > 0 for at in range(60)])
    precision = [(there & told)[one].sum() / told[one].sum() for one in drawn]
    recall = [(there & told)[one].sum() / there[one].sum() for one in drawn]
    accuracy = [(there == told)[one].mean() for one in drawn]

    assert praise is not None
    assert praise.precision is not None
    between = [praise.precision, praise.recall, report.micro_interval()]
    assert [(one.low, one.high) for one in between] == [
        pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=1e-6)
        for values in (precision, recall, accuracy)
    ]


def test_what_is_never_found_has_no_interval_of_precision_and_what_is_not_there_has_none() -> None:
    report = evaluate(MANY, [assessment("praise" if at % 4 else "spam") for at in range(60)]).field("act")
    other, _, spam = report.label_intervals()

    assert other is not None
    assert (other.precision, other.recall.high) == (None, 0.0)
    assert spam is None


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


def test_a_field_whose_labels_no_message_has_has_no_f1() -> None:
    gold = [Example(text="a", act="other", asks=()), Example(text="b", act="other", asks=())]
    output = StringIO()

    Console(file=output, width=120).print(render(evaluate(gold, [assessment("other"), assessment("other")])))

    rows = [line.replace("│", " ").split() for line in output.getvalue().splitlines()]
    assert ["asks", "2", "–", "–", "–", "0%"] in rows
    assert ["act", "2", "1.000", "1.000", "to", "1.000", "1.000", "0%"] in rows
