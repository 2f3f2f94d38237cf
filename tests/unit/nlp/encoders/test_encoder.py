"""The encoder from the bundled weights: sensible, exact, and the same whatever came before."""

import numpy as np
import pytest

from nlp.encoders.encoder import Encoder


def test_vectors_have_length_one(encoder: Encoder) -> None:
    vectors = encoder.embed(["Il pacco è in ritardo", "x", "😡"])
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-4)


def test_the_same_thing_in_two_languages_is_nearer_than_another_thing(encoder: Encoder) -> None:
    italian, english, other = encoder.embed(
        ["Il mio pacco non è arrivato", "My parcel has not arrived", "A che ora apre la piscina?"]
    )
    assert italian @ english > italian @ other + 0.03


def test_a_text_has_the_same_vector_whatever_is_embedded_with_it(encoder: Encoder) -> None:
    alone = encoder.embed(["Il pacco è in ritardo"])[0]
    among = encoder.embed(["una frase molto più lunga di quella di prima " * 8, "Il pacco è in ritardo"])[1]
    assert alone @ among == pytest.approx(1, abs=1e-3)


def test_equal_rows_give_equal_bits(encoder: Encoder) -> None:
    texts = ["Il pacco è in ritardo", "La stanza era sporca", "Grazie mille"]
    assert np.array_equal(encoder.features(texts), encoder.features(texts))


def test_the_end_of_a_long_text_counts(encoder: Encoder) -> None:
    start = "La stanza era pulita e il personale gentile. " * 120
    plain, grave = encoder.embed([start, start + "Poi però hanno rubato il mio portafoglio. " * 60])
    assert plain @ grave < 0.995


def test_reduced_precision_stays_close(encoder: Encoder, native_encoder: Encoder) -> None:
    texts = ["Il pacco è in ritardo", "Where is my refund?"]
    cosines = (encoder.embed(texts) * native_encoder.embed(texts)).sum(axis=1)
    assert cosines.min() > 0.999


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.embed([]).shape == (0, encoder.dimension)
