"""Coordinates and the way back to weights, with every view."""

import numpy as np
import pytest
from scipy import sparse

from nlp.features import Features
from nlp.training.space import WHOLE, Space, View


@pytest.mark.parametrize("view", [WHOLE, View(last=3, wording=0.5), View(last=3), View(wording=2.0)])
@pytest.mark.parametrize("messages", [12, 60])
def test_weights_on_coordinates_and_on_features_give_the_same_scores(view: View, messages: int) -> None:
    random = np.random.default_rng(0)
    features = Features(
        meaning=random.normal(size=(messages, 8)).astype(np.float32),
        wording=sparse.csr_array(random.random((messages, 20)).astype(np.float32) > 0.7).astype(np.float32),
    )
    space = Space(features, view)
    weight = random.normal(size=(space.points.shape[1], 2)).astype(np.float32)

    meaning, wording, bias = space.back(weight, np.array([0.5, -1.0], np.float32))

    scores = features.meaning @ meaning + features.wording @ wording + bias
    np.testing.assert_allclose(scores, space.points @ weight + [0.5, -1.0], atol=2e-3)
    assert view.last is None or not meaning[: -view.last].any()
