from dataclasses import replace

from models.assessment import Assessment, Label
from nlp.evaluation.comparison import compare_readings
from nlp.training.corpus import Example
from tests.e2e.quick_program import late_parcel


def reading(acts: list[str]) -> list[Assessment]:
    return [replace(late_parcel(""), act=Label(label=act, probability=0.9)) for act in acts]


def test_the_better_of_two_is_better_by_more_than_chance() -> None:
    true = ["complaint", "question"] * 100
    gold = [Example(text=str(number), act=act) for number, act in enumerate(true)]
    worse = ["complaint"] * 200

    (forward,) = compare_readings(gold, reading(worse), reading(true))
    (backward,) = compare_readings(gold, reading(true), reading(worse))

    assert (round(forward.first, 2), forward.second) == (0.33, 1.0)
    assert forward.gain.low > 0.5
    assert not forward.worse
    assert backward.worse


def test_two_equal_ones_do_not_differ() -> None:
    gold = [Example(text="x", act="complaint"), Example(text="y", act="spam")]

    (field,) = compare_readings(gold, reading(["complaint"] * 2), reading(["complaint"] * 2))

    assert (field.gain.low, field.gain.high) == (0.0, 0.0)
    assert not field.worse
