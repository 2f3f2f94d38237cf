from pathlib import Path

from nlp.encoders.encoder import Encoder
from nlp.training.corpus import Example, read_corpus
from nlp.training.duplicates import near_duplicates

CORPUS = Path(__file__).parents[4] / "nlp" / "data" / "corpus.jsonl"


def complaint(text: str, *, types: tuple[str, ...] = ("delivery_late",)) -> Example:
    return Example(
        text=text,
        act="complaint",
        complaint_types=types,
        tone="calm",
        urgency="normal",
        asks=(),
        own_error=False,
        language="it",
        origin="shop | customer | phone",
    )


def test_the_same_words_written_a_little_otherwise_are_found(encoder: Encoder) -> None:
    found = near_duplicates(
        [
            complaint("Il mio pacco numero 12 è in ritardo di tre settimane e nessuno mi avvisa"),
            complaint("La maglia mi è arrivata con un buco sotto la manica"),
            complaint("il mio pacco numero 12 è in ritardo di 3 settimane e nessuno mi avvisa!"),
        ],
        encoder,
    )

    assert [(pair.first, pair.second) for pair in found] == [(0, 2)]


def test_the_same_words_with_other_labels_are_no_duplicates(encoder: Encoder) -> None:
    text = "Il mio pacco numero 12 è in ritardo di tre settimane e nessuno mi avvisa"

    assert near_duplicates([complaint(text), complaint(text, types=("no_reply",))], encoder) == []


def test_nobody_and_one_message_have_no_duplicates(encoder: Encoder) -> None:
    assert near_duplicates([], encoder) == []
    assert near_duplicates([complaint("ok")], encoder) == []


def test_the_corpus_says_nothing_twice(encoder: Encoder) -> None:
    examples = read_corpus([CORPUS])

    found = near_duplicates(examples, encoder)

    assert [(examples[pair.first].text, examples[pair.second].text) for pair in found] == []
