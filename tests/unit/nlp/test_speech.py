"""Speech: a recording becomes words through a real, tiny speech model, made here and not trained."""

import json
import wave
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2Processor,
)

from nlp.errors import SpeechError
from nlp.speech import Transcriber, decode

RATE = 16_000
SAID = "m"


def recording(seconds: float, rate: int = 8_000) -> bytes:
    """A tone as a WAV file."""
    times = np.arange(int(seconds * rate)) / rate
    samples = (np.sin(2 * np.pi * 220 * times) * 20_000).astype("<i2")
    file = BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(samples.tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A speech model that hears nothing but one letter."""
    folder = tmp_path_factory.mktemp("speech")
    letters = {"<pad>": 0, "<unk>": 1, "|": 2, SAID: 3}
    (folder / "vocab.json").write_text(json.dumps(letters))
    torch.manual_seed(0)
    net = Wav2Vec2ForCTC(
        Wav2Vec2Config(
            vocab_size=len(letters),
            hidden_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            conv_dim=(16, 16),
            conv_kernel=(10, 3),
            conv_stride=(5, 2),
            num_conv_pos_embeddings=16,
            num_conv_pos_embedding_groups=2,
            pad_token_id=0,
        )
    )
    with torch.no_grad():
        net.lm_head.weight.zero_()
        net.lm_head.bias.copy_(torch.tensor([0.0, 0.0, 0.0, 9.0]))
    net.save_pretrained(folder)
    Wav2Vec2Processor(
        feature_extractor=Wav2Vec2FeatureExtractor(sampling_rate=RATE),
        tokenizer=Wav2Vec2CTCTokenizer(
            str(folder / "vocab.json"), pad_token="<pad>", unk_token="<unk>", word_delimiter_token="|"
        ),
    ).save_pretrained(folder)
    return folder


def test_sound_is_decoded_to_one_channel_at_the_models_rate() -> None:
    sound = decode(recording(0.5), RATE)
    assert sound.dtype == np.float32
    assert abs(len(sound) - RATE // 2) < RATE // 20
    assert 0.3 < np.abs(sound).max() <= 1.0


@pytest.mark.parametrize(
    "content", [b"", b"OggS", b"<html>", b"\0" * 5000], ids=["empty", "cut", "page", "zeros"]
)
def test_what_holds_no_sound_is_refused_in_clear_words(content: bytes) -> None:
    with pytest.raises(SpeechError, match="no sound"):
        decode(content, RATE)


@pytest.mark.slow
def test_a_recording_becomes_the_words_that_the_model_hears(model: Path) -> None:
    assert Transcriber(str(model)).hear(recording(0.5)) == SAID


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="RIMEDIO_SPEECH"):
        Transcriber(str(tmp_path))
