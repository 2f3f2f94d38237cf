"""Decisions by what errors cost, on probabilities as a head gives them."""

import numpy as np
import pytest

from nlp.costs import Costs, ErrorCost
from nlp.deciding import decide as decided
from nlp.errors import NlpError
from nlp.heads import Head, ranked


def head(
    labels: tuple[str, ...], *, several: bool, abstain_below: float = 0.0, at_least_one: bool = False
) -> Head:
    nothing = np.zeros((1, len(labels)), np.float32)
    return Head(
        labels=labels,
        meaning=nothing,
        wording=nothing,
        bias=nothing[0],
        several=several,
        at_least_one=at_least_one,
        thresholds=(0.5,) * len(labels) if several else (),
        abstain_below=abstain_below,
    )


TYPES = head(("delivery_late", "safety_privacy"), several=True, at_least_one=True)
TONES = head(("angry", "calm", "threatening"), several=False)


def row(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def decide(costs: Costs, field: str, head: Head, seen: np.ndarray) -> tuple[tuple[int, ...], bool]:
    there, look = costs.decide(field, head, seen[None])
    return ranked(there[0], seen), bool(look[0])


def test_what_is_dear_to_miss_is_said_at_a_lower_probability() -> None:
    dear = Costs(labels={"complaint_types": {"safety_privacy": ErrorCost(missed=9.0)}}, review=10)
    seen = row(0.8, 0.15)

    assert decide(Costs(), "complaint_types", TYPES, seen)[0] == (0,)
    assert decide(dear, "complaint_types", TYPES, seen)[0] == (0, 1)
    assert decide(dear, "complaint_types", TYPES, row(0.8, 0.05))[0] == (0,)


def test_what_is_dear_to_say_wrongly_takes_a_higher_one() -> None:
    dear = Costs(labels={"complaint_types": {"delivery_late": ErrorCost(false=4.0)}}, review=10)

    assert decide(dear, "complaint_types", TYPES, row(0.75, 0.7))[0] == (1,)
    assert decide(dear, "complaint_types", TYPES, row(0.85, 0.7))[0] == (0, 1)


def test_a_complaint_has_at_least_one_type_whatever_it_costs() -> None:
    dear = Costs(labels={"complaint_types": {name: ErrorCost(false=50.0) for name in TYPES.labels}})

    assert decide(dear, "complaint_types", TYPES, row(0.6, 0.3))[0] == (0,)


def test_of_choices_the_one_with_the_least_expected_cost_is_taken() -> None:
    seen = row(0.5, 0.2, 0.3)
    dear = Costs(labels={"tone": {"threatening": ErrorCost(missed=5.0)}}, review=10)

    assert decide(Costs(), "tone", TONES, seen)[0] == (0,)
    assert decide(dear, "tone", TONES, seen)[0] == (2,)


@pytest.mark.parametrize(("sure", "look"), [(0.9, False), (0.55, False), (0.45, True)])
def test_a_person_looks_where_deciding_costs_more(sure: float, look: bool) -> None:
    rest = (1 - sure) / 2
    assert decide(Costs(review=0.5), "tone", TONES, row(sure, rest, rest))[1] is look


@pytest.mark.parametrize(("review", "look"), [(0.5, True), (1.4, True), (1.6, False)])
def test_of_several_labels_the_errors_of_all_are_expected(review: float, look: bool) -> None:
    several = head(("a", "b", "c", "d"), several=True)
    seen = row(0.9, 0.48, 0.47, 0.46)

    assert decide(Costs(review=review), "complaint_types", several, seen) == ((0,), look)
    assert several.certainties(seen[None])[0] == pytest.approx(0.9 * 0.52 * 0.53 * 0.54, abs=1e-6)


def test_a_dear_label_in_doubt_is_looked_at() -> None:
    dear = Costs(labels={"complaint_types": {"safety_privacy": ErrorCost(missed=8.0, false=2.0)}})

    assert decide(dear, "complaint_types", TYPES, row(0.99, 0.3))[1]
    assert not decide(dear, "complaint_types", TYPES, row(0.99, 0.01))[1]


DANGER = Costs(labels={"complaint_types": {"safety_privacy": ErrorCost(missed=5.0)}})


def test_a_cost_leaves_the_bounds_of_all_that_is_not_named() -> None:
    bold = head(("angry", "calm", "threatening"), several=False, abstain_below=0.3)

    assert not decide(DANGER, "tone", bold, row(0.4, 0.3, 0.3))[1]
    assert decide(DANGER, "tone", bold, row(0.4, 0.3, 0.3))[0] == (0,)


@pytest.mark.parametrize(("review", "look"), [(0.5, False), (0.35, True)])
def test_where_a_look_is_cheap_fields_with_several_labels_are_looked_at_too(
    review: float, look: bool
) -> None:
    assert decide(Costs(review=review), "complaint_types", TYPES, row(0.6, 0.1))[1] is look


@pytest.mark.parametrize(("complaint", "look"), [(0.4, True), (0.02, False)])
def test_what_is_dear_to_miss_is_not_lost_with_a_message_that_is_taken_for_no_complaint(
    complaint: float, look: bool
) -> None:
    heads = {
        "act": head(("complaint", "question"), several=False),
        "tone": TONES,
        "urgency": head(("low",), several=False),
        "complaint_types": TYPES,
        "asks": head(("refund",), several=True),
        "own_error": head(("yes",), several=True),
    }
    seen = {
        "act": row(complaint, 1 - complaint)[None],
        "tone": row(0.1, 0.9, 0.0)[None],
        "urgency": row(1.0)[None],
        "complaint_types": row(0.1, 0.9)[None],
        "asks": row(0.0)[None],
        "own_error": row(0.0)[None],
    }

    weighed = decided(heads, seen, DANGER, languages=["it"])

    assert not decided(heads, seen, languages=["it"]).unsure["act"][0]
    assert bool(weighed.unsure["act"][0]) is look
    assert not weighed.there["complaint_types"].any()


def test_what_the_classifier_does_not_tell_has_no_cost() -> None:
    heads = {"tone": TONES, "complaint_types": TYPES}
    with pytest.raises(NlpError, match="unknown field 'mood'"):
        Costs(labels={"mood": {}}).check(heads)
    with pytest.raises(NlpError, match="tone has no label 'cross', only angry, calm, threatening"):
        Costs(labels={"tone": {"cross": ErrorCost()}}).check(heads)
