"""Texts that no customer writes, on the heads that ship."""

import json
from pathlib import Path

from nlp.classifier import Classifier
from nlp.scope import read_out_of_scope
from nlp.training.corpus import read_corpus

DATA = Path(__file__).parents[3] / "nlp" / "data"


def strange() -> list[str]:
    lines = (DATA / "out_of_scope_test.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def test_recipes_news_and_code_are_left_to_a_person(classifier: Classifier) -> None:
    left = ["act" in one.abstained for one in classifier.classify(strange())]

    assert sum(left) >= 0.85 * len(left)


def test_messages_are_not(classifier: Classifier) -> None:
    held = [row.text for row in read_corpus([DATA / "corpus.jsonl"]) if row.is_held_out][::8]
    scope = classifier.heads.fields["scope"]
    probabilities = classifier.read(held).probabilities["scope"]

    outside = [bool(scope.decide(row)) for row in probabilities]
    assert sum(outside) <= 0.03 * len(outside)


def test_what_is_measured_was_not_trained_on() -> None:
    assert not set(strange()) & set(read_out_of_scope())
