"""The encoder, loaded once for all tests of this folder."""

import pytest

from nlp.encoder import Encoder, Precision, load_encoder


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(precision=Precision.FLOAT32)
