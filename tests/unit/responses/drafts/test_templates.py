import pytest

from responses.drafts.templates import best, capital, fields_of, render, required

WORDING = "l'ordine <order>[ del <day>] non (le|ti) è arrivato (ancora)"


@pytest.mark.parametrize(
    ("values", "formal", "text"),
    [
        ({"order": "RS-1"}, True, "l'ordine RS-1 non le è arrivato (ancora)"),
        (
            {"order": "RS-1", "day": "3 maggio"},
            False,
            "l'ordine RS-1 del 3 maggio non ti è arrivato (ancora)",
        ),
    ],
    ids=["formal", "informal with day"],
)
def test_register_and_optional_parts(values: dict[str, str], formal: bool, text: str) -> None:
    assert render(WORDING, values, formal=formal) == text


def test_a_value_is_never_read_as_notation() -> None:
    assert render("a <x>", {"x": "(b|c) [d] <x>"}, formal=True) == "a (b|c) [d] <x>"


def test_a_value_can_begin_a_sentence() -> None:
    assert render("so: <^x>", {"x": "das ist es"}, formal=True) == "so: Das ist es"


def test_a_blank_is_plain_text() -> None:
    assert render("[… «<words>»]", {"words": "x"}, formal=True) == "[… «x»]"


def test_only_what_stands_outside_square_brackets_is_required() -> None:
    assert required(WORDING) == {"order"}
    assert fields_of(WORDING) == {"order", "day"}


def test_the_wording_that_names_most_comes_first_and_equals_take_turns() -> None:
    wordings = ("a", "b <x>", "c <x>", "d <x> <y>")
    assert best(wordings, {}, 7) == "a"
    assert [best(wordings, {"x": "1"}, variant) for variant in (0, 1, 2)] == ["b <x>", "c <x>", "b <x>"]
    assert best(wordings[1:], {}, 0) is None


@pytest.mark.parametrize(
    ("text", "begun"),
    [("¿en qué?", "¿En qué?"), ("«ciao»", "«Ciao»"), ("1) uno", "1) uno"), ("", ""), ("è", "È")],
)
def test_capitals_reach_behind_opening_marks(text: str, begun: str) -> None:
    assert capital(text) == begun
