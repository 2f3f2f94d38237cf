import pytest

from nlp.language import LANGUAGES, detect_language, detect_languages, load_identifier, opinions


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


MIXED = [
    "Il pacco non è mai arrivato",
    "",
    "WHERE IS MY PARCEL",
    "👍",
    "日本語",
    "¿Dónde está mi paquete? " * 20,
    "e\u0301 arrivato",
    "ok",
]


def test_many_texts_have_the_languages_that_each_has_alone() -> None:
    assert detect_languages(MIXED, "xx") == [detect_language(text, "xx") for text in MIXED]


@pytest.mark.parametrize("text", [text for text in MIXED if text])
def test_all_texts_together_are_given_the_probabilities_that_the_library_gives_each(text: str) -> None:
    known = dict(load_identifier().rank(text))

    together = opinions(["a much longer text than the other one " * 5, text, "à"])

    assert together[1] == pytest.approx([known[language] for language in LANGUAGES], rel=1e-4, abs=1e-7)
