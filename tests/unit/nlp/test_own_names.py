"""No column of the input is lost to one of ours."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.batch.own_names import ERROR, own_names, whole_characters
from nlp.render import COLUMNS


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        (["id", "text"], ["id", "text"]),
        (["text", "act", "error"], ["text", "input_act", "input_error"]),
        (["act", "input_act"], ["input_input_act", "input_act"]),
        (["\ud83d", "\ude00", "�"], ["input_�", "input_input_�", "�"]),
        (["\ud83d\ude00"], ["😀"]),
    ],
    ids=["free", "ours", "renamed_is_taken", "half_characters", "two_halves"],
)
def test_own_columns_keep_their_names_where_they_can(columns: list[str], names: list[str]) -> None:
    assert list(own_names(columns)) == columns
    assert list(own_names(columns).values()) == names


@settings(deadline=None)
@given(st.lists(st.text(max_size=3) | st.sampled_from([*COLUMNS, ERROR, "input_act"]), unique=True))
def test_all_names_differ_and_none_is_ours(columns: list[str]) -> None:
    names = own_names(columns).values()
    assert len({*names, *COLUMNS, ERROR}) == len(columns) + len(COLUMNS) + 1


@settings(deadline=None)
@given(st.text(st.characters(categories=["Cs", "Ll", "So"]), max_size=6))
def test_only_halves_of_characters_are_replaced(text: str) -> None:
    whole = whole_characters(text)
    assert whole.encode("utf-8", "strict").decode() == whole
    assert whole.replace("�", "") == text.encode("utf-16", "surrogatepass").decode(
        "utf-16", "ignore"
    ).replace("�", "")
