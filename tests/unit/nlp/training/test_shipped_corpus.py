"""What the corpus must have for its figures to mean something."""

import json
from collections import Counter

from models.labels import Act, Ask, ComplaintType, Tone, Urgency
from nlp.training.corpus import SHIPPED, Example, read_corpus

SECOND_READING = SHIPPED.with_name("second_reading.jsonl")
LEAST_POSITIVES = 60


def positives(held: list[Example]) -> Counter[str]:
    """By label how many messages of the test part have it."""
    counts = Counter[str]()
    for one in held:
        counts.update(filter(None, (one.act, one.tone, one.urgency)))
        counts.update([*(one.complaint_types or ()), *(f"asks {ask}" for ask in one.asks or ())])
        counts["own_error"] += bool(one.own_error)
    return counts


def test_every_label_is_measured_on_sixty_messages_or_more() -> None:
    held = [one for one in read_corpus([SHIPPED]) if one.is_held_out]

    counts = positives(held)

    labels = [*Act, *Tone, *Urgency, *ComplaintType, *(f"asks {ask}" for ask in Ask), "own_error"]
    assert len(held) >= 900
    assert {label: counts[label] for label in labels if counts[label] < LEAST_POSITIVES} == {}


def test_the_corpus_is_large_and_for_two_thirds_italian() -> None:
    examples = read_corpus([SHIPPED])

    languages = Counter(one.language for one in examples)

    assert len(examples) >= 4000
    assert 0.6 <= languages["it"] / len(examples) <= 0.75
    assert {"it", "en", "es", "fr", "de", "pt"} <= set(languages)
    assert len({one.business for one in examples}) >= 60


def test_no_business_is_in_both_parts() -> None:
    examples = read_corpus([SHIPPED])

    trained, held = ({one.business for one in examples if one.is_held_out is out} for out in (False, True))

    assert trained & held == set()


def test_four_hundred_messages_of_it_were_read_twice() -> None:
    texts = {one.text for one in read_corpus([SHIPPED])}

    lines = SECOND_READING.read_text(encoding="utf-8").splitlines()
    again = {json.loads(line)["text"] for line in lines}

    assert len(again) >= 400
    assert again <= texts
