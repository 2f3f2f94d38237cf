import unicodedata
import zlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nlp.pieces import count_pieces

BUCKETS = 1 << 13
texts = st.lists(st.text(st.characters(exclude_categories=["Cs"])))


def counted_plainly(text: str, sizes: range) -> Counter[int]:
    words = (f" {word} " for word in unicodedata.normalize("NFKC", text).lower().split())
    return Counter(
        zlib.crc32(word[start : start + size].encode()) % BUCKETS
        for word in words
        for size in sizes
        for start in range(len(word) - size + 1)
    )


@given(texts)
@example(["a", "", "b c", "ﬁne 😡 日本語", "\u2028", "İıſ ß"])
def test_every_piece_of_every_word_is_counted_in_the_bucket_of_its_checksum(texts: list[str]) -> None:
    counts = count_pieces(texts, range(3, 6), BUCKETS).toarray()

    plain = np.zeros((len(texts), BUCKETS))
    for row, text in zip(plain, texts, strict=True):
        for bucket, count in counted_plainly(text, range(3, 6)).items():
            row[bucket] = count
    np.testing.assert_array_equal(counts, plain)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_pieces_of_one_letter_are_those_of_the_words_and_the_blank(text: str) -> None:
    counts = count_pieces(["before", text, "behind"], range(1, 5), BUCKETS)

    assert set(counts[[1]].tocoo().coords[1].tolist()) == set(counted_plainly(text, range(1, 5)))


def test_a_text_of_any_length_is_counted_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    many = ["uno due", "tre " * 50, "", "quattro"]
    together = count_pieces(many, range(3, 6), BUCKETS)
    monkeypatch.setattr("nlp.pieces._LETTERS_AT_ONCE", 10)

    np.testing.assert_array_equal(count_pieces(many, range(3, 6), BUCKETS).toarray(), together.toarray())
