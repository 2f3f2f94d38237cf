"""Labels that look for themselves: what they find in a text, where that is kept, and that it is learned."""

from pathlib import Path

import numpy as np
import pytest

from nlp.encoders.adapters import Adapters, Half, LabelAttention, load_adapters
from nlp.encoders.encoder import Encoder
from nlp.encoders.weights import locate_weights
from nlp.errors import EncoderError, HeadsError
from nlp.training.adapting import adapt, build_network
from nlp.training.corpus import Example
from tests.unit.nlp.encoders.plain_e5 import PlainE5

TEXTS = ["Il pacco non è mai arrivato, voglio il rimborso", "ok", "Thanks a lot, you were so kind!"]


def matrix(labels: int, spread: float, seed: int, hidden: int = 384) -> Half:
    return (spread * np.random.default_rng(seed).normal(size=(labels, hidden))).astype(np.float16)


def looking(labels: int = 5, hidden: int = 384) -> Adapters:
    attention = LabelAttention(sought=matrix(labels, 0.1, 1, hidden), said=matrix(labels, 0.1, 2, hidden))
    return Adapters(up={}, down={}, attention=attention)


def computed_plainly(encoder: Encoder, text: str, attention: LabelAttention) -> np.ndarray:
    (ids,), _ = encoder._backbone.tokens([text])
    tokens = PlainE5(locate_weights()).states(ids)
    tokens *= np.sqrt(384) / np.linalg.norm(tokens, axis=1, keepdims=True)
    weights = np.exp(tokens @ attention.sought.T.astype(np.float64))
    said = tokens @ attention.said.T.astype(np.float64)
    return (weights / weights.sum(axis=0) * said).sum(axis=0)


def test_each_label_weighs_the_tokens_by_what_it_looks_for(encoder: Encoder) -> None:
    adapters = looking()
    assert adapters.attention is not None
    bare = encoder.features(TEXTS)

    with encoder.adapted(adapters):
        features = encoder.features(TEXTS)
        embedded = encoder.embed(TEXTS)

    assert features.shape == (3, 5 + bare.shape[1])
    expected = [computed_plainly(encoder, text, adapters.attention) for text in TEXTS]
    np.testing.assert_allclose(features[:, :5], expected, atol=2e-4)
    np.testing.assert_array_equal(features[:, 5:], bare)
    np.testing.assert_array_equal(embedded, encoder.embed(TEXTS))


def test_a_text_of_several_windows_is_their_mean_by_tokens(encoder: Encoder) -> None:
    text = "Il tavolo è arrivato rotto. " * 150
    backbone = encoder._backbone
    sequences, _ = backbone.tokens([text])
    assert len(sequences) > 1
    network = backbone.network(looking())
    alone = np.concatenate([network.means([one]).labels for one in sequences])

    with encoder.adapted(looking()):
        (found,) = encoder.features([text])[:, :5]

    lengths = np.array([len(one) for one in sequences])
    np.testing.assert_allclose(found, lengths @ alone / lengths.sum(), atol=1e-4)


def test_what_labels_look_for_is_kept_with_the_adapters(tmp_path: Path) -> None:
    adapters = looking()
    path = tmp_path / "adapters.safetensors"
    path.write_bytes(adapters.to_bytes())

    again = load_adapters(path)

    assert again.sha256 == adapters.sha256 != looking(4).sha256
    assert again.attention is not None
    assert adapters.attention is not None
    np.testing.assert_array_equal(again.attention.sought, adapters.attention.sought)
    np.testing.assert_array_equal(again.attention.said, adapters.attention.said)


def test_half_of_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "adapters.safetensors"
    content = looking().to_bytes()
    path.write_bytes(content.replace(b"attention.said", b"attention.xxx1"))
    with pytest.raises(HeadsError, match=r"expected pairs .*attention\.xxx1"):
        load_adapters(path)
    # Its name made into one half of a pair, and the other added.
    path.write_bytes(content.replace(b"attention.said", b"attention12.up"))
    with pytest.raises(HeadsError, match=r"adapters\.safetensors: expected"):
        load_adapters(path)


def test_labels_of_another_encoder_are_refused(encoder: Encoder) -> None:
    with pytest.raises(EncoderError, match=r"has tokens of 384 numbers, .* look for 12"):
        encoder.merge(looking(hidden=12))


def test_training_makes_a_label_find_its_words_in_a_long_text(encoder: Encoder) -> None:
    rest = "Vi scrivo dalla stazione, fa freddo e il bar è chiuso. Saluti da mia sorella."
    grievances = {
        "item_damaged": ("La tazza è rotta.", "Lo schermo è incrinato.", "Il manico si è staccato."),
        "no_reply": (
            "Nessuno risponde.",
            "Al telefono non c'è anima viva.",
            "Le mail restano senza risposta.",
        ),
    }
    examples = [
        Example(text=f"{rest[:cut]} {words} {rest[cut:]}", act="complaint", complaint_types=(kind,))
        for kind, several in grievances.items()
        for words in several
        for cut in (0, 34, len(rest))
    ]
    adapters = adapt(examples, build_network(encoder), epochs=6)

    assert adapters.attention is not None
    assert adapters.attention.said.shape == (3, 384)  # complaint, and the two types
    with encoder.adapted(adapters):
        found = encoder.features([f"{rest} Il vaso è in pezzi.", f"{rest} Non mi avete mai risposto."])
    damaged, no_reply = found[:, 1], found[:, 2]
    assert damaged[0] > damaged[1]
    assert no_reply[1] > no_reply[0]
