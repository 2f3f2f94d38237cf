import numpy as np
import pytest

from nlp.language import LANGUAGES
from nlp.word_frequencies import RAREST, load_frequencies, make_frequencies

LISTS = {
    "it": {"pacco": 0.01, "no": 0.02, "perché": 0.03},
    "en": {"parcel": 0.01, "no": 0.002, "24": 0.5},
}


def test_known_words_are_added_up_and_others_say_nothing() -> None:
    frequencies = make_frequencies(LISTS)

    scores = frequencies.look_up(["pacco no", "", "zzz 24", "pacco zzz no"]).scores

    assert scores[0] == pytest.approx([np.log(0.01 * 0.02), np.log(0.002) - RAREST], abs=RAREST / 255)
    assert scores[1].tolist() == scores[2].tolist() == [0, 0]
    assert scores[3].tolist() == scores[0].tolist()


@pytest.mark.parametrize("text", ["PERCHÉ", "perche\u0301", "«Perché?»", "perché24", "\ud800perché"])
def test_a_word_is_known_however_it_is_written(text: str) -> None:
    frequencies = make_frequencies(LISTS)

    assert (
        frequencies.look_up([text]).scores.tolist()
        == frequencies.look_up(["perché"]).scores.tolist()
        != [[0, 0]]
    )


def test_only_the_most_frequent_words_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.word_frequencies.WORDS", 1)

    kept = make_frequencies(LISTS)

    assert kept.look_up(["pacco", "perché", "parcel", "no"]).scores.any(axis=1).tolist() == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("it", "quando arriva"),
        ("en", "my parcel"),
        ("es", "mi pedido"),
        ("fr", "la commande"),
        ("de", "mein Paket"),
        ("pt", "minha encomenda"),
    ],
)
def test_the_table_that_ships_has_the_columns_of_the_languages(language: str, words: str) -> None:
    scores = load_frequencies().look_up([words]).scores[0]

    assert LANGUAGES[int(scores.argmax())] == language
