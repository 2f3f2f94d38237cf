"""The words that carried a label, on the real encoder and the heads that ship."""

import random
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from models.assessment import Span
from nlp.classifier import Classifier
from nlp.evidence import LONGEST, MOST_PARTS, MOST_PIECES, MOST_READ, PART, find_evidence
from nlp.progress import Told, nobody
from nlp.training.corpus import read_corpus

CORPUS = Path(__file__).parents[3] / "nlp" / "data" / "corpus.jsonl"
MESSAGES, LONGER = 12, 3


def spans(classifier: Classifier, text: str, label: str) -> list[str]:
    (assessment,) = classifier.classify([text])
    found = find_evidence(classifier, text, assessment)
    (one,) = [one for one in found if one.label == label]
    return [text[span.start : span.end] for span in one.spans]


def test_the_words_of_the_wish_carry_the_wish(classifier: Classifier) -> None:
    words = spans(classifier, "Buongiorno, vi scrivo da Lecce. Vorrei avere indietro i soldi. Anna", "refund")

    assert "indietro" in " ".join(words)
    assert "Lecce" not in " ".join(words)


FIELDS = ("act", "complaint_types", "tone", "urgency", "asks")


@pytest.fixture(scope="module")
def losses(classifier: Classifier) -> Mapping[str, list[tuple[float, float]]]:
    """By field, how much labels lose without their words, and without as many others: three draws each."""
    rng = random.Random(5)
    complaints = [one.text for one in read_corpus([CORPUS]) if one.is_held_out and one.act == "complaint"]
    # Short ones are looked at by words, longer ones by sentences first.
    chosen = rng.sample([text for text in complaints if 12 <= len(text.split()) <= 30], MESSAGES)
    chosen += rng.sample([text for text in complaints if 60 <= len(text.split()) <= 120], LONGER)
    found: dict[str, list[tuple[float, float]]] = {field: [] for field in FIELDS}
    for text, assessment in zip(chosen, classifier.classify(chosen), strict=True):
        words = text.split()
        marked = [one for one in find_evidence(classifier, text, assessment) if one.field in FIELDS]
        marked = [one for one in marked if one.spans]
        texts = [text]
        for one in marked:
            rest = text
            for span in reversed(one.spans):
                rest = rest[: span.start] + rest[span.end :]
            count = len(" ".join(text[span.start : span.end] for span in one.spans).split())
            drawn = [set(rng.sample(range(len(words)), min(count, len(words) - 1))) for _ in range(3)]
            texts.append(rest)
            texts += [" ".join(word for at, word in enumerate(words) if at not in gone) for gone in drawn]
        probabilities = classifier.read(texts).probabilities
        for place, one in enumerate(marked):
            label = classifier.heads.fields[one.field].labels.index(one.label)
            column = probabilities[one.field][:, label]
            without, *others = column[4 * place + 1 : 4 * place + 5]
            found[one.field].append((column[0] - without, column[0] - float(np.mean(others))))
    return found


@pytest.mark.parametrize("field", FIELDS)
def test_without_its_words_a_label_loses_more_than_without_as_many_others(
    losses: Mapping[str, list[tuple[float, float]]], field: str
) -> None:
    """Faithful to the model: compared with random words of the same message."""
    own, others = np.array(losses[field]).T

    assert len(own) >= MESSAGES // 2
    assert np.mean(own) > 2 * np.mean(others)
    assert np.mean(own > others) > 0.75


def test_reasons_are_looked_for_in_what_the_classifier_says_on_that_day(classifier: Classifier) -> None:
    text = "Il vestito da sposa non è ancora pronto e mi serve entro il 3 marzo 2026"
    before, after = date(2026, 3, 2), date(2026, 3, 9)

    near = classifier.probabilities([text], language="it", today=before)
    past = classifier.probabilities([text], language="it", today=after)

    for field, rows in classifier.read([text], today=before).probabilities.items():
        np.testing.assert_allclose(near[field], rows, atol=1e-5)
    normal = classifier.heads.fields["urgency"].labels.index("normal")
    assert near["urgency"][0, normal] < past["urgency"][0, normal]


def test_spans_lie_in_the_text_in_order_and_apart(classifier: Classifier) -> None:
    text = "Il pacco,\n  RS20418…  è arrivato ROTTO!!! (e bagnato) 😡 👩‍👩‍👧 e nessuno risponde\tmai"
    (assessment,) = classifier.classify([text])

    for one in find_evidence(classifier, text, assessment):
        edges = [edge for span in one.spans for edge in (span.start, span.end)]
        assert edges == sorted(edges)
        assert all(0 <= span.start < span.end <= len(text) for span in one.spans)
        assert all(text[span.start : span.end].strip() for span in one.spans)


@pytest.mark.parametrize("text", ["", "   ", "\u200b"], ids=["empty", "blanks", "invisible"])
def test_a_text_without_words_has_no_evidence(classifier: Classifier, text: str) -> None:
    (assessment,) = classifier.classify([text])

    assert find_evidence(classifier, text, assessment) == ()


def test_one_word_is_its_own_reason(classifier: Classifier) -> None:
    (assessment,) = classifier.classify(["VERGOGNATEVI!"])

    found = find_evidence(classifier, "VERGOGNATEVI!", assessment)

    assert {one.spans for one in found} == {(Span(start=0, end=13),)}


@pytest.mark.parametrize("times", [1, 8, 40])
def test_however_long_a_text_is_not_much_more_than_agreed_is_read(
    classifier: Classifier, read: list[int], times: int
) -> None:
    text = "Il pacco non arriva e nessuno mi risponde al telefono. " * times
    (assessment,) = classifier.classify([text])
    read.clear()

    assert find_evidence(classifier, text, assessment)
    assert len(read) <= MOST_PIECES + 1
    assert sum(read) <= MOST_READ + len(text)


CALM = "Il bar è accanto alla stazione e la domenica apre alle otto, come ogni anno d'estate. "
WISH = "Vorrei avere indietro i soldi. "


@pytest.mark.parametrize("before", [0, 20], ids=["first", "middle"])
def test_in_a_long_text_a_label_is_explained_where_it_is_spoken_of(
    classifier: Classifier, read: list[int], before: int
) -> None:
    text = CALM * before + WISH + CALM * (40 - before)
    (assessment,) = classifier.classify([WISH])
    read.clear()
    found = find_evidence(classifier, text, assessment)
    (refund,) = [one for one in found if one.label == "refund"]
    start = len(CALM) * before

    assert len(text) > LONGEST
    assert refund.spans
    assert all(start <= span.start < span.end <= start + len(WISH) for span in refund.spans)
    assert sum(read) <= MOST_PARTS * (MOST_READ + PART) + len(text)


def test_a_long_text_without_a_full_stop_is_cut_between_words(classifier: Classifier) -> None:
    text = "parola " * 500 + "x" * (LONGEST + 1) + " voglio il rimborso dei miei soldi " + "altra " * 500
    (assessment,) = classifier.classify(["voglio il rimborso dei miei soldi"])

    for one in find_evidence(classifier, text, assessment):
        assert all(span.start == 0 or text[span.start - 1] == " " for span in one.spans)
        assert all(span.end == len(text) or text[span.end] == " " for span in one.spans)


@pytest.fixture
def read(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many letters each text has that the encoder reads from now on."""
    lengths: list[int] = []
    features = classifier.encoder.features

    def counted(texts: list[str], told: Told = nobody) -> object:
        lengths.extend(map(len, texts))
        return features(texts, told)

    monkeypatch.setattr(classifier.encoder, "features", counted)
    return lengths
