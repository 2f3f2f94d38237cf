import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nlp.lexical import BUCKETS, word_pieces


def test_forms_of_a_word_share_most_of_their_pieces() -> None:
    pieces = word_pieces(["rimborso", "rimborsi", "fattura"]).toarray()

    assert pieces[0] @ pieces[1] > 0.5 > pieces[0] @ pieces[2]


def test_capitals_and_width_make_no_difference() -> None:
    pieces = word_pieces(["RIMBORSO", "ｒimborso"]).toarray()

    np.testing.assert_array_equal(pieces[0], pieces[1])


def test_no_texts_give_no_rows() -> None:
    assert word_pieces([]).shape == (0, BUCKETS)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_rows_have_length_one_or_nothing(texts: list[str]) -> None:
    lengths = np.sqrt((word_pieces(texts).toarray() ** 2).sum(axis=1))

    assert np.isclose(lengths, 0).astype(int).sum() + np.isclose(lengths, 1, atol=1e-5).sum() == len(texts)
