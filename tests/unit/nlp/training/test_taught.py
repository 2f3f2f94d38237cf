"""What messages teach of a field."""

import pytest

from nlp.training.corpus import Example
from nlp.training.taught import are_exclusive, as_read, taught_by

ONE, TWO, NONE = frozenset({"a"}), frozenset({"a", "b"}), frozenset[str]()


@pytest.mark.parametrize(
    ("field", "taught", "exclusive"),
    [
        pytest.param("tone", [ONE, None], True, id="a choice"),
        pytest.param("complaint_types", [ONE, frozenset({"b"}), None], True, id="types, one a message"),
        pytest.param("complaint_types", [ONE, TWO], False, id="types, two in one message"),
        pytest.param("complaint_types", [ONE, NONE], False, id="types, none in one message"),
        pytest.param("asks", [ONE, ONE], False, id="what is asked for, one a message by chance"),
    ],
)
def test_labels_exclude_each_other_where_no_message_can_have_two(
    field: str, taught: list[frozenset[str] | None], exclusive: bool
) -> None:
    assert are_exclusive(field, taught) is exclusive


@pytest.mark.parametrize(
    ("act", "labels"),
    [("complaint", ONE), (None, ONE), ("praise", None)],
    ids=["complaint", "unknown", "praise"],
)
def test_types_are_taught_by_complaints_alone(act: str | None, labels: frozenset[str] | None) -> None:
    assert taught_by(Example(text="x", act=act, complaint_types=("a",)), "complaint_types") == labels


def test_what_only_names_somebody_is_not_learned_from() -> None:
    assert as_read(["  Il mio ordine RS11002 non è mai arrivato\0", "Ciao"]) == [
        "Il mio ordine non è mai arrivato",
        "Ciao",
    ]
