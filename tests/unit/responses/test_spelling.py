"""Words written in a hurry, and apostrophes that stand for accents."""

import pytest

from responses.spelling import spelled_out


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Nn ce lo ho piu", "non ce l'ho più"),
        ("I cant find it, havent got it", "I can't find it, haven't got it"),
        ("Jai pas", "j'ai pas"),
        ("e' arrivato perche' non c'e' piu'", "è arrivato perché non c'è più"),
        ("LA QUALITA’ E’ BASSA", "LA QUALITÀ È BASSA"),
    ],
)
def test_they_are_written_out(text: str, plain: str) -> None:
    assert spelled_out(text) == plain


@pytest.mark.parametrize(
    "text",
    [
        "un po' di pazienza",
        "ha scritto 'grazie' e basta",
        "l'ordine di quest'anno",
        "the customers' cantina",
        "im Haus, ich will",
        "non ce la faccio",
    ],
)
def test_what_is_written_well_stays(text: str) -> None:
    assert spelled_out(text) == text
