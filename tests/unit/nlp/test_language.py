import pytest

from nlp.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Il pacco non è mai arrivato", "it"),
        ("buongiorno, a che ora aprite?", "it"),
        ("where is my parcel", "en"),
        ("¿Dónde está mi paquete?", "es"),
        ("Je n'ai jamais reçu mon colis", "fr"),
        ("Wo bleibt mein Paket?", "de"),
        ("Minha encomenda ainda não chegou", "pt"),
    ],
)
def test_short_messages_are_told_apart(text: str, language: str) -> None:
    assert detect_language(text, fallback="xx") == language


@pytest.mark.parametrize("text", ["", "ok", "👍", "12345", "???", "\0"])
def test_what_cannot_be_told_is_the_fallback(text: str) -> None:
    assert detect_language(text, fallback="de") == "de"
