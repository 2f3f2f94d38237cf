"""Heads that learn from corrections."""

import numpy as np
import pytest

from nlp.encoders.encoder import Encoder
from nlp.errors import TrainingError
from nlp.features import read_features
from nlp.heads import TRAINED, load_heads
from nlp.training.corpus import SHIPPED, Example, read_corpus
from nlp.training.refining import LEAST_CORRECTIONS, refine

PLACES = [
    "via Roma",
    "corso Italia",
    "piazza Mazzini",
    "viale Europa",
    "vicolo Stretto",
    "largo Verdi",
    "via Po",
    "via dei Mille",
]
MOODS = (
    "Il cassonetto di {} è pieno, grazie",
    "Da segnalare: bidone pieno in {}",
    "contenitore del vetro pieno, {}",
    "In {} la campana della carta è piena da ieri",
)
REPORTED = [mood.format(place) for place in PLACES for mood in MOODS]
"""To a waste service these are reports it asks for, not complaints: its agents say so."""


def said(text: str) -> Example:
    return Example(
        text=text,
        act="request",
        complaint_types=(),
        tone="calm",
        urgency="normal",
        asks=("action",),
        own_error=False,
        part="train",
    )


@pytest.mark.slow
def test_what_agents_say_is_learned_and_nothing_else_is_forgotten(native_encoder: Encoder) -> None:
    base = load_heads(TRAINED)
    training = [one for one in read_corpus([SHIPPED]) if not one.is_held_out]
    taught, asked = REPORTED[:24], REPORTED[24:]
    known = [one.text for one in training[5::80]]

    refined = refine(
        base,
        [said(text) for text in taught],
        training[::25],
        encoder=native_encoder,
        groups=[str(place // 4) for place in range(len(taught))],
    )

    with native_encoder.adapted(base.adapters):
        features = read_features(native_encoder, [*asked, *known])
    before, after = (heads.fields["act"].probabilities(features) for heads in (base, refined.heads))
    request = base.fields["act"].labels.index("request")
    rise = after[:, request] - before[:, request]
    assert refined.strengths["act"] > 0
    assert rise[: len(asked)].mean() > 0.1
    assert np.abs(rise[len(asked) :]).mean() < 0.02
    acts = [found[len(asked) :].argmax(axis=1) for found in (before, after)]
    assert np.mean(acts[0] != acts[1]) < 0.03


def test_a_label_that_the_heads_do_not_tell_teaches_nothing(native_encoder: Encoder) -> None:
    corrected = [
        Example(text=f"{text}!", act="complaint", complaint_types=("parking",), part="train")
        for text in REPORTED[:LEAST_CORRECTIONS]
    ]

    refined = refine(load_heads(TRAINED), corrected, [], encoder=native_encoder, groups=["a", "b"] * 10)

    assert refined.taught["complaint_types"] == 0
    assert refined.taught["act"] == LEAST_CORRECTIONS
    assert refined.strengths["complaint_types"] == 0


def test_where_all_corrections_are_of_one_case_nothing_can_be_judged_and_nothing_moves(
    native_encoder: Encoder,
) -> None:
    corrected = [said(text) for text in REPORTED[:LEAST_CORRECTIONS]]

    refined = refine(
        load_heads(TRAINED), corrected, [], encoder=native_encoder, groups=["a"] * LEAST_CORRECTIONS
    )

    assert not any(refined.strengths.values())


def test_too_few_corrections_are_said(native_encoder: Encoder) -> None:
    with pytest.raises(TrainingError, match="3 corrected messages to learn from, and 20"):
        refine(
            load_heads(TRAINED),
            [said(text) for text in REPORTED[:3]],
            [],
            encoder=native_encoder,
            groups=["1"] * 3,
        )
