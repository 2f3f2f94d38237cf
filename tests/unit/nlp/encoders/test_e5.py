"""The bundled network against the same one computed plainly; other models on the same path."""

import gc
import socket
import subprocess
import sys
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import numpy as np
import pytest
import torch

from nlp.encoders.e5 import E5, PROMPT
from nlp.encoders.encoder import Encoder, Precision, load_encoder
from nlp.encoders.weights import WeightFile, locate_weights
from nlp.errors import EncoderError
from tests.unit.nlp.encoders.plain_e5 import PlainE5

if TYPE_CHECKING:
    from nlp.encoders.e5_modules import PiecesTokenizer

TEXTS = ["Il pacco non è mai arrivato", "VERGOGNA!!! 😡", "My parcel never arrived", "a", "ok grazie " * 40]


def test_embeddings_are_those_of_the_network_computed_plainly(encoder: Encoder) -> None:
    text = "Il pacco non è mai arrivato, voglio il rimborso"
    (ids,), _ = encoder._backbone.tokens([text])

    expected = PlainE5(locate_weights()).embed(ids)

    np.testing.assert_allclose(encoder.embed([text])[0], expected, atol=2e-5)


@pytest.fixture(scope="module")
def plain() -> "PiecesTokenizer":
    from nlp.encoders.e5_modules import PiecesTokenizer

    return PiecesTokenizer(WeightFile(locate_weights()).pieces(), 512)


@pytest.mark.parametrize(
    "text", ["Voglio  il rimborso!", "", "<s> a</s><pad><unk>", "😡\u200f ﬁne", "parola " * 1100], ids=len
)
def test_texts_are_cut_as_transformers_cuts_them(
    encoder: Encoder, plain: "PiecesTokenizer", text: str
) -> None:
    expected = plain(PROMPT + text, truncation=True, max_length=512, return_overflowing_tokens=True)

    cut, owners = encoder._backbone.tokens(["ok", text])

    assert cut[1:] == expected["input_ids"]
    assert owners.tolist() == [0] + [1] * len(expected["input_ids"])


def test_features_end_with_the_embedding(encoder: Encoder) -> None:
    features = encoder.features(TEXTS)

    assert features.shape == (len(TEXTS), 4 * 384)
    np.testing.assert_array_equal(features[:, -384:], encoder.embed(TEXTS))
    np.testing.assert_allclose(np.linalg.norm(features[:, :384], axis=1), 1, atol=1e-5)


def test_the_same_rows_give_the_same_bits_whatever_came_before(encoder: Encoder) -> None:
    first = encoder.features(TEXTS)
    encoder.features(["something in between " * 30])

    assert (encoder.features(TEXTS) == first).all()


@pytest.mark.parametrize("text", ["", "\0", "\u200f", "🎉"], ids=["empty", "nul", "mark", "emoji"])
def test_texts_without_letters_have_an_embedding(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.embed([text])).all()


def test_attention_has_one_shape_for_each_length_however_many_texts_there_are(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = set()
    multiply = torch.bmm

    def counted(left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        shapes.add((left.shape, right.shape))
        return multiply(left, right)

    monkeypatch.setattr(torch, "bmm", counted)

    for texts in (1, 2, 7, 40):
        encoder.features(["Ok, grazie"] * texts)

    assert len(shapes) == 3  # scores, their sums, and what they are the shares of


def test_native_bfloat16_stays_close_to_float32(encoder: Encoder) -> None:
    half = load_encoder(precision=Precision.BFLOAT16)

    assert (half.fingerprint() * encoder.fingerprint()).sum(axis=1).min() > 0.999


def test_a_folder_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=r"no such folder.*RIMEDIO_ENCODER"):
        load_encoder(str(tmp_path / "model"))


def test_a_folder_without_a_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="could not be loaded"):
        load_encoder(str(tmp_path))


def test_a_hub_that_cannot_be_reached_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def unreachable(name: str, timeout: float) -> None:
        asked.append(name)
        raise httpx2.ConnectError("Name or service not known")

    monkeypatch.setattr("nlp.encoders.sentence_model.model_info", unreachable)

    with pytest.raises(EncoderError, match=r"could not be loaded.*cached files"):
        load_encoder("nobody/no-such-model")
    assert asked == ["nobody/no-such-model"]


def test_any_other_model_takes_the_same_path(tmp_path: Path) -> None:
    save_tiny_model(tmp_path / "tiny")

    tiny = load_encoder(str(tmp_path / "tiny"), Precision.FLOAT32)

    assert tiny.embed(TEXTS).shape == (len(TEXTS), 32)
    assert tiny.features(TEXTS).shape == (len(TEXTS), 4 * 32)
    np.testing.assert_allclose(tiny.embed(TEXTS)[1:2], tiny.embed(TEXTS[1:2]), atol=1e-5)


def test_the_bundled_encoder_asks_the_network_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert load_encoder().embed(["ciao"]).shape == (1, 384)


def test_importing_the_package_brings_no_torch() -> None:
    modules = "sys, nlp, nlp.encoders.encoder, nlp.classifier, nlp.batch, nlp.training.corpus"
    code = f"import {modules}; print('torch' in sys.modules)"

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "False"


def save_tiny_model(folder: Path) -> None:
    """A real sentence-transformers model of six small layers, with random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    words = {
        word: index for index, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "grazie", "ok", "a"])
    }
    backend = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=6,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder / "plain")
    tokenizer.save_pretrained(folder / "plain")
    transformer = Transformer(str(folder / "plain"), max_seq_length=48)
    SentenceTransformer(modules=[transformer, Pooling(32, "cls")]).save(str(folder))


def test_encoders_of_one_file_share_a_tokenizer_and_the_last_takes_it_along(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    weights.symlink_to(locate_weights())
    first, second = E5(weights, torch.float32), E5(weights, torch.float32)
    assert first._cutter is second._cutter
    kept = weakref.ref(first._cutter)
    del first
    assert kept() is not None
    del second
    gc.collect()
    assert kept() is None
