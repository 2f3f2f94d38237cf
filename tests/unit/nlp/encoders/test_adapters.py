"""Adapters of the encoder: trained on few messages, merged, taken out, kept beside the heads."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from nlp.classifier import Classifier
from nlp.encoders.adapters import Adapters, LabelAttention, averaged, load_adapters
from nlp.encoders.encoder import Encoder, Precision, Vectors
from nlp.entities.finder import EntityFinder
from nlp.errors import EncoderError, FingerprintError, HeadsError, TrainingError
from nlp.evidence import find_evidence
from nlp.features import read_features
from nlp.heads import TRAINED, Head, load_heads
from nlp.progress import Told, nobody
from nlp.training.adapting import adapt, build_network
from nlp.training.corpus import Example, read_corpus
from nlp.training.one_field import train_field

if TYPE_CHECKING:
    from nlp.encoders.e5_modules import E5Transformer

CORPUS = Path(__file__).parents[4] / "nlp" / "data" / "corpus.jsonl"
LAST = "encoder.layer.11.output.dense"
TEXTS = ["Il pacco non è mai arrivato", "Thanks a lot, you were all so kind!"]


def examples() -> list[Example]:
    return [row for row in read_corpus([CORPUS]) if not row.is_held_out and len(row.text) < 80][:40]


@pytest.fixture(scope="module")
def network(encoder: Encoder) -> "E5Transformer":
    return build_network(encoder)


@pytest.fixture(scope="module")
def adapters(network: "E5Transformer") -> Adapters:
    return adapt(examples(), network, epochs=3)


def small(scale: float) -> Adapters:
    random = np.random.default_rng(0)
    up, down = random.normal(size=(384, 2)), random.normal(size=(2, 1536))
    return Adapters(
        up={LAST: (scale * up).astype(np.float16)}, down={LAST: (scale * down).astype(np.float16)}
    )


def test_the_same_seed_gives_the_same_adapters(network: "E5Transformer") -> None:
    few = examples()[:16]
    first, second, other = (adapt(few, network, seed=seed, epochs=1).sha256 for seed in (0, 0, 1))
    assert first == second
    assert first != other


def test_adapters_bring_messages_of_one_act_nearer_together(encoder: Encoder, adapters: Adapters) -> None:
    rows = examples()
    same = np.array([[one.act == other.act for other in rows] for one in rows])

    def apart(vectors: np.ndarray) -> float:
        centred = vectors - vectors.mean(axis=0)
        cosines = centred @ centred.T / np.outer(*2 * [np.linalg.norm(centred, axis=1)])
        return float(cosines[same].mean() - cosines[~same].mean())

    before = apart(encoder.features([row.text for row in rows]))
    with encoder.adapted(adapters):
        after = apart(encoder.features([row.text for row in rows]))
    assert after > before + 0.005


def test_another_order_begins_alike_and_goes_another_way(network: "E5Transformer") -> None:
    # After no step both are what they began with.
    (first, second) = (adapt(examples()[:40], network, epochs=0, order=order) for order in (0, 1))
    assert first.to_bytes() == second.to_bytes()

    (first, second) = (adapt(examples()[:40], network, epochs=1, order=order) for order in (0, 1))
    assert first.to_bytes() != second.to_bytes()


def test_an_average_changes_layers_by_the_average() -> None:
    random = np.random.default_rng(0)

    def some() -> Adapters:
        (up, down, sought, said) = (
            random.normal(size=shape).astype(np.float16) for shape in ((6, 2), (2, 5), (3, 6), (3, 6))
        )
        return Adapters(
            up={"layer": up}, down={"layer": down}, attention=LabelAttention(sought=sought, said=said)
        )

    one, other = some(), some()
    found = averaged([one, other])

    expected = (one.change("layer") + other.change("layer")) / 2
    np.testing.assert_allclose(found.change("layer"), expected, atol=2e-3)
    assert found.attention is not None
    assert one.attention is not None
    assert other.attention is not None
    np.testing.assert_allclose(
        found.attention.said, (one.attention.said.astype(float) + other.attention.said) / 2, atol=2e-3
    )
    assert averaged([one]) is one
    assert averaged([replace(one, attention=None), replace(other, attention=None)]).attention is None


def test_afterwards_the_encoder_is_what_it_was(encoder: Encoder) -> None:
    before = encoder.features(TEXTS)
    with encoder.adapted(small(0.1)):
        within = encoder.features(TEXTS)
    assert not np.allclose(within, before, atol=1e-3)
    np.testing.assert_array_equal(encoder.features(TEXTS), before)


def test_adapters_of_another_network_are_refused_by_name(encoder: Encoder) -> None:
    up, down = np.ones((7, 2), np.float16), np.ones((2, 9), np.float16)
    with pytest.raises(EncoderError, match="is of another encoder"):
        encoder.merge(Adapters(up={LAST: up}, down={LAST: down}))
    with pytest.raises(EncoderError, match=r"no layer 'encoder\.layer\.40\.x'"):
        encoder.merge(Adapters(up={"encoder.layer.40.x": up}, down={"encoder.layer.40.x": down}))


def test_nothing_to_adapt_on_is_said(network: "E5Transformer") -> None:
    with pytest.raises(TrainingError, match="add messages"):
        adapt([], network)


def test_heads_keep_their_adapters_and_need_them(encoder: Encoder, tmp_path: Path) -> None:
    with encoder.adapted(small(0.2)):
        fingerprint = encoder.fingerprint()
    heads = replace(load_heads(TRAINED), adapters=small(0.2), fingerprint=fingerprint)
    heads.save(tmp_path)
    again = load_heads(tmp_path)

    assert again.adapters is not None
    assert again.adapters.sha256 == small(0.2).sha256
    assert again.id == heads.id
    classifier = Classifier.load(heads=tmp_path)
    np.testing.assert_allclose(classifier.encoder.fingerprint(), fingerprint, atol=0.05)
    with pytest.raises(FingerprintError):
        again.check_encoder(encoder)


def test_similar_texts_are_looked_for_without_adapters(encoder: Encoder, tmp_path: Path) -> None:
    with encoder.adapted(small(0.2)):
        fingerprint = encoder.fingerprint()
    replace(load_heads(TRAINED), adapters=small(0.2), fingerprint=fingerprint).save(tmp_path)
    classifier = Classifier.load(heads=tmp_path)
    adapted = classifier.encoder.embed(TEXTS)

    np.testing.assert_allclose(classifier.embed(TEXTS), encoder.embed(TEXTS), atol=0.02)
    assert not np.allclose(adapted, encoder.embed(TEXTS), atol=0.02)
    np.testing.assert_array_equal(classifier.encoder.embed(TEXTS), adapted)


def without_attention(head: Head, encoder: Encoder) -> Head:
    """A head that looks at nothing but the layers: what labels find for themselves stands before them."""
    width = encoder.features(["ciao"]).shape[1]
    return replace(head, meaning=head.meaning[-width:])


def test_a_field_with_adapters_of_its_own_is_read_by_them_alone(encoder: Encoder, tmp_path: Path) -> None:
    shipped = load_heads(TRAINED)
    tone = without_attention(shipped.fields["tone"], encoder)
    replace(shipped, fields={**shipped.fields, "tone": tone}, own_adapters={"tone": small(0.2)}).save(
        tmp_path
    )
    heads = load_heads(tmp_path)
    classifier = Classifier.load(heads=tmp_path, precision=Precision.FLOAT32)

    found = classifier.read(TEXTS).probabilities

    for field, adapters in (("act", shipped.adapters), ("tone", small(0.2))):
        with encoder.adapted(adapters):
            features = read_features(encoder, TEXTS)
        expected = heads.fields[field].probabilities(features)
        np.testing.assert_allclose(found[field], expected, atol=1e-5)
    (assessment,) = classifier.classify(TEXTS[:1])
    assert find_evidence(classifier, TEXTS[0], assessment)
    with pytest.raises(HeadsError, match="encoders of their own"):
        Classifier(classifier.encoder, heads, entities=EntityFinder())


@pytest.mark.parametrize(
    ("adapters", "times"),
    [
        pytest.param(None, 1, id="where no field has adapters, all read the same"),
        pytest.param(small(0.2), 2, id="with adapters for the others, and without"),
    ],
)
def test_a_message_is_read_once_in_each_way_however_many_fields_are_ones_own(
    adapters: Adapters | None,
    times: int,
    encoder: Encoder,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with encoder.adapted(adapters):
        fingerprint = encoder.fingerprint()
    fields = {field: without_attention(head, encoder) for field, head in load_heads(TRAINED).fields.items()}
    shipped = replace(load_heads(TRAINED), fields=fields)
    # Of what is read with adapters these fields think nothing.
    own = {
        field: replace(head, meaning=np.pad(head.meaning, ((encoder.dimension, 0), (0, 0))))
        for field, head in shipped.fields.items()
        if field in ("tone", "urgency", "asks")
    }
    heads = replace(
        shipped,
        fields={**shipped.fields, **own},
        own_adapters=dict.fromkeys(own),
        adapters=adapters,
        fingerprint=fingerprint,
    )
    heads.save(tmp_path)
    classifier = Classifier.load(heads=tmp_path, precision=Precision.FLOAT32)
    read: list[Sequence[str]] = []

    def counted(self: Encoder, texts: Sequence[str], told: Told = nobody) -> Vectors:
        read.append(texts)
        return features(self, texts, told)

    features = Encoder.features
    monkeypatch.setattr(Encoder, "features", counted)

    found = classifier.read(TEXTS).probabilities["tone"]

    assert read == [TEXTS] * times
    expected = shipped.fields["tone"].probabilities(read_features(encoder, TEXTS))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_field_of_ones_own_is_trained_with_adapters_of_its_own(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(adapt.__kwdefaults__, "epochs", 1)
    shipped = load_heads(TRAINED)
    kinds = {"parcheggio": "Il parcheggio {} era pieno", "mensa": "In mensa {} la pasta era scotta"}
    own = [
        Example(text=text.format(word), complaint_types=(kind,), part="train")
        for kind, text in kinds.items()
        for word in ("ieri", "oggi", "lunedì", "alle due", "di nuovo", "anche stavolta", "stasera", "da voi")
    ]

    heads, report = train_field(own, "complaint_types", shipped, encoder=encoder, adapt=True)

    assert report.rows == len(own)
    assert heads.own_adapters.keys() == {"complaint_types"}
    assert heads.adapters is shipped.adapters
    assert heads.fields["tone"] is shipped.fields["tone"]
    again, _ = train_field(own, "complaint_types", heads, encoder=encoder)
    assert again.own_adapters == {"complaint_types": None}
    again.save(tmp_path)
    classifier = Classifier.load(heads=tmp_path, precision=Precision.FLOAT32)
    found = classifier.read([one.text for one in own]).probabilities["complaint_types"]
    labels = again.fields["complaint_types"].labels
    assert [labels[place] for place in found.argmax(axis=1)] == [
        (one.complaint_types or ("",))[0] for one in own
    ]


def test_saving_heads_without_adapters_takes_old_ones_away(tmp_path: Path) -> None:
    heads = load_heads(TRAINED)
    replace(heads, adapters=small(0.2), own_adapters={"tone": small(0.3)}).save(tmp_path)
    replace(heads, adapters=None).save(tmp_path)

    assert load_heads(tmp_path).adapters is None
    assert list(tmp_path.glob("adapters*")) == []


def test_other_adapters_than_the_heads_own_are_refused(tmp_path: Path) -> None:
    replace(load_heads(TRAINED), adapters=small(0.2)).save(tmp_path)
    (tmp_path / "adapters.safetensors").write_bytes(small(0.3).to_bytes())
    with pytest.raises(HeadsError, match="not the adapters of these heads"):
        load_heads(tmp_path)


@pytest.mark.parametrize("content", [b"", b"nonsense", small(1.0).to_bytes()[:-100]])
def test_damaged_adapters_are_an_error_with_the_file(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "adapters.safetensors"
    path.write_bytes(content)
    with pytest.raises(HeadsError, match=r"adapters\.safetensors: no adapters that can be read"):
        load_adapters(path)
    with pytest.raises(HeadsError, match="no adapters"):
        load_adapters(tmp_path / "absent")
