"""The encoder and the classifier, loaded once for all tests of this folder: nothing is changed on them."""

import pytest

from nlp.classifier import Classifier
from nlp.encoders.encoder import Encoder, Precision, load_encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """In float32, whose numbers are the same on every processor to the last digits."""
    return load_encoder(precision=Precision.FLOAT32)


@pytest.fixture(scope="session")
def native_encoder() -> Encoder:
    """As the program loads it: where a processor multiplies bfloat16, it reads twice as fast."""
    return load_encoder()


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    """The one that ships, as the program loads it."""
    return Classifier.load()
