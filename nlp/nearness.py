"""How near two messages lie that are about the same, for the encoders of which it was measured."""

from collections.abc import Mapping
from types import MappingProxyType

from nlp.encoders.weights import NAME

FLOORS: Mapping[str, float] = MappingProxyType({NAME: 0.87})
"""From which cosine on, by the encoder's name; measured with `benchmarks.nearness`, see docs/learning.md."""
