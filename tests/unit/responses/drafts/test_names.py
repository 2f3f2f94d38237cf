import pytest
from hypothesis import given
from hypothesis import strategies as st

from responses.drafts.emoji import has_emoji
from responses.drafts.names import usable_full_name, usable_name


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("Marta", "Marta"),
        ("Marta Rossi", "Marta"),
        ("MARTA ROSSI", "Marta"),
        ("giulia", "Giulia"),
        ("  Paolo  ", "Paolo"),
        ("Jean-Pierre Dupont", "Jean-Pierre"),
        ("Zoë", "Zoë"),
        ("Jürgen", "Jürgen"),
        ("Anna D'Angelo", "Anna"),
    ],
)
def test_a_plain_name_gives_the_first_name(shown: str, name: str) -> None:
    assert usable_name(shown) == name


@pytest.mark.parametrize(
    "shown",
    [
        "🦋Ale🦋",
        "Ale 🦋",
        "xX_dark_Xx",
        "user123",
        "M.",
        "M",
        "Dott. Bianchi",
        "Pizzeria Da Gino",
        "Admin",
        "il Conte",
        "Annnna",
        "BrTt",
        "MaRtA",
        "@marta",
        "Дмитрий",
        "-",
        "",
        "   ",
        None,
        "Tutto Quello Che Vuoi Tu",
        "{agent}",
    ],
)
def test_anything_else_gives_no_name(shown: str | None) -> None:
    assert usable_name(shown) is None


@given(st.text())
def test_whatever_is_used_is_one_word_of_letters(shown: str) -> None:
    name = usable_name(shown) or "None"
    assert name.replace("-", "").replace("'", "").replace("’", "").isalpha()
    assert name[0].isupper()


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("marta rossi", "Marta Rossi"),
        ("MARTA DE LUCA", "Marta De Luca"),
        ("Jan van der Berg", "Jan van der Berg"),
        ("Marta De Luca", "Marta De Luca"),
        ("Marta", None),
        ("Marta R.", None),
        ("Marta R", None),
        ("Marta Shop", None),
        ("Pizzeria Rossi", None),
        (None, None),
    ],
)
def test_a_full_name_is_first_name_and_surname(shown: str | None, name: str | None) -> None:
    assert usable_full_name(shown) == name


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("Grazie 😊", True),
        ("☺", True),
        ("❤️", True),
        ("Grazie :)", False),
        ("15% → 20 €™", False),
        ("", False),
    ],
)
def test_pictures_among_the_words_are_seen(text: str, is_there: bool) -> None:
    assert has_emoji(text) is is_there
